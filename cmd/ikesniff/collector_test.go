package main

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"testing"
	"time"
)

func TestCollectAt(t *testing.T) {
	for _, c := range []struct {
		live uint64
		want int
	}{
		{0, 600}, {1 << 20, 600}, {4 << 20, 600}, {6 << 20, 400}, {12 << 20, 200},
		{24 << 20, 100}, {48 << 20, 50}, {68 << 20, 35}, {69 << 20, 35}, {1 << 40, 35},
	} {
		if got := collectAt(c.live); got != c.want {
			t.Errorf("%d bytes live: %d %%, want %d", c.live, got, c.want)
		}
	}
}

// A heap that grows far beyond the spare is collected sooner than Go would, and a
// small one seldom again.
func TestEaseCollector(t *testing.T) {
	t.Setenv("GOGC", "")
	t.Setenv("GOMEMLIMIT", "")
	before := debug.SetGCPercent(100)
	t.Cleanup(func() { debug.SetGCPercent(before) })
	if !easeCollector() {
		t.Fatal("nothing is set, and the collector was left alone")
	}
	if p := percent(); p != mostPercent {
		t.Errorf("at first: %d %%, want %d", p, mostPercent)
	}
	large := make([]byte, 4*spareHeap)
	awaitPercent(t, leastPercent)
	runtime.KeepAlive(large)
	large = nil
	for end := time.Now().Add(10 * time.Second); percent() <= 100; {
		if time.Now().After(end) {
			t.Fatal("the heap is small again, and is collected as if it were large")
		}
		runtime.GC()
		time.Sleep(time.Millisecond)
	}
}

func TestEaseCollectorLeavesSettings(t *testing.T) {
	before := debug.SetGCPercent(77)
	t.Cleanup(func() { debug.SetGCPercent(before) })
	for _, name := range []string{"GOGC", "GOMEMLIMIT"} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("GOGC", "")
			t.Setenv("GOMEMLIMIT", "")
			t.Setenv(name, "50")
			if easeCollector() || percent() != 77 {
				t.Errorf("%s is set, and the collector was adjusted to %d %%", name, percent())
			}
		})
	}
}

func awaitPercent(t *testing.T, want uint64) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); percent() != want; {
		if time.Now().After(end) {
			t.Fatalf("%d %%, want %d", percent(), want)
		}
		runtime.GC()
		time.Sleep(time.Millisecond)
	}
}

func percent() uint64 {
	s := []metrics.Sample{{Name: "/gc/gogc:percent"}}
	metrics.Read(s)
	return s[0].Value.Uint64()
}

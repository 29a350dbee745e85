package queue

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ikesniff/ikesniff/report"
)

// account fails unless everything put is written, dropped or waits, and returns
// how much waits.
func account(t *testing.T, q *Queue, put int) (written, dropped uint64, waiting int) {
	t.Helper()
	q.mu.Lock()
	defer q.mu.Unlock()
	if uint64(put) != q.written+q.dropped+uint64(q.items) {
		t.Errorf("%d put, but %d written, %d dropped and %d waiting", put, q.written, q.dropped, q.items)
	}
	if q.items < 0 || q.bytes < 0 || q.items > q.limits.Items || q.bytes > q.limits.Bytes || q.items == 0 && q.bytes != 0 {
		t.Errorf("%d items of %d bytes wait; the limits are %+v", q.items, q.bytes, q.limits)
	}
	return q.written, q.dropped, q.items
}

func closeNow(q *Queue) error {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return q.Close(ctx)
}

// writers counts the goroutines of queues.
func writers() int {
	buf := make([]byte, 1<<20)
	return strings.Count(string(buf[:runtime.Stack(buf, true)]), "queue.(*Queue).run(")
}

// ended fails unless no queue's goroutine stays.
func ended(t *testing.T) {
	t.Helper()
	for began := time.Now(); writers() > 0; time.Sleep(time.Millisecond) {
		if time.Since(began) > 10*time.Second {
			t.Fatal("the goroutine stayed")
		}
	}
}

// locked is a buffer for two goroutines.
type locked struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *locked) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// writerFunc is a function as a writer.
type writerFunc func(p []byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

func TestEverythingInOrder(t *testing.T) {
	var out locked
	q := New("stdout", &out, Limits{Items: 1 << 20, Bytes: 64 << 20})
	var want strings.Builder
	buf := make([]byte, 0, 64) // used again: the queue has copies
	const n = 100_000
	for i := range n {
		buf = fmt.Appendf(buf[:0], "line %d%s\n", i, strings.Repeat("x", i%50))
		want.Write(buf)
		if !q.Put(buf) {
			t.Fatal("no room")
		}
	}
	if err := q.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if out.String() != want.String() {
		t.Error("other bytes came out")
	}
	if w, d, left := account(t, q, n); w != n || d != 0 || left != 0 {
		t.Errorf("%d written, %d dropped, %d left", w, d, left)
	}
	if got := q.Counters(); got != (report.SinkCounters{Name: "stdout", Written: n}) {
		t.Errorf("%+v", got)
	}
	if q.Put([]byte("late")) || q.Counters().Dropped != 1 {
		t.Error("an item after Close is not counted as dropped")
	}
	if q.Do(func() {}) {
		t.Error("a function was taken after Close")
	}
	ended(t)
}

// A slow sink costs items, never time: Put returns while the sink hangs, and
// items share writes when it goes on.
func TestSlowSink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		var writes int
		q := New("stdout", writerFunc(func(p []byte) (int, error) {
			time.Sleep(time.Second)
			writes++
			return out.Write(p)
		}), Limits{Items: 10, Bytes: 1000})
		began := time.Now()
		taken := ""
		for i := range 100 {
			if item := fmt.Sprintf("%02d ", i); q.Put([]byte(item)) {
				taken += item
			}
			if i == 0 {
				synctest.Wait() // the first is being written
			}
		}
		if time.Since(began) != 0 {
			t.Error("Put waited")
		}
		if w, d, waiting := account(t, q, 100); w != 0 || d != 90 || waiting != 10 {
			t.Errorf("%d written, %d dropped, %d waiting", w, d, waiting)
		}
		if err := q.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		if out.String() != taken || writes != 2 {
			t.Errorf("%d writes: %s", writes, out.String())
		}
		account(t, q, 100)
	})
}

func TestLimitOfBytes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, w := io.Pipe()
		q := New("stdout", w, Limits{Items: 100, Bytes: 10})
		for _, x := range []struct {
			size int
			room bool
		}{{11, false}, {6, true}, {5, false}, {4, true}, {1, false}, {0, true}} {
			if got := q.Put(make([]byte, x.size)); got != x.room {
				t.Errorf("%d bytes: room %t", x.size, got)
			}
			synctest.Wait()
		}
		account(t, q, 6)
		if got := max(cap(q.in.data), 10); got > 10 {
			t.Errorf("%d bytes of memory", got)
		}
		go io.Copy(io.Discard, r)
		if err := q.Close(t.Context()); err != nil {
			t.Error(err)
		}
		r.Close()
	})
}

// disk is a writer with so much room.
type disk struct {
	mu sync.Mutex
	bytes.Buffer
	room     int
	attempts int
}

func (d *disk) setRoom(n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.room = n
}

var errFull = &os.PathError{Op: "write", Path: "events.ndjson", Err: syscall.ENOSPC}

func (d *disk) Write(p []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.attempts++
	n := min(len(p), d.room)
	d.room -= n
	d.Buffer.Write(p[:n])
	if n < len(p) {
		return n, errFull
	}
	return n, nil
}

// A full disk: what was written in half is finished first when there is room
// again, nothing twice, and the tries in between are few.
func TestFailsAndRecovers(t *testing.T) {
	for room := range 30 {
		synctest.Test(t, func(t *testing.T) {
			d := &disk{room: room}
			q := New("events", d, Limits{Items: 8, Bytes: 1000})
			want := ""
			put := func(i int) {
				if item := fmt.Sprintf("item %d\n", i); q.Put([]byte(item)) {
					want += item
				}
			}
			for i := range 5 {
				put(i)
			}
			time.Sleep(10*time.Minute + time.Millisecond)
			synctest.Wait()
			if c := q.Counters(); c.Written != uint64(room/7) || c.Dropped != 0 || c.Error != errFull.Error() {
				t.Fatalf("while it fails: %+v", c)
			}
			if d.attempts < 300 || d.attempts > 320 {
				t.Errorf("%d attempts in 10 minutes", d.attempts)
			}
			for i := range 20 {
				put(i)
			}
			synctest.Wait()
			account(t, q, 25)
			d.setRoom(1 << 20)
			time.Sleep(lastDelay)
			synctest.Wait()
			if c := q.Counters(); c.Error != "" {
				t.Errorf("after it: %+v", c)
			}
			put(99)
			if err := q.Close(t.Context()); err != nil {
				t.Error(err)
			}
			if got := d.String(); got != want {
				t.Errorf("written:\n%swant:\n%s", got, want)
			}
			if w, d, left := account(t, q, 26); left != 0 || w != uint64(len(want)-1)/7 || d == 0 {
				t.Errorf("%d written, %d dropped, %d left", w, d, left)
			}
		})
	}
}

// While a sink fails, a function is called at once, for it may be the cure. The
// new file begins with a whole item.
func TestReopenWhileFailing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		full, empty := &disk{room: 10}, &disk{room: 1000}
		sink := full
		q := New("events", writerFunc(func(p []byte) (int, error) { return sink.Write(p) }), Limits{})
		for i := range 4 {
			q.Put(fmt.Appendf(nil, "item %d\n", i))
		}
		synctest.Wait()
		q.Do(func() { sink = empty })
		synctest.Wait()
		if full.String() != "item 0\nite" || empty.String() != "item 2\nitem 3\n" {
			t.Errorf("first %q, then %q", full.String(), empty.String())
		}
		if got, want := q.Counters(), (report.SinkCounters{Name: "events", Written: 3, Dropped: 1}); got != want {
			t.Errorf("%+v", got)
		}
		if err := q.Close(t.Context()); err != nil {
			t.Error(err)
		}
		account(t, q, 4)
	})
}

func TestFunctionsInOrder(t *testing.T) {
	var out bytes.Buffer
	var ready sync.WaitGroup
	ready.Add(1)
	q := New("events", &out, Limits{})
	q.Do(ready.Wait) // all that follows is in the queue before any of it is written
	q.Put([]byte("a"))
	q.Put([]byte("b"))
	for i := range 3 {
		q.Do(func() { fmt.Fprintf(&out, "<%d>", i) })
		q.Put([]byte("c"))
	}
	for range maxCalls {
		q.Do(func() {})
	}
	if q.Do(func() { t.Error("called") }) {
		t.Error("too many functions were taken")
	}
	ready.Done()
	if err := q.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := out.String(); got != "ab<0>c<1>c<2>c" {
		t.Error(got)
	}
	account(t, q, 5)
}

// When the reader has gone nothing is tried again.
func TestReaderGone(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	r.Close()
	q := New("stdout", w, Limits{})
	q.Put([]byte("x"))
	select {
	case <-q.Gone():
	case <-time.After(10 * time.Second):
		t.Fatal("not noticed")
	}
	if q.Put([]byte("y")) {
		t.Error("an item was taken")
	}
	if c := q.Counters(); c.Written != 0 || c.Dropped != 2 || c.Error == "" {
		t.Errorf("%+v", c)
	}
	if err := q.Close(t.Context()); err == nil || !strings.Contains(err.Error(), "stdout: 1 items were not written: ") {
		t.Error(err)
	}
	account(t, q, 2)
	ended(t)
}

// A sink that hangs for ever does not hold up the end.
func TestCloseWhileHanging(t *testing.T) {
	r, pipe, err := os.Pipe() // with deadlines
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer pipe.Close()
	hang := make(chan struct{})
	for _, x := range []struct {
		name  string
		w     io.Writer
		stays int
	}{
		{"pipe", pipe, 0},
		{"something without deadlines", writerFunc(func([]byte) (int, error) { <-hang; return 0, io.EOF }), 1},
	} {
		t.Run(x.name, func(t *testing.T) {
			q := New("stdout", x.w, Limits{})
			item := make([]byte, 100_000)
			for range 20 {
				q.Put(item)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
			defer cancel()
			began := time.Now()
			err := q.Close(ctx)
			if err == nil || !strings.HasSuffix(err.Error(), "items were not written: it took too long") {
				t.Error(err)
			}
			if d := time.Since(began); d > 5*time.Second {
				t.Errorf("Close took %s", d)
			}
			if w, d, left := account(t, q, 20); w+d != 20 || d == 0 || left != 0 {
				t.Errorf("%d written, %d dropped, %d left", w, d, left)
			}
			if x.stays == 0 {
				ended(t)
			} else if n := writers(); n != x.stays {
				t.Errorf("%d goroutines stayed, want %d", n, x.stays)
			}
		})
	}
	close(hang)
	ended(t)
}

// A sink that fails at the end is tried once more, without a delay.
func TestCloseWhileFailing(t *testing.T) {
	for _, recovers := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			d := &disk{}
			q := New("events", d, Limits{})
			q.Put([]byte("x"))
			q.Put([]byte("y"))
			synctest.Wait()
			if recovers {
				d.setRoom(10)
			}
			began := time.Now()
			err := q.Close(t.Context())
			if time.Since(began) != 0 || (err == nil) != recovers || d.attempts != 2 {
				t.Errorf("recovers %t: %v after %s, %d attempts", recovers, err, time.Since(began), d.attempts)
			}
			if w, dropped, left := account(t, q, 2); left != 0 || w != uint64(d.Len()) || dropped != uint64(2-d.Len()) {
				t.Errorf("%d written, %d dropped, %d left", w, dropped, left)
			}
		})
	}
}

func TestFuncCountsPerItem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var kept []string
		var flushes int
		var flushFails atomic.Bool
		q := NewFunc("packets", func(item []byte) error {
			if string(item) == "bad" {
				return errors.New("no such link type")
			}
			kept = append(kept, string(item))
			return nil
		}, func() error {
			flushes++
			if flushFails.Load() {
				return errFull
			}
			return nil
		}, Limits{})
		var held sync.WaitGroup
		held.Add(1)
		q.Do(func() { held.Wait() })
		for _, item := range []string{"a", "b", "bad", "c"} {
			q.Put([]byte(item))
		}
		held.Done()
		synctest.Wait()
		if got, want := q.Counters(), (report.SinkCounters{Name: "packets", Written: 2, Dropped: 1, Error: "no such link type"}); got != want {
			t.Errorf("after the bad one: %+v", got)
		}
		time.Sleep(firstDelay)
		synctest.Wait()
		if got, want := q.Counters(), (report.SinkCounters{Name: "packets", Written: 3, Dropped: 1}); got != want || flushes != 2 {
			t.Errorf("in the end: %+v, %d flushes", got, flushes)
		}
		flushFails.Store(true)
		q.Put([]byte("d"))
		synctest.Wait()
		if got, want := q.Counters(), (report.SinkCounters{Name: "packets", Written: 3, Dropped: 2, Error: errFull.Error()}); got != want {
			t.Errorf("after the flush that failed: %+v", got)
		}
		q.Put([]byte("e"))
		flushFails.Store(false)
		time.Sleep(firstDelay) // the one before it ended well, so the delay is short again
		synctest.Wait()
		if got, want := q.Counters(), (report.SinkCounters{Name: "packets", Written: 4, Dropped: 2}); got != want {
			t.Errorf("after it: %+v", got)
		}
		if err := q.Close(t.Context()); err != nil {
			t.Error(err)
		}
		if got := strings.Join(kept, ""); got != "abcde" {
			t.Error(got)
		}
		account(t, q, 6)
	})
}

// Whatever a writer does, every item counts once, and what comes out is whole
// items in order, one after the other, but for those cut off by a change of file.
func TestRandomSinks(t *testing.T) {
	for seed := range uint64(300) {
		synctest.Test(t, func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 1))
			sinkRandom := rand.New(rand.NewPCG(seed, 2))
			var out bytes.Buffer
			q := New("x", writerFunc(func(p []byte) (int, error) {
				time.Sleep(time.Duration(sinkRandom.IntN(3)) * time.Millisecond)
				n := len(p)
				if sinkRandom.IntN(3) == 0 {
					n = sinkRandom.IntN(n + 1)
				}
				out.Write(p[:n])
				if n < len(p) || sinkRandom.IntN(10) == 0 {
					return n, errFull
				}
				return n, nil
			}), Limits{Items: 1 + r.IntN(20), Bytes: 1 + r.IntN(500)})
			want, puts := "", r.IntN(200)
			for i := range puts {
				item := fmt.Sprintf("[%d%s]", i, strings.Repeat(".", r.IntN(60)))
				if q.Put([]byte(item)) {
					want += item
				}
				if r.IntN(4) == 0 {
					time.Sleep(time.Duration(r.IntN(100)) * time.Millisecond)
				}
				account(t, q, i+1)
			}
			time.Sleep(time.Hour)
			if err := q.Close(t.Context()); err != nil {
				t.Error(err)
			}
			if out.String() != want {
				t.Errorf("seed %d: %q came out, want %q", seed, out.String(), want)
			}
			if w, _, left := account(t, q, puts); w != uint64(strings.Count(want, "[")) || left != 0 {
				t.Errorf("seed %d: %d written, %d left", seed, w, left)
			}
		})
	}
}

// All methods from many goroutines at once.
func TestConcurrentUse(t *testing.T) {
	var out locked
	q := New("x", &out, Limits{Items: 100, Bytes: 1000})
	var all sync.WaitGroup
	var taken atomic.Int64
	for range 4 {
		all.Go(func() {
			for range 5000 {
				if q.Put([]byte("item\n")) {
					taken.Add(1)
				}
			}
		})
	}
	all.Go(func() {
		for range 200 {
			q.Do(func() {})
			q.Counters()
		}
	})
	all.Wait()
	if err := q.Close(t.Context()); err != nil {
		t.Error(err)
	}
	if w, _, _ := account(t, q, 20000); w != uint64(taken.Load()) || out.String() != strings.Repeat("item\n", int(w)) {
		t.Errorf("%d taken, %d written, %d bytes came out", taken.Load(), w, len(out.String()))
	}
	if err := closeNow(q); err != nil {
		t.Error("a second Close:", err)
	}
	ended(t)
}

func TestSteadyStateDoesNotAllocate(t *testing.T) {
	written := make(chan struct{}, 1)
	q := New("x", writerFunc(func(p []byte) (int, error) { written <- struct{}{}; return len(p), nil }), Limits{})
	item := make([]byte, 300)
	step := func() {
		q.Put(item)
		<-written
	}
	for range 100 {
		step()
	}
	if n := testing.AllocsPerRun(1000, step); n != 0 {
		t.Errorf("%v allocations for each item", n)
	}
	if err := q.Close(t.Context()); err != nil {
		t.Error(err)
	}
}

func BenchmarkPut(b *testing.B) {
	q := New("x", io.Discard, Limits{})
	item := make([]byte, 300)
	b.ReportAllocs()
	for b.Loop() {
		q.Put(item)
	}
	q.Close(b.Context())
}

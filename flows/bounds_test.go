package flows

import (
	"fmt"
	"net/netip"
	"runtime"
	"testing"
	"time"

	"github.com/ikesniff/ikesniff/dissect/ike"
	"github.com/ikesniff/ikesniff/reassembly"
)

// spoke is the i-th of very many peers of one gateway, behind a NAT.
func spoke(i int) peers {
	a := netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)})
	return natt(netip.AddrPortFrom(a, uint16(1024+i%60000)).String(), gateway+":4500")
}

// comeUp gives a tracker a tunnel with two SPIs and some packets.
func comeUp(tr *Tracker, w *world, i int) {
	p := spoke(i)
	w.events = w.events[:0]
	w.up(p, p, sa{ike.SPI(i + 1), ike.SPI(i + 1)})
	for n := range uint32(4) {
		w.esp(p, uint32(1000+2*i), n+1)
		w.esp(p.back(), uint32(1001+2*i), n+1)
	}
	for j := range w.events {
		tr.Event(&w.events[j])
	}
}

// bytesAtRest is what docs/performance.md promises for a tunnel at rest, and
// bytesTogether for one that was put together and described, when the tables of
// the Tracker are not needed any more.
const (
	bytesAtRest   = 2800
	bytesTogether = 3100
)

func TestMemoryOfIdleTunnels(t *testing.T) {
	const n = 20000
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	tr, w := NewTracker(Config{}), newWorld()
	for i := range n {
		comeUp(tr, w, i)
	}
	hold := func(what string, most int64) {
		t.Helper()
		each := (int64(heap()) - int64(before)) / n
		t.Logf("%s: %d bytes a tunnel", what, each)
		if each > most {
			t.Errorf("%s: %d bytes a tunnel, want at most %d", what, each, most)
		}
	}
	hold("at rest", bytesAtRest)
	end := w.now
	s := Merge([]*Tracker{tr}, Input{End: end})
	runtime.KeepAlive(tr)
	tr = nil
	for range s.Tunnels {
	}
	hold("put together", bytesTogether)
	runtime.KeepAlive(s)
}

// TestMemoryOfBusyTunnels: packets add nothing to what a tunnel takes.
func TestMemoryOfBusyTunnels(t *testing.T) {
	tr, w := NewTracker(Config{}), newWorld()
	comeUp(tr, w, 0)
	p := spoke(0)
	var sizes [2]uint64
	for round := range sizes {
		for n := range uint32(200_000) {
			w.events = w.events[:0]
			w.esp(p, 1000, 5+uint32(round)*200_000+n)
			tr.Event(&w.events[0])
		}
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		sizes[round] = m.HeapAlloc
	}
	if sizes[1] > sizes[0]+64<<10 {
		t.Errorf("%d bytes after 200,000 packets, %d after 400,000", sizes[0], sizes[1])
	}
	runtime.KeepAlive(tr)
}

// TestEvictionSparesTheLiving: tunnels that stay in use are reported in full
// though a hundred times as many others come and go, in the order that costs
// most: none of them is ever heard of again.
func TestEvictionSparesTheLiving(t *testing.T) {
	const living, passing, bound = 20, 4000, 600
	tr, w := NewTracker(Config{MaxSAs: bound}), newWorld()
	for i := range living {
		comeUp(tr, w, i)
	}
	sent := uint32(4)
	for i := range passing {
		comeUp(tr, w, living+i)
		if n := len(tr.streams) + len(tr.paths) + len(tr.ikes); n > bound+maxPerTunnel {
			t.Fatalf("%d entries of state with a bound of %d", n, bound)
		}
		if n := len(tr.half.queue); n > 4*bound+2048 {
			t.Fatalf("%d initiators wait with a bound of %d", n, bound)
		}
		if i%20 != 0 {
			continue
		}
		sent++
		for j := range living {
			w.events = w.events[:0]
			w.esp(spoke(j), uint32(1000+2*j), sent)
			tr.Event(&w.events[0])
		}
	}
	r := Merge([]*Tracker{tr}, Input{End: w.now}).Collect()
	if r.Totals.Evicted == 0 || r.Complete || len(r.IncompleteBecause) == 0 {
		t.Errorf("evicted %d, complete %v, because %q", r.Totals.Evicted, r.Complete, r.IncompleteBecause)
	}
	packets := map[string]uint64{}
	for _, u := range r.Tunnels {
		for _, c := range u.ChildSAs {
			packets[c.SPI] = c.Packets
		}
	}
	for j := range living {
		if n := packets[fmt.Sprintf("%08x", 1000+2*j)]; n != uint64(sent) {
			t.Errorf("living tunnel %d has %d packets, want %d", j, n, sent)
		}
	}
	if n := packets[fmt.Sprintf("%08x", 1000+2*(living+passing-1))]; n != 4 {
		t.Errorf("the newest tunnel has %d packets, want 4", n)
	}
}

// maxPerTunnel is how many entries one of these tunnels takes: two keys of its
// IKE SA, a path and two SPIs.
const maxPerTunnel = 5

// BenchmarkTunnels is the cost of a tunnel from its first packet to the report,
// among few and among many. It should not depend on how many there are.
func BenchmarkTunnels(b *testing.B) {
	for _, n := range []int{1000, 10_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) { benchmarkTunnels(b, n, Config{}) })
	}
}

// BenchmarkEviction is the same with room for a tenth of them.
func BenchmarkEviction(b *testing.B) {
	for _, n := range []int{1000, 10_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) { benchmarkTunnels(b, n, Config{MaxSAs: maxPerTunnel * n / 10}) })
	}
}

func benchmarkTunnels(b *testing.B, n int, cfg Config) {
	b.ReportAllocs()
	for b.Loop() {
		tr, w := NewTracker(cfg), newWorld()
		for i := range n {
			comeUp(tr, w, i)
		}
		for range Merge([]*Tracker{tr}, Input{End: w.now}).Tunnels {
		}
	}
	each := float64(b.Elapsed().Nanoseconds()) / float64(b.N) / float64(n)
	b.ReportMetric(each, "ns/tunnel")
}

// BenchmarkHalfOpen is the cost of an initiator that is never heard of again.
func BenchmarkHalfOpen(b *testing.B) {
	for _, n := range []int{1000, 10_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				tr, w := NewTracker(Config{}), newWorld()
				for i := range n {
					p := spoke(i)
					p.transport = reassembly.TransportUDP
					w.events = w.events[:0]
					w.initRequest(p, sa{i: ike.SPI(i + 1)})
					w.now += int64(5 * time.Millisecond)
					tr.Event(&w.events[0])
				}
				for range Merge([]*Tracker{tr}, Input{End: w.now}).Tunnels {
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/initiator")
		})
	}
}

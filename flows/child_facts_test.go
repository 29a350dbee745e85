package flows

import (
	"math/rand/v2"
	"testing"

	"github.com/ikesniff/ikesniff/flows/diagnose"
	"github.com/ikesniff/ikesniff/reassembly"
)

// sized puts an ESP packet of n bytes.
func (w *world) sized(p peers, spi, number uint32, n int) *reassembly.Event {
	e := w.esp(p, spi, number)
	e.Length = n
	e.Truncated = true
	e.IPLength = 28 + n
	return e
}

func childFacts(t *testing.T, w *world, toResponder bool) diagnose.ChildFacts {
	t.Helper()
	for _, c := range onlyFacts(t, w).Children {
		if c.ToResponder == toResponder {
			return c
		}
	}
	t.Fatal("no child SA that way")
	return diagnose.ChildFacts{}
}

func TestLargestAndFragmented(t *testing.T) {
	w := newWorld()
	p := natt(client+":4500", gateway+":4500")
	w.up(p, p, first)
	w.sized(p, 0xc0000001, 1, 100)
	big := w.sized(p, 0xc0000001, 2, 1472).Ref.Number()
	e := w.sized(p, 0xc0000001, 3, 1472)
	e.Fragments, e.Packets, e.IPLength = 2, 2, 28+1472+20
	w.sized(p, 0xc0000001, 4, 600)
	c := childFacts(t, w, true)
	if c.Largest != 1472 || c.LargestAt.Ref.Frame != big || c.LargestDatagram != 1500 {
		t.Errorf("largest %d at %v, datagram %d", c.Largest, c.LargestAt, c.LargestDatagram)
	}
	if c.Fragmented.Count != 1 || c.Fragmented.Sequence != 3 {
		t.Errorf("fragmented %+v", c.Fragmented)
	}
}

func TestLateBy(t *testing.T) {
	tests := []struct {
		name string
		make func(w *world, p peers)
		want [6]uint64
	}{
		{"in order", func(w *world, p peers) { w.run(p, 1, 100) }, [6]uint64{}},
		{"a window of 32 still has it", func(w *world, p peers) {
			w.run(p, 1, 9)
			w.run(p, 11, 41)
			w.esp(p, 0xc0000001, 10) // 31 behind
		}, [6]uint64{}},
		{"out of 32", func(w *world, p peers) {
			w.run(p, 1, 9)
			w.run(p, 11, 42)
			w.esp(p, 0xc0000001, 10)
		}, [6]uint64{1}},
		{"out of 32 to 512, and out of 32 only", func(w *world, p peers) {
			w.run(p, 1, 9)
			w.run(p, 11, 999)
			w.run(p, 1001, 1022)
			w.esp(p, 0xc0000001, 10) // 1012 behind
			w.run(p, 1023, 1040)
			w.esp(p, 0xc0000001, 1000) // 40 behind
		}, [6]uint64{2, 1, 1, 1, 1, 0}},
		{"out of all", func(w *world, p peers) {
			w.run(p, 1, 9)
			w.run(p, 11, 2000)
			w.esp(p, 0xc0000001, 10)
		}, [6]uint64{1, 1, 1, 1, 1, 1}},
		// Look-alikes.
		{"a counter that begins anew", func(w *world, p peers) {
			w.run(p, 1, 2000)
			w.wait(second)
			w.run(p, 1, 50)
		}, [6]uint64{}},
		{"duplicates", func(w *world, p peers) {
			w.run(p, 1, 100)
			w.esp(p, 0xc0000001, 20)
			w.esp(p, 0xc0000001, 60)
		}, [6]uint64{}},
	}
	for _, c := range tests {
		w := newWorld()
		p := natt(client+":4500", gateway+":4500")
		w.up(p, p, first)
		c.make(w, p)
		if got := childFacts(t, w, true).LateBy; got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// run puts the numbers from to to.
func (w *world) run(p peers, from, to uint32) {
	for n := from; n <= to; n++ {
		w.esp(p, 0xc0000001, n)
	}
}

func TestStuck(t *testing.T) {
	const out, in = 0xc0000001, 0xc0000002
	p := natt(client+":4500", gateway+":4500")
	type want struct {
		total, size, smaller int
		others               uint64
		back                 uint64
		backLargest          int
	}
	// waits puts packets of one size at these waits in milliseconds.
	waits := func(w *world, number *uint32, size int, ms ...int64) {
		*number++
		w.sized(p, out, *number, size)
		for _, x := range ms {
			w.wait(x*1e6 - 1e6)
			*number++
			w.sized(p, out, *number, size)
		}
	}
	tests := []struct {
		name string
		make func(w *world, n *uint32)
		want want
	}{
		{"a segment sent again and again", func(w *world, n *uint32) {
			waits(w, n, 120)
			for range 10 { // the first window
				waits(w, n, 1438)
			}
			w.wait(200e6)
			waits(w, n, 1438, 400, 800, 1600)
		}, want{5, 1438, 0, 0, 0, 0}},
		{"others pass meanwhile", func(w *world, n *uint32) {
			waits(w, n, 1438, 300, 600)
			for i := range uint32(5) {
				*n++
				w.sized(p, out, *n, 200+int(i))
				w.sized(p.back(), in, i+1, 90+int(i))
			}
			w.wait(1200e6 - 11e6)
			waits(w, n, 1438, 2400)
			w.sized(p.back(), in, 6, 1400)
		}, want{5, 1438, 204, 5, 5, 94}},
		{"a larger one that was sent long before", func(w *world, n *uint32) {
			waits(w, n, 1460)
			w.wait(60 * second)
			waits(w, n, 1400, 200, 400, 800, 1600)
		}, want{5, 1400, 0, 0, 0, 0}},
		{"the longer one of two", func(w *world, n *uint32) {
			waits(w, n, 1400, 200, 400, 800, 1600, 3200)
			w.wait(second / 10)
			waits(w, n, 1400, 200, 400, 800)
		}, want{6, 1400, 0, 0, 0, 0}},
		// Look-alikes.
		{"a ping each second", func(w *world, n *uint32) {
			waits(w, n, 1438, 1000, 1000, 1000, 1000, 1000, 1000)
		}, want{}},
		{"two retransmissions, then it goes on", func(w *world, n *uint32) {
			waits(w, n, 1438, 200, 400)
			for range 50 {
				waits(w, n, 1438)
			}
		}, want{}},
		{"a bulk transfer", func(w *world, n *uint32) {
			for range 500 {
				waits(w, n, 1438)
				w.wait(7e6)
			}
		}, want{}},
		{"small packets beside large ones", func(w *world, n *uint32) {
			for range 8 {
				waits(w, n, 1438)
				w.wait(150e6)
				waits(w, n, 90, 200, 400, 800)
			}
		}, want{}},
	}
	for _, c := range tests {
		w := newWorld()
		w.up(p, p, first)
		n := uint32(0)
		c.make(w, &n)
		s := childFacts(t, w, true).Stuck
		if c.want.total == 0 {
			if s != nil {
				t.Errorf("%s: %+v", c.name, s)
			}
			continue
		}
		if s == nil {
			t.Errorf("%s: nothing", c.name)
			continue
		}
		if got := (want{s.Total, s.Size, s.Smaller, s.SmallerCount, s.Back, s.BackLargest}); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
		if len(s.Sent) != s.Total || len(s.Waits) != s.Total-1 || s.Waits[1] < 1.4*s.Waits[0] {
			t.Errorf("%s: %d marks, waits %v", c.name, len(s.Sent), s.Waits)
		}
	}
}

// However lengths and times fall, a stream allocates for its look-out only at
// first.
func TestLookOutDoesNotAllocate(t *testing.T) {
	tr := NewTracker(Config{})
	w := newWorld()
	p := natt(client+":4500", gateway+":4500")
	w.up(p, p, first)
	for i := range w.events {
		tr.Event(&w.events[i])
	}
	r := rand.New(rand.NewPCG(5, 7))
	e := w.esp(p, 0xc0000001, 1)
	next := func() {
		e.Sequence++
		e.Ref++
		e.Length = 600 + 8*r.IntN(3)
		e.Time += int64(1) << (20 + r.IntN(12))
		tr.Event(e)
	}
	for range 20000 {
		next()
	}
	if a := testing.AllocsPerRun(20000, next); a != 0 {
		t.Errorf("%v allocations a packet", a)
	}
}

package tcpframe

import (
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
)

// quiet is a Handler that only counts.
type quiet struct{ messages, bytes int }

func (q *quiet) Message(m *Message)  { q.messages++; q.bytes += len(m.Data) }
func (q *quiet) Prefix()             {}
func (q *quiet) NoPrefix()           {}
func (q *quiet) FramingError(string) {}
func (q *quiet) Resync(int)          {}
func (q *quiet) Partial(int)         {}
func (q *quiet) Lost(int)            {}

func TestNoAllocations(t *testing.T) {
	s := traffic(rand.New(rand.NewPCG(1, 1)), 100)
	for _, size := range []int{1, 100, 1460, len(s.bytes)} {
		f := New(false, false, nil)
		var q quiet
		run := func() {
			for piece := range slices.Chunk(s.bytes, size) {
				f.Bytes(piece, packet(1), &q)
			}
		}
		run()
		if n := testing.AllocsPerRun(20, run); n != 0 {
			t.Errorf("pieces of %d: %v allocations", size, n)
		}
		if want := 22 * 100; q.messages != want {
			t.Errorf("pieces of %d: %d messages, not %d", size, q.messages, want)
		}
	}
}

// A search allocates once, and none that follows does.
func TestNoAllocationsSearching(t *testing.T) {
	s := traffic(rand.New(rand.NewPCG(1, 1)), 100)
	f := New(false, false, nil)
	var q quiet
	fatal := []byte{0, 1} // a length
	run := func() {
		f.Bytes(fatal, packet(1), &q)
		for piece := range slices.Chunk(s.bytes, 1000) {
			f.Bytes(piece, packet(1), &q)
		}
	}
	run()
	run()
	if n := testing.AllocsPerRun(20, run); n != 0 {
		t.Errorf("%v allocations", n)
	}
	if want := 23 * 100; q.messages != want {
		t.Errorf("%d messages, not %d", q.messages, want)
	}
}

func TestNoAllocationsJudging(t *testing.T) {
	var streams [][]byte
	for _, o := range others() {
		streams = append(streams, slices.Concat(o.segments...))
	}
	m := NewMidway(nil)
	run := func() {
		for _, b := range streams {
			Judge(b, true)
			Judge(b[:16], false)
			*m = Midway{}
			m.search.reset(0)
			for piece := range slices.Chunk(b, 1460) {
				m.Bytes(piece)
			}
		}
	}
	if n := testing.AllocsPerRun(20, run); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// A length that promises 64 KiB costs what came of them.
func TestHostileLength(t *testing.T) {
	const streams = 1000
	framers := make([]*Framer, streams)
	var q quiet
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	for i := range framers {
		framers[i] = New(false, false, nil)
		framers[i].Bytes([]byte{0xff, 0xff, 0x12, 0x34, 0x56, 0x78}, packet(1), &q)
	}
	if each := (heap() - before) / streams; each > 2048 {
		t.Errorf("%d bytes a stream", each)
	}
	runtime.KeepAlive(framers)
}

// What a Framer keeps is bounded, whatever comes.
func TestMemoryBounded(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	for _, b := range [][]byte{noise(4<<20, 1), hostile(4 << 20), make([]byte, 4<<20)} {
		for _, midway := range []bool{false, true} {
			f := New(false, midway, nil)
			var q quiet
			for len(b) > 0 {
				n := min(1+r.IntN(1<<r.IntN(17)), len(b))
				f.Bytes(b[:n], packet(len(b)), &q)
				if r.IntN(20) == 0 {
					f.Hole(1+r.IntN(100000), 0, &q)
				}
				b = b[n:]
			}
			if n := cap(f.part.buf) + cap(f.history.buf); n > 4<<16 {
				t.Errorf("%d bytes kept", n)
			}
			if n := cap(f.history.spans); n > 2*maxSpans {
				t.Errorf("%d spans kept", n)
			}
		}
	}
}

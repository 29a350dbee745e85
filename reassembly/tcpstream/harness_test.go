package tcpstream

import (
	"fmt"
	"math/rand"
	"strings"
	"testing"

	"github.com/ikesniff/ikesniff/capture"
)

// transcript is a Sink that writes down what it hears: bytes as text, holes as
// [lost 3] or [cut 3], notes as {retransmission 3}.
type transcript struct{ b strings.Builder }

func (t *transcript) Bytes(b []byte, _ Origin)          { t.b.Write(b) }
func (t *transcript) Hole(n int, why HoleReason)        { fmt.Fprintf(&t.b, "[%s %d]", why, n) }
func (t *transcript) Note(what Note, bytes int)         { fmt.Fprintf(&t.b, "{%s %d}", what, bytes) }
func (t *transcript) take() (s string)                  { s = t.b.String(); t.b.Reset(); return s }
func data(seq uint32, payload string) Segment           { return Segment{Seq: seq, Payload: []byte(payload)} }
func at(seconds float64, seg Segment) Segment           { seg.Time = int64(seconds * 1e9); return seg }
func fin(seg Segment) Segment                           { seg.FIN = true; return seg }
func cut(seg Segment, wire int) Segment                 { seg.WireLen = wire; return seg }
func lettersAt(seq uint32, first uint32, n int) Segment { return data(seq, letters(seq-first, n)) }

// letters are n letters of an endless alphabet from position i on.
func letters(i uint32, n int) string {
	b := make([]byte, n)
	for j := range b {
		b[j] = 'a' + byte((i+uint32(j))%26)
	}
	return string(b)
}

// checker is a Sink and a plain reassembler: a map with a cell for each byte
// that has come and is not given away. What the stream says must agree with it.
type checker struct {
	t       testing.TB
	cells   map[uint32]cell
	next    uint32
	start   uint32
	started bool
	pushes  capture.Ref

	got   []byte // with zeros for holes
	holes [][2]uint32
	notes map[Note]int
}

type cell struct {
	value  byte
	rank   int // 0 cut off, 1 from a segment of one byte, 2 data
	single bool
	ref    capture.Ref
}

func newChecker(t testing.TB) *checker {
	return &checker{t: t, cells: map[uint32]cell{}, notes: map[Note]int{}}
}

// push takes the segment into the map, has the stream push it, and compares.
func (c *checker) push(s *Stream, seg Segment) {
	c.t.Helper()
	c.pushes++
	seg.Ref = c.pushes
	c.file(seg, s.Ended())
	s.Push(seg, c)
	c.compare(s)
}

func (c *checker) file(seg Segment, ended bool) {
	start, size := seg.Seq, seg.wire()
	if seg.SYN {
		start++
	}
	if !c.started {
		if seg.RST || size == 0 && !seg.SYN && !seg.FIN {
			return
		}
		c.started, c.next, c.start = true, start, start
	}
	edge := c.next
	for seq := range c.cells {
		if after(seq+1, edge) {
			edge = seq + 1
		}
	}
	single := size == 1 && !seg.SYN && !seg.FIN
	if seg.RST || single && (start == c.next-1 || start == edge-1 || ended && start == c.next) {
		return
	}
	for i := range uint32(size) {
		n := cell{ref: seg.Ref, single: single}
		if int(i) < len(seg.Payload) {
			n.value, n.rank = seg.Payload[i], 2
			if single {
				n.rank = 1
			}
		}
		old, known := c.cells[start+i]
		if !before(start+i, c.next) && (!known || n.rank > old.rank) {
			c.cells[start+i] = n
		}
	}
}

// compare checks that the stream is where the map is, and has not kept what it
// should have given.
func (c *checker) compare(s *Stream) {
	c.t.Helper()
	if s.Started() != c.started || s.Next() != c.next {
		c.t.Fatalf("started %v at %d, want %v at %d", s.Started(), s.Next(), c.started, c.next)
	}
	if first, ok := c.cells[c.next]; ok && !(first.single && len(c.cells) == 1) {
		c.t.Fatalf("the byte at %d is there, but was not given", c.next)
	}
	segments, bytes := s.limits.get()
	if s.held == nil {
		if len(c.cells) > 0 {
			c.t.Fatalf("nothing is held, want %d bytes", len(c.cells))
		}
		return
	}
	total, there := 0, 0
	for i := range s.held.order {
		p := s.held.at(i)
		total += int(p.size)
		there += len(p.data)
		if i > 0 && after(s.held.at(i-1).end(), p.start) {
			c.t.Fatalf("pieces overlap at %d", p.start)
		}
	}
	if total != len(c.cells) || there != s.held.bytes {
		c.t.Fatalf("%d bytes are held (%d counted, %d there), want %d", total, s.held.bytes, there, len(c.cells))
	}
	if len(s.held.order) == 0 || len(s.held.order) > segments || there > bytes {
		c.t.Fatalf("%d pieces of %d bytes are held, limits are %d and %d", len(s.held.order), there, segments, bytes)
	}
}

func (c *checker) Bytes(b []byte, from Origin) {
	if len(b) == 0 {
		c.t.Fatal("no bytes were given")
	}
	for _, v := range b {
		want, ok := c.cells[c.next]
		if !ok || want.rank == 0 || want.value != v || want.ref != from.Ref {
			c.t.Fatalf("byte %02x of %v at %d, want %+v (%v)", v, from.Ref, c.next, want, ok)
		}
		delete(c.cells, c.next)
		c.next++
	}
	c.got = append(c.got, b...)
}

func (c *checker) Hole(n int, why HoleReason) {
	if n <= 0 {
		c.t.Fatalf("a hole of %d bytes", n)
	}
	c.holes = append(c.holes, [2]uint32{c.next - c.start, uint32(n)})
	c.got = append(c.got, make([]byte, n)...)
	if why == HoleLost {
		for seq, known := range c.cells {
			if seq-c.next < uint32(n) {
				c.t.Fatalf("lost %d bytes at %d, but %d has %+v", n, c.next, seq, known)
			}
		}
		c.next += uint32(n)
		n = 0
	}
	for range n {
		if known, ok := c.cells[c.next]; !ok || known.rank != 0 {
			c.t.Fatalf("cut byte at %d, but it is %+v (%v)", c.next, known, ok)
		}
		delete(c.cells, c.next)
		c.next++
	}
}

func (c *checker) Note(what Note, bytes int) {
	if bytes < 0 || bytes == 0 && what != NoteProbe {
		c.t.Fatalf("note %v of %d bytes", what, bytes)
	}
	c.notes[what]++
}

// chop cuts bytes into segments of 1 to most bytes.
func chop(r *rand.Rand, b []byte, seq uint32, most int) []Segment {
	var out []Segment
	for len(b) > 0 {
		n := min(1+r.Intn(most), len(b))
		out = append(out, Segment{Seq: seq, Payload: b[:n]})
		b, seq = b[n:], seq+uint32(n)
	}
	return out
}

// disturb moves each element at most window places.
func disturb(r *rand.Rand, segs []Segment, window int) {
	for i := 0; i < len(segs); i += window {
		part := segs[i:min(i+window, len(segs))]
		r.Shuffle(len(part), func(a, b int) { part[a], part[b] = part[b], part[a] })
	}
}

func randomBytes(r *rand.Rand, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(1 + r.Intn(255)) // never the zero of a hole
	}
	return b
}

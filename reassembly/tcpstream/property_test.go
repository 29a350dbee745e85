package tcpstream

import (
	"bytes"
	"fmt"
	"math/rand"
	"slices"
	"testing"

	"github.com/ikesniff/ikesniff/capture"
)

// each runs a property with many seeds, and with first sequence numbers on
// both sides of the wrap.
func each(t *testing.T, property func(t *testing.T, r *rand.Rand, first uint32)) {
	for seed := range int64(150) {
		r := rand.New(rand.NewSource(seed))
		first := r.Uint32()
		if seed%2 == 0 {
			first = -uint32(r.Intn(10_000))
		}
		t.Run(fmt.Sprint(seed), func(t *testing.T) { property(t, r, first) })
	}
}

// Whatever the segmentation, with copies, overlaps and disorder, the bytes are
// the same.
func TestAnySegmentationGivesTheSameBytes(t *testing.T) {
	each(t, func(t *testing.T, r *rand.Rand, first uint32) {
		want := randomBytes(r, 1+r.Intn(8000))
		most := []int{1, 3, 50, 1500, 9000}[r.Intn(5)]
		segs := chop(r, want, first, most)
		for range r.Intn(20) { // other cuts of the same bytes
			i := r.Intn(len(want))
			n := 1 + r.Intn(min(most, len(want)-i))
			at := slices.IndexFunc(segs, func(g Segment) bool { return after(g.Seq+uint32(len(g.Payload)), first+uint32(i)) })
			segs = slices.Insert(segs, at, Segment{Seq: first + uint32(i), Payload: want[i : i+n]})
		}
		disturb(r, segs, 1+r.Intn(14))

		var s Stream
		c := newChecker(t)
		c.push(&s, Segment{Seq: first - 1, SYN: true})
		for _, seg := range segs {
			c.push(&s, seg)
			if r.Intn(3) == 0 {
				s.Ack(s.Next(), c)
			}
		}
		s.Ack(first+uint32(len(want)), c) // the last byte may look like a probe
		if !bytes.Equal(c.got, want) || len(c.holes) > 0 || c.notes[NoteConflict] > 0 || c.notes[NoteOutside] > 0 {
			t.Fatalf("%d of %d bytes, holes %v, notes %v", len(c.got), len(want), c.holes, c.notes)
		}
	})
}

// Whatever the segments, following is what pushing without it would be.
func TestFollowIsPush(t *testing.T) {
	followed := 0
	each(t, func(t *testing.T, r *rand.Rand, first uint32) {
		var short, plain Stream
		var a, b transcript
		next := first
		for i := range 400 {
			seg := Segment{Seq: next, Time: int64(i) * 1e6, Ref: capture.Ref(i + 1)}
			switch r.Intn(12) {
			case 0: // an acknowledgment, or a keepalive
				seg.Seq -= uint32(r.Intn(2))
			case 1: // old, or from elsewhere
				seg.Seq -= uint32(r.Intn(3000))
			case 2:
				seg.Seq += uint32(r.Intn(2)) << 30
			case 3:
				seg.Seq += uint32(1 + r.Intn(200))
			case 4:
				seg.SYN, seg.FIN, seg.RST = r.Intn(9) == 0, r.Intn(9) == 0, r.Intn(9) == 0
			}
			if r.Intn(5) > 0 {
				seg.Payload = randomBytes(r, []int{1, 2, 20, 300}[r.Intn(4)])
			}
			if r.Intn(6) == 0 {
				seg.WireLen = len(seg.Payload) + r.Intn(4)
			}
			if end := seg.Seq + uint32(seg.wire()); end-next < 1000 {
				next = end
			}
			before := short.held == nil
			short.Push(seg, &a)
			plain.push(&seg, &b)
			if x, y := a.take(), b.take(); x != y {
				t.Fatalf("%+v: %q, plain %q", seg, x, y)
			} else if before && x != "" {
				followed++
			}
			if r.Intn(4) == 0 {
				short.Ack(next, &a)
				plain.Ack(next, &b)
			}
			if short.Next() != plain.Next() || short.Held() != plain.Held() || short.Ended() != plain.Ended() ||
				short.now != plain.now || short.moved != plain.moved || short.recent != plain.recent || short.strays != plain.strays {
				t.Fatalf("%+v: %+v, plain %+v", seg, short, plain)
			}
		}
	})
	if followed == 0 {
		t.Error("no segment was followed")
	}
}

// Segments that are taken out leave holes of exactly their bytes, with
// acknowledgments or without.
func TestRemovedSegmentsAreTheHoles(t *testing.T) {
	each(t, func(t *testing.T, r *rand.Rand, first uint32) {
		all := randomBytes(r, 1000+r.Intn(30_000))
		segs := chop(r, all, first, 600)
		want := bytes.Clone(all)
		left := segs[:0:0]
		for i, seg := range segs {
			if i > 0 && i < len(segs)-1 && r.Intn(4) == 0 {
				clear(want[seg.Seq-first:][:len(seg.Payload)])
				continue
			}
			left = append(left, seg)
		}
		acks := r.Intn(2) == 0
		if window := 1 + r.Intn(4); window > 1 && !acks {
			disturb(r, left[1:], window)
		}
		var s Stream
		c := newChecker(t)
		for i, seg := range left {
			c.push(&s, seg)
			if end := seg.Seq + uint32(len(seg.Payload)); acks && i%3 == 0 {
				s.Ack(end, c)
			}
		}
		s.Flush(c)
		c.compare(&s)
		if !bytes.Equal(c.got, want) {
			t.Fatalf("%d bytes with holes %v, want %d", len(c.got), c.holes, len(want))
		}
		if s.held != nil {
			t.Fatal("something is held after Flush")
		}
	})
}

// Snapshot lengths leave holes of exactly the bytes that no packet shows.
func TestCutSegmentsAreTheHoles(t *testing.T) {
	each(t, func(t *testing.T, r *rand.Rand, first uint32) {
		all := randomBytes(r, 1000+r.Intn(10_000))
		want := bytes.Clone(all)
		segs := chop(r, all, first, 300)
		for i, seg := range segs {
			if snap := r.Intn(200); snap < len(seg.Payload) {
				clear(want[seg.Seq-first:][:len(seg.Payload)][snap:])
				segs[i].WireLen = len(seg.Payload)
				segs[i].Payload = seg.Payload[:snap]
			}
		}
		disturb(r, segs[1:], 1+r.Intn(10))
		var s Stream
		c := newChecker(t)
		for _, seg := range segs {
			c.push(&s, seg)
		}
		s.Flush(c)
		if !bytes.Equal(c.got, want) || c.notes[NoteConflict] > 0 {
			t.Fatalf("%d bytes with holes %v, want %d, notes %v", len(c.got), c.holes, len(want), c.notes)
		}
	})
}

// A byte that differs from the first one for its place is never given, and is
// told whenever the first one is still held.
func TestFirstBytesWin(t *testing.T) {
	each(t, func(t *testing.T, r *rand.Rand, first uint32) {
		want := randomBytes(r, 4000)
		segs := chop(r, want[100:], first+100, 400)
		var s Stream
		c := newChecker(t)
		c.push(&s, Segment{Seq: first - 1, SYN: true})
		for _, seg := range segs {
			if c.push(&s, seg); len(seg.Payload) < 3 {
				continue
			}
			other := bytes.Clone(seg.Payload)
			other[r.Intn(len(other))] ^= 0x80
			conflicts := c.notes[NoteConflict]
			if c.push(&s, Segment{Seq: seg.Seq, Payload: other}); c.notes[NoteConflict] != conflicts+1 {
				t.Fatalf("%d conflicts, want %d", c.notes[NoteConflict], conflicts+1)
			}
		}
		c.push(&s, Segment{Seq: first, Payload: want[:100]})
		s.Flush(c)
		if !bytes.Equal(c.got, want) {
			t.Fatal("other bytes than the first ones")
		}
	})
}

package tcpframe

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestMidway(t *testing.T) {
	e := func(seq uint32) []byte { return espFrame(0x1000, seq, 60) }
	junk := noise(50, 1)
	for _, test := range []struct {
		name     string
		knower   Knower
		segments [][]byte
		want     Verdict
		start    uint64
	}{
		{"IKE in the middle", nil, [][]byte{cat(junk, ikeFrame(1, 2, 3, 48))}, VerdictFramed, 50},
		{"ESP, a segment each", nil, [][]byte{e(4), e(5), e(6)}, VerdictFramed, 0},
		{"ESP, coalesced", nil, [][]byte{cat(junk, e(4), e(5), e(6))}, VerdictFramed, 50},
		{"ESP, split", nil, [][]byte{cat(junk, e(4)[:1]), e(4)[1:33], cat(e(4)[33:], e(5)[:9]), cat(e(5)[9:], e(6))}, VerdictFramed, 50},
		{"ESP of an old SA", nil, [][]byte{junk, e(1 << 30), e(1<<30 + 1), e(1<<30 + 2)}, VerdictFramed, 50},
		{"ESP, two", nil, [][]byte{e(4), e(5)}, VerdictNeedMore, 0},
		{"ESP, two of a known SPI", known{esp: []uint32{0x1000}}, [][]byte{junk, cat(e(4), e(5))}, VerdictFramed, 50},
		{"prefix after all", nil, [][]byte{[]byte("IKE"), cat([]byte("TCP"), e(1))}, VerdictPrefix, 0},
		{"TLS", nil, [][]byte{junk, cat([]byte{23, 3, 3, 1, 0}, noise(256, 2))}, VerdictTLS, 0},
		{"too many segments", nil, [][]byte{junk, junk, junk, junk, junk, junk, junk, junk}, VerdictOther, 0},
		{"too many bytes", nil, [][]byte{noise(1<<16, 5)}, VerdictOther, 0},
	} {
		m := NewMidway(test.knower)
		for _, s := range test.segments {
			m.Bytes(s)
		}
		if m.Verdict() != test.want || m.Start() != test.start {
			t.Errorf("%s: %v at %d, want %v at %d", test.name, m.Verdict(), m.Start(), test.want, test.start)
		}
		// What a Framer makes of the same segments agrees.
		if test.want == VerdictFramed {
			var r recorder
			f := New(true, true, test.knower)
			for i, s := range test.segments {
				f.Bytes(s, packet(i+1), &r)
			}
			if f.Searching() || f.Skipped() != test.start {
				t.Errorf("%s: searching %v, %d skipped", test.name, f.Searching(), f.Skipped())
			}
		}
	}
}

func TestMidwayHole(t *testing.T) {
	m := NewMidway(nil)
	m.Bytes(espFrame(0x1000, 1, 60)[:40])
	m.Hole(30)
	m.Bytes(espFrame(0x1000, 2, 60))
	if v := m.Bytes(espFrame(0x1000, 3, 60)); v != VerdictFramed || m.Start() != 0 {
		t.Errorf("%v at %d", v, m.Start())
	}
}

// Ordinary traffic does not pass, whichever byte the capture began with, and
// however it is cut into segments.
func TestMidwayOthers(t *testing.T) {
	r := rand.New(rand.NewPCG(21, 22))
	for _, o := range others() {
		b := bytes.Join(o.segments, nil)
		for round := range 40 {
			from := 0
			if round > 0 {
				from = r.IntN(min(len(b), 200))
			}
			for _, size := range []int{len(b), 1460, 64, 0} {
				m := NewMidway(nil)
				segments := o.segments
				if size > 0 {
					segments = slices.Collect(slices.Chunk(b[from:], size))
				}
				for _, s := range segments {
					m.Bytes(s)
				}
				if v := m.Finish(); !v.Foreign() {
					t.Fatalf("%s from %d, segments of %d: %v at %d", o.name, from, size, v, m.Start())
				}
			}
		}
	}
}

// The same holds for the whole stream, with no end of patience.
func TestSearchOthers(t *testing.T) {
	for _, o := range others() {
		var r recorder
		f := New(false, true, nil)
		for range 20 {
			for _, s := range o.segments {
				f.Bytes(s, packet(1), &r)
			}
		}
		if !f.Searching() {
			t.Errorf("%s: %.3q", o.name, r.calls)
		}
	}
}

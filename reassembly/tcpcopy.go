package reassembly

import (
	"encoding/binary"
	"math/bits"
	"time"

	"github.com/ikesniff/ikesniff/dissect"
)

// copyWindow is how close in time the capture's copies of one packet are.
const copyWindow = int64(50 * time.Millisecond)

// copies finds segments that the capture holds more than once, because several
// taps saw them or a mirror port showed them coming and going. TCP's own
// retransmissions have another IP identification, or are seen once more by
// every tap.
type copies struct {
	sums    [8]uint64 // of the segments in ring, apart: most differ by them
	ring    [8]sighting
	n, next uint8
}

// sighting is a segment as one tap saw it.
type sighting struct {
	time int64
	tap  dissect.Tap
	ipid uint32
	ttl  uint8
}

// seen notes a segment and tells whether it is a copy of an earlier one.
func (c *copies) seen(s *segment) bool {
	sum, ipid := s.sum(), uint32(0)
	identified := s.hasIPID && s.ipid != 0
	if identified {
		ipid = s.ipid
	}
	here, there, copied := 0, 0, false
	if c.hasSum(sum) {
		for i := range c.ring[:min(int(c.n), len(c.ring))] {
			o := &c.ring[i]
			if c.sums[i] != sum || o.ipid != ipid || s.time-o.time > copyWindow || o.time-s.time > copyWindow {
				continue
			}
			if o.tap != s.tap {
				there++
				continue
			}
			here++
			copied = copied || identified && (o.ttl == s.ttl || o.ttl == s.ttl+1)
		}
	}
	at := c.next % uint8(len(c.ring))
	c.sums[at] = sum
	o := &c.ring[at]
	o.time, o.tap, o.ipid, o.ttl = s.time, s.tap, ipid, s.ttl
	c.next = (at + 1) % uint8(len(c.ring))
	c.n = min(c.n+1, uint8(len(c.ring)))
	return copied || there > here
}

// hasSum is a loop over sums, written out: every segment passes it.
func (c *copies) hasSum(s uint64) bool {
	o := &c.sums
	return o[0] == s || o[1] == s || o[2] == s || o[3] == s || o[4] == s || o[5] == s || o[6] == s || o[7] == s
}

func word(p []byte) uint64 { return binary.LittleEndian.Uint64(p) }

// sum is equal for equal segments. It looks at the header and at both ends of
// the payload, which holds ciphertext where it matters.
func (s *segment) sum() uint64 {
	const prime = 0x9e3779b97f4a7c15
	position := uint64(s.seq)<<32 | uint64(s.ack)
	header := uint64(s.dir)<<56 | uint64(s.flags)<<48 | uint64(s.window)<<32 | uint64(uint32(s.wire))
	h := fold(position^prime, header^seeds[0])
	p := s.payload
	if n := len(p); n >= 64 {
		// Products that do not wait for one another.
		a := fold(word(p)^prime, word(p[8:])^h)
		b := fold(word(p[16:])^prime, word(p[24:])^h)
		c := fold(word(p[32:])^prime, word(p[40:])^h)
		return fold(a^word(p[n-8:]), b^bits.RotateLeft64(c, 32)^prime)
	}
	for ; len(p) >= 8; p = p[8:] {
		h = fold(h^word(p), prime)
	}
	for _, b := range p {
		h = fold(h^uint64(b), prime)
	}
	return h
}

package reassembly

import (
	"encoding/binary"
	"math/bits"

	"github.com/ikesniff/ikesniff/reassembly/tcpstream"
)

// fakeSide is what is known of the fake segments of one direction.
type fakeSide struct {
	spis    [8]uint32 // the latest
	n, next int
	shape   uint8 // index into fakeShapes
	seqs    [8]uint32
	seqN    int
	seqNext int
}

func (f *fakeSide) set(mask uint8) { f.shape = uint8(bits.TrailingZeros8(mask)) }

func (f *fakeSide) knows(spi uint32) bool {
	for _, s := range f.spis[:f.n] {
		if s == spi {
			return true
		}
	}
	return false
}

// add notes an SPI and tells whether it is new.
func (f *fakeSide) add(spi uint32) bool {
	if f.knows(spi) {
		return false
	}
	if f.n < len(f.spis) {
		f.spis[f.n] = spi
		f.n++
	} else {
		f.spis[f.next] = spi
		f.next = (f.next + 1) % len(f.spis)
	}
	return true
}

// repeats notes a TCP sequence number and tells whether one of the latest fake
// segments had it.
func (f *fakeSide) repeats(seq uint32) bool {
	for _, s := range f.seqs[:f.seqN] {
		if s == seq {
			return true
		}
	}
	f.seqs[f.seqNext] = seq
	f.seqNext = (f.seqNext + 1) % len(f.seqs)
	f.seqN = min(f.seqN+1, len(f.seqs))
	return false
}

// spiHistory holds the SPIs that a stream has carried, the latest eight.
type spiHistory struct {
	of [8]struct {
		spi, high uint32 // and its highest sequence number
		messages  int
		// Where the first message begins and ends in the stream, if it filled a
		// segment.
		filled  bool
		at, end uint32
	}
	n, next, last int
}

// add notes a packet and tells whether its SPI is new.
func (h *spiHistory) add(spi, seq uint32) bool {
	for i := range h.of[:h.n] {
		if o := &h.of[i]; o.spi == spi {
			h.last = i
			o.messages++
			if int32(seq-o.high) > 0 {
				o.high = seq
			}
			return false
		}
	}
	i := h.next
	h.next = (i + 1) % len(h.of)
	h.n = min(h.n+1, len(h.of))
	h.of[i].spi, h.of[i].high, h.of[i].messages, h.of[i].filled, h.last = spi, seq, 1, false, i
	return true
}

func (h *spiHistory) remove(i int) {
	h.n--
	h.of[i] = h.of[h.n]
	h.next, h.last = h.n, 0
}

// streams tells whether a segment begins with ESP that the stream carries: at
// the beginning of a frame, or behind a length field that another segment had, or
// a little further, where bytes were sent again in front of it.
// One frame taken for part of the stream may have been a fake segment: another
// one at the same place with a later packet of its SPI shows that.
func (s *tcpSide) streams(g *segment) bool {
	if s.streamed.n == 0 {
		return false
	}
	// Mostly the segment begins with a frame, and its SPI is in long use.
	if o := &s.streamed.of[s.streamed.last]; o.messages > 1 && len(g.payload) >= 2+espHeaderLength &&
		binary.BigEndian.Uint32(g.payload[2:]) == o.spi && o.spi != 0 {
		return true
	}
	var heads [len(fakeShapes)]uint32 // an SPI is never 0
	for k, off := range fakeShapes {
		if len(g.payload) >= off+espHeaderLength {
			heads[k] = binary.BigEndian.Uint32(g.payload[off:])
		}
	}
	for i := range s.streamed.of[:s.streamed.n] {
		o := &s.streamed.of[i]
		for k, off := range fakeShapes {
			if heads[k] != o.spi || heads[k] == 0 {
				continue
			}
			seq := binary.BigEndian.Uint32(g.payload[off+4:])
			if off == 2 && s.lone(i) && g.seq == o.at && int32(seq-o.high) > 0 && countsItself(g.payload, g.wire) {
				s.unread(i)
				return false
			}
			return true
		}
	}
	return false
}

// undo takes a frame back out of the stream if the segment g, which begins
// with IKE, stands in its place: then it was a fake segment.
func (s *tcpSide) undo(g *segment) {
	for i := range s.streamed.of[:s.streamed.n] {
		if s.lone(i) && s.streamed.of[i].at == g.seq {
			s.unread(i)
			return
		}
	}
}

// lone tells whether all that the stream has carried of an SPI is one message,
// the last that was read.
func (s *tcpSide) lone(i int) bool {
	o := &s.streamed.of[i]
	return o.messages == 1 && o.filled && s.streamed.n == 1 && s.stream.Next() == o.end && s.framer.Between()
}

// unread puts the stream back to where the only frame of an SPI began, and
// makes the SPI one of fake segments.
func (s *tcpSide) unread(i int) {
	o := s.streamed.of[i]
	s.streamed.remove(i)
	s.fake.shape = 1
	s.fake.add(o.spi)
	s.stream.Reset()
	s.stream.Push(tcpstream.Segment{Seq: o.at - 1, SYN: true}, s)
	s.conn.account()
}

package reassembly

import (
	"encoding/binary"

	"github.com/ikesniff/ikesniff/dissect"
	"github.com/ikesniff/ikesniff/dissect/ike"
)

// Fortinet's ESP in fake TCP: each segment holds one ESP packet, and its
// sequence number is that of no stream: one number for many segments, or the
// position that the real stream of the connection has reached, or any other.
// Nothing else is documented, so that the SPI is looked for in three places:
//
//	offset 0  | SPI | sequence | ...
//	offset 2  | length (2) | SPI | sequence | ...
//	offset 4  | anything (4) | SPI | sequence | ...
//
// Such a segment must not reach the reassembly of the stream, whose position
// it would move, and segments of the stream must not be taken for it. What two
// segments show decides: one SPI, a growing ESP sequence number, and a TCP
// sequence number that does not grow by the length of the payload.

// fate is what becomes of a segment with data.
type fate uint8

const (
	fateStream fate = iota // bytes of the stream
	fateFake               // a datagram
	fateWait               // what follows will tell
)

// notFake are flags that a fake segment does not have.
const notFake = dissect.TCPSyn | dissect.TCPFin | dissect.TCPRst

const (
	// minFake is the smallest ESP packet in a fake segment: header, 4 bytes of
	// trailer, 12 bytes of check value or initialization vector.
	minFake = 24
	// youngSequence is where an SA is believed to be at whose first packet a
	// guess is made.
	youngSequence = 1 << 16
	// aheadOfStream is how far ahead segments of a stream may come.
	aheadOfStream = 1 << 20
)

// fakeShapes are the places of the SPI, by bit of a mask.
var fakeShapes = [...]int{0, 2, 4}

// fakeOffsets returns the mask of places where p, the captured part of n bytes,
// could have an ESP packet. lenient is whether IPsec is to be expected.
func fakeOffsets(p []byte, n int, lenient bool) (mask uint8) {
	if _, foreign := saidBy(p).foreign(); foreign {
		return 0
	}
	for i, off := range fakeShapes {
		if len(p) < off+espHeaderLength || n < off+minFake || (n-off)%espAlignment != 0 {
			continue
		}
		if off == 2 && !countsItself(p, n) {
			continue
		}
		b := p[off:]
		if !plausibleSPI(binary.BigEndian.Uint32(b)) || !lenient && (lookalikeOf(b, n-off) != "" || !looksRandom(b[espHeaderLength:])) {
			continue
		}
		mask |= 1 << i
	}
	return mask
}

// countsItself tells whether p begins with the length of the segment's payload,
// or of what follows.
func countsItself(p []byte, n int) bool {
	l := int(binary.BigEndian.Uint16(p))
	return l == n || l == n-2
}

// marked tells whether p begins with a frame of IKE: a length, the non-ESP marker,
// and a header of IKEv1 or IKEv2 as far as it is there. One SPI of 65,536 ends in
// two zeros and looks like length and marker.
func marked(p []byte) bool {
	const version = 2 + markerLength + 17
	return len(p) >= 6 && binary.BigEndian.Uint32(p[2:]) == 0 && binary.BigEndian.Uint16(p) >= 2+markerLength+ike.HeaderLength &&
		(len(p) <= version || p[version]>>4 == 1 || p[version]>>4 == 2)
}

// relate compares a segment that could be fake in the places of mask with later
// ones. It returns the place, too, if it finds it fake.
func relate(s *segment, later []segment, mask uint8, lenient bool) (fate, uint8) {
	step := uint32(smallStep)
	if lenient {
		step = bigStep
	}
	for i := range later {
		o := &later[i]
		if o.dir != s.dir || o.wire == 0 && !o.has(dissect.TCPFin) {
			continue
		}
		advance := int32(o.seq - s.seq)
		if o.wire == 0 {
			if advance == int32(s.wire) {
				return fateStream, 0
			}
			continue
		}
		if int(advance) < s.wire && o.flags&notFake == 0 {
			if m := mask & fakeOffsets(o.payload, o.wire, lenient); m != 0 {
				for k, off := range fakeShapes {
					if m&(1<<k) != 0 && follows(s.payload[off:], o.payload[off:], step) {
						return fateFake, 1 << k
					}
				}
			}
		}
		switch {
		case int(advance) == s.wire, advance < 0 && int(advance)+o.wire == 0 && fakeOffsets(o.payload, o.wire, true) == 0:
			return fateStream, 0 // one goes on where the other ended
		case advance == 0 && marked(o.payload) && !marked(s.payload):
			return fateFake, mask & -mask // the stream goes on where this one stood
		}
	}
	return fateWait, 0
}

// young tells whether a place of mask has an ESP sequence number below limit.
func young(s *segment, mask uint8, limit uint32) bool {
	for i, off := range fakeShapes {
		if mask&(1<<i) != 0 && binary.BigEndian.Uint32(s.payload[off+4:]) < limit {
			return true
		}
	}
	return false
}

// follows tells whether b is a later ESP packet of the SPI of a.
func follows(a, b []byte, step uint32) bool {
	d := binary.BigEndian.Uint32(b[4:]) - binary.BigEndian.Uint32(a[4:])
	return [4]byte(a) == [4]byte(b) && d != 0 && d <= step
}

// knownFake tells whether a segment has an SPI that its pair of addresses is
// known to use, in a place of mask.
func (t *tcpConn) knownFake(s *segment, mask uint8) bool {
	for i, off := range fakeShapes {
		if mask&(1<<i) != 0 && t.side[s.dir].KnownESP(binary.BigEndian.Uint32(s.payload[off:])) {
			return true
		}
	}
	return false
}

// fate tells what a segment with data of a connection of ours is. later are
// those held behind it.
func (t *tcpConn) fate(s *segment, later []segment) fate {
	p, side, other := s.payload, &t.side[s.dir], &t.side[1-s.dir]
	if t.kind == kindCisco || s.flags&notFake != 0 {
		return fateStream
	}
	if s.wire <= 3 {
		return t.keepaliveFate(s, later)
	}
	if marked(p) {
		side.undo(s)
		return fateStream
	}
	if len(p) < espHeaderLength {
		return fateStream
	}
	if side.fake.n > 0 {
		if off := fakeShapes[side.fake.shape]; len(p) >= off+espHeaderLength && side.fake.knows(binary.BigEndian.Uint32(p[off:])) {
			return fateFake
		}
	}
	if side.streams(s) {
		return fateStream
	}
	started := side.stream.Started()
	rel := int32(s.seq - side.stream.Next())
	next := started && rel == 0
	if next && side.read && !side.framer.Between() && !side.framer.Searching() {
		return fateStream // the rest of a message
	}
	if side.streamed.n > 0 && (next || rel > 0) {
		return fateStream // its ESP is in the stream
	}
	mask := fakeOffsets(p, s.wire, true)
	if mask == 0 {
		return fateStream
	}
	for _, f := range [...]*fakeSide{&side.fake, &other.fake} {
		if f.n > 0 && mask&(1<<f.shape) != 0 && binary.BigEndian.Uint32(p[fakeShapes[f.shape]+4:]) < oldSequence {
			side.fake.shape = f.shape
			return fateFake // an SA of its kind began
		}
	}
	if !(next && mask&2 != 0) {
		for i, off := range fakeShapes {
			if spi := binary.BigEndian.Uint32(p[off:]); mask&(1<<i) != 0 && off != 2 && side.KnownESP(spi) {
				side.fake.shape = uint8(i)
				return fateFake
			}
		}
	}
	f, shape := relate(s, later, mask, true)
	switch {
	case f == fateFake:
		side.fake.set(shape)
	case f == fateWait && started && side.acked(s):
		return fateStream
	}
	return f
}

// acked tells whether the other side acknowledged the segment as one of the
// stream.
func (s *tcpSide) acked(g *segment) bool {
	o := &s.conn.side[1-s.dir]
	return o.ackSeen && int32(g.seq-s.stream.Next()) >= 0 && o.ack-g.end() < maxJudgedBytes
}

// guess tells what a segment is that could be both, when no more will come.
func (t *tcpConn) guess(s *segment) fate {
	side := &t.side[s.dir]
	if rel := int32(s.seq - side.stream.Next()); side.stream.Started() && rel > 0 && rel < aheadOfStream {
		return fateStream // what lies between was overtaken, or lost
	}
	mask := fakeOffsets(s.payload, s.wire, true)
	if shape := t.otherWayFake(s.dir) & mask; shape != 0 && young(s, shape, youngSequence) {
		side.fake.set(shape)
		return fateFake
	}
	if mask&1 == 0 || binary.BigEndian.Uint32(s.payload[4:]) >= youngSequence {
		return fateStream
	}
	if mask&2 != 0 {
		return fateStream // it is a frame of the stream as well
	}
	side.fake.shape = 0
	side.guessed = true
	return fateFake
}

// otherWayFake is the place of the SPI in fake segments held the other way, if
// there are any for certain: both ends use one form.
func (t *tcpConn) otherWayFake(dir uint8) uint8 {
	list := t.hold.list
	for i := range list {
		o := &list[i]
		if o.dir == dir || o.wire <= 3 {
			continue
		}
		if mask := fakeOffsets(o.payload, o.wire, true); mask != 0 {
			if f, shape := relate(o, list[i+1:], mask, true); f == fateFake {
				return shape
			}
		}
	}
	return 0
}

package reassembly

import (
	"math/bits"

	"github.com/ikesniff/ikesniff/dissect"
	"github.com/ikesniff/ikesniff/reassembly/tcpstream"
)

// setStart sets the position of a stream whose SYN was not captured to the
// earliest of the held bytes, which need not have come first.
func (t *tcpConn) setStart(side *tcpSide) {
	var low *segment
	acked, known := t.heldAck(int(side.dir))
	for j := range t.hold.list {
		s := &t.hold.list[j]
		if s.dir != side.dir || s.wire == 0 || t.notInStream(s) || known && acked-s.seq+aheadOfStream > 2*aheadOfStream {
			continue
		}
		if low == nil || int32(s.seq-low.seq) < 0 && low.seq-s.seq < maxJudgedBytes {
			low = s
		}
	}
	if low != nil {
		side.stream.Push(tcpstream.Segment{Seq: low.seq - 1, SYN: true, Time: low.time, Ref: low.ref}, side)
	}
}

// heldAck is an acknowledgment of what direction i sent, by a held segment of
// IKE: the stream is near.
func (t *tcpConn) heldAck(i int) (ack uint32, ok bool) {
	for j := range t.hold.list {
		if s := &t.hold.list[j]; int(s.dir) != i && s.has(dissect.TCPAck) && marked(s.payload) {
			return s.ack, true
		}
	}
	return 0, false
}

// notInStream tells whether a held segment is better left out when the position
// of its stream is looked for.
func (t *tcpConn) notInStream(s *segment) bool {
	mask := fakeOffsets(s.payload, s.wire, true)
	if mask == 0 || marked(s.payload) {
		return false
	}
	if !t.framed {
		return true
	}
	const filled = 1 << 1 // a frame of RFC 8229 looks like this, too
	return fakeAmong(s, t.hold.list) ||
		mask&^filled != 0 && young(s, mask&^filled, oldSequence) && !joined(s, t.hold.list)
}

// joined tells whether a segment of list goes on where s ends, or ends where it
// begins.
func joined(s *segment, list []segment) bool {
	for i := range list {
		if o := &list[i]; o.dir == s.dir && o.wire > 0 && (o.seq == s.end() || o.end() == s.seq) {
			return true
		}
	}
	return false
}

// fakeAmong tells whether s has the SPI of a segment of list that others of it
// show to be fake.
func fakeAmong(s *segment, list []segment) bool {
	for i := range list {
		o := &list[i]
		mask := fakeOffsets(s.payload, s.wire, true) & fakeOffsets(o.payload, o.wire, true)
		if o.dir != s.dir || mask == 0 || marked(s.payload) {
			continue
		}
		if f, m := relate(o, list[i+1:], mask, true); f == fateFake {
			off := fakeShapes[bits.TrailingZeros8(m)]
			if [4]byte(s.payload[off:]) == [4]byte(o.payload[off:]) {
				return true
			}
		}
	}
	return false
}

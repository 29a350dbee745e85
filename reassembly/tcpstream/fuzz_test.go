package tcpstream

import (
	"bytes"
	"encoding/binary"
	"testing"
	"time"
)

// FuzzStream drives a stream with any calls and compares every byte, hole and
// position with a map of bytes. An operation has 6 bytes:
//
//	| flags | position (signed) | length | cut off | variant, time |
//
// The position is relative to that of the stream.
func FuzzStream(f *testing.F) {
	op := func(flags byte, position int16, length, cut, variant byte) []byte {
		return []byte{flags, byte(position >> 8), byte(position), length, cut, variant}
	}
	join := func(ops ...[]byte) []byte { return bytes.Join(ops, nil) }
	f.Add(uint32(1000), join(op(opSYN, 0, 0, 0, 0), op(0, 0, 10, 0, 0), op(0, 20, 10, 0, 0), op(0, 0, 15, 0, 0)))
	f.Add(uint32(0xfffffff0), join(op(0, 0, 30, 0, 0), op(0, 10, 30, 0, 1), op(0, 5, 40, 0, 2), op(opFlush, 0, 0, 0, 0)))
	f.Add(uint32(7), join(op(0, 0, 5, 0, 0), op(0, 0, 1, 0, 9), op(0, 0, 5, 0, 0), op(0, -1, 1, 0, 3), op(0, -1, 0, 0, 0)))
	f.Add(uint32(7), join(op(0, 0, 5, 200, 0), op(0, 50, 9, 90, 0), op(0, 60, 60, 0, 0), op(0, 3, 80, 9, 0)))
	f.Add(uint32(7), join(op(0, 0, 5, 0, 0), op(0, 9, 9, 0, 0), op(opAck, 20, 0, 0, 0), op(opFIN, 30, 9, 0, 0), op(opAck, 60, 0, 0, 0)))
	f.Add(uint32(7), join(op(0, 0, 5, 0, 0), op(0, 9, 9, 0, 0), op(opRST, 20, 0, 0, 0), op(0, 20, 9, 0, 0x7f), op(0, 90, 1, 0, 0xff)))
	f.Fuzz(drive)
}

func drive(t *testing.T, first uint32, ops []byte) {
	s := New(Limits{Segments: 12, Bytes: 1500})
	c := newChecker(t)
	now := int64(0)
	for ; len(ops) >= 6; ops = ops[6:] {
		flags, variant := ops[0], ops[5]
		seq := first
		if s.Started() {
			seq = s.Next()
		}
		seq += uint32(int32(int16(binary.BigEndian.Uint16(ops[1:]))))
		switch {
		case flags&opAck != 0:
			s.Ack(seq, c)
			c.compare(&s)
			continue
		case flags&opFlush != 0:
			s.Flush(c)
			c.compare(&s)
			if s.held != nil {
				t.Fatal("something is held after Flush")
			}
			continue
		}
		now += int64(variant>>4) * int64(time.Second)
		seg := Segment{Seq: seq, Time: now, Payload: make([]byte, ops[3])}
		seg.SYN, seg.FIN, seg.RST = flags&opSYN != 0, flags&opFIN != 0, flags&opRST != 0
		seg.WireLen = len(seg.Payload) + int(ops[4])
		for i := range seg.Payload {
			seg.Payload[i] = byte(seq+uint32(i))*31 + variant&3
		}
		c.push(&s, seg)
		clear(seg.Payload) // it was only lent
	}
	s.Flush(c)
	c.compare(&s)
}

const (
	opSYN = 1 << iota
	opFIN
	opRST
	opAck
	opFlush
)

package wire

import (
	"encoding/binary"
	"net/netip"
)

// TCP flags.
const (
	TCPFin = 0x01
	TCPSyn = 0x02
	TCPRst = 0x04
	TCPPsh = 0x08
	TCPAck = 0x10
)

// Segment is a TCP segment without options.
type Segment struct {
	Seq, Ack uint32
	Flags    uint8
	Window   uint16
	Payload  []byte
}

// TCP puts a TCP header without options, with an open window, in front of
// payload.
func TCP(src, dst netip.AddrPort, seq, ack uint32, flags uint8, payload []byte) []byte {
	return Segment{seq, ack, flags, 0xfaf0, payload}.Bytes(src, dst)
}

// Bytes is the segment with its header (RFC 9293 3.1).
func (s Segment) Bytes(src, dst netip.AddrPort) []byte {
	b := binary.BigEndian.AppendUint16(nil, src.Port())
	b = binary.BigEndian.AppendUint16(b, dst.Port())
	b = binary.BigEndian.AppendUint32(b, s.Seq)
	b = binary.BigEndian.AppendUint32(b, s.Ack)
	b = append(b, 0x50, s.Flags)
	b = binary.BigEndian.AppendUint16(b, s.Window)
	b = append(b, 0, 0, 0, 0)
	b = append(b, s.Payload...)
	binary.BigEndian.PutUint16(b[16:], transportSum(src.Addr(), dst.Addr(), ProtoTCP, b))
	return b
}

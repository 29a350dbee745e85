package tcpstream

import "github.com/ikesniff/ikesniff/capture"

// Segment is one TCP segment of one direction, as the capture shows it. The
// stream borrows Payload for the length of the call and copies what it has to
// keep.
type Segment struct {
	// Seq is the sequence number of the TCP header, in host order: that of the
	// SYN if SYN is set, else that of the first byte of the payload.
	Seq           uint32
	SYN, FIN, RST bool
	// Payload is what the capture holds of the payload.
	Payload []byte
	// WireLen is the length of the payload on the wire in bytes. It exceeds
	// len(Payload) where the snapshot length cut the packet; a smaller value
	// means len(Payload).
	WireLen int
	// Time is the time of the packet in nanoseconds since the Unix epoch.
	Time int64
	// Ref is the place of the packet in its capture.
	Ref capture.Ref
}

// Origin names the packet that bytes came in.
type Origin struct {
	Time int64 // nanoseconds since the Unix epoch
	Ref  capture.Ref
}

// wire is the length of the payload on the wire.
func (g *Segment) wire() int { return max(g.WireLen, len(g.Payload)) }

// The order of two sequence numbers holds modulo 2^32 while they are less than
// 2^31 apart: RFC 9293 section 3.4.

func before(a, b uint32) bool { return int32(a-b) < 0 }
func after(a, b uint32) bool  { return int32(a-b) > 0 }

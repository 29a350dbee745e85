// Package tcpstream puts the bytes of one direction of a TCP connection in
// order, as a capture shows them. A [Stream] takes segments and tells a [Sink]
// the bytes, each once and each with the packet it came in, the holes between
// them, and what was odd about a segment.
//
// An endpoint knows that what is missing will be sent again. A capture does
// not: it may have lost a packet that its receiver has. It may also show an
// acknowledgment before the data it is for, one packet twice, one direction
// only, or the first bytes of a packet only. So the question here is when to
// stop waiting for a hole:
//
//	          next                     segments held behind the hole
//	           │
//	given away ▼  hole  ┌───────┐ hole ┌──────────────┐
//	═══════════╪────────┤ piece ├──────┤    piece     │ ◀── edge
//	                    └───────┘      └──────────────┘
//
//	the peer acknowledged it     after 4 more segments or 5 s: the capture lost it
//	the peer acknowledges less   wait for the sender to repeat it, 60 s at most
//	no acknowledgments in sight  after 32 segments, 128 KiB or 5 s
//	the FIN is acknowledged,
//	RST, Flush, limits reached   at once
//
// A FIN alone does not end the wait. The last segment before it may be lost on
// the network, and then comes again after the FIN.
//
// A hole of more than 1 MiB with fewer than 4 pieces behind it, and not
// acknowledged, is not believed: at the end these pieces are noted as outside.
// Bytes that were acknowledged at the very end of a capture without any segment
// behind them are not reported as a hole, since acknowledgments may run ahead
// of what the capture holds, and count a FIN too.
//
// # Bytes that come twice
//
// The first bytes count (RFC 9293 section 3.10.7.4 leaves it open, and
// receivers differ). Other content under the same sequence numbers is noted as
// a conflict. Two kinds of bytes yield to others without a conflict: those that
// the snapshot length cut off, and single bytes. A segment of one byte may be a
// keepalive or a window probe with a byte of garbage in it. It is held until
// its sender goes on behind it or its peer acknowledges it.
//
// # Cost
//
// A segment in order costs no allocation and no copy. One out of order is
// copied once, and found its place by binary search among at most 256 pieces
// (4096 with other [Limits]). Whatever the order of the segments, the cost is
// linear in their number and bytes. What is held is bounded by Limits; a
// declared length never reserves memory.
//
// The stream sees no windows and no connections: a SYN with another initial
// sequence number is for the caller to notice, who then calls [Stream.Reset].
// A start in the middle of a connection takes the first segment for the first
// bytes; the caller may hold a few segments back and push the lowest first.
package tcpstream

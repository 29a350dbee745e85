// Package reassembly turns datagrams into events: it puts IP fragments
// together and tells, by content, which datagrams carry IKE, ESP, AH or NAT
// keepalives. It never judges what an event means for a tunnel.
//
// Two types share the work. One [Defragmenter] sees every fragment of the run,
// before datagrams are shared out to workers. One [Classifier] per worker sees
// all datagrams of its address pairs, in capture order. Verdicts depend on the
// datagrams of one pair alone, so that neither the number of workers nor the
// way a capture was cut into files changes a result, as long as nothing had to
// be evicted.
//
// # What UDP carries
//
// RFC 3948 lets four things share one UDP port. The first bytes tell them
// apart:
//
//	IKE, port 500             | IKE header (28 bytes) ...            |
//	IKE, port 4500 and others | 00 00 00 00 | IKE header ...         |   non-ESP marker
//	ESP                       | SPI, never 0 | sequence | ciphertext |
//	NAT keepalive             | ff |                                     one byte
//
// IKE has a header that other traffic does not pass by accident, so it counts
// on any port. ESP has none: its first eight bytes may be anything. A datagram
// that could be ESP counts at once where its flow is known, which means that
// the same two endpoints have carried IKE behind the marker or accepted ESP,
// or where the pair of addresses has used this SPI before. Elsewhere it must
// first pass checks of shape that other protocols fail (lookalike*.go), and is
// then held until its flow shows how its sequence numbers move (evidence.go):
//
//	first datagram    not the shape ──▶ ignored, no state (on a NAT-T port: foreign)
//	      │
//	      ▼
//	    held ── sequence grows, IKE with marker, known SPI ──▶ IPsec: released, counted
//	      │
//	      ├──── contradiction ──▶ foreign: ignored from now on
//	      │
//	      └──── end, or no verdict in 16 messages: on port 4500 released with
//	            low confidence, elsewhere undecided
//
// A foreign flow is taken up again only for IKE or for an SPI that its pair of
// addresses is known to use.
//
// # What TCP carries
//
// IPsec travels in TCP in three ways. None is told by its port:
//
//	RFC 8229, 9329   a stream: "IKETCP", then length and IKE or ESP, again and again
//	fortinet-esp     one ESP packet a segment; sequence numbers are those of no stream
//	Cisco's cTCP     one datagram a segment, a trailer of 16 bytes behind it
//
// A connection is judged by its first bytes if its SYN was captured, and by at
// most eight segments with data else; segments are held meanwhile. Connections
// of other protocols leave an entry in a table, which says what they were
// (Endpoint), and nothing else:
//
//	SYN ──▶ open ── first segment is TLS, HTTP, SSH, no frame ──▶ ignored until the next SYN
//	         │
//	         ▼
//	     examined, segments held ── IKETCP, IKE in a frame, three frames of ESP,
//	         │                      two fake segments, known SPI, trailer ──▶ IPsec
//	         └── eight segments without that ──▶ ignored
//
// In a connection that carries IPsec each segment with data is first judged by
// itself (fortinet.go): fake segments must not reach the reassembly of the
// stream (package tcpstream), whose sequence numbers they borrow. What could be
// both waits until a later segment shows it. The bytes of the stream go to
// package tcpframe, which finds the messages.
//
// Packets of a connection count with the message or event they completed;
// those that completed none are summed up in one event at its end.
package reassembly

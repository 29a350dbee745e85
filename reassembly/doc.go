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
package reassembly

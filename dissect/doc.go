// Package dissect takes the wrappings off a captured frame: from the link
// header to the payload behind the innermost IP header in front of UDP, TCP,
// ESP or AH. It keeps no state between packets; Decoder fills a Datagram that
// its caller reuses, and borrows the packet's bytes.
//
// # What is unwrapped
//
//	link types        Ethernet, Linux cooked v1 and v2, BSD null and loop,
//	                  PPP, PPP in HDLC-like framing, Cisco HDLC, PPPoE, raw IP
//	inside the link   802.1Q and stacked tags, 802.3 LLC and SNAP, MPLS (IP and
//	                  Ethernet pseudowires), PPPoE sessions
//	network           IPv4, IPv6 with its extension headers
//	tunnels           IPv4 and IPv6 in either, GRE with IP or Ethernet, ERSPAN
//	                  I, II and III, VXLAN, GENEVE
//
// Tunnels are unwrapped because mirror ports and overlay networks add them to
// what one wants to see. A typical frame of a mirror session:
//
//	+----------+------+-----+--------+----------+------+-----+-----+
//	| Ethernet | IPv4 | GRE | ERSPAN | Ethernet | IPv4 | UDP | IKE |
//	+----------+------+-----+--------+----------+------+-----+-----+
//	 forgotten; Encap says GRE, ERSPAN            Src,   ports Payload
//	                                              Dst
//
// Nothing is unwrapped behind ESP or AH: they are what one looks for. A UDP
// datagram on a port of VXLAN or GENEVE that does not hold one stays UDP.
//
// # Lengths
//
// Two lengths go along with every step (type span): the bytes captured, and
// the bytes the wire had. A header that the wire did not have is malformed; one
// that only the capture lacks makes the packet Truncated, with StatusOther if
// the packet cannot be judged without it. Lengths that a header states shorten
// the span, so that padding, frame check sequences and mirror trailers fall off.
// An IP length beyond the end of the frame is taken as stated, as mirrors cut
// frames before they wrap them; the packet is then Truncated.
//
// # Limits
//
// At most 16 wrappings and 16 IPv6 extension headers are followed. A packet
// with more of them has StatusOther and a Problem, as has a packet of a link
// type that is not decoded, so that both can be counted.
//
// # Why the walk is our own
//
// gopacket's layers, decoded into reused structs by its DecodingLayerParser,
// cost two to five times as much as reading the few fields needed here, and this
// code runs for every packet of captures with millions of them. The layers
// also leave gaps: link types 14, 50, 51, 228 and 229, snapshot lengths (they
// see captured bytes alone), and telling tunnels from plain UDP. The tests hold
// this walk against gopacket's on shared and random frames, and against tshark's
// on every wrapping. Known differences from gopacket, where this package follows
// Wireshark or the RFC:
//
//   - EtherType FFFF is IPv4 there, reserved here.
//   - EtherType 9100 is a tag only here.
//   - IP version: gopacket believes the EtherType. Here the version field must
//     agree, else the packet is malformed.
//   - Options of IPv4 that contradict themselves: an error there. Here options
//     are not read.
//   - UDP length 0 over IPv4: a jumbogram there, malformed here (RFC 768 has no
//     such length, RFC 2675 4 only over IPv6).
//   - IPv6 payload length 0: an error there unless there is a jumbo option; here
//     the rest of the frame is taken, as offloading hardware leaves it.
//   - ICMP inside the other IP version: decoded there, not here.
package dissect

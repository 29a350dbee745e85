// Package tcpframe cuts the byte stream of a TCP connection into the IKE and
// ESP packets that RFC 8229 and its successor RFC 9329 put there, finds the
// place again where bytes are missing, and tells from a few bytes whether a
// connection carries such frames at all.
//
// # The wire format
//
// The originator of the connection begins its stream with six bytes (RFC 9329
// 4). The responder does not.
//
//	+----+----+----+----+----+----+
//	| 49 | 4b | 45 | 54 | 43 | 50 |    "IKETCP"
//	+----+----+----+----+----+----+
//
// All else is frames, one behind the other (RFC 9329 3). The length is in
// network byte order and counts its own two bytes.
//
//	 0                   1                   2                   3
//	 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//	                                +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	                                |            length             |
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	|                     non-ESP marker: zero                      |
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	~                  IKE header and payloads                      ~
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//
//	                                +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	                                |            length             |
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	|                       SPI: never zero                         |
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	~          sequence number and the rest of ESP                  ~
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//
// Short lengths:
//
//	00 00, 00 01            fatal: a receiver must close the connection
//	00 02                   empty, ignored
//	00 03 ff                NAT keepalive, useless over TCP, ignored
//	00 04 .., 00 05 ..      mean nothing
//
// A segment may hold many frames, a piece of one, or half a length field.
//
// # Keeping the place
//
// A [Framer] counts. While it knows where a frame begins it needs no luck: a
// hole inside a message costs that message, and the next one begins where the
// length said. The place is lost with a hole that swallows a length field, with
// a length of 0 or 1, when three messages in a row make no sense, and
// at the beginning of a capture that came too late. It is then searched for:
//
//	length | 00 00 00 00 | header of IKE that fits the length   one is enough
//	length | 00 00 00 00 | SPIs of a known IKE SA               one is enough
//	length | known SPI of ESP ...                               and one that follows
//	length | SPI, sequence number n, n+1, n+2 ...               three in a row
//
// RFC 9329 10 proposes the second and third way. For the last two, lengths must
// be two more than a multiple of four, as those of ESP are, and what follows
// the sequence number must change from frame to frame, as ciphertext does. The
// search looks once at each position, and keeps what it passed (up to 64 KiB),
// so that the frames that prove a place are reported, too. An SA that is past
// 2^24 packets, whose SPI is not known, is found only where one of its frames
// begins a packet.
//
// # Judging a connection
//
// [Judge] tells from the first bytes behind a handshake what a direction is;
// [Midway] does where the capture lacks the handshake. Neither looks at ports.
// Other protocols count their length as RFC 8229 does: Oracle's TNS and PPTP
// begin each message with a 16-bit length that includes itself. They chain as
// well as frames of ESP do, and so chains alone prove nothing here. What could
// still pass is a protocol that has all of it: such a length, behind it four
// bytes that stay, four that count, and content that never repeats.
package tcpframe

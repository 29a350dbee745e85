// Package ike reads and writes the wire format of IKEv1 (RFC 2408, RFC 2409)
// and IKEv2 (RFC 7296). It keeps no state and does no I/O: functions take a
// slice of bytes and return values that borrow it.
//
// Every message begins with the same header (RFC 7296 3.1, RFC 2408 3.1), the
// numbers in network byte order:
//
//	 0                   1                   2                   3
//	 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	|              initiator SPI (IKEv1: cookie), 8 bytes           |
//	|                                                               |
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	|              responder SPI (IKEv1: cookie), 8 bytes           |
//	|                                                               |
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	| next payload  | major | minor | exchange type |     flags     |
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	|                          message ID                           |
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	|                length, header included                        |
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//
// Behind it follows a chain of payloads, each with a generic header:
//
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	| next payload  |C|  reserved   |  length, this header included |
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//
// The type of a payload stands in the one before it. In IKEv1 the encryption
// flag says that all behind the header is encrypted; in IKEv2 an SK or SKF
// payload, always the last, holds the encrypted ones.
//
// # From bytes to a message
//
//	func Plausible(b []byte, wireLen int) bool         any port: is this IKE?
//	func PlausibleOnPort(b []byte, wireLen int) bool   ports and flows of IKE
//	func Parse(b []byte, wireLen int) (Message, error)
//	func (m *Message) Walk() Walker                    Next, Payload, Err
//	func (m *Message) Encrypted() bool
//
// Here b holds the captured bytes and wireLen counts those on the wire. A
// message cut by the capture is no error: Truncated says so, and the walk ends
// where the bytes end. None of these allocates unless there is an error to
// report.
package ike

package reassembly

import "encoding/binary"

// isWireGuard: a type from 1 to 4 and three zeros (WireGuard paper, 5.4). Type
// 4, data, goes on with a receiver index and a counter, low byte first.
func isWireGuard(p []byte, _ int) bool {
	return binary.BigEndian.Uint32(p)&0xffffff == 0 && p[0] >= 1 && p[0] <= 4
}

// isOpenVPN: P_DATA_V2 begins with the opcode 9 and a key ID in one byte and a
// peer ID in three, and goes on with a packet ID that counts up: just like an
// SPI and a sequence number. Servers number peers from 0 on; a client that was
// given no ID sends ffffff. An SPI looks like this once in 8,000 times.
//
//	| 01001 kkk | peer ID (3) | packet ID (4) | tag, ciphertext
func isOpenVPN(p []byte, _ int) bool {
	const dataV2 = 9
	peer := binary.BigEndian.Uint32(p) & 0xffffff
	return p[0]>>3 == dataV2 && (peer <= 0xffff || peer == 0xffffff)
}

// isGTP: GTP version 1 has a length without its 8-byte header (3GPP TS 29.281
// 5.1), version 2 one without its first 4 bytes (TS 29.274 5.1).
//
//	| 001 1 0 E S PN | type | length (2) | TEID (4) ...
func isGTP(p []byte, n int) bool {
	length := int(binary.BigEndian.Uint16(p[2:]))
	switch p[0] >> 5 {
	case 1:
		return length == n-8
	case 2:
		return length == n-4
	}
	return false
}

// isL2TP: flags and version, with a length in control messages and in some
// data messages (RFC 2661 3.1, RFC 3931 4.1.2.1). Data messages without length
// have SPIs that isTFTP rules out, too.
//
//	| T L xx S x O P xxxx vvvv | length (2), if L | tunnel ID | session ID ...
func isL2TP(p []byte, n int) bool {
	flags := binary.BigEndian.Uint16(p)
	const length, reserved = 0x4000, 0x34f0
	version := flags & 0x0f
	return flags&reserved == 0 && flags&length != 0 && (version == 2 || version == 3) &&
		int(binary.BigEndian.Uint16(p[2:])) == n
}

// isIP: an IP packet right behind the UDP header, as Teredo (RFC 4380) and FOU
// send them, fills the datagram.
func isIP(p []byte, n int) bool {
	switch p[0] >> 4 {
	case 4:
		return p[0]&0x0f >= 5 && int(binary.BigEndian.Uint16(p[2:])) == n
	case 6:
		return n > 40 && int(binary.BigEndian.Uint16(p[4:])) == n-40
	}
	return false
}

package reassembly

import "encoding/binary"

// isQUICLong: a long header (RFC 8999 5.1): the top bit, a version that is in
// use, and two connection IDs with their lengths.
//
//	| 1xxxxxxx | version (4) | DCID length | DCID | SCID length | SCID ...
func isQUICLong(p []byte, n int) bool {
	if p[0]&0x80 == 0 || !quicVersion(binary.BigEndian.Uint32(p[1:])) {
		return false
	}
	const maxID = 20 // RFC 9000 17.2
	dcid := int(p[5])
	if dcid > maxID || n < 7+dcid {
		return false
	}
	if len(p) <= 6+dcid {
		return true // cut by the capture
	}
	return int(p[6+dcid]) <= maxID
}

func quicVersion(v uint32) bool {
	switch {
	case v == 0, // version negotiation
		v == 1,                     // RFC 9000
		v == 0x6b3343cf,            // version 2, RFC 9369
		v>>8 == 0xff0000,           // drafts
		v&0x0f0f0f0f == 0x0a0a0a0a, // greased, RFC 9000 15
		v>>8 == 0xfaceb0,           // mvfst
		v>>24 == 'Q' && v>>16&0xff == '0',
		v>>24 == 'T' && v>>16&0xff == '0': // Google's own
		return true
	}
	return false
}

// isSTUN: the magic cookie (RFC 8489 5), or TURN's ChannelData (RFC 8656 12.4),
// whose length fits up to padding.
//
//	STUN        | 00 type (14 bits) | length (2) | 2112a442 | transaction ID ...
//	ChannelData | 4000 to 4fff | length (2) | data ...
func isSTUN(p []byte, n int) bool {
	if p[0]>>6 == 0 && binary.BigEndian.Uint32(p[4:]) == 0x2112a442 {
		return true
	}
	length := 4 + int(binary.BigEndian.Uint16(p[2:]))
	return p[0]>>4 == 4 && n >= length && n <= length+3
}

// isDTLS: a record header (RFC 9147 4, RFC 6347 4.1) with a length that fits.
//
//	| type 20 to 26 | feff, fefd, fefc | epoch (2) | sequence (6) | length (2)
func isDTLS(p []byte, n int) bool {
	if p[0] < 20 || p[0] > 26 || p[1] != 0xfe || p[2] < 0xfc {
		return false
	}
	return len(p) < 13 || 13+int(binary.BigEndian.Uint16(p[11:])) <= n
}

// isRTCP: packet types 200 to 213 behind version 2, and a length in words that
// leads to the end of the datagram or to the next packet like it (RFC 3550 6.4).
// SRTCP (RFC 3711 3.4) adds to the end and encrypts what follows the first.
//
//	| 10 p ccccc | type | length (2) | SSRC (4) ...
func isRTCP(p []byte, n int) bool {
	if p[0]>>6 != 2 || p[1] < 200 || p[1] > 213 {
		return false
	}
	return 4*(int(binary.BigEndian.Uint16(p[2:]))+1) <= n
}

// isUTP: BitTorrent's uTP (BEP 29): type and version 1 in one byte, an extension
// number, a connection ID, and a clock in microseconds that looks like a
// sequence number. The window, in bytes, is below 16 MB.
//
//	| type 0 to 4, version 1 | extension | ID (2) | timestamp (4) |
//	| difference (4) | window (4) | sequence (2) | acknowledged (2) ...
func isUTP(p []byte, n int) bool {
	const header = 20
	if p[0]&0x0f != 1 || p[0]>>4 > 4 || p[1] > 2 || n < header {
		return false
	}
	return len(p) < header || p[12] == 0
}

// isKCP: a conversation number, a command from 81 to 84 and lengths that lead
// through all segments to the end, low byte first.
//
//	| conversation (4) | command | fragment | window (2) |
//	| timestamp (4) | sequence (4) | unacknowledged (4) | length (4) | data
func isKCP(p []byte, n int) bool {
	const header = 24
	conversation := binary.BigEndian.Uint32(p)
	for at := 0; ; {
		if p[4] < 81 || p[4] > 84 || binary.BigEndian.Uint32(p) != conversation {
			return false
		}
		if len(p) < header {
			return at > 0 // cut by the capture: one command alone tells too little
		}
		length := binary.LittleEndian.Uint32(p[20:])
		if int64(length) > int64(n-at-header) {
			return false
		}
		step := header + int(length)
		at += step
		if at == n {
			return true
		}
		if len(p) < step+8 {
			return len(p) < n-at+step // the rest was not captured
		}
		p = p[step:]
	}
}

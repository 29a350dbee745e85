package reassembly

import (
	"bytes"
	"encoding/binary"
)

// isText: SIP, HTTP, SSDP, syslog, BitTorrent's DHT and all else that is
// written in ASCII. Sixteen bytes are enough: ESP's are so once in a million
// times, and only if its sequence number is high.
func isText(p []byte, _ int) bool {
	for _, b := range p[:min(len(p), 16)] {
		if (b < ' ' || b > '~') && b != '\r' && b != '\n' && b != '\t' {
			return false
		}
	}
	return true
}

// isDNS: DNS, multicast DNS and NetBIOS names (RFC 1035 4.1, RFC 6762 18, RFC
// 1002 4.2): a known operation, small counts, and a name right behind.
//
//	| ID (2) | QR op AA TC RD RA z AD CD rcode | counts (4 × 2) | name ...
func isDNS(p []byte, n int) bool {
	const header = 12
	if len(p) < header || n < header+5 {
		return false
	}
	const maxOperation = 6
	if p[2]>>3&0x0f > maxOperation {
		return false
	}
	// The high bytes of all counts.
	if p[4]|p[6]|p[8]|p[10] != 0 {
		return false
	}
	if p[5]|p[7]|p[9]|p[11] == 0 {
		return false
	}
	return isDNSName(p[header:])
}

// isDNSName follows labels up to the root or a pointer, or to where the capture
// ends. The root alone is a name, too. A type and a class follow, which are not
// zero; an initialization vector that counts up from zero passes for a root,
// but not for those.
func isDNSName(b []byte) bool {
	for len(b) > 0 {
		n := int(b[0])
		switch {
		case n == 0:
			if len(b) < 5 {
				return true
			}
			class := binary.BigEndian.Uint16(b[3:]) &^ 0x8000 // RFC 6762 5.4
			return binary.BigEndian.Uint16(b[1:]) != 0 &&
				(class >= 1 && class <= 4 || class >= 254 && class <= 255 || b[2] == 41) // RFC 6891: EDNS
		case n >= 0xc0:
			return true
		case n > 63:
			return false
		}
		label := b[1:]
		label = label[:min(n, len(label))]
		for _, x := range label {
			if x < '!' || x == 0x7f {
				return false
			}
		}
		b = b[1+len(label):]
	}
	return true
}

// isNTP: 48 bytes, or with a key ID and digest 68 or 72 (RFC 5905 7.3): a
// version and a mode, a stratum up to 16, a precision of none or less than 16 ms
// (32 in clients that hide theirs), and a root delay and dispersion of less than
// 256 seconds.
//
//	| leap version mode | stratum | poll | precision |
//	| root delay (4) | root dispersion (4) | reference ID (4) | times (4 × 8)
func isNTP(p []byte, n int) bool {
	if n != 48 && n != 68 && n != 72 {
		return false
	}
	version, mode, precision := p[0]>>3&7, p[0]&7, p[3]
	if version < 1 || version > 4 || mode < 1 || mode > 5 ||
		precision != 0 && precision != 32 && (precision < 0xe0 || precision > 0xfa) {
		return false
	}
	return p[1] <= 16 && p[2] <= 17 && p[4] == 0 && (len(p) < 9 || p[8] == 0)
}

// isBER: one ASN.1 value that fills the datagram and begins with an integer or
// a sequence, as SNMP, LDAP and Kerberos send it (ITU-T X.690 8.1).
func isBER(p []byte, n int) bool {
	const integer, sequence = 0x02, 0x30
	switch p[0] {
	case sequence, 0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x7e: // Kerberos: RFC 4120 5.10
	default:
		return false
	}
	header := 2
	length := int64(p[1])
	switch p[1] {
	case 0x81:
		header, length = 3, int64(p[2])
	case 0x82:
		header, length = 4, int64(binary.BigEndian.Uint16(p[2:]))
	case 0x84:
		header, length = 6, int64(binary.BigEndian.Uint32(p[2:]))
	}
	return int64(header)+length == int64(n) && (p[header] == integer || p[header] == sequence)
}

// isRADIUS: a code and the datagram's own length (RFC 2865 3).
//
//	| code | identifier | length (2) | authenticator (16) | attributes
func isRADIUS(p []byte, n int) bool {
	code := p[0]
	return (code >= 1 && code <= 13 || code >= 40 && code <= 45) &&
		n >= 20 && int(binary.BigEndian.Uint16(p[2:])) == n
}

// isTFTP: an operation from 1 to 6 (RFC 1350 5, RFC 2347). Data has a block
// number and nothing else to tell it by, so that all these numbers are given
// up as SPIs: one in 10,000. L2TP's data and NetFlow begin like this, too.
//
//	| 00 03 | block (2) | data ...
func isTFTP(p []byte, _ int) bool {
	op := binary.BigEndian.Uint16(p)
	return op >= 1 && op <= 6
}

// isDHCP: a request or reply for a link address of 6 bytes or so, and the magic
// cookie behind the fixed part (RFC 2131 3).
func isDHCP(p []byte, n int) bool {
	const cookie = 236
	if p[0] < 1 || p[0] > 2 || p[1] == 0 || p[2] > 16 || n < cookie+4 {
		return false
	}
	if len(p) < cookie+4 {
		return p[1] <= 32 && p[3] <= 16
	}
	return bytes.Equal(p[cookie:cookie+4], []byte{0x63, 0x82, 0x53, 0x63})
}

// isNetFlow: NetFlow versions 5, 7 and 9 have a record count and a clock in
// milliseconds in the place of SPI and sequence number (RFC 3954 5.1), IPFIX
// its length and a clock in seconds (RFC 7011 3.1).
//
//	| version (2) | count or length (2) | uptime or export time (4) ...
func isNetFlow(p []byte, n int) bool {
	count := int(binary.BigEndian.Uint16(p[2:]))
	switch binary.BigEndian.Uint16(p) {
	case 5:
		return n == 24+48*count
	case 7:
		return n == 24+52*count
	case 9:
		// Each record has at least 4 bytes.
		return count > 0 && 20+4*count <= n
	case 10:
		return count == n
	}
	return false
}

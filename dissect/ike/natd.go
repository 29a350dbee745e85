package ike

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/binary"
	"net/netip"
)

// NATDetectionHash is what a NAT_DETECTION_SOURCE_IP or _DESTINATION_IP notify
// of IKEv2 holds for an address and port: SHA-1 over the SPIs as they are in
// the header, the address and the port (RFC 7296 2.23).
func NATDetectionHash(spiI, spiR SPI, addr netip.AddrPort) [sha1.Size]byte {
	var buf [natdInput]byte
	return sha1.Sum(natdBytes(&buf, spiI, spiR, addr))
}

// NATDetectionMatches reports whether hash, from a NAT detection notify or an
// IKEv1 NAT-D payload in m, may stand for addr. IKEv1 hashes with the
// negotiated algorithm (RFC 3947 3.2), which the length tells: MD5, SHA-1,
// SHA2-256, -384 or -512. A hash of any other length cannot be checked and
// counts as a match, so that nobody takes it for proof of a NAT.
func NATDetectionMatches(m *Message, hash []byte, addr netip.AddrPort) bool {
	var buf [natdInput]byte
	b := natdBytes(&buf, m.InitiatorSPI, m.ResponderSPI, addr)
	switch {
	case len(hash) == sha1.Size:
		return [sha1.Size]byte(hash) == sha1.Sum(b)
	case m.V2():
		return true
	case len(hash) == md5.Size:
		return [md5.Size]byte(hash) == md5.Sum(b)
	case len(hash) == sha256.Size:
		return [sha256.Size]byte(hash) == sha256.Sum256(b)
	case len(hash) == sha512.Size384:
		return [sha512.Size384]byte(hash) == sha512.Sum384(b)
	case len(hash) == sha512.Size:
		return [sha512.Size]byte(hash) == sha512.Sum512(b)
	}
	return true
}

const natdInput = 8 + 8 + 16 + 2

func natdBytes(buf *[natdInput]byte, spiI, spiR SPI, addr netip.AddrPort) []byte {
	b := binary.BigEndian.AppendUint64(buf[:0], uint64(spiI))
	b = binary.BigEndian.AppendUint64(b, uint64(spiR))
	if a := addr.Addr().Unmap(); a.Is4() {
		ip := a.As4()
		b = append(b, ip[:]...)
	} else {
		ip := a.As16()
		b = append(b, ip[:]...)
	}
	return binary.BigEndian.AppendUint16(b, addr.Port())
}

package wire

import "encoding/binary"

// ESP is an ESP packet (RFC 4303 2): body holds all that is encrypted, and the
// ICV.
func ESP(spi, seq uint32, body []byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, spi)
	b = binary.BigEndian.AppendUint32(b, seq)
	return append(b, body...)
}

// AH is an AH header (RFC 4302 2) in front of payload. The ICV must be a
// multiple of 4 bytes (of 8 over IPv6).
func AH(next uint8, spi, seq uint32, icv, payload []byte) []byte {
	b := []byte{next, uint8((12+len(icv))/4 - 2), 0, 0}
	b = binary.BigEndian.AppendUint32(b, spi)
	b = binary.BigEndian.AppendUint32(b, seq)
	b = append(b, icv...)
	return append(b, payload...)
}

package ike

import "encoding/binary"

// Delete is the body of a delete payload of IKEv2 (RFC 7296 3.11).
type Delete struct {
	Protocol ProtocolID
	// SPISize in bytes: 0 for IKE, whose SPIs are in the header, 4 for ESP and AH.
	SPISize uint8
	Count   uint16 // of SPIs, as stated
	SPIs    []byte // borrowed; Count times SPISize bytes
}

// ParseDelete reads the body of a delete payload.
func ParseDelete(body []byte) (Delete, error) {
	const part = "delete"
	if len(body) < 4 {
		return Delete{}, short(part, body)
	}
	d := Delete{
		Protocol: ProtocolID(body[0]),
		SPISize:  body[1],
		Count:    binary.BigEndian.Uint16(body[2:]),
		SPIs:     body[4:],
	}
	return d, checkSPIs(part, 2, len(d.SPIs), d.SPISize, d.Count)
}

// SPI returns the i-th SPI, counted from 0, or nil if there is none.
func (d Delete) SPI(i int) []byte { return nthSPI(d.SPIs, d.SPISize, i) }

// Append appends the body to b.
func (d Delete) Append(b []byte) []byte {
	b = append(b, byte(d.Protocol), d.SPISize)
	b = binary.BigEndian.AppendUint16(b, d.Count)
	return append(b, d.SPIs...)
}

// V1Delete is the body of a delete payload of IKEv1 (RFC 2408 3.15).
type V1Delete struct {
	DOI      uint32
	Protocol V1ProtocolID
	SPISize  uint8 // in bytes: 16 for ISAKMP, both cookies
	Count    uint16
	SPIs     []byte // borrowed; Count times SPISize bytes
}

// ParseV1Delete reads the body of a delete payload.
func ParseV1Delete(body []byte) (V1Delete, error) {
	const part = "delete"
	if len(body) < 8 {
		return V1Delete{}, short(part, body)
	}
	d := V1Delete{
		DOI:      binary.BigEndian.Uint32(body),
		Protocol: V1ProtocolID(body[4]),
		SPISize:  body[5],
		Count:    binary.BigEndian.Uint16(body[6:]),
		SPIs:     body[8:],
	}
	return d, checkSPIs(part, 6, len(d.SPIs), d.SPISize, d.Count)
}

// SPI returns the i-th SPI, counted from 0, or nil if there is none.
func (d V1Delete) SPI(i int) []byte { return nthSPI(d.SPIs, d.SPISize, i) }

// Append appends the body to b.
func (d V1Delete) Append(b []byte) []byte {
	b = binary.BigEndian.AppendUint32(b, d.DOI)
	b = append(b, byte(d.Protocol), d.SPISize)
	b = binary.BigEndian.AppendUint16(b, d.Count)
	return append(b, d.SPIs...)
}

func checkSPIs(part string, at, have int, size uint8, count uint16) error {
	if int(size)*int(count) != have {
		return &SyntaxError{Part: part, Offset: at, Problem: "SPIs do not fill the payload"}
	}
	return nil
}

func nthSPI(b []byte, size uint8, i int) []byte {
	n := int(size)
	if i < 0 || n == 0 || i >= len(b)/n {
		return nil
	}
	return b[i*n : i*n+n : i*n+n]
}

package wire

import "encoding/binary"

// Transform types of IKEv2 (RFC 7296 3.3.2).
const (
	TransformEncryption = 1
	TransformPRF        = 2
	TransformIntegrity  = 3
	TransformDH         = 4
)

// Transform is one algorithm of an IKEv2 proposal.
type Transform struct {
	Type      uint8
	ID        uint16
	KeyLength uint16 // in bits, 0: no attribute
}

// Transforms that the captures use.
var (
	AES256CBC   = Transform{TransformEncryption, 12, 256}
	AES128CBC   = Transform{TransformEncryption, 12, 128}
	AES256GCM   = Transform{TransformEncryption, 20, 256}
	TripleDES   = Transform{TransformEncryption, 3, 0}
	PRFSHA256   = Transform{TransformPRF, 5, 0}
	PRFSHA1     = Transform{TransformPRF, 2, 0}
	PRFMD5      = Transform{TransformPRF, 1, 0}
	HMACSHA256  = Transform{TransformIntegrity, 12, 0}
	HMACSHA1    = Transform{TransformIntegrity, 2, 0}
	HMACMD5     = Transform{TransformIntegrity, 1, 0}
	MODP1024    = Transform{TransformDH, 2, 0}
	MODP1536    = Transform{TransformDH, 5, 0}
	MODP2048    = Transform{TransformDH, 14, 0}
	ECP256      = Transform{TransformDH, 19, 0}
	ECP384      = Transform{TransformDH, 20, 0}
	X25519      = Transform{TransformDH, 31, 0}
	publicSizes = map[uint16]int{2: 128, 5: 192, 14: 256, 19: 64, 20: 96, 31: 32}
)

// PublicSize is the length of a public value of a Diffie-Hellman group, in
// bytes.
func PublicSize(group uint16) int { return publicSizes[group] }

// SA is a Security Association payload of IKEv2 for an IKE SA (RFC 7296 3.3):
// proposals numbered from first, without SPI.
func SA(first uint8, proposals ...[]Transform) Payload {
	var b []byte
	for i, p := range proposals {
		start := len(b)
		more := uint8(2)
		if i == len(proposals)-1 {
			more = 0
		}
		b = append(b, more, 0, 0, 0, first+uint8(i), 1, 0, uint8(len(p)))
		for j, t := range p {
			b = appendTransform(b, t, j == len(p)-1)
		}
		binary.BigEndian.PutUint16(b[start+2:], uint16(len(b)-start))
	}
	return Payload{Type: PayloadSA, Body: b}
}

func appendTransform(b []byte, t Transform, last bool) []byte {
	more, length := uint8(3), uint16(8)
	if last {
		more = 0
	}
	if t.KeyLength != 0 {
		length = 12
	}
	b = append(b, more, 0)
	b = binary.BigEndian.AppendUint16(b, length)
	b = append(b, t.Type, 0)
	b = binary.BigEndian.AppendUint16(b, t.ID)
	if t.KeyLength != 0 {
		b = append(b, 0x80, 14) // AF bit, attribute Key Length
		b = binary.BigEndian.AppendUint16(b, t.KeyLength)
	}
	return b
}

package ike

// V1ProtectedSize tells how long encrypted informational messages of IKEv1 are
// (RFC 2408 3.1, RFC 2409 5.7 and appendix B):
//
//	header 28 | HASH: generic header 4, hash | payloads | padding to whole blocks
//
// Whole blocks need no padding, but some senders (strongSwan) add at least one
// byte, and so a block, there too. Others may pad even more.
type V1ProtectedSize struct {
	Block, Hash int // in bytes
}

// What such messages mostly have inside behind their hash, in bytes of payloads.
const (
	// V1LivenessInside is a notify with two cookies as its SPI and a sequence
	// number: R-U-THERE and its acknowledgement (RFC 3706 5.2).
	V1LivenessInside = 32
	// V1DeleteIKEInside is the Delete of an IKE SA, by its two cookies.
	V1DeleteIKEInside = 28
	// V1DeleteChildInside is the Delete of one IPsec SA, by an SPI of 4 bytes.
	V1DeleteChildInside = 16
)

// V1ProtectedSizeOf gives the sizes for a chosen transform of phase 1. It
// returns false where cipher or hash is missing or not known.
func V1ProtectedSizeOf(p V1Phase1) (V1ProtectedSize, bool) {
	var s V1ProtectedSize
	switch p.Encryption {
	case 1, 2, 3, 4, 5, 6: // DES, IDEA, Blowfish, RC5, 3DES, CAST
		s.Block = 8
	case 7, 8: // AES, Camellia
		s.Block = 16
	}
	switch p.Hash {
	case 1: // MD5
		s.Hash = 16
	case 2: // SHA1
		s.Hash = 20
	case 3: // Tiger
		s.Hash = 24
	case 4, 5, 6: // SHA2-256, -384, -512: 32, 48, 64
		s.Hash = 16 * int(p.Hash-2)
	}
	return s, s.Block != 0 && s.Hash != 0
}

// Length returns the bytes of a message with a hash and that many bytes of
// payloads inside, padded no more than it must be. The non-ESP marker is not in
// it.
func (s V1ProtectedSize) Length(inside int) int {
	return HeaderLength + (genericLength+s.Hash+inside+s.Block-1)/s.Block*s.Block
}

// Fits tells whether a message of that length can have that many bytes of
// payloads inside, and no more padding than a sender adds who always adds some.
func (s V1ProtectedSize) Fits(length, inside int) bool {
	least := s.Length(inside)
	whole := (genericLength+s.Hash+inside)%s.Block == 0
	return length == least || whole && length == least+s.Block
}

// JudgeV1Size judges whether what is encrypted in a message of IKEv1 comes in
// whole blocks, as it must (RFC 2409 appendix B).
func JudgeV1Size(m *Message, s V1ProtectedSize) []Finding {
	if !m.V1() || m.Flags&FlagEncryption == 0 || m.end < HeaderLength || (m.end-HeaderLength)%s.Block == 0 {
		return nil
	}
	return []Finding{{HeaderLength, FindingWarning, "what is encrypted does not come in whole blocks of the chosen cipher"}}
}

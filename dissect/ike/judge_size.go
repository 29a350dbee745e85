package ike

// ProtectedSize tells how long messages of IKEv2 are whose payloads are in an SK
// payload (RFC 7296 3.14):
//
//	header 28 | generic header 4 | IV | payloads, padding, pad length | ICV
//
// where the pad length is one byte and the third part a multiple of the block.
// Senders may pad more than they must, so that a length proves nothing alone;
// most pad no more.
type ProtectedSize struct {
	IV, Block, ICV int // in bytes
}

// What a message can have inside to be of the shortest lengths, in bytes of
// payloads.
const (
	emptyInside       = 0
	bareNotifyInside  = 8  // a notify without SPI and data, or the Delete of an IKE SA
	deleteChildInside = 12 // the Delete of one Child SA
)

// ProtectedSizeOf gives the sizes for the transforms of a chosen proposal for
// IKE. It returns false where an algorithm is missing or not known.
func ProtectedSizeOf(p Proposal) (ProtectedSize, bool) {
	var s ProtectedSize
	var integrity uint16
	cipher := false
	for i := p.Transforms(); i.Next(); {
		switch t := i.Transform(); t.Type {
		case TransformEncryption:
			s, cipher = cipherSize(t.ID)
		case TransformIntegrity:
			integrity = t.ID
		}
	}
	if !cipher {
		return ProtectedSize{}, false
	}
	if s.ICV != 0 { // authenticated encryption has no integrity transform
		return s, integrity == 0
	}
	s.ICV = integrityLength(integrity)
	return s, s.ICV != 0
}

// Length returns the bytes of a message with that many bytes of payloads inside,
// padded no more than it must be. The non-ESP marker is not in it.
func (s ProtectedSize) Length(inside int) int {
	padded := (inside + 1 + s.Block - 1) / s.Block * s.Block
	return HeaderLength + genericLength + s.IV + padded + s.ICV
}

// Empty returns the length of a message with nothing inside: the request and
// response that only ask whether the peer lives (RFC 7296 1.4).
func (s ProtectedSize) Empty() int { return s.Length(emptyInside) }

// BareNotify returns the length of a message with one notify that has neither
// SPI nor data, such as AUTHENTICATION_FAILED. The Delete of an IKE SA is as
// long.
func (s ProtectedSize) BareNotify() int { return s.Length(bareNotifyInside) }

// Says tells in words what a message of a length can have inside, or nothing
// if it is not one of the shortest. With block ciphers several are of one
// length.
func (s ProtectedSize) Says(length int) string {
	empty, notify, child := length == s.Empty(), length == s.BareNotify(), length == s.Length(deleteChildInside)
	switch {
	case empty && child:
		return "empty, one bare notify, or one delete"
	case empty && notify:
		return "empty, one bare notify, or the delete of the IKE SA"
	case notify && child:
		return "one bare notify, or one delete"
	case empty:
		return "empty"
	case notify:
		return "one bare notify, or the delete of the IKE SA"
	case child:
		return "the delete of one Child SA"
	}
	return ""
}

// JudgeSize judges a protected message against the transforms of its IKE SA: no
// message is shorter than an empty one, and payloads come in whole blocks.
func JudgeSize(m *Message, s ProtectedSize) []Finding {
	for w := m.Walk(); w.Next(); {
		p := w.Payload()
		if p.Type != PayloadSK && p.Type != PayloadSKF {
			continue
		}
		head := 0
		if p.Type == PayloadSKF {
			head = 4 // number and total (RFC 7383 2.5)
		}
		inside := p.Length - genericLength - head - s.IV - s.ICV
		switch {
		case inside < s.Block:
			return []Finding{{p.Offset + 2, FindingWarning, "encrypted payload is shorter than the chosen algorithms make it"}}
		case inside%s.Block != 0:
			return []Finding{{p.Offset + 2, FindingWarning, "encrypted payload does not hold whole blocks of the chosen cipher"}}
		}
	}
	return nil
}

// cipherSize gives IV, block, and for authenticated encryption the ICV, of the
// ciphers that IKEv2 may use (RFC 7296 3.14, RFC 5930, RFC 5282, RFC 5529, RFC
// 7634, RFC 9227). Those with an implicit IV must not be used in IKEv2 (RFC
// 8750 8), nor NULL with GMAC.
func cipherSize(id uint16) (ProtectedSize, bool) {
	switch id {
	case 2, 3, 4, 5, 6, 7: // DES, 3DES, RC5, IDEA, CAST, Blowfish in CBC
		return ProtectedSize{IV: 8, Block: 8}, true
	case 11: // NULL
		return ProtectedSize{IV: 0, Block: 1}, true
	case 12, 23: // AES, Camellia in CBC
		return ProtectedSize{IV: 16, Block: 16}, true
	case 13, 24: // AES, Camellia in CTR
		return ProtectedSize{IV: 8, Block: 1}, true
	case 14, 18, 25, 33: // ICV of 8; Magma
		return ProtectedSize{IV: 8, Block: 1, ICV: 8}, true
	case 15, 19, 26, 32: // ICV of 12; Kuznyechik
		return ProtectedSize{IV: 8, Block: 1, ICV: 12}, true
	case 16, 20, 27, 28: // ICV of 16; ChaCha20-Poly1305
		return ProtectedSize{IV: 8, Block: 1, ICV: 16}, true
	}
	return ProtectedSize{}, false
}

// integrityLength returns the bytes of an integrity check, 0 for none.
func integrityLength(id uint16) int {
	switch id {
	case 1, 2, 5, 8: // truncated to 96 bits
		return 12
	case 3: // DES-MAC
		return 8
	case 4, 6, 12: // 128 bits
		return 16
	case 7:
		return 20
	case 13:
		return 24
	case 14:
		return 32
	}
	return 0
}

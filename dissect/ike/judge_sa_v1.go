package ike

import "strconv"

// judgeV1Keys judges which transforms of phase 1 have a key length: ciphers with
// keys of one size must not (RFC 2409 appendix A), AES and Camellia must (RFC
// 3602 5.3, RFC 4312 4.3). The body of the SA begins at byte at.
func judgeV1Keys(s V1SA, at int) []Finding {
	var found []Finding
	at += 8 + len(s.labels)
	for i := s.Proposals(); i.Next(); {
		p := i.Proposal()
		if p.Protocol != V1ProtocolID(ProtocolIKE) {
			continue
		}
		from := at + i.s.at - len(i.s.cur) + substructureHead + len(p.SPI)
		for j := p.Transforms(); j.Next(); {
			if text := v1KeyText(j.Transform()); text != "" {
				found = append(found, Finding{from + j.s.at - len(j.s.cur), FindingWarning, text})
			}
		}
	}
	return found
}

// v1KeyText says what is wrong with the key length of a transform of phase 1,
// or nothing.
func v1KeyText(t V1Transform) string {
	p := t.Phase1()
	has := false
	for a := t.Attributes(); a.Next(); {
		has = has || V1AttributeType(a.cur.Type) == V1AttributeKeyLength
	}
	name := V1EncryptionName(p.Encryption, 0)
	switch p.Encryption {
	case 1, 2, 5: // DES, IDEA, 3DES
		if has {
			return name + " has a key length, but its keys are of one size"
		}
	case 7, 8: // AES, Camellia
		switch {
		case !has:
			return name + " lacks the key length it must have"
		case p.KeyLength != 128 && p.KeyLength != 192 && p.KeyLength != 256:
			return name + " has no keys of " + strconv.Itoa(int(p.KeyLength)) + " bits"
		}
	}
	return ""
}

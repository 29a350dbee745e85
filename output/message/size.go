package message

import (
	"math/bits"
	"strconv"
	"strings"

	"github.com/ikesniff/ikesniff/dissect/ike"
)

// sizes tells what messages of the length of an encrypted one may hold. It is a
// set: with block ciphers several are of one length.
type sizes uint8

const (
	sizeEmpty       sizes = 1 << iota // nothing: the question whether the peer lives, and its answer
	sizeNotify                        // a notify without SPI and data
	sizeDelete                        // a delete
	sizeShortEAP                      // the end of EAP, or a step of a few bytes
	sizeLiveness                      // IKEv1: R-U-THERE or its acknowledgement
	sizeDeleteIKE                     // IKEv1: the delete of the IKE SA
	sizeDeleteChild                   // IKEv1: the delete of an IPsec SA
)

var sizeNames = [...]struct{ words, key string }{
	{"empty message", "empty"}, {"bare notify", "bare-notify"}, {"delete", "delete"},
	{"short EAP message", "short-eap"}, {"liveness check", "liveness"},
	{"IKE SA delete", "delete-ike-sa"}, {"IPsec SA delete", "delete-ipsec-sa"},
}

// deleteChildInside is the length of the Delete payload of one Child SA.
const deleteChildInside = 12

// fits compares the length of an encrypted message with those that the chosen
// algorithms give for what its exchange may hold. Fragments hold only a part.
func (s *summary) fits() sizes {
	x := s.link.protects
	if x == nil || s.fragment.Total > 0 {
		return 0
	}
	n := int(s.m.Length)
	var fit sizes
	set := func(is bool, f sizes) {
		if is {
			fit |= f
		}
	}
	switch {
	case s.m.V1():
		if s.m.ExchangeType == ike.ExchangeV1Informational {
			set(x.sizeV1.Fits(n, ike.V1LivenessInside), sizeLiveness)
			set(x.sizeV1.Fits(n, ike.V1DeleteIKEInside), sizeDeleteIKE)
			set(x.sizeV1.Fits(n, ike.V1DeleteChildInside), sizeDeleteChild)
		}
	case s.m.ExchangeType == ike.ExchangeInformational:
		set(n == x.size.Empty(), sizeEmpty)
		set(n == x.size.BareNotify(), sizeNotify|sizeDelete) // the Delete of an IKE SA is as long
		set(n == x.size.Length(deleteChildInside), sizeDelete)
	case n == x.size.BareNotify():
		fit = sizeNotify
		set(s.m.ExchangeType == ike.ExchangeAuth && s.m.MessageID > 1, sizeShortEAP)
	}
	return fit
}

// append appends what messages of this length may hold.
func (f sizes) append(b []byte) []byte {
	left := bits.OnesCount8(uint8(f))
	if left == 0 {
		return b
	}
	b = append(b, ": size of a"...)
	if first := bits.TrailingZeros8(uint8(f)); strings.ContainsRune("eI", rune(sizeNames[first].words[0])) {
		b = append(b, 'n')
	}
	b = append(b, ' ')
	for i := range sizeNames {
		if f&(1<<i) == 0 {
			continue
		}
		b = append(b, sizeNames[i].words...)
		switch left--; left {
		case 0:
		case 1:
			b = append(b, " or "...)
		default:
			b = append(b, ", "...)
		}
	}
	return b
}

// appendSize appends the length of the message, by which encrypted ones are
// told apart.
func appendSize(b []byte, s *summary) []byte {
	b = append(b, ", "...)
	b = strconv.AppendUint(b, uint64(s.m.Length), 10)
	b = append(b, " bytes"...)
	return s.fits().append(b)
}

// sizeFindings judges the length of what is encrypted against the chosen
// algorithms.
func (s *summary) sizeFindings() []ike.Finding {
	switch x := s.link.protects; {
	case x == nil:
		return nil
	case s.m.V1():
		return ike.JudgeV1Size(&s.m, x.sizeV1)
	default:
		return ike.JudgeSize(&s.m, x.size)
	}
}

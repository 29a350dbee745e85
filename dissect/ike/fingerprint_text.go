package ike

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// FingerprintText writes out what Fingerprint condenses, as one line without
// spaces that stays the same from release to release. All numbers are those of
// the wire, in decimal:
//
//	text      = "ikev" major ":" exchange *( "|" payload )
//	payload   = type [ "=" detail ]
//	detail    = proposals / notify-type / vendor-id
//	proposals = proposal *( "+" proposal )
//	proposal  = number "." protocol "(" [ transform *( "," transform ) ] ")"
//	transform = first "." id *( "/" attribute )
//	attribute = type ":" ( value / "x" hexadecimal )
//	vendor-id = hexadecimal, of no more than the first 28 bytes
//
// first is the type of a transform of IKEv2, and the number of one of IKEv1. An
// attribute has a value where it is a short one, and the bytes of a long one.
// Key exchange methods of IKEv2 come last in their proposal and sorted, for
// clients put the one first that they were asked for. A cookie, and a notify
// that cannot be read, are left out. An IKE_SA_INIT may read:
//
//	ikev2:34|33=1.1(1.20/14:256,2.5,4.19,4.31)|34|40|41=16388|41=16389|41=16430
//
// Two messages with the same text have the same Fingerprint, and two with
// different texts have different ones but for chance. The length is a small
// multiple of the message's.
func FingerprintText(m *Message) string {
	b := fmt.Appendf(nil, "ikev%d:%d", m.Version.Major, m.ExchangeType)
	for w := m.Walk(); w.Next(); {
		b = appendPayloadText(b, m, &w.cur)
	}
	return string(b)
}

// FingerprintHash gives the Fingerprint as 16 hexadecimal digits: the short form
// for tables and for looking up one implementation.
func FingerprintHash(m *Message) string {
	return fmt.Sprintf("%016x", Fingerprint(m))
}

func appendPayloadText(b []byte, m *Message, p *Payload) []byte {
	plain := fmt.Appendf(b, "|%d", p.Type)
	switch {
	case m.V2() && p.Type == PayloadNotify:
		n, err := ParseNotify(p.Body)
		if err != nil || n.Type == NotifyCookie {
			return b
		}
		return fmt.Appendf(plain, "=%d", n.Type)
	case m.V1() && p.Type == PayloadV1Notify:
		n, err := ParseV1Notify(p.Body)
		if err != nil {
			return plain
		}
		return fmt.Appendf(plain, "=%d", n.Type)
	case m.V2() && p.Type == PayloadSA:
		sa, _ := ParseSA(p.Body)
		return append(append(plain, '='), sa.fingerprintText()...)
	case m.V1() && p.Type == PayloadV1SA:
		sa, _ := ParseV1SA(p.Body)
		return append(append(plain, '='), sa.fingerprintText()...)
	case p.Type == PayloadVendorID, p.Type == PayloadV1VendorID:
		return hex.AppendEncode(append(plain, '='), p.Body[:min(len(p.Body), maxFingerprintVendor)])
	}
	return plain
}

func (s SA) fingerprintText() string {
	var proposals []string
	for i := s.Proposals(); i.Next(); {
		p := i.Proposal()
		var transforms, methods []string
		for j := p.Transforms(); j.Next(); {
			t := j.Transform()
			text := transformText(uint8(t.Type), t.ID, t.Attributes())
			if t.Type == TransformKeyExchange {
				methods = append(methods, text)
			} else {
				transforms = append(transforms, text)
			}
		}
		slices.Sort(methods)
		proposals = append(proposals, proposalText(p.Number, uint8(p.Protocol), append(transforms, methods...)))
	}
	return strings.Join(proposals, "+")
}

func (s V1SA) fingerprintText() string {
	var proposals []string
	for i := s.Proposals(); i.Next(); {
		p := i.Proposal()
		var transforms []string
		for j := p.Transforms(); j.Next(); {
			t := j.Transform()
			transforms = append(transforms, transformText(t.Number, uint16(t.ID), t.Attributes()))
		}
		proposals = append(proposals, proposalText(p.Number, uint8(p.Protocol), transforms))
	}
	return strings.Join(proposals, "+")
}

func proposalText(number, protocol uint8, transforms []string) string {
	return fmt.Sprintf("%d.%d(%s)", number, protocol, strings.Join(transforms, ","))
}

func transformText(first uint8, id uint16, attributes Attributes) string {
	b := strconv.AppendUint(nil, uint64(first), 10)
	b = append(b, '.')
	b = strconv.AppendUint(b, uint64(id), 10)
	for attributes.Next() {
		a := attributes.Attribute()
		b = fmt.Appendf(b, "/%d:", a.Type)
		if v, ok := a.Uint(); a.Short && ok {
			b = strconv.AppendUint(b, v, 10)
		} else {
			b = hex.AppendEncode(append(b, 'x'), a.Value)
		}
	}
	return string(b)
}

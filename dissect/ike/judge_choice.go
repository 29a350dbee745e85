package ike

import (
	"bytes"
	"strconv"
)

// maxCompared is the most bytes of proposals that are compared with others, for
// it takes the square of their number. Honest offers are a tenth of it.
const maxCompared = maxTransforms * substructureHead

// JudgeChoice judges the SA payload of a response against the offer it answers:
// one proposal, with the number of one of the offer, and of each type of
// transform one that stands in it, attributes and all (RFC 7296 2.7 and 3.3).
// The body of the chosen SA begins at byte at of its message. Offers longer than
// honest ones are not judged.
func JudgeChoice(offer, chosen SA, at int) []Finding {
	if max(len(offer.b), len(chosen.b)) > maxCompared {
		return nil
	}
	var found []Finding
	add := func(at int, text string) { found = append(found, Finding{at, FindingWarning, text}) }
	n := 0
	for i := chosen.Proposals(); i.Next(); n++ {
		from := at + i.s.at - len(i.s.cur)
		p := i.Proposal()
		if n == 1 {
			add(from, "the choice has more than one proposal")
		}
		of, ok := offer.proposal(p.Number)
		switch {
		case !ok:
			add(from+4, "chosen proposal "+strconv.Itoa(int(p.Number))+" was not offered")
			continue
		case of.Protocol != p.Protocol:
			add(from+5, "chosen protocol "+p.Protocol.String()+" is not that of the offered proposal, "+of.Protocol.String())
			continue
		}
		found = append(found, judgeTransforms(of, p, from, from+substructureHead+len(p.SPI))...)
	}
	if n == 0 {
		add(at, "the choice has no proposal")
	}
	return found
}

// judgeTransforms judges the transforms of a chosen proposal, which begins at
// byte from and its transforms at byte at, against the one it is taken from.
func judgeTransforms(of, p Proposal, from, at int) []Finding {
	var found []Finding
	var chosen [256]uint16 // by type of transform
	for i := p.Transforms(); i.Next(); {
		t, here := i.Transform(), at+i.s.at-len(i.s.cur)
		if chosen[t.Type]++; chosen[t.Type] == 2 {
			found = append(found, Finding{here, FindingWarning, "the choice has more than one " + t.Type.Name()})
		}
		if !of.has(t) {
			found = append(found, Finding{here, FindingWarning, "chosen " + t.Type.Name() + " " + t.Name() + " was not offered"})
		}
	}
	var said [256]bool
	for i := of.Transforms(); i.Next(); {
		if t := i.Transform().Type; chosen[t] == 0 && !said[t] && !of.optional(t) {
			said[t] = true
			found = append(found, Finding{from, FindingWarning, "the choice has no " + t.Name() + ", of which the offer demands one"})
		}
	}
	return found
}

// proposal returns the one with a number.
func (s SA) proposal(number uint8) (Proposal, bool) {
	for i := s.Proposals(); i.Next(); {
		if p := i.Proposal(); p.Number == number {
			return p, true
		}
	}
	return Proposal{}, false
}

// has reports whether the same transform stands in the proposal.
func (p Proposal) has(t Transform) bool {
	for i := p.Transforms(); i.Next(); {
		if i.Transform().same(t) {
			return true
		}
	}
	return false
}

// optional reports whether a choice may do without a type of transform: NONE
// is offered of it, which may be left out (RFC 7296 3.3.2 and 3.3.3).
func (p Proposal) optional(t TransformType) bool {
	if t == TransformESN {
		return false // 0 stands for sequence numbers of 32 bits
	}
	for i := p.Transforms(); i.Next(); {
		if u := i.Transform(); u.Type == t && u.ID == 0 {
			return true
		}
	}
	return false
}

// same reports whether two transforms are the same algorithm with the same
// attributes.
func (t Transform) same(u Transform) bool {
	return t.Type == u.Type && t.ID == u.ID && sameAttributes(t.Attributes(), u.Attributes())
}

// JudgeV1Choice judges the SA payload of an answer of IKEv1 against the offer:
// one transform out of it, with its attributes unchanged but for their order
// (RFC 2409 5, RFC 2408 4.2). The body of the chosen SA begins at byte at.
// Offers longer than honest ones are not judged.
func JudgeV1Choice(offer, chosen V1SA, at int) []Finding {
	if max(len(offer.b), len(chosen.b)) > maxCompared {
		return nil
	}
	proposals := at + 8 + len(chosen.labels)
	n := 0
	for i := chosen.Proposals(); i.Next(); {
		p, from := i.Proposal(), proposals+i.s.at-len(i.s.cur)
		for j := p.Transforms(); j.Next(); n++ {
			if n == 1 && p.Protocol == V1ProtocolID(ProtocolIKE) {
				return []Finding{{from, FindingWarning, "the choice has more than one transform"}}
			}
			if !offer.offers(p.Protocol, j.Transform()) {
				here := from + substructureHead + len(p.SPI) + j.s.at - len(j.s.cur)
				return []Finding{{here, FindingWarning, "chosen transform was not offered in this form"}}
			}
		}
	}
	if n == 0 {
		return []Finding{{at, FindingWarning, "the choice has no transform"}}
	}
	return nil
}

func (s V1SA) offers(protocol V1ProtocolID, t V1Transform) bool {
	for i := s.Proposals(); i.Next(); {
		p := i.Proposal()
		if p.Protocol != protocol {
			continue
		}
		for j := p.Transforms(); j.Next(); {
			if u := j.Transform(); u.ID == t.ID && sameAttributes(u.Attributes(), t.Attributes()) {
				return true
			}
		}
	}
	return false
}

// maxAttributes bounds the comparison of attributes without order, which takes
// the square of their number. Honest transforms have a dozen at most.
const maxAttributes = 64

// sameAttributes compares two rows of attributes without their order. Rows that
// are longer than honest ones are the same only byte for byte.
func sameAttributes(a, b Attributes) bool {
	if bytes.Equal(a.b, b.b) {
		return true
	}
	if len(a.b) != len(b.b) || len(a.b) > 4*maxAttributes {
		return false
	}
	return contains(a, b) && contains(b, a)
}

// contains reports whether each attribute of b stands in a.
func contains(a, b Attributes) bool {
	for b.Next() {
		found := false
		for i := a; i.Next() && !found; {
			found = i.cur.Type == b.cur.Type && i.cur.Short == b.cur.Short && bytes.Equal(i.cur.Value, b.cur.Value)
		}
		if !found {
			return false
		}
	}
	return true
}

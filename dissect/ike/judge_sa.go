package ike

import (
	"encoding/binary"
	"strconv"
)

// findings judges the proposals one by one: reserved bytes, numbers (RFC 7296
// 3.3.1), and which transforms have a key length (3.3.5).
func (s SA) findings(at int) []Finding {
	var found []Finding
	number := uint8(1)
	for i := s.Proposals(); i.Next(); number++ {
		c, from := i.s.cur, at+i.s.at-len(i.s.cur)
		p := i.Proposal()
		if c[1] != 0 {
			found = append(found, Finding{from + 1, FindingWarning, "reserved byte of a proposal is not zero"})
		}
		// One alone may be the choice, with the number that it has in the offer.
		alone := number == 1 && i.s.last
		if !alone && p.Number != number {
			found = append(found, Finding{from + 4, FindingWarning, "proposal is number " +
				strconv.Itoa(int(p.Number)) + " where " + strconv.Itoa(int(number)) + " is due"})
		}
		found = append(found, p.findings(from+substructureHead+len(p.SPI))...)
	}
	return found
}

// findings judges the transforms of a proposal, of which the first begins at
// byte at of the message.
func (p Proposal) findings(at int) []Finding {
	var found []Finding
	for i := p.Transforms(); i.Next(); {
		c, from := i.s.cur, at+i.s.at-len(i.s.cur)
		if c[1] != 0 || c[5] != 0 {
			found = append(found, Finding{from + 1, FindingWarning, "reserved bytes of a transform are not zero"})
		}
		found = append(found, i.Transform().findings(from)...)
	}
	return found
}

// findings judges the attributes of a transform that begins at byte at.
func (t Transform) findings(at int) []Finding {
	var found []Finding
	add := func(at int, text string) { found = append(found, Finding{at, FindingWarning, text}) }
	_, name := TransformName(t.Type, t.ID)
	keyLengths, bits := 0, uint16(0)
	for a := t.Attributes(); a.Next(); {
		here := at + substructureHead + a.at - len(a.cur.Value)
		if a.cur.Short {
			here -= 2
		} else {
			here -= 4
		}
		switch {
		case a.cur.Type != AttributeKeyLength:
			continue
		case !a.cur.Short:
			add(here, "key length is a long attribute, which it must not be")
			continue
		}
		keyLengths++
		bits = binary.BigEndian.Uint16(a.cur.Value)
		switch rule := keyRuleOf(t); {
		case rule == keyFixed:
			add(here, name+" has a key length, but its keys are of one size")
		case rule == keyOneOf3 && bits != 128 && bits != 192 && bits != 256:
			add(here, name+" has no keys of "+strconv.Itoa(int(bits))+" bits")
		case bits == 0:
			add(here, "key length of "+name+" is 0")
		}
	}
	switch {
	case keyLengths > 1:
		add(at, name+" has more than one key length")
	case keyLengths == 0 && keyRuleOf(t) == keyOneOf3:
		add(at, name+" lacks the key length it must have")
	}
	return found
}

// keyRule tells whether a transform has a key length attribute.
type keyRule uint8

const (
	keyUnknown  keyRule = iota // an algorithm nothing is known of
	keyFixed                   // must not have one
	keyVariable                // may have one
	keyOneOf3                  // must have one, of 128, 192 or 256 bits
)

// keyRuleOf tells the rule for a transform of IKEv2 by the RFC that defines it
// (RFC 7296 3.3.5; RFC 3686, 5282, 5529, 4543, 7634, 8750 and 9227). RFC 2451
// lets RC5, CAST and Blowfish do without one.
func keyRuleOf(t Transform) keyRule {
	switch t.Type {
	case TransformPRF, TransformIntegrity:
		if name, _ := TransformName(t.Type, t.ID); name == strconv.Itoa(int(t.ID)) {
			return keyUnknown
		}
		return keyFixed
	case TransformEncryption:
	default:
		return keyUnknown
	}
	switch t.ID {
	case 1, 2, 3, 5, 9, 11, 28, 31, 32, 33, 34, 35:
		return keyFixed
	case 4, 6, 7:
		return keyVariable
	case 12, 13, 14, 15, 16, 18, 19, 20, 21, 23, 24, 25, 26, 27, 29, 30:
		return keyOneOf3
	}
	return keyUnknown
}

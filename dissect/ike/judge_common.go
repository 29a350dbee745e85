package ike

import "strings"

// Overlap is what two offers have in common of one type of transform, each in
// the order of the first offer that has it. Slices are of values that borrow
// the offers.
type Overlap struct {
	Type   TransformType
	Common []Transform
	// First and Second are what only one of the offers has.
	First, Second []Transform
}

// CommonTransforms intersects two offers, such as those of two peers that each
// began an IKE_SA_INIT, type by type over all their proposals for one protocol.
// The types are in ascending order. That each has something in common does not
// mean that the peers agree: see Agree.
func CommonTransforms(a, b SA, protocol ProtocolID) []Overlap {
	first, second := a.transforms(protocol), b.transforms(protocol)
	var out []Overlap
	for t := range 256 {
		t := TransformType(t)
		if len(first[t]) == 0 && len(second[t]) == 0 {
			continue
		}
		o := Overlap{Type: t}
		for _, x := range first[t] {
			if hasTransform(second[t], x) {
				o.Common = append(o.Common, x)
			} else {
				o.First = append(o.First, x)
			}
		}
		for _, x := range second[t] {
			if !hasTransform(first[t], x) {
				o.Second = append(o.Second, x)
			}
		}
		out = append(out, o)
	}
	return out
}

// transforms gives the different transforms of all proposals for a protocol, by
// type, at most maxTransforms of them.
func (s SA) transforms(protocol ProtocolID) *[256][]Transform {
	out := new([256][]Transform)
	left := maxTransforms
	for i := s.Proposals(); i.Next(); {
		p := i.Proposal()
		if p.Protocol != protocol {
			continue
		}
		for j := p.Transforms(); j.Next() && left > 0; left-- {
			if t := j.Transform(); !hasTransform(out[t.Type], t) {
				out[t.Type] = append(out[t.Type], t)
			}
		}
	}
	return out
}

func hasTransform(row []Transform, t Transform) bool {
	for _, x := range row {
		if x.same(t) {
			return true
		}
	}
	return false
}

// Agree reports whether a proposal of one offer and one of the other have a
// transform of every type in common that either demands, so that a responder
// with the second as its policy could choose (RFC 7296 2.7). Offers longer than
// honest ones count as not in agreement.
func Agree(a, b SA, protocol ProtocolID) bool {
	if max(len(a.b), len(b.b)) > maxCompared {
		return false
	}
	for i := a.Proposals(); i.Next(); {
		for j := b.Proposals(); j.Next(); {
			p, q := i.Proposal(), j.Proposal()
			if p.Protocol != protocol || q.Protocol != protocol {
				continue
			}
			if p.meets(q) && q.meets(p) {
				return true
			}
		}
	}
	return false
}

// meets reports whether q has one of p's transforms of each type p demands.
func (p Proposal) meets(q Proposal) bool {
	var demanded, met [256]bool
	for i := p.Transforms(); i.Next(); {
		t := i.Transform()
		demanded[t.Type] = true
		met[t.Type] = met[t.Type] || q.has(t)
	}
	for t := range demanded {
		if demanded[t] && !met[t] && !p.optional(TransformType(t)) {
			return false
		}
	}
	return true
}

// JudgeOffers tells why two offers do not agree: the types of transform of
// which they have nothing in common, with what each has. It returns nothing if
// they agree, or if they are longer than honest ones. The findings stand at byte at, that of the second one's SA body.
func JudgeOffers(a, b SA, protocol ProtocolID, at int) []Finding {
	if max(len(a.b), len(b.b)) > maxCompared || Agree(a, b, protocol) {
		return nil
	}
	var found []Finding
	for _, o := range CommonTransforms(a, b, protocol) {
		if len(o.Common) == 0 && len(o.First) > 0 && len(o.Second) > 0 {
			found = append(found, Finding{at, FindingNote, "no " + o.Type.Name() + " in common: " +
				transformNames(o.First) + " and " + transformNames(o.Second)})
		}
	}
	if found == nil {
		found = append(found, Finding{at, FindingNote, "no proposal of one has all in common with one of the other"})
	}
	return found
}

// transformNames lists the first few names.
func transformNames(row []Transform) string {
	const most = 8
	var names []string
	for _, t := range row[:min(len(row), most)] {
		names = append(names, t.Name())
	}
	s := strings.Join(names, ", ")
	if len(row) > most {
		s += ", ..."
	}
	return s
}

package ike

// ChoicePosition tells which proposal of an offer was chosen: the position of
// the one with the number of the choice, from 1 on, and how many there are. The
// position is 0 where none has the number.
func ChoicePosition(offer, chosen SA) (position, of int) {
	c := chosen.Proposals()
	some := c.Next()
	for i := offer.Proposals(); i.Next(); {
		of++
		if some && position == 0 && i.Proposal().Number == c.Proposal().Number {
			position = of
		}
	}
	return position, of
}

// ChosenTransform tells where a chosen transform stood in the offer: its
// position, from 1 on, among those of its type in the proposal it was taken
// from, 0 if it was not there, and how many these are.
type ChosenTransform struct {
	Transform
	Position, Of int
}

// ChosenTransforms lists the transforms of the first chosen proposal with their
// positions in the offer. It gives none where no proposal of the offer has the
// number of the choice, or an SA payload is longer than honest ones.
func ChosenTransforms(offer, chosen SA) []ChosenTransform {
	c := chosen.Proposals()
	if max(len(offer.b), len(chosen.b)) > maxCompared || !c.Next() {
		return nil
	}
	p, ok := offer.proposal(c.Proposal().Number)
	if !ok {
		return nil
	}
	var out []ChosenTransform
	for i := c.Proposal().Transforms(); i.Next(); {
		t := ChosenTransform{Transform: i.Transform()}
		for j := p.Transforms(); j.Next(); {
			u := j.Transform()
			if u.Type != t.Type {
				continue
			}
			t.Of++
			if t.Position == 0 && u.same(t.Transform) {
				t.Position = t.Of
			}
		}
		out = append(out, t)
	}
	return out
}

// V1ChoicePosition tells which transform of an offer of IKEv1 was chosen: its
// position over all proposals, from 1 on, and how many there are. The position
// is 0 where none is the same, also with its attributes in another order.
func V1ChoicePosition(offer, chosen V1SA) (position, of int) {
	protocol, want, ok := chosen.first()
	for i := offer.Proposals(); i.Next(); {
		p := i.Proposal()
		for j := p.Transforms(); j.Next(); {
			of++
			t := j.Transform()
			if ok && position == 0 && p.Protocol == protocol && t.ID == want.ID && sameAttributes(t.Attributes(), want.Attributes()) {
				position = of
			}
		}
	}
	return position, of
}

// FirstTransform returns the first transform of the SA, false if it has none.
func (s V1SA) FirstTransform() (V1Transform, bool) {
	_, t, ok := s.first()
	return t, ok
}

func (s V1SA) first() (V1ProtocolID, V1Transform, bool) {
	for i := s.Proposals(); i.Next(); {
		if j := i.Proposal().Transforms(); j.Next() {
			return i.Proposal().Protocol, j.Transform(), true
		}
	}
	return 0, V1Transform{}, false
}

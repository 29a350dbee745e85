package message

import (
	"strconv"

	"github.com/ikesniff/ikesniff/dissect/ike"
)

// choice gives where in the offer what was chosen stood, counted from 1 in
// proposals, in IKEv1 in transforms, and what the choice breaks. The position is
// 0 where it was not offered.
func (s *summary) choice() (position, of int, found []ike.Finding) {
	if s.m.V1() {
		offer, _ := ike.ParseV1SA(s.link.answers.body)
		chosen, _ := ike.ParseV1SA(s.sa)
		position, of = ike.V1ChoicePosition(offer, chosen)
		return position, of, ike.JudgeV1Choice(offer, chosen, s.saAt)
	}
	offer, _ := ike.ParseSA(s.link.answers.body)
	chosen, _ := ike.ParseSA(s.sa)
	position, of = ike.ChoicePosition(offer, chosen)
	return position, of, ike.JudgeChoice(offer, chosen, s.saAt)
}

// chosen tells whether the message chooses from an offer that is known.
func (s *summary) chosen() bool { return s.link.answers != nil && !s.link.refused }

// appendChoice appends behind what was chosen where in the offer it stood, or
// that it was not in it.
func (l *Lister) appendChoice(b []byte, s *summary) []byte {
	if !s.chosen() {
		return b
	}
	position, of, found := s.choice()
	switch {
	case len(found) > 0:
		b = append(b, ", against the offer of "...)
		b = l.appendFrame(b, s.link.answers.request)
		b = append(b, ": "...)
		return append(b, found[0].Text...)
	case of > 1:
		b = append(b, ", "...)
		b = append(b, alternative(&s.m)...)
		b = append(b, ' ')
		b = strconv.AppendInt(b, int64(position), 10)
		b = append(b, " of "...)
		b = strconv.AppendInt(b, int64(of), 10)
	}
	return b
}

// alternative is what a responder chooses one of.
func alternative(m *ike.Message) string {
	if m.V1() {
		return "transform"
	}
	return "proposal"
}

// appendRefused appends which offer was turned down.
func (l *Lister) appendRefused(b []byte, s *summary) []byte {
	if !s.link.refused {
		return b
	}
	b = append(b, ", offered was "...)
	if s.m.V1() {
		return l.algorithms.appendV1(b, s.link.answers.body)
	}
	return l.algorithms.appendV2(b, s.link.answers.body)
}

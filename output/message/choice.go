package message

import (
	"strconv"

	"github.com/ikesniff/ikesniff/dissect/ike"
)

// chosen tells whether the message chooses from an offer that is known.
func (s *summary) chosen() bool { return s.link.answers != nil && !s.link.refused }

// appendChoice appends behind what was chosen where in the offer it stood, or
// that it was not in it.
func (l *Lister) appendChoice(b []byte, s *summary) []byte {
	if !s.chosen() {
		return b
	}
	switch x := &s.link; {
	case len(x.found) > 0:
		b = append(b, ", against the offer of "...)
		b = l.appendFrame(b, x.answers.request)
		b = append(b, ": "...)
		return append(b, x.found[0].Text...)
	case x.of > 1:
		b = append(b, ", "...)
		b = append(b, alternative(&s.m)...)
		b = append(b, ' ')
		b = strconv.AppendInt(b, int64(x.position), 10)
		b = append(b, " of "...)
		b = strconv.AppendInt(b, int64(x.of), 10)
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

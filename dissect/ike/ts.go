package ike

import "encoding/binary"

// Traffic selector types (RFC 7296 3.13.1, RFC 4595, RFC 9478).
const (
	TSIPv4Range = 7
	TSIPv6Range = 8
	TSFCRange   = 9
	TSSecLabel  = 10
)

// TS is the body of a traffic selector payload, TSi or TSr (RFC 7296 3.13):
//
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	|     count     |                   reserved                    |
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	|                       traffic selectors                       |
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
type TS struct {
	Count uint8 // of selectors, as stated
	b     []byte
}

const (
	tsHead       = 4 // of the payload
	selectorHead = 4 // of each selector
)

// ParseTS reads the body of a traffic selector payload and checks the lengths
// in it. With an error, the TS still holds the selectors in front of the broken
// one.
func ParseTS(body []byte) (TS, error) {
	const part = "traffic selector"
	if len(body) < tsHead {
		return TS{}, short(part, body)
	}
	t := TS{Count: body[0], b: body[tsHead:]}
	i := t.Selectors()
	n := 0
	for i.Next() {
		n++
	}
	if i.problem != "" {
		t.b = t.b[:i.at:i.at]
		return t, &SyntaxError{Part: part, Offset: tsHead + i.at, Problem: i.problem}
	}
	if n != int(t.Count) {
		return t, &SyntaxError{Part: part, Offset: 0, Problem: "payload states another number of selectors than it has"}
	}
	return t, nil
}

// Selectors begins a walk over the selectors.
func (t TS) Selectors() Selectors { return Selectors{b: t.b} }

// Append appends the body to b. Reserved bytes are zero.
func (t TS) Append(b []byte) []byte {
	b = append(b, t.Count, 0, 0, 0)
	for i := t.Selectors(); i.Next(); {
		b = i.cur.Append(b)
	}
	return b
}

// Selectors goes over the selectors of a TS without allocating.
type Selectors struct {
	b       []byte
	at      int
	cur     Selector
	problem string
}

// Next steps to the next selector and reports whether there is one.
func (s *Selectors) Next() bool {
	rest := s.b[s.at:]
	if len(rest) == 0 || s.problem != "" {
		return false
	}
	if len(rest) < selectorHead {
		s.problem = endsEarly
		return false
	}
	n := int(binary.BigEndian.Uint16(rest[2:]))
	switch {
	case n < selectorHead+selectorMin(rest[0]):
		s.problem = "selector length is less than its type needs"
		return false
	case n > len(rest):
		s.problem = "selector reaches beyond the payload"
		return false
	}
	s.cur = Selector{Type: rest[0], Protocol: rest[1], Data: rest[selectorHead:n:n]}
	s.at += n
	return true
}

// Selector returns the one that Next stepped to.
func (s *Selectors) Selector() Selector { return s.cur }

// selectorMin is how many bytes a selector of a type has at least behind its
// head.
func selectorMin(t uint8) int {
	switch t {
	case TSIPv4Range:
		return 4 + 2*4
	case TSIPv6Range:
		return 4 + 2*16
	case TSFCRange:
		return 12
	}
	return 0
}

// AppendFields adds the fields of the body.
func (t TS) AppendFields(to *Tree) {
	to.Findings = append(to.Findings, t.findings(to.at)...)
	to.add("number of selectors", 1).num(uint64(t.Count))
	to.skip(3)
	for i := t.Selectors(); i.Next(); {
		s := i.Selector()
		selector := to.open("traffic selector", selectorHead+len(s.Data))
		to.str(s.String())
		s.AppendFields(to)
		to.close(selector)
	}
}

func (t TS) findings(at int) (found []Finding) {
	at += tsHead
	for i := t.Selectors(); i.Next(); {
		s := i.Selector()
		if from, to, ok := s.Range(); ok && to.Less(from) {
			found = append(found, Finding{at, FindingWarning, "traffic selector begins behind its end"})
		}
		at += selectorHead + len(s.Data)
	}
	if t.Count == 0 {
		found = append(found, Finding{at - tsHead, FindingWarning, "traffic selector payload has no selector"})
	}
	return found
}

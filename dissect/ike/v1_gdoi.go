package ike

import "encoding/binary"

// DOIGDOI is the group domain of interpretation (RFC 6407).
const DOIGDOI = 2

// Payload types of the GDOI (RFC 6407 5; proof of possession by RFC 3547).
const (
	PayloadV1SAKEK       PayloadType = 15
	PayloadV1SATEK       PayloadType = 16
	PayloadV1KeyDownload PayloadType = 17
	PayloadV1Sequence    PayloadType = 18
	PayloadV1Possession  PayloadType = 19
	PayloadV1GAP         PayloadType = 22
)

// The SA payload of the GDOI has no proposals (RFC 6407 5.2): the group's
// policy is dictated, in payloads of their own types.
//
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	|                  domain of interpretation: 2                  |
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	|                     situation: 0                              |
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	|  type of the first payload    |           reserved            |
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	|            SA KEK, GAP and SA TEK payloads                    |
const v1GroupHead = 12

// checkGroup checks the chain of payloads in an SA payload of the GDOI.
func checkGroup(part string, body []byte) error {
	if len(body) < v1GroupHead {
		return short(part, body)
	}
	w := WalkPayloads(body[v1GroupHead:], groupFirst(body[8:]), 1)
	for w.Next() {
	}
	if w.problem != "" {
		return &SyntaxError{Part: part, Offset: v1GroupHead + w.where, Problem: w.problem}
	}
	if w.at < len(w.b) {
		return &SyntaxError{Part: part, Offset: v1GroupHead + w.at, Problem: "bytes behind the last payload"}
	}
	return nil
}

// groupFirst reads the type of the first payload, which has two bytes.
func groupFirst(b []byte) PayloadType {
	if v := binary.BigEndian.Uint16(b); v < 256 {
		return PayloadType(v)
	}
	return PayloadNone
}

// Group begins a walk over the payloads of a group's policy: SA KEK, GAP and
// SA TEK. There are none but in the GDOI. Offsets count from the first of them.
func (s V1SA) Group() Walker {
	if s.DOI != DOIGDOI || len(s.group) < 4 {
		return Walker{done: true}
	}
	return WalkPayloads(s.group[4:], groupFirst(s.group), 1)
}

// groupFields gives the fields behind the domain of interpretation.
func (s V1SA) groupFields(at int) ([]Field, []Finding) {
	l := fieldList{at: at}
	l.add("situation", decimal(s.Situation), 4)
	if len(s.group) < 4 {
		return l.fields, nil
	}
	l.add("first payload", groupFirst(s.group).Name(), 2)
	l.skip(2)
	var found []Finding
	for w := s.Group(); w.Next(); {
		p := w.cur
		p.Offset += at + v1GroupHead - 4
		switch p.Type {
		case PayloadV1SAKEK, PayloadV1SATEK, PayloadV1GAP:
			children, more := payloadFieldsV1(nil, &p)
			found = append(found, more...)
			l.group(p.Type.String(), "", p.Length, append(genericFields(p), children...))
		default: // no other belongs here
			found = append(found, Finding{p.Offset, FindingWarning, "payload " + p.Type.Name() + " inside an SA payload"})
			body := fieldList{at: p.Offset + genericLength}
			body.opaque("body", p.Body)
			l.group(p.Type.String(), "", p.Length, append(genericFields(p), body.fields...))
		}
	}
	return l.fields, found
}

// genericFields gives the fields of a generic payload header.
func genericFields(p Payload) []Field {
	l := fieldList{at: p.Offset}
	l.add("next payload", p.Next.Name(), 1)
	l.skip(1)
	l.add("length", itoa(p.Length), 2)
	return l.fields
}

// GroupID is one end of the traffic that a KEK or TEK is for (RFC 6407 5.3 and
// 5.5.1):
//
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	|    ID type    |             port              | length of ID  |
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	|                        identification                         |
type GroupID struct {
	Type V1IDType
	Port uint16 // 0 is any
	Data []byte // borrowed
}

// parseGroupID reads a GroupID from the front of b, and returns what is behind.
func parseGroupID(b []byte) (id GroupID, rest []byte, ok bool) {
	if len(b) < 4 || len(b) < 4+int(b[3]) {
		return GroupID{}, nil, false
	}
	end := 4 + int(b[3])
	return GroupID{V1IDType(b[0]), binary.BigEndian.Uint16(b[1:]), b[4:end:end]}, b[end:], true
}

// Append appends the identification to b. More than 255 bytes of data have no
// room in the length.
func (g GroupID) Append(b []byte) []byte {
	b = append(b, byte(g.Type))
	b = binary.BigEndian.AppendUint16(b, g.Port)
	b = append(b, byte(len(g.Data)))
	return append(b, g.Data...)
}

// String gives the identification, and the port if there is one.
func (g GroupID) String() string {
	s := V1ID{Type: g.Type, Data: g.Data}.String()
	if g.Port != 0 {
		s += " port " + decimal(g.Port)
	}
	return s
}

func (g GroupID) addTo(l *fieldList, name string) {
	inner := fieldList{at: l.at}
	inner.add("type", named(g.Type.String(), uint16(g.Type)), 1)
	inner.add("port", portText(g.Port), 2)
	inner.add("length", itoa(len(g.Data)), 1)
	if len(g.Data) > 0 {
		inner.bytes("identification", V1ID{Type: g.Type, Data: g.Data}.String(), g.Data)
	}
	l.group(name, g.String(), 4+len(g.Data), inner.fields)
}

// countFrom1 makes a registry of names that count from 1.
func countFrom1(names ...string) func(uint16) (name, short string) {
	return func(v uint16) (string, string) {
		if v == 0 || int(v) > len(names) {
			return "", ""
		}
		return names[v-1], names[v-1]
	}
}

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

// groupFields adds the fields behind the domain of interpretation.
func (s V1SA) groupFields(to *Tree) {
	to.add("situation", 4).num(uint64(s.Situation))
	if len(s.group) < 4 {
		return
	}
	to.add("first payload", 2).str(groupFirst(s.group).Name())
	to.skip(2)
	from := to.at
	for w := s.Group(); w.Next(); {
		p := w.cur
		p.Offset += from
		payload := to.open(p.Type.String(), p.Length)
		to.add("next payload", 1).str(p.Next.Name())
		to.skip(1)
		to.add("length", 2).num(uint64(p.Length))
		switch p.Type {
		case PayloadV1SAKEK, PayloadV1SATEK, PayloadV1GAP:
			to.addBody(&groupMessage, p)
		default: // no other belongs here
			to.find(p.Offset, FindingWarning, "payload "+p.Type.Name()+" inside an SA payload")
			to.opaqueBytes("body", p.Body)
		}
		to.close(payload)
	}
}

// groupMessage stands for the message around the payloads of a group's policy.
var groupMessage = Message{Header: Header{Version: Version{Major: 1}}}

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

func (g GroupID) appendFields(to *Tree, name string) {
	field := to.open(name, 4+len(g.Data))
	to.str(g.String())
	to.add("type", 1).enum(namesV1IDTypes, uint16(g.Type))
	to.add("port", 2).str(portText(g.Port))
	to.add("length", 1).num(uint64(len(g.Data)))
	if len(g.Data) > 0 {
		to.bytes("identification", g.Data).str(V1ID{Type: g.Type, Data: g.Data}.String())
	}
	to.close(field)
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

package ike

import "encoding/binary"

// V1ConfigType is the type of a transaction (draft-ietf-ipsec-isakmp-mode-cfg
// 3.3).
type V1ConfigType uint8

// Types of transaction.
const (
	V1ConfigRequest V1ConfigType = 1
	V1ConfigReply   V1ConfigType = 2
	V1ConfigSet     V1ConfigType = 3
	V1ConfigAck     V1ConfigType = 4
)

// String gives "ISAKMP_CFG_REQUEST" and the like, or the number.
func (t V1ConfigType) String() string {
	name, _ := namesV1ModeConfigTypes(uint16(t))
	return or(name, uint16(t))
}

// V1Config is the body of an attributes payload of IKEv1, which the transaction
// exchange carries for mode config and XAUTH (draft-ietf-ipsec-isakmp-mode-cfg
// 3.2, draft-ietf-ipsec-isakmp-xauth):
//
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	|     type      |   reserved    |          identifier           |
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	|                          attributes                           |
type V1Config struct {
	Type       V1ConfigType
	Reserved   uint8  // zero
	Identifier uint16 // the same in request and reply
	attributes []byte
}

// ParseV1Config reads the body of an attributes payload and checks it to its
// last attribute. With an error, the V1Config still holds those in front of the
// broken one.
func ParseV1Config(body []byte) (V1Config, error) {
	const part = "attributes"
	if len(body) < 4 {
		return V1Config{}, short(part, body)
	}
	c := V1Config{
		Type:       V1ConfigType(body[0]),
		Reserved:   body[1],
		Identifier: binary.BigEndian.Uint16(body[2:]),
	}
	a := Attributes{b: body[4:]}
	for a.Next() {
	}
	c.attributes = body[4 : 4+a.at]
	if a.problem != "" {
		return c, &SyntaxError{Part: part, Offset: 4 + a.at, Problem: "attribute: " + a.problem}
	}
	return c, nil
}

// Attributes begins a walk over the attributes.
func (c V1Config) Attributes() Attributes { return Attributes{b: c.attributes} }

// Append appends the body to b.
func (c V1Config) Append(b []byte) []byte {
	b = append(b, byte(c.Type), c.Reserved)
	b = binary.BigEndian.AppendUint16(b, c.Identifier)
	return append(b, c.attributes...)
}

// AppendFields adds the type, the identifier and the attributes. Passwords and
// what stands for one are not shown: neither as a value nor as bytes.
func (c V1Config) AppendFields(to *Tree) {
	to.Findings = append(to.Findings, c.findings(to.at)...)
	to.add("type", 1).enum(namesV1ModeConfigTypes, uint16(c.Type))
	to.skip(1)
	to.add("identifier", 2).num(uint64(c.Identifier))
	to.attributes(c.attributes, v1ConfigAttribute)
}

func (c V1Config) findings(at int) []Finding {
	if c.Reserved != 0 {
		return []Finding{{at + 1, FindingWarning, "reserved byte is not zero"}}
	}
	return nil
}

package ike

import "encoding/binary"

// Config is the body of a configuration payload of IKEv2 (RFC 7296 3.15):
//
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	|   CFG type    |                   reserved                    |
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	|R|       attribute type        |            length             |
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	|                      value, then more                         |
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
type Config struct {
	Type uint8
	b    []byte
}

const (
	configHead    = 4 // of the payload
	configTLVHead = 4 // of each attribute
)

// ParseConfig reads the body of a configuration payload and checks the lengths
// in it. With an error, the Config still holds the attributes in front of the
// broken one.
func ParseConfig(body []byte) (Config, error) {
	const part = "configuration"
	if len(body) < configHead {
		return Config{}, short(part, body)
	}
	c := Config{Type: body[0], b: body[configHead:]}
	i := c.Attributes()
	for i.Next() {
	}
	if i.problem != "" {
		c.b = c.b[:i.at:i.at]
		return c, &SyntaxError{Part: part, Offset: configHead + i.at, Problem: i.problem}
	}
	return c, nil
}

// Attributes begins a walk over the attributes.
func (c Config) Attributes() ConfigAttributes { return ConfigAttributes{b: c.b} }

// Append appends the body to b. Reserved bits are zero.
func (c Config) Append(b []byte) []byte {
	b = append(b, c.Type, 0, 0, 0)
	for i := c.Attributes(); i.Next(); {
		b = i.cur.Append(b)
	}
	return b
}

// ConfigAttributes goes over the attributes of a Config without allocating.
type ConfigAttributes struct {
	b       []byte
	at      int
	cur     ConfigAttribute
	problem string
}

// Next steps to the next attribute and reports whether there is one.
func (a *ConfigAttributes) Next() bool {
	rest := a.b[a.at:]
	if len(rest) == 0 || a.problem != "" {
		return false
	}
	if len(rest) < configTLVHead {
		a.problem = endsEarly
		return false
	}
	n := configTLVHead + int(binary.BigEndian.Uint16(rest[2:]))
	if n > len(rest) {
		a.problem = "attribute reaches beyond the payload"
		return false
	}
	a.cur = ConfigAttribute{
		Type:  binary.BigEndian.Uint16(rest) & 0x7fff,
		Value: rest[configTLVHead:n:n],
	}
	a.at += n
	return true
}

// Attribute returns the one that Next stepped to.
func (a *ConfigAttributes) Attribute() ConfigAttribute { return a.cur }

// ConfigAttribute is one attribute of a configuration payload. An empty value
// in a CFG_REQUEST asks for one.
type ConfigAttribute struct {
	Type  uint16
	Value []byte // borrowed
}

// Append appends the attribute to b.
func (a ConfigAttribute) Append(b []byte) []byte {
	b = binary.BigEndian.AppendUint16(b, a.Type&0x7fff)
	b = binary.BigEndian.AppendUint16(b, uint16(len(a.Value)))
	return append(b, a.Value...)
}

// AppendFields adds the fields of the body.
func (c Config) AppendFields(to *Tree) {
	to.Findings = append(to.Findings, c.findings(to.at)...)
	to.add("CFG type", 1).enum(namesCPTypes, uint16(c.Type))
	to.skip(3)
	for i := c.Attributes(); i.Next(); {
		a := i.Attribute()
		attribute := to.open("attribute", configTLVHead+len(a.Value))
		to.str(a.String())
		a.AppendFields(to)
		to.close(attribute)
	}
}

func (c Config) findings(at int) (found []Finding) {
	at += configHead
	for i := c.Attributes(); i.Next(); {
		a := i.Attribute()
		if !a.Valid() {
			found = append(found, Finding{at + configTLVHead, FindingWarning, "value is not of the form of " + a.Name()})
		}
		at += configTLVHead + len(a.Value)
	}
	return found
}

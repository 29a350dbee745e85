package ike

// Protocols of an SA TEK payload (RFC 6407 5.5).
const (
	GDOIProtocolESP = 1
	GDOIProtocolAH  = 2
)

// V1SATEK is the body of an SA TEK payload (RFC 6407 5.5): the policy of one SA
// that the group's traffic is protected with.
//
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	|  protocol ID  |  IP protocol  |  source and destination       |
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	| transform ID  |                 SPI, 4 bytes                  |
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	|               |           attributes of RFC 2407              |
type V1SATEK struct {
	Protocol uint8 // GDOIProtocolESP or GDOIProtocolAH
	// IPProtocol and what follows are of ESP and AH.
	IPProtocol          uint8 // 0 is any
	Source, Destination GroupID
	TransformID         uint8
	SPI                 []byte // 4 bytes, borrowed
	attributes          []byte
	// Other holds all behind the protocol of any other protocol.
	Other []byte
}

// ParseV1SATEK reads the body of an SA TEK payload. With an error at an
// attribute, it holds those in front of it.
func ParseV1SATEK(body []byte) (V1SATEK, error) {
	const part = "SA TEK"
	if len(body) < 1 {
		return V1SATEK{}, short(part, body)
	}
	t := V1SATEK{Protocol: body[0]}
	if t.Protocol != GDOIProtocolESP && t.Protocol != GDOIProtocolAH {
		t.Other = body[1:]
		return t, nil
	}
	if len(body) < 2 {
		return V1SATEK{}, short(part, body)
	}
	t.IPProtocol = body[1]
	b, ok := body[2:], false
	if t.Source, b, ok = parseGroupID(b); !ok {
		return V1SATEK{}, short(part, body)
	}
	if t.Destination, b, ok = parseGroupID(b); !ok || len(b) < 5 {
		return V1SATEK{}, short(part, body)
	}
	t.TransformID, t.SPI, b = b[0], b[1:5:5], b[5:]
	var err error
	t.attributes, err = checkAttributes(part, b, len(body)-len(b))
	return t, err
}

// Attributes begins a walk over the attributes, which are those of quick mode.
func (t V1SATEK) Attributes() Attributes { return Attributes{b: t.attributes} }

// Append appends the body to b.
func (t V1SATEK) Append(b []byte) []byte {
	b = append(b, t.Protocol)
	if t.Protocol != GDOIProtocolESP && t.Protocol != GDOIProtocolAH {
		return append(b, t.Other...)
	}
	b = append(b, t.IPProtocol)
	b = t.Destination.Append(t.Source.Append(b))
	b = append(b, t.TransformID)
	b = append(b, t.SPI...)
	return append(b, t.attributes...)
}

// AppendFields adds the fields of the body.
func (t V1SATEK) AppendFields(to *Tree) {
	protocol := V1ProtocolESP
	switch t.Protocol {
	case GDOIProtocolESP:
		to.add("protocol ID", 1).str("GDOI_PROTO_IPSEC_ESP (1)")
	case GDOIProtocolAH:
		protocol = V1ProtocolAH
		to.add("protocol ID", 1).str("GDOI_PROTO_IPSEC_AH (2)")
	default:
		to.add("protocol ID", 1).num(uint64(t.Protocol))
		to.opaqueBytes("policy", t.Other)
		return
	}
	to.add("protocol", 1).str(protocolText(t.IPProtocol))
	t.Source.appendFields(to, "source")
	t.Destination.appendFields(to, "destination")
	to.add("transform ID", 1).str(named(V1TransformName(protocol, t.TransformID), uint16(t.TransformID)))
	to.bytes("SPI", t.SPI).opaque(t.SPI)
	to.attributes(t.attributes, v1IPsecAttribute)
}

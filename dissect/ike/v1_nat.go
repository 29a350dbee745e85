package ike

// V1NATD is the body of a NAT-D payload of IKEv1 (RFC 3947 3.2): the hash of
// the cookies with the address and port of one end, the receiver's first. See
// NATDetectionMatches.
type V1NATD struct{ Hash []byte } // borrowed

// ParseV1NATD reads the body of a NAT-D payload, which must not be empty.
func ParseV1NATD(body []byte) (V1NATD, error) {
	if len(body) == 0 {
		return V1NATD{}, short("NAT-D", body)
	}
	return V1NATD{Hash: body}, nil
}

// Append appends the body to b.
func (n V1NATD) Append(b []byte) []byte { return append(b, n.Hash...) }

// AppendFields adds the hash.
func (n V1NATD) AppendFields(to *Tree) {
	to.bytes("hash of cookies, address and port", n.Hash).opaque(n.Hash)
	if n := len(n.Hash); n > maxOpaque {
		to.str(hashOfLength(n))
	}
}

// V1NATOA is the body of a NAT-OA payload of IKEv1 (RFC 3947 5.2): an address
// as its owner knew it, sent in quick mode where a transport mode SA passes a
// NAT. The initiator's comes first, then the responder's.
//
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	|    ID type    |                   reserved                    |
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	|               address, 4 bytes or 16                          |
type V1NATOA struct {
	Type     V1IDType // V1IDIPv4 or V1IDIPv6
	Reserved [3]byte  // zero
	Address  []byte   // borrowed
}

// ParseV1NATOA reads the body of a NAT-OA payload. An address that is none of
// the type is an error; the V1NATOA holds it nevertheless.
func ParseV1NATOA(body []byte) (V1NATOA, error) {
	const part = "NAT-OA"
	if len(body) < 4 {
		return V1NATOA{}, short(part, body)
	}
	n := V1NATOA{Type: V1IDType(body[0]), Reserved: [3]byte(body[1:4]), Address: body[4:]}
	switch {
	case n.Type != V1IDIPv4 && n.Type != V1IDIPv6:
		return n, &SyntaxError{Part: part, Offset: 0, Problem: "type is not that of an address"}
	case n.Type.size() != len(n.Address):
		return n, &SyntaxError{Part: part, Offset: 4, Problem: "address has another length than its type needs"}
	}
	return n, nil
}

// Append appends the body to b.
func (n V1NATOA) Append(b []byte) []byte {
	b = append(b, byte(n.Type))
	b = append(b, n.Reserved[:]...)
	return append(b, n.Address...)
}

// AppendFields adds the type and the address.
func (n V1NATOA) AppendFields(to *Tree) {
	to.Findings = append(to.Findings, n.findings(to.at)...)
	to.add("type", 1).enum(namesV1IDTypes, uint16(n.Type))
	to.skip(3)
	to.bytes("original address", n.Address).address(n.Address)
}

func (n V1NATOA) findings(at int) []Finding {
	if n.Reserved != [3]byte{} {
		return []Finding{{at + 1, FindingWarning, "reserved bytes are not zero"}}
	}
	return nil
}

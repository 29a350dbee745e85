package ike

import "encoding/binary"

// V1SAKEK is the body of an SA KEK payload (RFC 6407 5.3): the policy of the
// key that the group's keys are renewed under.
//
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	|   protocol    |  source and destination, see GroupID          |
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	|                       SPI, 16 bytes                           |
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	|        POP algorithm          |        POP key length         |
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	|                          attributes                           |
type V1SAKEK struct {
	Protocol            uint8 // of IP; 0 is any
	Source, Destination GroupID
	SPI                 []byte // 16 bytes, borrowed: the cookies of the rekey messages
	// POPAlgorithm and POPKeyLength are of RFC 3547; reserved since.
	POPAlgorithm, POPKeyLength uint16
	attributes                 []byte
}

const kekSPI = 16

// ParseV1SAKEK reads the body of an SA KEK payload. With an error at an
// attribute, it holds those in front of it.
func ParseV1SAKEK(body []byte) (V1SAKEK, error) {
	const part = "SA KEK"
	if len(body) < 1 {
		return V1SAKEK{}, short(part, body)
	}
	k := V1SAKEK{Protocol: body[0]}
	b, ok := body[1:], false
	if k.Source, b, ok = parseGroupID(b); !ok {
		return V1SAKEK{}, short(part, body)
	}
	if k.Destination, b, ok = parseGroupID(b); !ok || len(b) < kekSPI+4 {
		return V1SAKEK{}, short(part, body)
	}
	k.SPI, b = b[:kekSPI:kekSPI], b[kekSPI:]
	k.POPAlgorithm, k.POPKeyLength = binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:])
	var err error
	k.attributes, err = checkAttributes(part, b[4:], len(body)-len(b[4:]))
	return k, err
}

// checkAttributes goes over the row of attributes b, which lies at the given
// offset of the body. It returns those that can be read.
func checkAttributes(part string, b []byte, at int) ([]byte, error) {
	a := Attributes{b: b}
	for a.Next() {
	}
	if a.problem != "" {
		return b[:a.at], &SyntaxError{Part: part, Offset: at + a.at, Problem: "attribute: " + a.problem}
	}
	return b, nil
}

// Attributes begins a walk over the attributes.
func (k V1SAKEK) Attributes() Attributes { return Attributes{b: k.attributes} }

// Append appends the body to b.
func (k V1SAKEK) Append(b []byte) []byte {
	b = append(b, k.Protocol)
	b = k.Destination.Append(k.Source.Append(b))
	b = append(b, k.SPI...)
	b = binary.BigEndian.AppendUint16(b, k.POPAlgorithm)
	b = binary.BigEndian.AppendUint16(b, k.POPKeyLength)
	return append(b, k.attributes...)
}

// AppendFields adds the fields of the body.
func (k V1SAKEK) AppendFields(to *Tree) {
	to.add("protocol", 1).str(protocolText(k.Protocol))
	k.Source.appendFields(to, "source")
	k.Destination.appendFields(to, "destination")
	to.bytes("SPI", k.SPI).str(spiText(k.SPI))
	to.add("POP algorithm (reserved since RFC 6407)", 2).num(uint64(k.POPAlgorithm))
	to.add("POP key length (reserved since RFC 6407)", 2).num(uint64(k.POPKeyLength))
	to.attributes(k.attributes, kekAttribute)
}

var (
	kekAttributes = countFrom1("KEK_MANAGEMENT_ALGORITHM", "KEK_ALGORITHM", "KEK_KEY_LENGTH", "KEK_KEY_LIFETIME",
		"SIG_HASH_ALGORITHM", "SIG_ALGORITHM", "SIG_KEY_LENGTH", "KE_OAKLEY_GROUP")
	kekManagement = countFrom1("LKH")
	kekAlgorithms = countFrom1("KEK_ALG_DES", "KEK_ALG_3DES", "KEK_ALG_AES")
	kekHashes     = countFrom1("SIG_HASH_MD5", "SIG_HASH_SHA1", "SIG_HASH_SHA256", "SIG_HASH_SHA384", "SIG_HASH_SHA512")
	kekSignatures = countFrom1("SIG_ALG_RSA", "SIG_ALG_DSS", "SIG_ALG_ECDSS", "SIG_ALG_ECDSA-256", "SIG_ALG_ECDSA-384", "SIG_ALG_ECDSA-521")
)

// kekAttribute names an attribute of the KEK (RFC 6407 5.3.1).
func kekAttribute(to *Tree, a, _ Attribute) (name string) {
	name, _ = kekAttributes(a.Type)
	switch a.Type {
	case 1:
		to.attributeEnum(a, kekManagement)
	case 2:
		to.attributeEnum(a, kekAlgorithms)
	case 3, 7:
		to.attributeNumber(a).str(" bits")
	case 4:
		to.attributeNumber(a).str(" s")
	case 5:
		to.attributeEnum(a, kekHashes)
	case 6:
		to.attributeEnum(a, kekSignatures)
	case 8:
		to.attributeEnum(a, v1GroupNames)
	default:
		to.attributeNumber(a)
	}
	return or(name, a.Type)
}

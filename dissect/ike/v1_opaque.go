package ike

import "strconv"

// V1KE is the body of a key exchange payload of IKEv1 (RFC 2408 3.7): the
// public value alone. The group is the one of the SA payload.
type V1KE struct{ Data []byte } // borrowed

// ParseV1KE reads the body of a key exchange payload, which must not be empty.
func ParseV1KE(body []byte) (V1KE, error) {
	if len(body) == 0 {
		return V1KE{}, short("key exchange", body)
	}
	return V1KE{Data: body}, nil
}

// Append appends the body to b.
func (k V1KE) Append(b []byte) []byte { return append(b, k.Data...) }

// AppendFields adds the public value with its size.
func (k V1KE) AppendFields(to *Tree) {
	to.sizedBytes("public value", k.Data)
}

// V1Nonce is the body of a nonce payload of IKEv1 (RFC 2408 3.13), 8 to 256
// bytes by RFC 2409 5.
type V1Nonce struct{ Data []byte } // borrowed

// ParseV1Nonce reads the body of a nonce payload, which must not be empty.
func ParseV1Nonce(body []byte) (V1Nonce, error) {
	n, err := ParseNonce(body)
	return V1Nonce(n), err
}

// Append appends the body to b.
func (n V1Nonce) Append(b []byte) []byte { return append(b, n.Data...) }

// AppendFields adds the nonce with its size.
func (n V1Nonce) AppendFields(to *Tree) {
	to.Findings = append(to.Findings, n.findings(to.at)...)
	to.sizedBytes("nonce", n.Data)
}

func (n V1Nonce) findings(at int) []Finding {
	if len(n.Data) < 8 || len(n.Data) > 256 {
		return []Finding{{at, FindingWarning, "nonce has " + strconv.Itoa(len(n.Data)) + " bytes, which is not within 8 to 256"}}
	}
	return nil
}

// V1Hash is the body of a hash payload of IKEv1 (RFC 2408 3.11): the output of
// the negotiated prf, which its length hints at.
type V1Hash struct{ Data []byte } // borrowed

// ParseV1Hash reads the body of a hash payload, which must not be empty.
func ParseV1Hash(body []byte) (V1Hash, error) {
	if len(body) == 0 {
		return V1Hash{}, short("hash", body)
	}
	return V1Hash{Data: body}, nil
}

// Append appends the body to b.
func (h V1Hash) Append(b []byte) []byte { return append(b, h.Data...) }

// AppendFields adds the hash with the algorithms that have that length.
func (h V1Hash) AppendFields(to *Tree) {
	to.sizedBytes("hash", h.Data)
	to.str(hashOfLength(len(h.Data)))
}

// hashOfLength names the hash algorithms of IKEv1 with an output of n bytes.
func hashOfLength(n int) string {
	switch n {
	case 16:
		return ", as long as MD5"
	case 20:
		return ", as long as SHA-1"
	case 24:
		return ", as long as Tiger"
	case 32:
		return ", as long as SHA2-256"
	case 48:
		return ", as long as SHA2-384"
	case 64:
		return ", as long as SHA2-512"
	}
	return ""
}

// V1Signature is the body of a signature payload of IKEv1 (RFC 2408 3.12).
type V1Signature struct{ Data []byte } // borrowed

// ParseV1Signature reads the body of a signature payload, which must not be
// empty.
func ParseV1Signature(body []byte) (V1Signature, error) {
	if len(body) == 0 {
		return V1Signature{}, short("signature", body)
	}
	return V1Signature{Data: body}, nil
}

// Append appends the body to b.
func (s V1Signature) Append(b []byte) []byte { return append(b, s.Data...) }

// AppendFields adds the signature with its size.
func (s V1Signature) AppendFields(to *Tree) {
	to.sizedBytes("signature", s.Data)
}

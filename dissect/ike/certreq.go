package ike

// CertReq is the body of a certificate request payload (RFC 7296 3.7): one
// byte for the encoding that is asked for, then whom the certificate should be
// from. For X.509 that is a row of SHA-1 hashes of the public keys of
// certificate authorities.
type CertReq struct {
	Encoding  uint8
	Authority []byte // borrowed; may be empty
}

// ParseCertReq reads the body of a certificate request payload of IKEv2. With
// an error, which says that the hashes are cut, Hash still gives the whole
// ones.
func ParseCertReq(body []byte) (CertReq, error) {
	const part = "certificate request"
	if len(body) < 1 {
		return CertReq{}, short(part, body)
	}
	c := CertReq{Encoding: body[0], Authority: body[1:]}
	if c.hashes() && len(c.Authority)%sha1Length != 0 {
		return c, &SyntaxError{Part: part, Offset: len(body) - len(c.Authority)%sha1Length, Problem: "hash of an authority ends early"}
	}
	return c, nil
}

// hashes reports whether the encoding asks with hashes (RFC 7296 3.7, RFC 4806
// 3.1).
func (c CertReq) hashes() bool {
	switch c.Encoding {
	case CertX509Signature, CertHashAndURL, CertHashAndBundle, CertOCSP:
		return true
	}
	return false
}

// Hash returns the i-th SHA-1 hash of a public key, counted from 0, or nil.
func (c CertReq) Hash(i int) []byte {
	if !c.hashes() {
		return nil
	}
	return nthSPI(c.Authority, sha1Length, i)
}

// Append appends the body to b.
func (c CertReq) Append(b []byte) []byte {
	b = append(b, c.Encoding)
	return append(b, c.Authority...)
}

// AppendFields adds the fields of the body.
func (c CertReq) AppendFields(to *Tree) {
	to.add("encoding", 1).enum(namesCertEncodings, uint16(c.Encoding))
	if !c.hashes() {
		to.opaqueBytes("certificate authority", c.Authority)
		return
	}
	for i := 0; ; i++ {
		h := c.Hash(i)
		if h == nil {
			return
		}
		to.opaqueBytes("SHA-1 of an authority's key", h)
	}
}

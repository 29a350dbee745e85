package ike

// Certificate encodings (RFC 7296 3.6, RFC 4806, RFC 7670).
const (
	CertPKCS7         = 1
	CertX509Signature = 4
	CertCRL           = 7
	CertARL           = 8  // a revocation list of authorities, of the same form
	CertRawRSAKey     = 11 // deprecated
	CertHashAndURL    = 12 // of a certificate
	CertHashAndBundle = 13 // hash and URL of a bundle of certificates
	CertOCSP          = 14
	CertRawPublicKey  = 15
)

// Cert is the body of a certificate payload (RFC 7296 3.6): one byte for the
// encoding, then the certificate. That of IKEv1 is the same (RFC 2408 3.9),
// with other encodings.
type Cert struct {
	Encoding uint8
	Data     []byte // borrowed
}

// ParseCert reads the body of a certificate payload. It does not look into
// the certificate.
func ParseCert(body []byte) (Cert, error) {
	if len(body) < 1 {
		return Cert{}, short("certificate", body)
	}
	return Cert{Encoding: body[0], Data: body[1:]}, nil
}

// Append appends the body to b.
func (c Cert) Append(b []byte) []byte {
	b = append(b, c.Encoding)
	return append(b, c.Data...)
}

// HashAndURL returns the SHA-1 of a certificate or bundle, and where to get it
// (RFC 7296 3.6), and false for any other encoding and where the hash is cut.
func (c Cert) HashAndURL() (hash []byte, url string, ok bool) {
	if c.Encoding != CertHashAndURL && c.Encoding != CertHashAndBundle || len(c.Data) < sha1Length {
		return nil, "", false
	}
	return c.Data[:sha1Length:sha1Length], string(c.Data[sha1Length:]), true
}

const sha1Length = 20

// AppendFields adds the fields of the body, and what is wrong with it.
func (c Cert) AppendFields(to *Tree) {
	to.add("encoding", 1).enum(namesCertEncodings, uint16(c.Encoding))
	switch c.Encoding {
	case CertHashAndURL, CertHashAndBundle:
		hash, url, ok := c.HashAndURL()
		if !ok {
			to.find(to.at, FindingError, "certificate: hash and URL end early")
			to.certificate(c.Data, nil)
			return
		}
		to.opaqueBytes("SHA-1 of the certificate", hash)
		to.textBytes("URL", []byte(url))
		return
	}
	to.certificate(c.Data, c.decoder())
}

// certificateDecoder adds what the DER of a certificate or the like says, in
// fields that take no bytes of their own, and returns it in one line.
type certificateDecoder func(to *Tree, der []byte) (string, error)

// certificate adds the field of a certificate or the like. It shows as bytes
// where decode is nil or does not understand it, which is a finding.
func (t *Tree) certificate(data []byte, decode certificateDecoder) {
	field := t.open("certificate", len(data))
	t.Fields[field].Bytes = data
	value := opaqueText(data)
	if decode != nil {
		text, err := decode(t, data)
		if err != nil {
			t.cut(field + 1)
			t.find(t.Fields[field].Offset, FindingWarning, "certificate is not read: "+err.Error())
		} else {
			value = text
		}
	}
	t.value(field).str(value)
	t.close(field)
	if len(data) == 0 {
		t.cut(field)
	}
}

// decoder gives what reads the encodings that are DER, nil for any other.
func (c Cert) decoder() certificateDecoder {
	switch c.Encoding {
	case CertX509Signature:
		return certificateFields
	case CertPKCS7:
		return pkcs7Fields
	case CertCRL, CertARL:
		return crlFields
	case CertRawRSAKey:
		return rsaKeyFields
	case CertOCSP:
		return ocspFields
	case CertRawPublicKey:
		return publicKeyFields
	}
	return nil
}

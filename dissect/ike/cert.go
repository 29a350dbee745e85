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

// Fields gives the fields of the body, which begins at byte at of the message.
func (c Cert) Fields(at int) []Field {
	l := fieldList{at: at}
	l.add("encoding", nameOf(namesCertEncodings, uint16(c.Encoding)), 1)
	if hash, url, ok := c.HashAndURL(); ok {
		l.opaque("SHA-1 of the certificate", hash)
		l.text("URL", []byte(url))
		return l.fields
	}
	value, children, _ := c.decode(l.at)
	if len(c.Data) > 0 {
		l.bytes("certificate", value, c.Data)
		l.fields[len(l.fields)-1].Children = children
	}
	return l.fields
}

func (c Cert) findings(at int) []Finding {
	switch c.Encoding {
	case CertHashAndURL, CertHashAndBundle:
		if _, _, ok := c.HashAndURL(); !ok {
			return []Finding{{at + 1, FindingError, "certificate: hash and URL end early"}}
		}
		return nil
	}
	if _, _, err := c.decode(at + 1); err != nil {
		return []Finding{{at + 1, FindingWarning, "certificate is not read: " + err.Error()}}
	}
	return nil
}

// decode gives what the encodings that are DER say: one line, and the fields
// of what can be read, which take no bytes of their own.
func (c Cert) decode(at int) (string, []Field, error) {
	switch c.Encoding {
	case CertX509Signature:
		return certificateFields(at, c.Data)
	case CertPKCS7:
		return pkcs7Fields(at, c.Data)
	case CertCRL, CertARL:
		return crlFields(at, c.Data)
	case CertRawRSAKey:
		return rsaKeyFields(at, c.Data)
	case CertOCSP:
		return ocspFields(at, c.Data)
	case CertRawPublicKey:
		return publicKeyFields(at, c.Data)
	}
	return opaqueText(c.Data), nil, nil
}

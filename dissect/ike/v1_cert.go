package ike

// V1CertEncoding is the encoding of a certificate in IKEv1 (RFC 2408 3.9).
type V1CertEncoding uint8

// Encodings of certificates (RFC 2408 3.9).
const (
	V1CertPKCS7         V1CertEncoding = 1
	V1CertX509Signature V1CertEncoding = 4
	V1CertX509KeyExch   V1CertEncoding = 5
	V1CertCRL           V1CertEncoding = 7
	V1CertARL           V1CertEncoding = 8
)

// String gives the name of the encoding, or the number.
func (e V1CertEncoding) String() string {
	name, _ := namesV1CertEncodings(uint16(e))
	return or(name, uint16(e))
}

// V1Certificate is the body of a certificate payload of IKEv1 (RFC 2408 3.9).
type V1Certificate struct {
	Encoding V1CertEncoding
	Data     []byte // borrowed
}

// ParseV1Certificate reads the body of a certificate payload.
func ParseV1Certificate(body []byte) (V1Certificate, error) {
	if len(body) < 1 {
		return V1Certificate{}, short("certificate", body)
	}
	return V1Certificate{V1CertEncoding(body[0]), body[1:]}, nil
}

// Append appends the body to b.
func (c V1Certificate) Append(b []byte) []byte {
	return append(append(b, byte(c.Encoding)), c.Data...)
}

// AppendFields adds the encoding, and what a certificate of X.509 says.
func (c V1Certificate) AppendFields(to *Tree) {
	to.add("encoding", 1).enum(namesV1CertEncodings, uint16(c.Encoding))
	to.certificate(c.Data, c.decoder())
}

// decoder gives what reads the encodings of X.509, nil for any other.
func (c V1Certificate) decoder() certificateDecoder {
	switch c.Encoding {
	case V1CertPKCS7:
		return pkcs7Fields
	case V1CertX509Signature, V1CertX509KeyExch:
		return certificateFields
	case V1CertCRL, V1CertARL:
		return crlFields
	}
	return nil
}

// V1CertRequest is the body of a certificate request payload of IKEv1
// (RFC 2408 3.10).
type V1CertRequest struct {
	Encoding V1CertEncoding
	// Authority is the distinguished name of an acceptable certificate
	// authority in DER, empty for any; borrowed.
	Authority []byte
}

// ParseV1CertRequest reads the body of a certificate request payload.
func ParseV1CertRequest(body []byte) (V1CertRequest, error) {
	if len(body) < 1 {
		return V1CertRequest{}, short("certificate request", body)
	}
	return V1CertRequest{V1CertEncoding(body[0]), body[1:]}, nil
}

// Append appends the body to b.
func (c V1CertRequest) Append(b []byte) []byte {
	return append(append(b, byte(c.Encoding)), c.Authority...)
}

// AppendFields adds the encoding and the authority.
func (c V1CertRequest) AppendFields(to *Tree) {
	to.add("encoding", 1).enum(namesV1CertEncodings, uint16(c.Encoding))
	if len(c.Authority) == 0 {
		to.derived("authority", "any")
		return
	}
	name, ok := dnText(c.Authority)
	if !ok {
		to.find(to.at, FindingWarning, "authority is not a distinguished name")
	}
	to.bytes("authority", c.Authority).str(name)
}

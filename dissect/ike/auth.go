package ike

// AuthDigitalSignature is the authentication method whose algorithm stands in
// front of the signature (RFC 7427 3).
const AuthDigitalSignature = 14

// Auth is the body of an authentication payload (RFC 7296 3.8): one byte for
// the method, three reserved, then the data.
type Auth struct {
	Method uint8
	Data   []byte // borrowed
}

// ParseAuth reads the body of an authentication payload.
func ParseAuth(body []byte) (Auth, error) {
	if len(body) < 4 {
		return Auth{}, short("authentication", body)
	}
	return Auth{Method: body[0], Data: body[4:]}, nil
}

// Append appends the body to b. Reserved bytes are zero.
func (a Auth) Append(b []byte) []byte {
	b = append(b, a.Method, 0, 0, 0)
	return append(b, a.Data...)
}

// Signature splits the data of the method digital signature into a DER
// AlgorithmIdentifier and the signature (RFC 7427 3). ok is false for any other
// method and where the identifier is cut.
func (a Auth) Signature() (algorithm, signature []byte, ok bool) {
	if a.Method != AuthDigitalSignature || len(a.Data) < 1 || len(a.Data) < 1+int(a.Data[0]) {
		return nil, nil, false
	}
	end := 1 + int(a.Data[0])
	return a.Data[1:end:end], a.Data[end:], true
}

// Algorithm names what a digital signature was made with, such as "ECDSA with
// SHA2-256"; it is empty for any other method.
func (a Auth) Algorithm() string {
	der, _, ok := a.Signature()
	if !ok {
		return ""
	}
	name, _ := algorithmText(der)
	return name
}

// AppendFields adds the fields of the body.
func (a Auth) AppendFields(to *Tree) {
	to.Findings = append(to.Findings, a.findings(to.at)...)
	to.add("method", 1).enum(namesAuthMethods, uint16(a.Method))
	to.skip(3)
	if alg, sig, ok := a.Signature(); ok {
		to.add("algorithm length", 1).num(uint64(len(alg)))
		if len(alg) > 0 {
			to.bytes("algorithm", alg).str(a.Algorithm())
		}
		to.opaqueBytes("signature", sig)
		return
	}
	to.opaqueBytes("authentication data", a.Data)
}

func (a Auth) findings(at int) []Finding {
	if a.Method != AuthDigitalSignature {
		return nil
	}
	der, _, ok := a.Signature()
	if !ok {
		return []Finding{{at + 4, FindingError, "authentication: algorithm identifier ends early"}}
	}
	if _, ok := algorithmText(der); !ok {
		return []Finding{{at + 5, FindingWarning, "authentication: algorithm identifier is not DER"}}
	}
	return nil
}

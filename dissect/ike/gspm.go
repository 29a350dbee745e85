package ike

// GSPM is the body of a generic secure password method payload (RFC 6467 3).
// What is in it only the method tells that SECURE_PASSWORD_METHODS of
// IKE_SA_INIT chose: an encrypted nonce (PACE, RFC 6631 5.5), a group element
// (AugPAKE, RFC 6628 5.2.2), or a scalar and an element of the group's size
// (Secure PSK, RFC 6617 8.5.1).
type GSPM struct{ Data []byte } // borrowed

// ParseGSPM reads the body of a GSPM payload. Any bytes but none are one.
func ParseGSPM(body []byte) (GSPM, error) {
	if len(body) == 0 {
		return GSPM{}, short("secure password method", body)
	}
	return GSPM{Data: body}, nil
}

// Append appends the body to b.
func (g GSPM) Append(b []byte) []byte { return append(b, g.Data...) }

// AppendFields adds the fields of the body.
func (g GSPM) AppendFields(to *Tree) {
	to.opaqueBytes("method data", g.Data)
}

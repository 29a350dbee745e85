package ike

// Nonce is the body of a nonce payload (RFC 7296 3.9, RFC 2408 3.13).
type Nonce struct{ Data []byte }

// ParseNonce reads the body of a nonce payload, which must not be empty. It
// borrows it, and does not demand the lengths that the RFCs demand.
func ParseNonce(body []byte) (Nonce, error) {
	if len(body) == 0 {
		return Nonce{}, short("nonce", body)
	}
	return Nonce{Data: body}, nil
}

// Append appends the body to b.
func (n Nonce) Append(b []byte) []byte { return append(b, n.Data...) }

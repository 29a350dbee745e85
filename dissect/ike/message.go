package ike

// Message is one IKE message: its header and the captured bytes.
type Message struct {
	Header
	// Truncated: fewer bytes were captured than the message had on the wire.
	Truncated bool
	// Overlong: the header states a length beyond the end of what was on the
	// wire. The bytes that are missing never were there.
	Overlong bool
	// Trailing is the number of bytes on the wire behind the stated length.
	Trailing int

	raw []byte // captured part, cut to the stated length
	end int    // where the message ends on the wire; at least len(raw)
}

// Parse reads a message that begins with b. wireLen is the number of bytes
// that were there on the wire; it exceeds len(b) where the capture cut the
// packet, and a smaller one counts as len(b). The message borrows b.
//
// With an error, which says that the header is cut, states a length that
// cannot be, or is of a version other than 1 and 2, the Header is still filled
// as far as it was there, and no payloads are.
func Parse(b []byte, wireLen int) (Message, error) {
	h, err := ParseHeader(b)
	if err != nil {
		return Message{}, err
	}
	m := Message{Header: h}
	if h.Version.Major != 1 && h.Version.Major != 2 {
		return m, &SyntaxError{Part: "header", Offset: 17, Problem: "major version is neither 1 nor 2"}
	}
	if h.Length < HeaderLength {
		return m, &SyntaxError{Part: "header", Offset: 24, Problem: "length is less than that of the header"}
	}
	wireLen = max(wireLen, len(b))
	m.end = wireLen
	if int64(h.Length) > int64(wireLen) {
		m.Overlong = true
	} else {
		m.end = int(h.Length)
		m.Trailing = wireLen - m.end
	}
	m.raw = b[:min(len(b), m.end)]
	m.Truncated = len(m.raw) < m.end
	return m, nil
}

// Bytes returns the captured bytes of the message, header included. They are
// borrowed.
func (m *Message) Bytes() []byte { return m.raw }

// Body returns the captured bytes behind the header. They are borrowed.
func (m *Message) Body() []byte {
	if len(m.raw) < HeaderLength {
		return nil
	}
	return m.raw[HeaderLength:]
}

// Encrypted reports whether payloads of the message are encrypted: in IKEv1
// those of a message with the encryption flag, in IKEv2 those inside an SK or
// SKF payload.
func (m *Message) Encrypted() bool {
	if m.V1() {
		return m.Flags&FlagEncryption != 0
	}
	for w := m.Walk(); w.Next(); {
		if w.cur.Type.Encrypted() {
			return true
		}
	}
	return false
}

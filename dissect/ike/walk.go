package ike

import "encoding/binary"

// maxPayloads bounds the walk over one message. The largest honest messages,
// with dozens of vendor IDs, certificates and notifies, stay far below.
const maxPayloads = 1024

// genericLength is the length of the generic payload header.
const genericLength = 4

// Payload is one payload of a message: its generic header (RFC 7296 3.2,
// RFC 2408 3.2) and its body.
type Payload struct {
	Type PayloadType
	// Next is the type of the payload behind. In SK and the first SKF payload
	// it is the type of the first one inside (RFC 7296 3.14, RFC 7383 2.5).
	Next     PayloadType
	Critical bool // IKEv2 only
	// Offset of the generic header in bytes from the beginning of the message.
	Offset int
	// Length states the payload's length in bytes, generic header included.
	Length int
	// Body is what follows the generic header, borrowed.
	Body []byte
	// Truncated: the capture ends inside this payload; Body is what there is.
	Truncated bool
}

// AppendPayload appends a payload: its generic header and then body. A body of
// more than 65531 bytes has no room in the length field and gives a payload
// that states a wrong length.
func AppendPayload(b []byte, next PayloadType, critical bool, body []byte) []byte {
	var flags byte
	if critical {
		flags = 0x80
	}
	b = append(b, byte(next), flags)
	b = binary.BigEndian.AppendUint16(b, uint16(genericLength+len(body)))
	return append(b, body...)
}

// Walker goes over the chain of payloads of one message without allocating:
//
//	w := m.Walk()
//	for w.Next() {
//		p := w.Payload()
//	}
//	if err := w.Err(); err != nil { ... }
//
// It ends without error behind an SK or SKF payload, which is the last it
// gives, and where the capture cut the message: then the last payload may be
// Truncated. It gives nothing of an encrypted IKEv1 message.
type Walker struct {
	b       []byte
	end     int // of the chain on the wire, in bytes from the beginning of b
	at      int // offset of the next generic header
	next    PayloadType
	v1      bool
	done    bool
	count   int
	cur     Payload
	problem string
	where   int
}

// Walk begins a walk over the message's payloads.
func (m *Message) Walk() Walker {
	w := Walker{b: m.raw, end: m.end, at: HeaderLength, next: m.NextPayload, v1: m.V1()}
	if m.raw == nil || w.v1 && m.Flags&FlagEncryption != 0 {
		w.done = true
	}
	return w
}

// WalkPayloads begins a walk over a chain of payloads outside a message, such
// as the clear text of an SK payload: b holds them all, first is the type of
// the first one, major the major version. Offsets count from the beginning of
// b.
func WalkPayloads(b []byte, first PayloadType, major uint8) Walker {
	return Walker{b: b, end: len(b), next: first, v1: major == 1}
}

// Next steps to the next payload and reports whether there is one.
func (w *Walker) Next() bool {
	if w.done {
		return false
	}
	if w.next == PayloadNone {
		w.done = true
		return false
	}
	if w.count >= maxPayloads {
		return w.fail("too many payloads")
	}
	if w.end-w.at < genericLength {
		return w.fail("no room for the payload that is announced")
	}
	if len(w.b)-w.at < genericLength {
		w.done = true // cut by the capture
		return false
	}
	h := w.b[w.at : w.at+genericLength]
	n := int(binary.BigEndian.Uint16(h[2:]))
	if n < genericLength {
		return w.fail("payload length is less than that of its header")
	}
	if n > w.end-w.at {
		return w.fail("payload reaches beyond the message")
	}
	stop := min(w.at+n, len(w.b))
	w.cur = Payload{
		Type:      w.next,
		Next:      PayloadType(h[0]),
		Critical:  !w.v1 && h[1]&0x80 != 0,
		Offset:    w.at,
		Length:    n,
		Body:      w.b[w.at+genericLength : stop : stop],
		Truncated: stop < w.at+n,
	}
	w.count++
	w.at += n
	w.next = w.cur.Next
	w.done = w.cur.Truncated || !w.v1 && w.cur.Type.Encrypted()
	return true
}

func (w *Walker) fail(problem string) bool {
	w.done, w.problem, w.where = true, problem, w.at
	return false
}

// Payload returns the payload that Next stepped to.
func (w *Walker) Payload() Payload { return w.cur }

// Offset returns where the walk stands: behind the last payload it gave, in
// bytes from the beginning of the message.
func (w *Walker) Offset() int { return w.at }

// Err returns nil, or a *SyntaxError that tells the offset of the payload at
// which the chain is broken, and why. A message cut by the capture is none.
func (w *Walker) Err() error {
	if w.problem == "" {
		return nil
	}
	return &SyntaxError{Part: "payload chain", Offset: w.where, Problem: w.problem}
}

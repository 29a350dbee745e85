package flows

import (
	"errors"

	"github.com/ikesniff/ikesniff/dissect/ike"
	"github.com/ikesniff/ikesniff/flows/diagnose"
	"github.com/ikesniff/ikesniff/reassembly"
)

// malformed counts messages whose payloads do not hold together.
type malformed struct {
	answer
	side uint8 // of the first
	text string
	at   int // offset in bytes from the first of the IKE header
}

// damage tells what is broken in a message, or nil: lengths that do not fit into
// each other, in the header, the chain of payloads, or a payload in clear. A
// receiver cannot read such a message (RFC 7296 2.21.1, 3.1). What the capture
// has only in part is not judged, nor are values that are merely odd. err is
// that of ike.Parse.
func damage(m *ike.Message, e *reassembly.Event, err error) *ike.SyntaxError {
	if !m.V1() && !m.V2() || e.Truncated || m.Truncated {
		return nil
	}
	if x := syntaxError(err, 0); x != nil {
		return x
	}
	if m.Overlong {
		return &ike.SyntaxError{Part: "header", Offset: 24, Problem: "length reaches beyond the datagram"}
	}
	w := m.Walk()
	for w.Next() {
		p := w.Payload()
		if x := syntaxError(bodyError(m, &p), p.Offset+4); x != nil {
			return x
		}
	}
	return syntaxError(w.Err(), 0)
}

// syntaxError gives err with an offset that counts from the header; body is
// where the part that it speaks of begins.
func syntaxError(err error, body int) *ike.SyntaxError {
	if err == nil {
		return nil // nearly always, and what follows takes memory
	}
	var x *ike.SyntaxError
	if !errors.As(err, &x) {
		return nil
	}
	y := *x
	y.Offset += body
	return &y
}

// bodyError parses a payload in clear of a kind that has lengths inside.
func bodyError(m *ike.Message, p *ike.Payload) (err error) {
	if m.V1() {
		switch p.Type {
		case ike.PayloadV1SA:
			_, err = ike.ParseV1SA(p.Body)
		case ike.PayloadV1Notify:
			_, err = ike.ParseV1Notify(p.Body)
		case ike.PayloadV1Delete:
			_, err = ike.ParseV1Delete(p.Body)
		case ike.PayloadV1Fragment:
			_, err = ike.ParseV1Fragment(p.Body)
		}
		return err
	}
	switch p.Type {
	case ike.PayloadSA:
		_, err = ike.ParseSA(p.Body)
	case ike.PayloadKE:
		_, err = ike.ParseKE(p.Body)
	case ike.PayloadNotify:
		_, err = ike.ParseNotify(p.Body)
	case ike.PayloadDelete:
		_, err = ike.ParseDelete(p.Body)
	case ike.PayloadSKF:
		_, err = ike.ParseFragment(p.Body)
	}
	return err
}

// broken counts a message with damage.
func (sa *ikeSA) broken(x *ike.SyntaxError, side uint8, now mark) {
	b := &sa.odd().malformed
	if b.count == 0 {
		b.side, b.text, b.at = side, x.Part+": "+x.Problem, x.Offset
	}
	b.add(now)
}

func (b *malformed) fact() diagnose.Malformed {
	if b.count == 0 {
		return diagnose.Malformed{}
	}
	return diagnose.Malformed{
		Count: b.count, First: b.first.fact(), Last: b.last.fact(), From: sideNames[b.side], Text: b.text, Offset: b.at,
	}
}

func mergeMalformed(twice bool, a, b malformed) malformed {
	m := a
	if a.count == 0 || b.count > 0 && b.first.compare(a.first) < 0 {
		m = b
	}
	m.answer = mergeAnswer(twice, a.answer, b.answer)
	return m
}

// otherVersion counts messages in another major version than the initiator's.
type otherVersion struct {
	answer
	major, side uint8
}

func (sa *ikeSA) spokeOther(m *ike.Message, side uint8, now mark) {
	v := &sa.odd().other
	if v.count == 0 {
		v.major, v.side = m.Version.Major, side
	}
	v.add(now)
}

func (v *otherVersion) fact() *diagnose.OtherVersion {
	if v.count == 0 {
		return nil
	}
	return &diagnose.OtherVersion{Major: int(v.major), From: sideNames[v.side], Count: v.count, First: v.first.fact()}
}

func mergeOther(twice bool, a, b otherVersion) otherVersion {
	m := a
	if a.count == 0 {
		m = b
	}
	m.answer = mergeAnswer(twice, a.answer, b.answer)
	return m
}

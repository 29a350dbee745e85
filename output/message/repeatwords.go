package message

import (
	"strconv"
	"time"

	"github.com/ikesniff/ikesniff/capture"
)

// appendFrame appends the number of a frame as lines refer to it: "#12", with
// several inputs "[2]12".
func (l *Lister) appendFrame(b []byte, r capture.Ref) []byte {
	if len(l.opt.Sources) > 1 {
		b = append(b, '[')
		b = strconv.AppendInt(b, int64(r.Source()+1), 10)
		b = append(b, ']')
	} else {
		b = append(b, '#')
	}
	return strconv.AppendUint(b, r.Number(), 10)
}

// appendRepetition appends that a message was seen before, if so.
func (l *Lister) appendRepetition(b []byte, s *summary) []byte {
	x := s.sending
	switch s.repetition {
	case isCopy:
		b = append(b, "; same packet as "...)
		return l.appendFrame(b, x.last)
	case isSame:
		b = append(b, "; same bytes as "...)
		return l.appendFrame(b, x.last)
	case isAgain:
		b = append(b, "; retransmission of "...)
		b = l.appendFrame(b, x.first)
		if x.back {
			return b
		}
		b = append(b, ", "...)
		b = appendWait(b, x.lastTime-x.firstTime)
		b = append(b, " s after"...)
		if x.again > 1 {
			b = append(b, ", "...)
			b = x.appendGaps(b)
		}
	}
	return b
}

// appendGaps appends "gaps 3.0, 6.0 s".
func (x *sending) appendGaps(b []byte) []byte {
	b = append(b, "gaps "...)
	for i, g := range x.known() {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = appendWait(b, int64(g)*int64(time.Millisecond))
	}
	if x.again > maxGaps {
		b = append(b, " and more"...)
	}
	return append(b, " s"...)
}

// appendWait appends nanoseconds as seconds: to the tenth, and below one second
// to the millisecond.
func appendWait(b []byte, ns int64) []byte {
	if ns >= int64(time.Second) {
		tenth := int64(time.Second / 10)
		n := (ns + tenth/2) / tenth
		b = strconv.AppendInt(b, n/10, 10)
		return append(b, '.', byte('0'+n%10))
	}
	b = appendSeconds(b, ns, 0)
	for n := len(b); b[n-1] == '0' && b[n-2] != '.'; n = len(b) {
		b = b[:n-1]
	}
	return b
}

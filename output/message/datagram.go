package message

import (
	"strconv"

	"github.com/ikesniff/ikesniff/dissect/ike"
	"github.com/ikesniff/ikesniff/reassembly"
)

// part takes an IP datagram of which fragments never came, and that held IKE as
// far as its beginning tells.
func (l *Lister) part(e *reassembly.Event) {
	s := &l.whole
	s.read(e, nil)
	if !l.opt.Filter.keeps(e, &s.m.Header, l.since, l.until) || !l.opt.Filter.keepsNotifies(s) {
		return
	}
	l.listed++
	l.buf = l.form.part(l.buf, e, s)
}

// headed tells whether the header of the message came.
func headed(e *reassembly.Event) bool { return !e.QuotedUnknown && len(e.Data) >= ike.HeaderLength }

// appendPart appends what is known of a datagram that is not whole.
func appendPart(b []byte, e *reassembly.Event, s *summary) []byte {
	if headed(e) {
		b = appendExchange(b, &s.m)
		if s.encrypted {
			b = append(b, ", encrypted"...)
		}
		b = append(b, ", "...)
		b = strconv.AppendUint(b, uint64(s.m.Length), 10)
		b = append(b, " bytes"...)
	} else {
		b = append(b, "IKE by its port"...)
	}
	b = append(b, ", not whole: IP fragments are missing ("...)
	b = strconv.AppendInt(b, int64(e.Packets), 10)
	return append(b, " captured)"...)
}

func (t *textForm) part(b []byte, e *reassembly.Event, s *summary) []byte {
	t.words = appendPart(t.words[:0], e, s)
	return t.line(b, e.FirstRef, e.Ref, e.Time, e.Transport, e.Message, e.Src, e.Dst)
}

func (j *jsonForm) part(b []byte, e *reassembly.Event, s *summary) []byte {
	b = j.begin(b)
	b = appendCommon(b, "ike_incomplete", e.Time, e.FirstRef, e.Ref, e.Transport, e.Message, e.Src, e.Dst)
	if headed(e) {
		b = appendHeader(b, &s.m)
		b = appendUint(b, `,"length":`, uint64(s.m.Length))
	}
	b = appendUint(b, `,"ip_fragments":`, uint64(e.Packets))
	j.words = appendPart(j.words[:0], e, s)
	b = append(b, `,"text":`...)
	b = appendString(b, j.words)
	return j.finish(append(b, '}'))
}

package message

import (
	"strconv"

	"github.com/ikesniff/ikesniff/reassembly"
)

// appendFragment appends which fragment of a message of IKEv2 it is, and how
// many others were not seen (RFC 7383).
func appendFragment(b []byte, s *summary) []byte {
	b = append(b, ", encrypted fragment "...)
	b = strconv.AppendUint(b, uint64(s.fragment.Number), 10)
	b = append(b, " of "...)
	b = strconv.AppendUint(b, uint64(s.fragment.Total), 10)
	switch g := s.group; {
	case g == nil:
		return b
	case s.fragment.Total < g.Total:
		return append(b, " (left for smaller ones)"...)
	case g.Complete():
		return append(b, " (all seen)"...)
	}
	b = append(b, " ("...)
	b = strconv.AppendInt(b, int64(int(s.group.Total)-s.group.Have()), 10)
	return append(b, " not seen yet)"...)
}

// appendV1Fragment appends which fragment of IKEv1 it is, and what the message
// says if this one makes it whole.
func (l *Lister) appendV1Fragment(b []byte, e *reassembly.Event, s *summary) []byte {
	b = append(b, ", fragment "...)
	b = strconv.AppendUint(b, uint64(s.v1Fragment.Number), 10)
	set := &s.v1Set
	if set.Total > 0 {
		b = append(b, " of "...)
		b = strconv.AppendInt(b, int64(set.Total), 10)
	}
	if set.Message == nil {
		if missing := set.Total - set.Have; missing > 0 {
			b = append(b, " ("...)
			b = strconv.AppendInt(b, int64(missing), 10)
			b = append(b, " not seen yet)"...)
		}
		return b
	}
	b = append(b, " (all seen): "...)
	whole := *e
	whole.Data, whole.Length, whole.Truncated = set.Message, len(set.Message), false
	l.whole.read(&whole, nil)
	return l.appendWords(b, &whole, &l.whole)
}

// appendIncomplete appends which fragments of a message were not seen.
func appendIncomplete(b []byte, x *incomplete) []byte {
	b = append(b, "Not whole at the end: "...)
	if x.ID != nil {
		b = append(b, "IKEv1 message "...)
		b = strconv.AppendInt(b, int64(*x.ID), 10)
	} else {
		b = append(b, x.Exchange...)
		b = append(b, ' ')
		b = strconv.AppendUint(b, uint64(x.MessageID), 10)
		if *x.Response {
			b = append(b, " response"...)
		} else {
			b = append(b, " request"...)
		}
	}
	b = append(b, " of IKE SA "...)
	b = append(b, x.InitSPI...)
	if len(x.Missing) == 0 {
		return append(b, ", without its last fragment"...)
	}
	b = append(b, ", without fragment "...)
	const most = 16
	for i, n := range x.Missing {
		if i == most {
			b = append(b, " and more"...)
			break
		}
		if i > 0 {
			b = append(b, ", "...)
		}
		b = strconv.AppendInt(b, int64(n), 10)
	}
	if x.Total > 0 {
		b = append(b, " of "...)
		b = strconv.AppendInt(b, int64(x.Total), 10)
	}
	return b
}

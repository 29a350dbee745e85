package message

import "time"

// appendRepetition appends which message this one repeats.
func (j *jsonForm) appendRepetition(b []byte, s *summary) []byte {
	x := s.sending
	switch s.repetition {
	case isCopy:
		b = append(b, `,"copy_of":`...)
		return appendRef(b, x.last)
	case isSame:
		b = append(b, `,"same_bytes_as":`...)
		return appendRef(b, x.last)
	case isAgain:
		b = append(b, `,"retransmission_of":`...)
		b = appendRef(b, x.first)
		b = appendUint(b, `,"sendings":`, uint64(x.again)+1)
		if x.back {
			return b
		}
		b = append(b, `,"seconds_after":`...)
		b = appendSeconds(b, x.lastTime-x.firstTime, 0)
		b = append(b, `,"gaps_seconds":[`...)
		for i, g := range x.known() {
			b = comma(b, i)
			b = appendSeconds(b, int64(g)*int64(time.Millisecond), 0)
		}
		b = append(b, ']')
		if name := x.timers(&s.m); name != "" {
			b = append(b, `,"timers_like":`...)
			b = appendString(b, name)
		}
	}
	return b
}

// appendAnswer appends what the message chooses from, or turns down.
func (j *jsonForm) appendAnswer(b []byte, s *summary) []byte {
	x := s.link.answers
	switch {
	case x == nil:
		return b
	case s.link.refused:
		b = append(b, `,"refused":{"request":`...)
		b = appendRef(b, x.request)
		b = append(b, `,"proposals":`...)
		b, _ = j.appendProposalList(b, s.m.V1(), x.body)
		return append(b, '}')
	}
	b = append(b, `,"choice":{"request":`...)
	b = appendRef(b, x.request)
	if s.link.position > 0 {
		b = appendUint(b, `,"position":`, uint64(s.link.position))
	}
	b = appendUint(b, `,"of":`, uint64(s.link.of))
	b = appendBool(b, `,"as_offered":`, len(s.link.found) == 0)
	if j.l.opt.Verbose > 0 && s.m.V2() {
		b = append(b, `,"algorithms":[`...)
		for i, t := range s.chosenTransforms() {
			b = comma(b, i)
			b = append(b, `{"type":`...)
			b = appendString(b, t.Type.Name())
			b = append(b, `,"name":`...)
			b = appendString(b, t.Name())
			if t.Position > 0 {
				b = appendUint(b, `,"position":`, uint64(t.Position))
			}
			b = appendUint(b, `,"of":`, uint64(t.Of))
			b = append(b, '}')
		}
		b = append(b, ']')
	}
	return append(b, '}')
}

// appendSizeFits appends what messages of this length may hold.
func appendSizeFits(b []byte, s *summary) []byte {
	fit := s.fits()
	if fit == 0 {
		return b
	}
	b = append(b, `,"size_fits":[`...)
	n := 0
	for i := range sizeNames {
		if fit&(1<<i) != 0 {
			b = comma(b, n)
			b = appendString(b, sizeNames[i].key)
			n++
		}
	}
	return append(b, ']')
}

func appendIdentity(b []byte, s *summary) []byte {
	n := 0
	for _, body := range s.ids {
		kind, value, ok := s.identity(body)
		if !ok {
			continue
		}
		if n == 0 {
			b = append(b, `,"identities":[`...)
		}
		b = comma(b, n)
		n++
		b = append(b, `{"type":`...)
		b = appendString(b, kind)
		b = append(b, `,"value":`...)
		b = appendString(b, value)
		b = append(b, '}')
	}
	if n > 0 {
		b = append(b, ']')
	}
	return b
}

// appendFingerprint appends the fingerprint of what opens an IKE SA.
func (j *jsonForm) appendFingerprint(b []byte, s *summary) []byte {
	if !s.fingerprints() {
		return b
	}
	x := j.l.fingerprints.of(&s.m)
	b = append(b, `,"fingerprint":{"hash":"`...)
	b = append(b, x.hash...)
	b = append(b, `","text":"`...)
	b = append(b, x.text...) // digits, letters and signs that JSON does not escape
	return append(b, `"}`...)
}

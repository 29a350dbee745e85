package dissect

// span is what is left of a frame: the captured bytes, and how many bytes the
// wire had from the same place on. wire is never less than len(b).
type span struct {
	b    []byte
	wire int
}

// from returns the span behind the first n bytes, which must be captured.
func (s span) from(n int) span {
	return span{s.b[n:], s.wire - n}
}

// upTo returns the first n bytes on the wire: n comes from a length field and
// may lie on either side of what was captured, and beyond the old end.
func (s span) upTo(n int) span {
	if n < len(s.b) {
		s.b = s.b[:n]
	}
	s.wire = n
	return s
}

// snapped tells whether the wire had more than was captured.
func (s span) snapped() bool {
	return len(s.b) < s.wire
}

// short ends the decoding of a packet of which fewer than need bytes are left
// for a header. Either the wire had no more: the packet contradicts itself. Or
// the capture has cut it off: the packet is sound, and cannot be judged.
func short(s span, need int, out *Datagram, problem string) {
	out.Problem = problem
	if s.wire < need {
		out.Status = StatusMalformed
		return
	}
	out.Status = StatusOther
	out.Truncated = true
}

// malformed ends the decoding of a packet that contradicts itself.
func malformed(out *Datagram, problem string) {
	out.Status = StatusMalformed
	out.Problem = problem
}

// other ends the decoding of a sound packet that IPsec cannot be in. problem is
// "" unless the packet was not followed to its end.
func other(out *Datagram, problem string) {
	out.Status = StatusOther
	if problem != "" {
		out.Problem = problem
	}
}

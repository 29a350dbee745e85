package tcpstream

import "time"

// When a hole is given up. Each number is a choice: too early, and bytes that
// were sent again come too late to be used; too late, and a message waits.
const (
	// acknowledgedAfter segments behind a hole that the peer has acknowledged
	// mean that the capture lost the bytes. It takes more than the
	// acknowledgment, for captures show some a little before the data.
	acknowledgedAfter = 4
	// Without any acknowledgment, as in a capture of one direction, so much
	// may wait behind a hole.
	waitingSegments = 32
	waitingBytes    = 128 << 10
	// patience is how long a hole may stay if the peer has the bytes or cannot
	// be asked; denialPatience, if its acknowledgments say that it lacks them
	// too, so that they will be sent again. A sender may wait a minute for
	// that: RFC 6298 section 2.
	patience       = int64(5 * time.Second)
	denialPatience = int64(60 * time.Second)
)

// A hole larger than farBytes is believed only if the peer acknowledged it or
// believedSegments stand behind it. One broken segment would else tell of a
// loss that never was, and move the stream to a place where it is not.
const (
	farBytes         = 1 << 20
	believedSegments = 4
)

// hopeless tells whether to give up the hole in front of the first piece.
func (s *Stream) hopeless() bool {
	h, p := s.held, s.held.at(0)
	waited := s.now - max(s.moved, p.from.Time)
	segments, bytes := s.limits.get()
	switch {
	case len(h.order) > segments || h.bytes > bytes:
		return true
	case p.acked:
		return int32(h.arrivals-p.since) >= acknowledgedAfter || waited > patience
	case s.unbelievable(p.start):
		return false
	case s.peer:
		return waited > denialPatience
	}
	return len(h.order) >= waitingSegments || h.bytes >= waitingBytes || waited > patience
}

// unbelievable tells whether the evidence is too thin for a hole up to seq.
func (s *Stream) unbelievable(seq uint32) bool {
	return seq-s.next > farBytes && before(s.acked, seq) &&
		(s.held == nil || len(s.held.order) < believedSegments)
}

package tcpstream

const (
	// reach is how far from the position a segment can be: no window is larger,
	// RFC 7323 section 2.3.
	reach = 1 << 30
	// maxWire is more than a segment can be. Segments that offloading joined
	// stay below 512 KiB.
	maxWire = 1 << 20
	// So many segments outside that follow each other, with nothing in place
	// between them, mean that the connection is there now: the capture lost
	// more than a window. Following means to start within nearby bytes of the
	// end of the one before.
	elsewhereAfter = 32
	nearby         = 1 << 20
)

// outside tells whether a segment lies where the connection cannot be.
func (s *Stream) outside(start uint32, size int) bool {
	return s.next-start > reach && start-s.next > reach || size > maxWire
}

// elsewhere counts a segment outside. It tells whether the stream has followed
// the connection to where the segment is.
func (s *Stream) elsewhere(start uint32, size int, sink Sink) bool {
	if size == 0 || size > maxWire {
		return false
	}
	if s.strays > 0 && (start-s.strayNext <= nearby || s.strayNext-start <= nearby) {
		s.strays++
	} else {
		s.strays = 1
	}
	s.strayNext = start + uint32(size)
	if s.strays < elsewhereAfter {
		return false
	}
	s.settle(true, sink)
	s.hole(start, sink)
	s.finSeen, s.peer, s.strays = false, false, 0
	s.acked = start
	s.recent = recent{}
	return true
}

package tcpstream

// Limits bound what a stream holds back. Zero fields mean the defaults.
type Limits struct {
	Segments int // stretches of bytes held; default 256, at most 4096
	Bytes    int // payload bytes held; default 1 MiB
}

func (l Limits) get() (segments, bytes int) {
	segments, bytes = 256, 1<<20
	if l.Segments > 0 {
		segments = min(l.Segments, 4096)
	}
	if l.Bytes > 0 {
		bytes = l.Bytes
	}
	return segments, bytes
}

// Stream puts the bytes of one direction of a TCP connection in order. The
// zero value is ready and has the default limits. A Stream must not be copied
// once it is in use, and not be used by two goroutines at once.
type Stream struct {
	limits Limits
	held   *held // nil while nothing is held

	next  uint32 // sequence number of the next byte wanted
	acked uint32 // the peer has all bytes before it; never before next
	fin   uint32 // sequence number of the FIN, if finSeen

	started bool
	finSeen bool
	peer    bool // acknowledgments were seen

	strays    uint8  // segments outside in a row that follow each other
	strayNext uint32 // where the next of them would be

	now   int64 // time of the last segment
	moved int64 // when next moved last because bytes came

	recent recent
}

// New returns a stream with limits of its own.
func New(l Limits) Stream { return Stream{limits: l} }

// Started tells whether the position in the stream is known.
func (s *Stream) Started() bool { return s.started }

// Next is the sequence number of the next byte wanted. It means nothing before
// the stream has started. A FIN does not move it.
func (s *Stream) Next() uint32 { return s.next }

// Held is how much memory the stream holds for bytes whose turn has not come,
// in bytes: theirs, and what it takes to keep track of each stretch of them.
func (s *Stream) Held() int {
	if s.held == nil {
		return 0
	}
	return s.held.bytes + pieceCost*len(s.held.order)
}

// Ended tells whether the sink has been given all bytes up to the FIN.
func (s *Stream) Ended() bool { return s.started && s.finSeen && s.next == s.fin }

// Push takes the next segment of the direction, in capture order. The first
// one with a SYN, a FIN or data sets the position of the stream. Segments
// without data may be pushed or left out.
func (s *Stream) Push(seg Segment, sink Sink) {
	if seg.SYN || seg.FIN || seg.RST || !s.Follow(seg.Seq, seg.Payload, seg.WireLen, Origin{seg.Time, seg.Ref}, sink) {
		s.push(&seg, sink)
	}
}

// push is Push for whatever segment.
func (s *Stream) push(seg *Segment, sink Sink) {
	start, size := seg.Seq, seg.wire()
	if seg.SYN {
		start++ // RFC 9293 section 3.4: the SYN counts as one
	}
	if !s.started {
		if seg.RST || size == 0 && !seg.SYN && !seg.FIN {
			return
		}
		s.started, s.next, s.acked = true, start, start
	}
	s.now = seg.Time
	switch {
	case s.outside(start, size):
		if seg.RST || !s.elsewhere(start, size, sink) {
			sink.Note(NoteOutside, size)
			return
		}
	case seg.RST:
		// Text in a RST is not part of the stream: RFC 9293 section 3.5.3. The
		// stream goes on if data does, for then a third party sent the RST.
		s.settle(true, sink)
		return
	}
	if size <= 1 && !seg.SYN && !seg.FIN && s.probe(start, size) {
		s.settle(false, sink)
		sink.Note(NoteProbe, size)
		return
	}
	t := s.place(start, uint32(size), seg, sink)
	s.settle(false, sink)
	t.tell(sink)
}

// Follow is Push for the common segments: those without SYN, FIN and RST that
// are the next bytes or an acknowledgment, with nothing else to think of. wire
// is the length of the payload on the wire. Where the segment is another one,
// nothing is done and the answer is false.
func (s *Stream) Follow(seq uint32, payload []byte, wire int, from Origin, sink Sink) bool {
	wire = max(wire, len(payload))
	if !s.started || s.held != nil || s.finSeen {
		return false
	}
	if wire == 0 && seq != s.next-1 && !s.outside(seq, 0) {
		s.now = from.Time
		return true
	}
	if seq != s.next || wire <= 1 || wire > maxWire {
		return false
	}
	s.now, s.moved = from.Time, from.Time
	if len(payload) > 0 {
		s.recent.add(seq, payload)
	}
	s.pass(payload, wire, from, sink)
	return true
}

// probe tells whether a segment of no or one byte is a keepalive or a probe
// sent again: it ends where the sender's bytes ended before.
func (s *Stream) probe(start uint32, size int) bool {
	return start == s.next-1 || start == s.edge()-1 || size == 1 && s.Ended() && start == s.fin
}

// edge is the end of the last byte that has come.
func (s *Stream) edge() uint32 {
	if s.held == nil {
		return s.next
	}
	return s.held.at(len(s.held.order) - 1).end()
}

// place gives the bytes of a segment to the sink or files them, and takes note
// of its FIN.
func (s *Stream) place(start, size uint32, seg *Segment, sink Sink) (t tally) {
	end := start + size
	if s.finSeen && after(end, s.fin) {
		s.finSeen = false // the sender does not know of that FIN
	}
	if seg.FIN && !before(end, s.edge()) {
		s.fin, s.finSeen = end, true // else bytes have come from behind it
	}
	if size == 0 {
		return t
	}
	p := piece{start: start, size: size, data: seg.Payload, from: Origin{seg.Time, seg.Ref}}
	p.single = size == 1 && !seg.SYN && !seg.FIN
	if before(start, s.next) {
		old := min(s.next-start, size)
		t.known = int(old)
		if !p.single {
			t.differ = s.recent.differ(start, p.data[:min(int(old), len(p.data))])
		}
		p.data = p.data[min(int(old), len(p.data)):]
		p.start, p.size = start+old, size-old
	}
	if p.size > 0 {
		s.add(p, &t, sink)
	}
	return t
}

// add gives bytes that do not lie before the position to the sink if it is
// their turn, else it files them.
func (s *Stream) add(p piece, t *tally, sink Sink) {
	inOrder := p.start == s.next
	if inOrder && !p.single && (s.held == nil || !before(s.held.at(0).start, p.end())) {
		t.fresh += int(p.size)
		if s.held != nil && s.held.at(0).start-p.start < farBytes {
			t.late += int(p.size)
		}
		s.give(&p, sink)
		s.moved = s.now
		return
	}
	h := s.held
	if h == nil {
		h = spare.Get().(*held)
		h.acked = s.acked
		s.held = h
	}
	whole := p
	p.size = uint32(len(p.data))
	h.insert(p, t)
	if cut := whole.size - p.size; cut > 0 {
		h.insert(piece{start: p.end(), size: cut, from: p.from, single: p.single}, t)
	}
	if !inOrder && t.fresh > 0 {
		h.arrivals++
	}
}

// settle gives all bytes to the sink whose turn has come, and gives up the
// holes that will not be filled: with force, all of them.
func (s *Stream) settle(force bool, sink Sink) {
	// The peer acknowledged the FIN: it has all bytes before it.
	force = force || s.finSeen && after(s.acked, s.fin)
	if s.held != nil {
		if s.drain(force, sink) {
			s.moved = s.now
		}
		s.giveUp(force, sink)
		if len(s.held.order) == 0 {
			spare.Put(s.held)
			s.held = nil
		}
	}
	if force && s.finSeen && before(s.next, s.fin) && !s.unbelievable(s.fin) {
		s.hole(s.fin, sink)
	}
}

// giveUp leaves at most a hole at the front that may still be filled, or a
// single byte that may be a probe.
func (s *Stream) giveUp(force bool, sink Sink) {
	for h := s.held; len(h.order) > 0 && h.at(0).start != s.next; s.drain(force, sink) {
		if force && s.unbelievable(h.at(0).start) {
			n := 0
			for i := range h.order {
				n += int(h.at(i).size)
			}
			h.drop(0, len(h.order))
			sink.Note(NoteOutside, n)
			return
		}
		if !force && !s.hopeless() {
			return
		}
		s.hole(h.at(0).start, sink)
	}
}

// drain gives the pieces to the sink whose turn has come. A single byte waits
// until it is known to be data: its sender goes on behind it, or its peer
// acknowledges it.
func (s *Stream) drain(force bool, sink Sink) (moved bool) {
	h, n := s.held, 0
	for ; n < len(h.order); n++ {
		p := h.at(n)
		if p.start != s.next || p.single && n+1 == len(h.order) && !after(s.acked, s.next) && !force {
			break
		}
		s.give(p, sink)
	}
	if n > 0 {
		h.drop(0, n)
	}
	return n > 0
}

// give gives the next bytes to the sink.
func (s *Stream) give(p *piece, sink Sink) {
	if len(p.data) > 0 && !p.single {
		s.recent.add(s.next, p.data)
	}
	s.pass(p.data, int(p.size), p.from, sink)
}

// pass hands on the next size bytes, of which the capture has data.
func (s *Stream) pass(data []byte, size int, from Origin, sink Sink) {
	if len(data) > 0 {
		sink.Bytes(data, from)
	}
	if cut := size - len(data); cut > 0 {
		sink.Hole(cut, HoleCut)
	}
	s.move(s.next + uint32(size))
	s.strays = 0
}

// hole gives up the bytes before seq.
func (s *Stream) hole(seq uint32, sink Sink) {
	for n := seq - s.next; n > 0; {
		part := min(n, reach) // an int may have 32 bits
		sink.Hole(int(part), HoleLost)
		n -= part
	}
	s.move(seq)
}

func (s *Stream) move(next uint32) {
	s.next = next
	if before(s.acked, next) {
		s.acked = next
		if s.held != nil {
			s.held.acked = next
		}
	}
}

// Ack tells that the other direction acknowledged all bytes before ack.
func (s *Stream) Ack(ack uint32, sink Sink) {
	if !s.started || s.outside(ack, 0) {
		return
	}
	s.peer = true
	if !after(ack, s.acked) {
		return
	}
	s.acked = ack
	if s.held != nil {
		s.held.acknowledge(ack)
	}
	s.settle(false, sink)
}

// Flush gives up every hole and gives all bytes that are held to the sink. The
// stream can go on afterwards.
func (s *Stream) Flush(sink Sink) {
	if s.started {
		s.settle(true, sink)
	}
}

// Reset forgets all but the limits, for a new connection.
func (s *Stream) Reset() {
	if h := s.held; h != nil {
		h.drop(0, len(h.order))
		spare.Put(h)
	}
	*s = Stream{limits: s.limits}
}

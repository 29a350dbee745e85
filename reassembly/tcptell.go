package reassembly

import "github.com/ikesniff/ikesniff/reassembly/tcpstream"

// begin readies an event of the segment at hand.
func (t *tcpConn) begin(g *segment) *Event {
	e := &t.c.event
	g.event(e, &t.ends)
	return e
}

// begin readies an event of a side. If what it tells came to light by a packet
// of the other side, or at the end, it is of the packet from.
func (s *tcpSide) begin(from tcpstream.Origin) *Event {
	t := s.conn
	if t.cur != nil && t.cur.dir == s.dir {
		return t.begin(t.cur)
	}
	e := &t.c.event
	if from.Ref == 0 {
		from = s.last
	}
	*e = Event{
		Time: from.Time, FirstTime: from.Time, Ref: from.Ref, FirstRef: from.Ref,
		Src: t.ends[s.dir], Dst: t.ends[1-s.dir], Tap: s.tap, Encap: s.encap,
	}
	return e
}

// tell emits what happened on a side. Its packets count with its messages.
func (s *tcpSide) tell(what Happening, bytes int) {
	e := s.begin(tcpstream.Origin{})
	e.Kind, e.What, e.Transport, e.Bytes = KindTransport, what, TransportTCP, uint64(bytes)
	s.conn.emit()
}

// transport emits what the segment at hand shows, and counts its packet with
// it unless that was counted already.
func (t *tcpConn) transport(g *segment, what Happening, tr Transport, bytes int) {
	e := t.begin(g)
	e.Kind, e.What, e.Transport, e.Bytes = KindTransport, what, tr, uint64(bytes)
	if s := &t.side[g.dir]; t.cur == g && !s.claimed {
		s.claimed = true
		s.pending.sub(g)
		e.Packets, e.IPLength = g.packets, g.ipLength
	}
	t.emit()
}

// claim counts all packets since the last message with e.
func (s *tcpSide) claim(e *Event) {
	e.Packets, e.IPLength = s.pending.packets, s.pending.ipLength
	s.pending.packets, s.pending.ipLength = 0, 0
	s.claimed = true
}

// tellRest emits an event for the packets that no other event counts:
// acknowledgements and the like.
func (s *tcpSide) tellRest() {
	n := &s.rest
	if n.packets == 0 {
		return
	}
	t := s.conn
	t.c.event = Event{
		Kind: KindTransport, What: HappeningSegments, Transport: TransportTCP,
		Time: n.time, FirstTime: n.firstTime, Ref: n.ref, FirstRef: n.firstRef,
		Src: t.ends[s.dir], Dst: t.ends[1-s.dir], Tap: n.tap, Encap: n.encap,
		Packets: n.packets, IPLength: n.ipLength,
	}
	if t.kind == kindCisco {
		t.c.event.Transport = TransportCisco
	}
	*n = packetCount{}
	t.emit()
}

// join adds what o counts.
func (n *packetCount) join(o *packetCount) {
	if o.packets == 0 {
		return
	}
	if n.packets == 0 {
		*n = *o
	} else {
		n.packets += o.packets
		n.ipLength += o.ipLength
		// Places are in order of time first: several files are one capture.
		if earlierRef(o.firstTime, o.firstRef, n.firstTime, n.firstRef) {
			n.firstTime, n.firstRef = o.firstTime, o.firstRef
		}
		if earlierRef(n.time, n.ref, o.time, o.ref) {
			n.time, n.ref = o.time, o.ref
		}
	}
	*o = packetCount{}
}

func (t *tcpConn) emit() {
	e := &t.c.event
	t.c.counters.IPsecPackets += uint64(e.Packets)
	t.c.emit(e)
}

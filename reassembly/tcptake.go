package reassembly

import (
	"cmp"
	"slices"
	"time"

	"github.com/ikesniff/ikesniff/dissect"
	"github.com/ikesniff/ikesniff/reassembly/tcpstream"
)

// holdPatience is how long a segment that could be part of the stream or a fake
// one waits for others to tell.
const holdPatience = int64(5 * time.Second)

// take takes a segment of a connection that carries IPsec.
func (t *tcpConn) take(s *segment) {
	s.copied = t.copies.seen(s)
	if t.hold.empty() {
		f := fateStream
		if s.wire > 0 {
			f = t.fate(s, nil)
		}
		if f == fateStream && s.wire > 0 && !t.side[s.dir].stream.Started() {
			f = fateWait // an earlier one may come later
		}
		if f == fateWait {
			t.keep(s)
			t.c.limitHeld()
		} else {
			t.apply(s, f)
		}
		return
	}
	if s.wire == 0 && !s.has(dissect.TCPFin|dissect.TCPRst) {
		t.apply(s, fateStream)
		t.drain(false)
		return
	}
	for !t.hold.empty() && (t.hold.full() || s.time-t.hold.list[0].time > holdPatience) {
		t.drainOne(true)
		t.drain(false)
	}
	t.keep(s)
	t.drain(false)
	t.c.limitHeld()
}

// drain goes through the held segments up to the first one that has to wait.
// With force none has to.
func (t *tcpConn) drain(force bool) {
	for !t.hold.empty() && t.drainOne(force) {
	}
}

func (t *tcpConn) drainOne(force bool) bool {
	s := &t.hold.list[0]
	f := fateStream
	if s.wire > 0 {
		f = t.fate(s, t.hold.list[1:])
	}
	if f == fateWait {
		if !force {
			return false
		}
		f = t.guess(s)
	}
	if side := &t.side[s.dir]; f == fateStream && s.wire > 0 && !side.stream.Started() {
		if !force && !moreOf(s, t.hold.list[1:]) {
			return false
		}
		t.setStart(side)
	}
	t.apply(s, f)
	t.c.tcpHeld -= len(s.payload)
	t.hold.drop(1)
	return true
}

// moreOf tells whether later has data of the direction of s.
func moreOf(s *segment, later []segment) bool {
	for i := range later {
		if later[i].dir == s.dir && later[i].wire > 0 {
			return true
		}
	}
	return false
}

// apply does what a segment says.
func (t *tcpConn) apply(s *segment, f fate) {
	side := &t.side[s.dir]
	t.cur, side.claimed = s, false
	side.last, side.tap, side.encap = tcpstream.Origin{Time: s.time, Ref: s.ref}, s.tap, s.encap
	side.pending.add(s)
	switch {
	case t.kind == kindCisco:
		t.cisco(s)
	case f == fateFake:
		t.fake(s)
	case !s.copied:
		side.noted = 0
		const flags = dissect.TCPSyn | dissect.TCPFin | dissect.TCPRst
		if s.has(flags) || !side.stream.Follow(s.seq, s.payload, s.wire, side.last, side) {
			side.stream.Push(s.tcp(), side)
		}
		side.tellNotes(s)
		if s.has(dissect.TCPAck) {
			side.ack, side.ackSeen = s.ack, true
			other := &t.side[1-s.dir]
			other.stream.Ack(s.ack, other)
		}
	}
	if f != fateFake && !s.copied {
		side.control(s)
		if s.has(dissect.TCPRst) {
			other := &t.side[1-s.dir]
			other.stream.Flush(other)
		}
	}
	if f != fateFake && s.copied && t.kind != kindCisco {
		t.transport(s, HappeningCopied, TransportTCP, 0)
	}
	if !side.claimed && (s.wire == 0 || t.kind == kindCisco || side.foreign) {
		side.unclaimed(s)
	}
	if side.stream.Ended() {
		side.finish()
	}
	t.cur = nil
	t.account()
}

// unclaimed counts the segment at hand with those that nothing is told of.
func (s *tcpSide) unclaimed(g *segment) {
	s.pending.sub(g)
	s.rest.add(g)
	s.claimed = true
}

// tcp is the segment as its stream takes it.
func (s *segment) tcp() tcpstream.Segment {
	g := tcpstream.Segment{
		Seq: s.seq, FIN: s.has(dissect.TCPFin), RST: s.has(dissect.TCPRst),
		Payload: s.payload, WireLen: s.wire, Time: s.time, Ref: s.ref,
	}
	if s.has(dissect.TCPSyn) {
		g.Seq, g.SYN = s.seq-1, true
	}
	return g
}

// control tells what the flags and the window of a segment of the stream say.
func (s *tcpSide) control(g *segment) {
	t := s.conn
	switch {
	case g.has(dissect.TCPRst):
		t.transport(g, HappeningRST, TransportTCP, 0)
	case g.has(dissect.TCPFin) && !s.fin:
		s.fin = true
		t.transport(g, HappeningFIN, TransportTCP, 0)
	}
	if g.has(dissect.TCPRst | dissect.TCPSyn) {
		return
	}
	if g.window == 0 && !s.zero {
		t.transport(g, HappeningZeroWindow, TransportTCP, 0)
	}
	s.zero = g.window == 0
}

// finish ends the connection in the capture.
func (t *tcpConn) finish() {
	t.drain(true)
	for i := range t.side {
		s := &t.side[i]
		s.stream.Flush(s)
		s.finish()
		s.rest.join(&s.pending)
		s.tellRest()
	}
}

// finish tells the framer that no more bytes come.
func (s *tcpSide) finish() {
	if !s.finished && s.framer != nil {
		s.finished = true
		if !s.foreign {
			s.framer.Finish(s)
		}
	}
}

// finishTCP ends all connections: those of interest in the order in which they
// were used last, the others in the order in which they began.
func (c *Classifier) finishTCP() {
	for _, l := range [...]*connList{&c.judged, &c.live} {
		var list []*tcpConn
		for t := l.oldest; t != nil; t = t.newer {
			list = append(list, t)
		}
		slices.SortStableFunc(list, func(a, b *tcpConn) int { return cmp.Compare(a.used, b.used) })
		for _, t := range list {
			c.endTCP(t.entry)
		}
	}
	c.conns.all(func(e *tcpEntry) {
		if e.state != tcpOurs {
			c.unused(e)
			c.endTCP(e)
		}
	})
}

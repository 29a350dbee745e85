package reassembly

import (
	"encoding/binary"

	"github.com/ikesniff/ikesniff/dissect"
	"github.com/ikesniff/ikesniff/reassembly/tcpframe"
	"github.com/ikesniff/ikesniff/reassembly/tcpstream"
)

// hopeless tells whether the first segment with data rules IPsec out.
func (c *Classifier) hopeless(d *dissect.Datagram, e *tcpEntry, dir int) bool {
	p, n := d.Payload, d.PayloadLength
	if fakeOffsets(p, n, c.ikeOnUDP(e.key)) != 0 || ciscoShape(p, n) {
		return false
	}
	if len(p) >= espHeaderLength && c.knowsSPI(e.key.withSPI(dir, binary.BigEndian.Uint32(p))) {
		return false
	}
	if start, ok := e.start(dir); ok {
		seq := d.TCP.Seq
		if d.TCP.Flags&dissect.TCPSyn != 0 {
			seq++
		}
		return seq == start && tcpframe.Judge(p, e.client == uint8(dir)).Foreign()
	}
	_, foreign := saidBy(p).foreign()
	return foreign
}

// ikeOnUDP tells whether the same endpoints and ports speak IKE and ESP in UDP.
func (c *Classifier) ikeOnUDP(key tuple) bool {
	if c.flows.len() == 0 {
		return false
	}
	f := lookup(c.flows, &key, key.hash())
	return f != nil && f.verdict == verdictIPsec
}

// judge takes a segment with data of a connection without verdict.
func (t *tcpConn) judge(e *tcpEntry, s *segment) {
	c := t.c
	if t.hold.full() {
		t.conclude(e)
		if e.state == tcpOurs {
			t.take(s)
		} else {
			c.counters.IgnoredPackets += uint64(s.packets)
		}
		return
	}
	t.keep(s)
	t.judged[s.dir]++
	t.judgedBytes += s.wire
	switch v := t.verdict(e); {
	case v == verdictIPsec:
		t.become(e)
	case v == verdictForeign:
		t.abandon(e, false)
	case t.enough() || t.judgedBytes >= maxJudgedBytes:
		t.conclude(e)
	}
	c.limitHeld()
}

// enough tells whether more segments would not help: there are eight of each
// direction that has any.
func (t *tcpConn) enough() bool {
	a, b := t.judged[0], t.judged[1]
	return max(a, b) >= maxJudged && (min(a, b) == 0 || min(a, b) >= maxJudged)
}

// limitHeld keeps held segments within the memory that is allowed.
func (c *Classifier) limitHeld() {
	for c.tcpHeld > c.cfg.MaxHeldBytes {
		c.counters.Evicted++
		c.relieve()
	}
}

// relieve frees memory: the segments that wait for longest get their verdict.
func (c *Classifier) relieve() {
	for t := c.judged.oldest; t != nil; t = t.newer {
		if !t.hold.empty() {
			t.conclude(t.entry)
			return
		}
	}
	for t := c.live.oldest; t != nil; t = t.newer {
		if !t.hold.empty() {
			t.drain(true)
			return
		}
	}
}

func (t *tcpConn) keep(s *segment) {
	t.hold.keep(s)
	t.c.tcpHeld += len(s.payload)
}

// verdict tells what the held segments, the last of which is new, show.
func (t *tcpConn) verdict(e *tcpEntry) verdict {
	list := t.hold.list
	last := &list[len(list)-1]
	if t.isCisco(list) {
		t.kind = kindCisco
		return verdictIPsec
	}
	waiting := false
	lenient := t.c.ikeOnUDP(t.entry.key) || t.c.expectsTCP(t.entry.key)
	for i := range list {
		s := &list[i]
		mask := fakeOffsets(s.payload, s.wire, lenient)
		if s.flags&notFake == 0 && t.knownFake(s, fakeOffsets(s.payload, s.wire, true)) {
			return verdictIPsec
		}
		if mask == 0 || s.flags&notFake != 0 {
			continue
		}
		switch f, _ := relate(s, list[i+1:], mask, lenient); f {
		case fateFake:
			return verdictIPsec
		case fateWait:
			waiting = true
		}
	}

	side := &t.side[last.dir]
	if side.midway == nil {
		side.beginMidway()
	}
	side.stream.Push(last.tcp(), (*trial)(side))
	t.account()
	v := side.midway.Verdict()
	if _, ok := e.start(int(last.dir)); ok {
		if first := t.opening(e, int(last.dir), t.c.opening[:0]); len(first) > 0 {
			if w := tcpframe.Judge(first, e.client == last.dir); w != tcpframe.VerdictMaybe || !v.IPsec() {
				v = w
			}
		}
	}
	switch {
	case v.IPsec():
		t.framed = true
		if v == tcpframe.VerdictPrefix {
			e.client = last.dir
			t.prefix = true
		}
		return verdictIPsec
	case v.Foreign() && !waiting:
		return verdictForeign
	}
	return verdictOpen
}

// beginMidway makes the side look for frames wherever they begin.
func (s *tcpSide) beginMidway() {
	c := s.conn.c
	n := len(c.midways) - 1
	if n < 0 {
		s.midway = tcpframe.NewMidway(s)
		return
	}
	s.midway, c.midways = c.midways[n], c.midways[:n]
	*s.midway = *tcpframe.NewMidway(s)
}

// endMidway ends that, and keeps the memory for another connection.
func (s *tcpSide) endMidway() {
	if c := s.conn.c; s.midway != nil && len(c.midways) < maxIdleConns {
		c.midways = append(c.midways, s.midway)
	}
	s.midway = nil
}

// opening appends to b the first bytes of a direction, as far as they are held.
func (t *tcpConn) opening(e *tcpEntry, dir int, b []byte) []byte {
	start, _ := e.start(dir)
	for grown := true; grown && len(b) < cap(b); {
		grown = false
		for i := range t.hold.list {
			s := &t.hold.list[i]
			if int(s.dir) != dir {
				continue
			}
			if at := start + uint32(len(b)) - s.seq; at < uint32(len(s.payload)) {
				b = append(b, s.payload[at:min(len(s.payload), int(at)+cap(b)-len(b))]...)
				grown = true
			}
		}
	}
	return b
}

// trial is a side before the verdict: its bytes go to the judge.
type trial tcpSide

func (t *trial) Bytes(b []byte, _ tcpstream.Origin) { t.midway.Bytes(b) }
func (t *trial) Hole(n int, _ tcpstream.HoleReason) { t.midway.Hole(n) }
func (t *trial) Note(_ tcpstream.Note, _ int)       {}

// conclude ends the wait for a verdict.
func (t *tcpConn) conclude(e *tcpEntry) {
	for i := range t.side {
		s := &t.side[i]
		if s.midway == nil {
			continue
		}
		s.stream.Flush((*trial)(s))
		t.account()
		if s.midway.Finish().IPsec() {
			t.framed = true
			t.become(e)
			return
		}
	}
	lenient := t.c.ikeOnUDP(t.entry.key)
	waiting := false
	for i := range t.hold.list {
		s := &t.hold.list[i]
		mask := fakeOffsets(s.payload, s.wire, lenient)
		if mask == 0 || s.flags&notFake != 0 || !young(s, mask, oldSequence) {
			continue
		}
		f, _ := relate(s, t.hold.list[i+1:], mask, lenient)
		waiting = waiting || f == fateWait
	}
	if waiting && lenient {
		// ESP's shape on the very ports where IKE and ESP go over UDP.
		t.become(e)
		return
	}
	t.abandon(e, waiting)
}

// abandon gives up a connection: it carries no IPsec, or none that shows.
func (t *tcpConn) abandon(e *tcpEntry, undecided bool) {
	c := t.c
	for i := range t.hold.list {
		n := uint64(t.hold.list[i].packets)
		c.counters.IgnoredPackets += n
		if undecided {
			c.counters.UndecidedPackets += n
		}
	}
	c.ignoreTCP(e)
}

// become makes the connection one that carries IPsec, and goes through what
// was held.
func (t *tcpConn) become(e *tcpEntry) {
	c := t.c
	c.counters.TCPConnections++
	e.state = tcpOurs
	c.judged.remove(t)
	if c.live.n >= c.cfg.MaxStreams {
		c.counters.Evicted++
		c.dropTCP(c.live.oldest)
	}
	t.ours = true
	c.live.add(t)
	first := &t.hold.list[0]
	for i, w := range e.waiting {
		t.side[i].rest = packetCount{
			packets: int(w.packets), ipLength: int(w.ipLength), tap: first.tap, encap: first.encap,
			time: w.time, firstTime: w.time, ref: w.ref, firstRef: w.ref,
		}
	}
	e.waiting = [2]waitingPackets{}
	for i := range t.side {
		s := &t.side[i]
		_, known := e.start(i)
		s.endMidway()
		s.startStream(e)
		s.framer = tcpframe.New(e.client == uint8(i), !known, s)
	}
	if (e.traits[0]|e.traits[1])&(traitSYN|traitSYNACK) == 0 && !t.prefix {
		t.transport(first, HappeningMidway, TransportTCP, 0)
	}
	for i := range t.hold.list {
		s := &t.hold.list[i]
		s.copied = t.copies.seen(s)
	}
	for i := range t.side {
		if s := &t.side[i]; !s.stream.Started() {
			t.setStart(s)
		}
	}
	t.drain(false)
}

package reassembly

import (
	"net/netip"

	"github.com/ikesniff/ikesniff/capture"
	"github.com/ikesniff/ikesniff/dissect"
	"github.com/ikesniff/ikesniff/reassembly/tcpframe"
	"github.com/ikesniff/ikesniff/reassembly/tcpstream"
)

// maxIdleConns is how many are kept for reuse.
const maxIdleConns = 64

// tcpConn is a connection that carries IPsec, or of which segments are held
// until it is known whether it does.
type tcpConn struct {
	c      *Classifier
	entry  *tcpEntry
	ends   [2]netip.AddrPort // segments of direction 0 go from ends[0] to ends[1]
	side   [2]tcpSide        // by direction
	hold   tcpHold
	copies copies
	cur    *segment // the segment at hand
	kind   tcpKind
	prefix bool // "IKETCP" was seen
	framed bool // the verdict is for frames of RFC 8229
	ours   bool // the verdict is that it carries IPsec

	// Data segments before the verdict by direction, and the bytes of all.
	judged      [2]int
	judgedBytes int

	// The lists are in order of listed, which is no more than listSlack behind
	// used: moving a connection with every segment would cost more than it tells.
	used, listed uint64 // by Classifier.arrivals
	newer, older *tcpConn

	// holds is what the streams hold out of order, as it is accounted for.
	holds                int
	holdNewer, holdOlder *tcpConn
}

// tcpKind tells how a connection of ours carries IPsec.
type tcpKind uint8

const (
	kindStream tcpKind = iota // RFC 8229, and Fortinet's segments beside it
	kindCisco
)

// tcpSide is what one direction carries. It is the sink of its stream, and the
// handler of the frames in it.
type tcpSide struct {
	conn   *tcpConn
	dir    uint8
	stream tcpstream.Stream
	framer *tcpframe.Framer
	midway *tcpframe.Midway // before the verdict

	// pending are packets with data that has completed no message yet; rest are
	// those that nothing will be told of.
	pending, rest packetCount
	claimed       bool // the segment at hand is counted with an event
	notes         [tcpstream.NoteOutside + 1]int
	noted         uint8 // bits of notes

	read     bool // bytes of the stream came
	foreign  bool // another protocol
	fin      bool
	zero     bool // the window is closed
	finished bool // the framer was told the end
	prefixed bool // it began with "IKETCP"

	ackSeen bool
	ack     uint32 // the latest acknowledgment that this side sent
	// last is the segment at hand, or the last one.
	last  tcpstream.Origin
	tap   dissect.Tap
	encap dissect.Encap

	guessed bool // the segment at hand is fake for want of a better explanation

	streamed spiHistory // SPIs of ESP in the stream
	spis     tuple      // spiKey of its addresses, for a search that asks at every byte
	fake     fakeSide
}

// packetCount sums up packets.
type packetCount struct {
	packets, ipLength int
	time, firstTime   int64
	ref, firstRef     capture.Ref
	tap               dissect.Tap
	encap             dissect.Encap
}

func (n *packetCount) add(s *segment) {
	// Packets may be counted in another order than that of their capture.
	if n.packets == 0 || earlierRef(s.firstTime, s.firstRef, n.firstTime, n.firstRef) {
		n.firstTime, n.firstRef = s.firstTime, s.firstRef
	}
	if n.packets == 0 || earlierRef(n.time, n.ref, s.time, s.ref) {
		n.time, n.ref, n.tap, n.encap = s.time, s.ref, s.tap, s.encap
	}
	n.packets += s.packets
	n.ipLength += s.ipLength
}

func (n *packetCount) sub(s *segment) {
	n.packets -= s.packets
	n.ipLength -= s.ipLength
}

// openTCP begins to look closer at a connection.
func (c *Classifier) openTCP(e *tcpEntry, d *dissect.Datagram, dir int) *tcpConn {
	if c.judged.n >= max(c.cfg.MaxStreams/4, 1) {
		c.counters.Evicted++
		c.dropTCP(c.judged.oldest)
	}
	var t *tcpConn
	if n := len(c.idleConns); n > 0 {
		t = c.idleConns[n-1]
		c.idleConns = c.idleConns[:n-1]
		hold := tcpHold{list: t.hold.list[:0], buf: t.hold.buf[:0]}
		*t = tcpConn{hold: hold}
	} else {
		t = new(tcpConn)
	}
	t.c, t.entry = c, e
	t.ends = [2]netip.AddrPort{d.Src, d.Dst}
	if dir == 1 {
		t.ends = [2]netip.AddrPort{d.Dst, d.Src}
	}
	for i := range t.side {
		t.side[i].conn, t.side[i].dir = t, uint8(i)
		t.side[i].spis = e.key.withSPI(i, 0)
		t.side[i].startStream(e)
	}
	t.used, t.listed = c.arrivals, c.arrivals
	c.judged.add(t)
	return t
}

// startStream sets the position of the stream if the SYN was captured.
func (s *tcpSide) startStream(e *tcpEntry) {
	s.stream.Reset()
	if start, ok := e.start(int(s.dir)); ok {
		s.stream.Push(tcpstream.Segment{Seq: start - 1, SYN: true, Time: e.firstTime, Ref: e.firstRef}, s)
	}
	s.conn.account()
}

// closeTCP lets go of what is kept of a connection beyond its entry.
func (c *Classifier) closeTCP(e *tcpEntry) {
	t := e.conn
	if t == nil {
		return
	}
	e.conn = nil
	c.listOf(t).remove(t)
	c.tcpHeld -= len(t.hold.buf)
	for i := range t.side {
		t.side[i].endMidway()
		t.side[i].stream.Reset()
	}
	t.account()
	if len(c.idleConns) < maxIdleConns && cap(t.hold.buf) <= maxHeldSegmentSize {
		c.idleConns = append(c.idleConns, t)
	}
}

// dropTCP ends a connection because memory is short. Its entry stays, ended.
func (c *Classifier) dropTCP(t *tcpConn) {
	e := t.entry
	if e.state == tcpOpen {
		t.conclude(e)
	}
	if e.state == tcpOurs {
		t.finish()
		// What comes further is looked at like a connection in its middle.
		key, client := e.key, e.client
		c.closeTCP(e)
		*e = tcpEntry{key: key, firstTime: e.firstTime, firstRef: e.firstRef, client: client}
	}
}

// listOf is the list that a connection is in.
func (c *Classifier) listOf(t *tcpConn) *connList {
	if t.ours {
		return &c.live
	}
	return &c.judged
}

func (c *Classifier) touchTCP(t *tcpConn) {
	t.used = c.arrivals
	if t.used-t.listed <= c.listSlack {
		return
	}
	t.listed = t.used
	if l := c.listOf(t); l.newest != t {
		l.remove(t)
		l.add(t)
	}
}

// connList is a list in order of use.
type connList struct {
	newest, oldest *tcpConn
	n              int
}

func (l *connList) add(t *tcpConn) {
	t.newer, t.older = nil, l.newest
	if l.newest != nil {
		l.newest.newer = t
	} else {
		l.oldest = t
	}
	l.newest = t
	l.n++
}

func (l *connList) remove(t *tcpConn) {
	if t.newer != nil {
		t.newer.older = t.older
	} else {
		l.newest = t.older
	}
	if t.older != nil {
		t.older.newer = t.newer
	} else {
		l.oldest = t.newer
	}
	t.newer, t.older = nil, nil
	l.n--
}

package reassembly

import (
	"time"

	"github.com/ikesniff/ikesniff/dissect"
)

const (
	// maxJudged data segments of a direction, or maxJudgedBytes of payload,
	// decide on a connection whose beginning was not captured.
	maxJudged      = 8
	maxJudgedBytes = 64 << 10
	// synCopy is how close two equal SYNs are copies that the capture made:
	// nobody repeats one before a second has passed (RFC 6298 2).
	synCopy = int64(50 * time.Millisecond)
)

// newTCP makes an entry for the connection of d.
func (c *Classifier) newTCP(d *dissect.Datagram, key tuple, hash uint32) *tcpEntry {
	e := c.conns.put(key, hash, c.evictTCP)
	e.begin(key, d)
	return e
}

// dismisses tells whether a packet changes nothing in a connection of another
// protocol: there is no need to look closer.
func (e *tcpEntry) dismisses(h *dissect.Headers, dir int) bool {
	return e.state == tcpIgnored && e.noted(h, dir)
}

// flows tells whether a packet of a connection that carries IPsec is only that:
// its next segment.
func (e *tcpEntry) flows(h *dissect.Headers, dir int) bool {
	return e.state == tcpOurs && e.conn != nil && e.noted(h, dir)
}

// noted tells whether a packet shows nothing of its connection that is not
// known.
func (e *tcpEntry) noted(h *dissect.Headers, dir int) bool {
	const eventful = dissect.TCPSyn | dissect.TCPRst | dissect.TCPFin
	done := traitSeen
	if h.PayloadLength > 0 {
		done |= traitData
	}
	return h.TCPFlags&eventful == 0 && e.traits[dir]&done == done
}

// tcp classifies a TCP segment. Connections of other protocols leave one small
// entry in the table and are dismissed by it.
func (c *Classifier) tcp(d *dissect.Datagram, e *tcpEntry, dir int) {
	const syn, rst = dissect.TCPSyn, dissect.TCPRst
	flags := d.TCP.Flags
	if flags&(syn|rst) != 0 {
		c.handshake(d, e, dir)
	}
	e.note(d, dir)
	if flags&(rst|dissect.TCPFin) != 0 && e.unused() && e.ended() {
		c.happened(d, HappeningUnused)
	}
	switch {
	case e.state == tcpIgnored:
		c.ignore(d)
	case e.conn != nil:
		c.segment(d, e, dir)
	case d.PayloadLength == 0:
		e.wait(d, dir)
	default:
		c.firstSegment(d, e, dir)
	}
}

// handshake takes in a SYN or an RST. A SYN that is no repetition begins a new
// connection in the same entry.
func (c *Classifier) handshake(d *dissect.Datagram, e *tcpEntry, dir int) {
	flags, seq := d.TCP.Flags, d.TCP.Seq
	syn, ack := flags&dissect.TCPSyn != 0, flags&dissect.TCPAck != 0
	t := e.traits[dir]
	switch {
	case flags&dissect.TCPRst != 0:
		if !syn && e.client == 1-uint8(dir) && e.traits[1-dir]&traitSYN != 0 && (e.traits[0]|e.traits[1])&(traitSYNACK|traitRST|traitData) == 0 {
			e.traits[dir] |= traitRefused
			c.happened(d, HappeningRefused)
		}
	case syn && !ack:
		if t&traitSYN != 0 && e.isn[dir] == seq {
			if d.Time-e.synTime >= synCopy || d.Time < e.synTime {
				c.happened(d, HappeningSYN)
			}
			e.synTime = d.Time
			return
		}
		answered := t == 0 && e.traits[1-dir]&(traitSYNACK|traitData) == traitSYNACK // captured the wrong way round
		if !answered && e.traits != [2]traits{} {
			c.renewTCP(d, e)
		}
		e.client, e.isn[dir], e.synTime = uint8(dir), seq, d.Time
		e.traits[dir] |= traitSYN
		c.happened(d, HappeningSYN)
	case syn && ack:
		c.answer(d, e, dir)
	}
}

// answer takes in a SYN-ACK.
func (c *Classifier) answer(d *dissect.Datagram, e *tcpEntry, dir int) {
	server, client := e.traits[dir], e.traits[1-dir]
	asked := client&traitSYN != 0
	fits := asked && d.TCP.Ack == e.isn[1-dir]+1
	data := (server|client)&traitData != 0
	switch {
	case server&traitSYNACK != 0 && e.isn[dir] == d.TCP.Seq:
		return
	case fits && server&traitData != 0, asked && !fits && !data:
		return // late, or the answer to something else
	case data && !fits:
		// The SYN of a new connection was not captured.
		c.renewTCP(d, e)
		server = 0
	}
	e.client, e.isn[dir] = 1-uint8(dir), d.TCP.Seq
	e.traits[dir] |= traitSYNACK
	if e.conn != nil {
		e.conn.side[dir].startStream(e)
	}
	if server&traitSYNACK == 0 {
		c.happened(d, HappeningOpen)
	}
}

// renewTCP makes e the entry of a new connection between the same endpoints.
func (c *Classifier) renewTCP(d *dissect.Datagram, e *tcpEntry) {
	c.endTCP(e)
	e.begin(e.key, d)
}

// happened emits what is told of every connection. The packet is counted with
// its connection.
func (c *Classifier) happened(d *dissect.Datagram, what Happening) {
	e := c.begin(d, nil)
	e.Kind, e.What, e.Transport = KindTransport, what, TransportTCP
	e.Length, e.Truncated = 0, false
	e.Packets, e.IPLength = 0, 0
	c.emit(e)
}

// firstSegment takes the first segment with data of a connection of which
// nothing is held.
func (c *Classifier) firstSegment(d *dissect.Datagram, e *tcpEntry, dir int) {
	if c.hopeless(d, e, dir) {
		c.ignoreTCP(e)
		c.ignore(d)
		return
	}
	e.conn = c.openTCP(e, d, dir)
	c.segment(d, e, dir)
}

// segment takes a segment of a connection that carries IPsec, or may.
func (c *Classifier) segment(d *dissect.Datagram, e *tcpEntry, dir int) {
	t := e.conn
	c.touchTCP(t)
	s := &c.arrived
	s.of(d, dir)
	switch {
	case e.state == tcpOurs:
		t.take(s)
	case s.wire == 0:
		e.wait(d, dir)
	default:
		t.judge(e, s)
	}
	c.limitStreams()
}

// unused tells of a connection that nobody used or ended until the capture did.
func (c *Classifier) unused(e *tcpEntry) {
	if !e.unused() || e.ended() {
		return
	}
	ends := e.ends()
	c.event = Event{
		Kind: KindTransport, What: HappeningUnused, Transport: TransportTCP,
		Time: e.firstTime, FirstTime: e.firstTime, Ref: e.firstRef, FirstRef: e.firstRef,
		Src: ends[e.client], Dst: ends[1-e.client],
	}
	c.emit(&c.event)
}

// endTCP ends a connection: what is held gets its verdict, and what it was is
// added up by endpoint. The entry may be used anew.
func (c *Classifier) endTCP(e *tcpEntry) {
	if t := e.conn; t != nil {
		if e.state == tcpOpen {
			t.conclude(e)
		}
		if e.state == tcpOurs {
			t.finish()
		}
		c.closeTCP(e)
	}
	c.counters.IgnoredPackets += e.forgo()
	if e.state != tcpOurs {
		c.endpoints.fold(e)
	}
}

// evictTCP ends the connection that makes room in the table.
func (c *Classifier) evictTCP(e *tcpEntry) {
	if e.state == tcpOurs || e.conn != nil {
		c.counters.Evicted++
	} else {
		c.counters.IgnoredForgotten++
	}
	c.endTCP(e)
}

// ignoreTCP decides that a connection carries no IPsec.
func (c *Classifier) ignoreTCP(e *tcpEntry) {
	e.state = tcpIgnored
	c.counters.IgnoredPackets += e.forgo()
	c.closeTCP(e)
}

package flows

import (
	"net/netip"

	"github.com/ikesniff/ikesniff/reassembly"
)

// connection is what happened on one TCP connection. It belongs to the path
// that the connection is, or waits in Tracker.asked until it becomes one.
type connection struct {
	client, server netip.AddrPort
	syns           int
	syn, lastSYN   mark
	open, refused  mark
	unused         mark // the end of a connection without data, or its beginning
	midway         bool
	prefix         mark
	noPrefix       mark
	closed         mark
	closedBy       netip.AddrPort
	reset          bool
	// closedTTL is the TTL of the FIN or RST, senderTTL that of the last packet
	// with a message before it at the same tap; 0 where not known.
	closedTTL, senderTTL uint8
	foreign              reassembly.Foreign
	foreignAt            mark
	foreignFrom          netip.AddrPort
	message              [2]mark       // the first with IKE, ESP or AH, by direction of the path
	copied               tally         // segments of the stream that were captured twice
	dir                  [2]happenings // by direction of the path
	// holes counts the stretches of the stream, each way, that are not in the
	// capture; hole marks the last.
	holes [2]uint64
	hole  [2]mark
}

// spoke notes a packet with a message.
func (c *connection) spoke(dir uint8, m mark) {
	if first := &c.message[dir]; !first.set() || m.compare(*first) < 0 {
		*first = m
	}
}

// happenings counts one direction of a connection.
type happenings struct {
	retransmission, outOfOrder, gap, resync, conflict tally
	framing, zeroWindow, probe, partial, repeat       tally
	gapBytes, skipped                                 uint64
}

// tally counts something and marks its first and last time.
type tally struct {
	n           uint64
	first, last mark
}

func (c *tally) add(m mark) {
	c.n++
	if !c.first.set() {
		c.first = m
	}
	c.last = m
}

// asked keeps the connections that were asked for and are not known to carry
// IPsec: if the pair turns out to have a tunnel, those that never came up
// matter. The oldest make room.
type asked struct {
	m     map[[2]netip.AddrPort]*connection
	order []*connection
	head  int
}

const maxAsked = 1 << 16

func (a *asked) put(c *connection) {
	if a.m == nil {
		a.m = map[[2]netip.AddrPort]*connection{}
	}
	for len(a.m) >= maxAsked && a.head < len(a.order) {
		old := a.order[a.head]
		a.order[a.head] = nil
		a.head++
		if k := old.key(); a.m[k] == old {
			delete(a.m, k)
		}
	}
	if len(a.order) >= 2*maxAsked {
		a.thin()
	}
	a.m[c.key()] = c
	a.order = append(a.order, c)
}

// thin takes those out of the order that are not waiting any more.
func (a *asked) thin() {
	left := make([]*connection, 0, len(a.m)+1)
	for _, c := range a.order[a.head:] {
		if a.m[c.key()] == c {
			left = append(left, c)
		}
	}
	a.order, a.head = left, 0
}

func (c *connection) key() [2]netip.AddrPort { return [2]netip.AddrPort{c.client, c.server} }

// find returns the connection between two endpoints, whoever asked for it.
func (a *asked) find(x, y netip.AddrPort) *connection {
	if c := a.m[[2]netip.AddrPort{x, y}]; c != nil {
		return c
	}
	return a.m[[2]netip.AddrPort{y, x}]
}

// transport takes a KindTransport event.
func (t *Tracker) transport(e *reassembly.Event) {
	now := mark{e.Time, e.Ref}
	switch e.What {
	case reassembly.HappeningSYN:
		c := t.asked.m[[2]netip.AddrPort{e.Src, e.Dst}]
		if c == nil || c.open.set() || c.refused.set() {
			c = &connection{client: e.Src, server: e.Dst, syn: now}
			t.asked.put(c)
		}
		c.syns++
		c.lastSYN = now
		return
	case reassembly.HappeningOpen, reassembly.HappeningRefused:
		c := t.asked.m[[2]netip.AddrPort{e.Dst, e.Src}]
		if c == nil {
			return
		}
		if e.What == reassembly.HappeningOpen {
			c.open = earlier(c.open, now)
		} else {
			c.refused = earlier(c.refused, now)
		}
		return
	}
	if e.What == reassembly.HappeningUnused {
		if c := t.asked.find(e.Src, e.Dst); c != nil {
			c.unused = earlier(c.unused, now)
		}
		return
	}
	p, at, dir := t.path(e)
	c := p.connection(t)
	if e.Packets > 0 {
		at.dir[dir].addPackets(e, now)
	}
	if e.What == reassembly.HappeningCopied {
		c.copied.add(now)
		return
	}
	h := &c.dir[dir]
	switch e.What {
	case reassembly.HappeningMidway:
		c.midway = true
	case reassembly.HappeningPrefix:
		c.prefix = earlier(c.prefix, now)
		c.client, c.server = e.Src, e.Dst
	case reassembly.HappeningNoPrefix:
		c.noPrefix = earlier(c.noPrefix, now)
		c.client, c.server = e.Src, e.Dst
	case reassembly.HappeningFIN, reassembly.HappeningRST:
		if !c.closed.set() {
			c.closed, c.closedBy = now, e.Src
			c.reset = e.What == reassembly.HappeningRST
			c.closedTTL, c.senderTTL = e.TTL, at.dir[dir].hops.ttl
		}
	case reassembly.HappeningGap:
		h.gapBytes += e.Bytes
		c.holes[dir]++
		c.hole[dir] = now
	case reassembly.HappeningResync:
		h.skipped += e.Bytes
	}
	if n := h.tally(e.What); n != nil {
		n.add(now)
	}
}

// tally is the counter of a happening that is counted by direction, or nil.
func (h *happenings) tally(w reassembly.Happening) *tally {
	switch w {
	case reassembly.HappeningRetransmission:
		return &h.retransmission
	case reassembly.HappeningOutOfOrder:
		return &h.outOfOrder
	case reassembly.HappeningGap:
		return &h.gap
	case reassembly.HappeningResync:
		return &h.resync
	case reassembly.HappeningConflict:
		return &h.conflict
	case reassembly.HappeningFramingError:
		return &h.framing
	case reassembly.HappeningRepeat:
		return &h.repeat
	case reassembly.HappeningZeroWindow:
		return &h.zeroWindow
	case reassembly.HappeningProbe:
		return &h.probe
	case reassembly.HappeningPartial:
		return &h.partial
	}
	return nil
}

// foreign takes a KindForeign event.
func (t *Tracker) foreign(e *reassembly.Event) {
	p, _, _ := t.path(e)
	c := p.connection(t)
	if !c.foreignAt.set() {
		c.foreign, c.foreignAt, c.foreignFrom = e.Foreign, mark{e.Time, e.Ref}, e.Src
	}
}

// connection returns what is known of a path's TCP connection. A path whose
// 4-tuple is used again after an end goes on as the same path: its first
// connection is the one that is described, and the counters go on.
func (p *path) connection(t *Tracker) *connection {
	if p.tcp == nil {
		a, b := p.ends()
		fake := p.transport == reassembly.TransportFortinetESP
		if c := t.asked.find(a, b); c != nil && fake {
			// Fake TCP rides on the real connection's 4-tuple; that one keeps it.
			p.tcp = &connection{client: c.client, server: c.server, syns: c.syns, syn: c.syn, open: c.open}
		} else if c != nil {
			delete(t.asked.m, c.key())
			p.tcp = c
		} else {
			p.tcp = &connection{client: a, server: b}
			if p.portA < p.portB { // the larger port is the client's, usually
				p.tcp.client, p.tcp.server = b, a
			}
		}
	}
	return p.tcp
}

// isTCP tells whether a transport is one over TCP.
func isTCP(t reassembly.Transport) bool {
	return t == reassembly.TransportTCP || t == reassembly.TransportFortinetESP || t == reassembly.TransportCisco
}

// addPackets counts packets that carry no message of their own.
func (t *traffic) addPackets(e *reassembly.Event, m mark) {
	t.all.packets += uint64(e.Packets)
	t.all.bytes += uint64(e.IPLength)
	if e.What == reassembly.HappeningCopied {
		t.copy(copySure, counts{packets: uint64(e.Packets), bytes: uint64(e.IPLength)})
	}
	t.first = earlier(t.first, mark{e.FirstTime, e.FirstRef})
	t.last = later(t.last, m)
}

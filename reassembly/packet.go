package reassembly

import (
	"encoding/binary"

	"github.com/ikesniff/ikesniff/capture"
	"github.com/ikesniff/ikesniff/dissect"
	"github.com/ikesniff/ikesniff/dissect/ike"
)

// Packet takes in the next packet, of which h was read. It does what Datagram
// does with what a Decoder makes of p, but looks no further than it must: what
// goes on with something known becomes an event without a Datagram in between.
func (c *Classifier) Packet(h *dissect.Headers, p *capture.Packet) {
	c.arrivals++
	switch h.Proto {
	case dissect.ProtoTCP:
		key := &c.key
		dir := headersKey(h, key)
		hash := key.hash()
		e := lookup(c.conns, key, hash)
		if e != nil && e.dismisses(h, dir) {
			c.counters.IgnoredPackets++
			return
		}
		if e != nil && e.flows(h, dir) {
			c.arrived.read(h, p, dir)
			c.touchTCP(e.conn)
			e.conn.take(&c.arrived)
			c.limitStreams()
			return
		}
		h.Datagram(p, &c.datagram)
		if e == nil {
			e = c.newTCP(&c.datagram, *key, hash)
		}
		c.tcp(&c.datagram, e, dir)
	case dissect.ProtoUDP:
		u := &c.udpAt
		u.direction = headersKey(h, &u.key)
		c.findFlow(u)
		if u.known() && c.nextInUDP(h, p, u) {
			return
		}
		h.Datagram(p, &c.datagram)
		c.udp(&c.datagram, u)
	case dissect.ProtoESP:
		if c.nextRaw(h, p) {
			return
		}
		h.Datagram(p, &c.datagram)
		c.esp(&c.datagram)
	case dissect.ProtoAH:
		h.Datagram(p, &c.datagram)
		c.ah(&c.datagram)
	}
}

// nextInUDP emits what a flow of NAT traversal mostly has, an ESP packet, and
// tells whether p is one.
func (c *Classifier) nextInUDP(h *dissect.Headers, p *capture.Packet, u *udpFlow) bool {
	b, n := h.Payload(p), int(h.PayloadLength)
	if len(b) < espHeaderLength || binary.BigEndian.Uint32(b) == 0 || ike.Plausible(b, n) {
		return false
	}
	e := c.beginESP(h, p, b)
	e.Transport, e.Confidence = TransportUDPNATT, ConfidenceHigh
	c.spiInUDP(e.SPI, u)
	c.message(e)
	return true
}

// nextRaw emits ESP as an IP protocol of its own, and tells whether p is that.
func (c *Classifier) nextRaw(h *dissect.Headers, p *capture.Packet) bool {
	b := h.Payload(p)
	if len(b) < espHeaderLength || binary.BigEndian.Uint32(b) == 0 {
		return false
	}
	e := c.beginESP(h, p, b)
	e.Transport, e.Confidence = TransportIP, ConfidenceHigh
	k := &c.key // spiKey
	k.aHi, k.aLo, k.bHi, k.bLo, k.word = h.SrcHi, h.SrcLo, h.DstHi, h.DstLo, uint64(e.SPI)
	if h.V6 {
		k.word |= v6Word
	}
	c.learnSPI(k)
	c.message(e)
	return true
}

// beginESP is begin and setESP for a packet with payload b, of which h was
// read.
func (c *Classifier) beginESP(h *dissect.Headers, p *capture.Packet, b []byte) *Event {
	e := &c.event
	e.renew()
	e.Time, e.FirstTime, e.Ref, e.FirstRef = p.Time, p.Time, p.Ref, p.Ref
	e.Tap.Interface, e.Tap.Direction, e.Tap.Index = p.Interface, p.Direction, 0
	e.Src, e.Dst = h.Ends(p)
	e.Encap, e.Packets, e.Fragments = h.Encap, 1, 0
	e.TTL, e.IPID, e.HasIPID, e.IPLength = h.IP(p)
	e.setESP(b)
	e.Length = int(h.PayloadLength)
	e.Truncated = len(b) < e.Length
	return e
}

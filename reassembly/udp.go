package reassembly

import (
	"encoding/binary"

	"github.com/ikesniff/ikesniff/dissect"
	"github.com/ikesniff/ikesniff/dissect/ike"
)

// markerLength is the length of the non-ESP marker (RFC 3948 2.2).
const markerLength = 4

// flow is what a Classifier remembers of two UDP endpoints.
type flow struct {
	hold    *hold // messages without verdict, or nil
	verdict verdict
	// spi is the SPI accepted last in each direction: it is in the table of
	// known SPIs already.
	spi [2]uint32
}

// udpFlow is the flow of the datagram at hand.
type udpFlow struct {
	key       tuple
	hash      uint32
	direction int
	natt      bool // one of its ports is for NAT traversal
	flow      *flow
}

func (u *udpFlow) known() bool   { return u.flow != nil && u.flow.verdict == verdictIPsec }
func (u *udpFlow) foreign() bool { return u.flow != nil && u.flow.verdict == verdictForeign }

func (u *udpFlow) held() *hold {
	if u.flow == nil {
		return nil
	}
	return u.flow.hold
}

// ensure makes the flow be remembered.
func (u *udpFlow) ensure(c *Classifier) {
	if u.flow == nil {
		u.flow = c.flows.put(u.key, u.hash, c.evictFlow)
	}
}

func (c *Classifier) evictFlow(f *flow) {
	c.counters.Evicted++
	if f.hold != nil {
		c.conclude(f.hold)
	}
}

// findFlow looks up the flow of u.key.
func (c *Classifier) findFlow(u *udpFlow) {
	u.hash = u.key.hash()
	u.flow = lookup(c.flows, &u.key, u.hash)
}

// udp classifies the payload of a UDP datagram, whose flow was looked up.
func (c *Classifier) udp(d *dissect.Datagram, u *udpFlow) {
	u.natt = c.natt.has(d.Src.Port()) || c.natt.has(d.Dst.Port())

	p := d.Payload
	switch {
	case d.PayloadLength == 1 && len(p) == 1 && p[0] == 0xff:
		c.keepalive(d, u)
	case len(p) < 4:
		c.tooShort(d, u)
	case c.ike(d, u):
	case binary.BigEndian.Uint32(p) == 0:
		if len(p) < markerLength+ike.HeaderLength {
			c.tooShort(d, u)
			return
		}
		c.notIPsec(d, u) // a marker, and no IKE behind it
	case len(p) < espHeaderLength, onIKEPort(d) && !u.natt && !u.known() && len(p) < ike.HeaderLength:
		c.tooShort(d, u)
	default:
		c.espInUDP(d, u)
	}
}

// ike emits a datagram that carries IKE and tells whether it does. With the
// non-ESP marker (RFC 3948 2.2) it makes the flow one of NAT traversal.
func (c *Classifier) ike(d *dissect.Datagram, u *udpFlow) bool {
	p, n := d.Payload, d.PayloadLength
	if binary.BigEndian.Uint32(p) == 0 {
		if body := p[markerLength:]; isIKE(body, n-markerLength, u.natt || u.known()) {
			c.becomeIPsec(u, ConfidenceHigh)
			c.emitIKE(d, body, TransportUDPNATT)
			return true
		}
	}
	// A NAT may map port 4500 to 500, and ESP from there is not to be read as
	// broken IKE.
	if !isIKE(p, n, onIKEPort(d) && !u.natt && !u.known()) {
		return false
	}
	if u.foreign() {
		// Whatever spoke here before, ESP may follow now.
		u.flow.verdict = verdictOpen
	}
	c.emitIKE(d, p, TransportUDP)
	return true
}

// isIKE tells whether b, the captured part of n bytes, is an IKE message.
// Where one is expected, broken ones count as well, so that they are reported.
// Other protocols use these ports, too, and one datagram in a hundred of random
// bytes has a version and an exchange type of IKE: so even there the length
// must be one that a datagram can have.
func isIKE(b []byte, n int, expected bool) bool {
	return ike.Plausible(b, n) ||
		expected && ike.PlausibleOnPort(b, n) && binary.BigEndian.Uint32(b[24:]) <= maxDatagram
}

func (c *Classifier) emitIKE(d *dissect.Datagram, body []byte, t Transport) {
	e := c.begin(d, body)
	e.Kind, e.Message = KindMessage, MessageIKE
	e.Transport, e.Confidence = t, ConfidenceHigh
	c.message(e)
}

// espInUDP classifies a datagram whose first four bytes are not zero and that
// is not IKE (RFC 3948 2.1).
func (c *Classifier) espInUDP(d *dissect.Datagram, u *udpFlow) {
	spi := binary.BigEndian.Uint32(d.Payload)
	switch {
	case u.known():
		c.acceptESP(d, u, ConfidenceHigh)
	case d.PayloadLength%espAlignment == 0 && c.knowsSPI(u.key.withSPI(u.direction, spi)):
		// The SA goes on elsewhere: NAT rebinding, or a change from raw ESP.
		c.becomeIPsec(u, ConfidenceHigh)
		c.acceptESP(d, u, ConfidenceHigh)
	case u.foreign():
		c.notIPsec(d, u)
	case looksLikeESP(d.Payload, d.PayloadLength, u.natt):
		c.hold(d, u, MessageESP)
	default:
		// ESP never looks like this. On other ports nothing needs to be
		// remembered unless something is held.
		if u.natt || u.held() != nil {
			c.becomeForeign(u)
		}
		c.notIPsec(d, u)
	}
}

func (c *Classifier) acceptESP(d *dissect.Datagram, u *udpFlow, conf Confidence) {
	e := c.begin(d, d.Payload)
	e.setESP(d.Payload)
	e.Transport, e.Confidence = TransportUDPNATT, conf
	c.spiInUDP(e.SPI, u)
	c.message(e)
}

// spiInUDP remembers the SPI of a packet.
func (c *Classifier) spiInUDP(spi uint32, u *udpFlow) {
	if u.flow.spi[u.direction] != spi {
		u.flow.spi[u.direction] = spi
		k := u.key.withSPI(u.direction, spi)
		c.learnSPI(&k)
	}
}

// keepalive classifies the one byte ff (RFC 3948 2.3). It says little by
// itself, so that on other ports it counts once its flow is one of IPsec.
func (c *Classifier) keepalive(d *dissect.Datagram, u *udpFlow) {
	switch {
	case u.natt || u.known():
		e := c.begin(d, nil)
		e.Kind, e.Message = KindMessage, MessageKeepalive
		e.Transport, e.Confidence = TransportUDPNATT, ConfidenceMedium
		e.Length, e.Truncated = 1, false
		if u.known() {
			e.Confidence = ConfidenceHigh
		}
		c.message(e)
	case u.foreign():
		c.ignore(d)
	default:
		c.hold(d, u, MessageKeepalive)
	}
}

// tooShort counts a datagram of which too little was captured to tell. One
// that was this short on the wire is no IPsec.
func (c *Classifier) tooShort(d *dissect.Datagram, u *udpFlow) {
	if d.PayloadLength > len(d.Payload) && (u.natt || u.known() || onIKEPort(d)) {
		c.undecided(d)
		return
	}
	c.notIPsec(d, u)
}

// notIPsec counts a datagram as ignored, and notes it where IPsec was to be
// expected.
func (c *Classifier) notIPsec(d *dissect.Datagram, u *udpFlow) {
	c.ignore(d)
	if u.natt || onIKEPort(d) {
		c.nearby.note(NearNotIPsec, d.Src, d.Dst, c.serverPort(d.Src, d.Dst), d.Time, d.Ref, d.Packets)
	}
}

func onIKEPort(d *dissect.Datagram) bool {
	return d.Src.Port() == portIKE || d.Dst.Port() == portIKE
}

// becomeIPsec makes the flow one of NAT traversal and releases what it held.
func (c *Classifier) becomeIPsec(u *udpFlow, conf Confidence) {
	u.ensure(c)
	u.flow.verdict = verdictIPsec
	if h := u.flow.hold; h != nil {
		u.flow.hold = nil
		c.release(h, conf)
	}
}

// becomeForeign makes the flow one of another protocol and gives up what it
// held.
func (c *Classifier) becomeForeign(u *udpFlow) {
	u.ensure(c)
	u.flow.verdict = verdictForeign
	c.dropHold(u.flow, false)
}

func (c *Classifier) dropHold(f *flow, undecided bool) {
	if h := f.hold; h != nil {
		f.hold = nil
		c.discard(h, undecided)
	}
}

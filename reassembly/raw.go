package reassembly

import (
	"encoding/binary"

	"github.com/ikesniff/ikesniff/dissect"
)

const (
	espHeaderLength = 8  // SPI, sequence (RFC 4303 2)
	ahHeaderLength  = 12 // up to the ICV (RFC 4302 2)
)

// setESP makes e an ESP message whose captured bytes, at least a header, are b.
func (e *Event) setESP(b []byte) {
	e.Kind, e.Message = KindMessage, MessageESP
	e.SPI = binary.BigEndian.Uint32(b)
	e.Sequence = binary.BigEndian.Uint32(b[4:])
	e.Data = b
}

// esp classifies ESP as an IP protocol of its own.
func (c *Classifier) esp(d *dissect.Datagram) {
	if !c.wholeHeader(d, espHeaderLength) {
		return
	}
	if binary.BigEndian.Uint32(d.Payload) == 0 {
		// Zero is for local use and must not be sent (RFC 4303 2.1). 1 to 255
		// are reserved, but what else would they be here?
		c.ignore(d)
		return
	}
	e := c.begin(d, d.Payload)
	e.setESP(d.Payload)
	e.Transport, e.Confidence = TransportIP, ConfidenceHigh
	c.learnESP(e)
	c.message(e)
}

// ah classifies AH, and ESP that AH protects: AH leaves what it protects in
// clear (RFC 4302 3.1). The inner message has no packets of its own: they are
// those of the AH message before it.
//
//	| next header | length | reserved | SPI | sequence | ICV ... | payload
func (c *Classifier) ah(d *dissect.Datagram) {
	if !c.wholeHeader(d, ahHeaderLength) {
		return
	}
	p := d.Payload
	spi := binary.BigEndian.Uint32(p[4:])
	if spi == 0 { // as for ESP (RFC 4302 2.4)
		c.ignore(d)
		return
	}
	e := c.begin(d, p)
	e.Kind, e.Message = KindMessage, MessageAH
	e.SPI, e.Sequence = spi, binary.BigEndian.Uint32(p[8:])
	e.Transport, e.Confidence = TransportIP, ConfidenceHigh
	c.message(e)

	// The length counts 32-bit words less two (RFC 4302 2.2).
	inner := (int(p[1]) + 2) * 4
	if p[0] != dissect.ProtoESP || inner < ahHeaderLength || len(p) < inner+espHeaderLength {
		return
	}
	p = p[inner:]
	if binary.BigEndian.Uint32(p) == 0 {
		return
	}
	e = c.begin(d, p)
	e.setESP(p)
	e.Transport, e.Confidence = TransportIP, ConfidenceHigh
	e.Packets, e.IPLength = 0, 0
	c.learnESP(e)
	c.emit(e)
}

// wholeHeader tells whether the header was captured, and counts the datagram
// if not: a packet too short on the wire is no IPsec, one cut by the capture
// may be.
func (c *Classifier) wholeHeader(d *dissect.Datagram, n int) bool {
	switch {
	case len(d.Payload) >= n:
		return true
	case d.PayloadLength >= n:
		c.undecided(d)
	default:
		c.ignore(d)
	}
	return false
}

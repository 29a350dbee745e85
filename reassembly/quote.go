package reassembly

import (
	"encoding/binary"

	"github.com/ikesniff/ikesniff/dissect"
	"github.com/ikesniff/ikesniff/dissect/ike"
)

// quote emits an ICMP error about a packet that belongs to IPsec. Errors often
// quote no more than 8 bytes behind the IP header (RFC 792): then the ports
// alone decide for UDP. It leaves no state: a quote is no message.
func (c *Classifier) quote(d *dissect.Datagram) {
	e := c.begin(d, d.Quote.Payload)
	e.Kind, e.Quote = KindQuote, d.Quote
	// The length of what was quoted is not known, only what is here.
	e.Length, e.Truncated = len(e.Data), false
	e.Confidence = ConfidenceHigh
	ok := false
	switch d.Proto {
	case dissect.ProtoESP:
		e.Transport = TransportIP
		ok = quotedESP(e, e.Data)
	case dissect.ProtoAH:
		e.Transport = TransportIP
		ok = quotedAH(e, e.Data)
	case dissect.ProtoUDP:
		ok = c.quotedUDP(d, e)
	case dissect.ProtoTCP:
		ok = c.quotedTCP(d, e)
	}
	if !ok {
		c.ignore(d)
		return
	}
	c.message(e)
}

// quotedESP fills in what b, the quoted bytes from the ESP header on, tell.
func quotedESP(e *Event, b []byte) bool {
	e.Message = MessageESP
	e.Data = b
	if len(b) < 4 {
		e.QuotedUnknown = true
		return true
	}
	e.SPI = binary.BigEndian.Uint32(b)
	if len(b) >= espHeaderLength {
		e.Sequence = binary.BigEndian.Uint32(b[4:])
	}
	return e.SPI != 0
}

func quotedAH(e *Event, b []byte) bool {
	e.Message = MessageAH
	if len(b) < 8 {
		e.QuotedUnknown = true
		return true
	}
	e.SPI = binary.BigEndian.Uint32(b[4:])
	if len(b) >= ahHeaderLength {
		e.Sequence = binary.BigEndian.Uint32(b[8:])
	}
	return e.SPI != 0
}

// quotedUDP tells whether a quoted UDP datagram belongs to IPsec, by its
// content or, where it was cut, by its flow or ports.
func (c *Classifier) quotedUDP(d *dissect.Datagram, e *Event) bool {
	key, _ := endpointsKey(d.Src, d.Dst)
	f := lookup(c.flows, &key, key.hash())
	known := f != nil && f.verdict == verdictIPsec
	foreign := f != nil && f.verdict == verdictForeign
	natt := c.natt.has(d.Src.Port()) || c.natt.has(d.Dst.Port())
	b := e.Data

	// The quoted IKE message ends where the router stopped, so its own length
	// is all that its plausibility can be held against.
	if body, ok := quotedIKE(b, natt || known || onIKEPort(d)); ok {
		e.Message, e.Data = MessageIKE, body
		e.Transport = TransportUDP
		if len(body) < len(b) {
			e.Transport = TransportUDPNATT
		}
		e.Length = len(body)
		return true
	}
	if foreign {
		return false
	}
	e.Transport = TransportUDPNATT
	switch {
	case len(b) >= 4 && binary.BigEndian.Uint32(b) != 0:
		spi := binary.BigEndian.Uint32(b)
		switch {
		case known || c.knowsSPI(spiKey(d.Src.Addr(), d.Dst.Addr(), spi)):
			return quotedESP(e, b)
		case natt && plausibleSPI(spi) && lookalikeOf(b, len(b)) == "":
			e.Confidence = ConfidenceLow
			return quotedESP(e, b)
		case !natt && onIKEPort(d):
			// Port 500 carries IKE and nothing else; too little is here to
			// read it.
			return unknownQuote(e, TransportUDP, len(b) < ike.HeaderLength)
		}
		return false
	case len(b) == 1 && b[0] == 0xff && (known || natt):
		e.Message = MessageKeepalive
		e.Data, e.Length = nil, 1
		return true
	case known || natt:
		if len(b) >= 4 {
			e.Message = MessageIKE // a marker: IKE, though too little is here to read it
			e.Data, e.Length = b[4:], len(b)-4
			return len(b) < markerLength+ike.HeaderLength
		}
		return unknownQuote(e, TransportUDPNATT, true)
	case onIKEPort(d):
		return unknownQuote(e, TransportUDP, len(b) < ike.HeaderLength)
	}
	return false
}

func unknownQuote(e *Event, t Transport, ok bool) bool {
	e.Transport = t
	e.Message, e.QuotedUnknown = MessageIKE, true
	e.Confidence = ConfidenceLow
	return ok
}

// quotedIKE finds an IKE header in quoted bytes, behind the marker or without.
func quotedIKE(b []byte, onPort bool) ([]byte, bool) {
	if len(b) >= 4 && binary.BigEndian.Uint32(b) == 0 && plausibleQuote(b[4:], onPort) {
		return b[4:], true
	}
	if plausibleQuote(b, onPort) {
		return b, true
	}
	return nil, false
}

func plausibleQuote(b []byte, onPort bool) bool {
	if len(b) < ike.HeaderLength {
		return false
	}
	n := int64(binary.BigEndian.Uint32(b[24:]))
	if n > maxDatagram {
		return false
	}
	return isIKE(b, int(max(n, int64(len(b)))), onPort)
}

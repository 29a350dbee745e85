package reassembly

import "github.com/ikesniff/ikesniff/dissect"

// quotedTCP tells whether a quoted TCP segment is of a connection that carries
// IPsec or, if that is not known yet, has a port where it is expected. Eight
// bytes behind the ports hold no more than numbers.
func (c *Classifier) quotedTCP(d *dissect.Datagram, e *Event) bool {
	key, _ := endpointsKey(d.Src, d.Dst)
	t := lookup(c.conns, &key, key.hash())
	switch {
	case t != nil && t.state == tcpOurs:
	case t != nil && t.state == tcpIgnored:
		return false
	case c.expectsTCP(key):
		e.Confidence = ConfidenceLow
	default:
		return false
	}
	e.Transport, e.QuotedUnknown = TransportTCP, true
	if t != nil && t.conn != nil && t.conn.kind == kindCisco {
		e.Transport = TransportCisco
	}
	return true
}

// expectsTCP tells whether a connection has a port that is for IPsec in TCP.
func (c *Classifier) expectsTCP(key tuple) bool {
	return c.tcpPorts.has(uint16(key.word)) || c.tcpPorts.has(uint16(key.word>>16))
}

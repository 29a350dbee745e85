package dissect

import "github.com/ikesniff/ikesniff/capture"

const (
	cooked1Header = 16
	cooked2Header = 20

	// protocolLLC stands in a cooked header where no EtherType can: an 802.2
	// header follows (ETH_P_802_2 of Linux).
	protocolLLC = 0x0004
)

// cooked1 decodes LINKTYPE_LINUX_SLL:
//
//	 0       2         4       6          14         16
//	+--------+---------+-------+----------+----------+
//	| packet | ARPHRD_ | addr. | address  | protocol |
//	| type   | type    | len.  | 8 bytes  |          |
//	+--------+---------+-------+----------+----------+
func (d *Decoder) cooked1(s span, out *Datagram) {
	if len(s.b) < cooked1Header {
		short(s, cooked1Header, out, "Linux cooked header is cut short")
		return
	}
	cookedDirection(be16(s.b), out)
	d.cookedPayload(s.from(cooked1Header), be16(s.b[14:]), out)
}

// cooked2 decodes LINKTYPE_LINUX_SLL2:
//
//	 0          2     4           8         10       11      12         20
//	+----------+-----+-----------+---------+--------+-------+----------+
//	| protocol | MBZ | interface | ARPHRD_ | packet | addr. | address  |
//	|          |     | index     | type    | type   | len.  | 8 bytes  |
//	+----------+-----+-----------+---------+--------+-------+----------+
func (d *Decoder) cooked2(s span, out *Datagram) {
	if len(s.b) < cooked2Header {
		short(s, cooked2Header, out, "Linux cooked header is cut short")
		return
	}
	out.Tap.Index = be32(s.b[4:])
	cookedDirection(uint16(s.b[10]), out)
	d.cookedPayload(s.from(cooked2Header), be16(s.b), out)
}

// cookedDirection reads the packet type: to us, broadcast, multicast, to
// someone else (0 to 3) came in, 4 went out.
func cookedDirection(t uint16, out *Datagram) {
	if out.Tap.Direction != capture.DirectionUnknown {
		return
	}
	switch {
	case t < 4:
		out.Tap.Direction = capture.DirectionIn
	case t == 4:
		out.Tap.Direction = capture.DirectionOut
	}
}

func (d *Decoder) cookedPayload(s span, protocol uint16, out *Datagram) {
	switch {
	case protocol == protocolLLC:
		d.llc(s, out)
	case protocol < etherTypeMin:
		other(out, "")
	default:
		d.etherType(s, protocol, out)
	}
}

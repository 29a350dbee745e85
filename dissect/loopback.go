package dissect

import "math/bits"

// loopback decodes LINKTYPE_NULL and LINKTYPE_LOOP: four bytes of address
// family, in the byte order of the machine that captured and in network order.
// Families are small numbers, so both orders can be told apart.
func (d *Decoder) loopback(s span, out *Datagram) {
	if len(s.b) < 4 {
		short(s, 4, out, "loopback header is cut short")
		return
	}
	family := be32(s.b)
	if family > 0xffff {
		family = bits.ReverseBytes32(family)
	}
	switch s = s.from(4); family {
	case 2:
		d.ipv4(s, out)
	case 10, 24, 28, 30: // Linux; NetBSD and OpenBSD; FreeBSD; macOS
		d.ipv6(s, out)
	default:
		other(out, "")
	}
}

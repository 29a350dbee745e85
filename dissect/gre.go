package dissect

// Protocol types of GRE that are no EtherTypes of links.
const (
	greERSPAN    = 0x88be // types I and II
	greERSPANIII = 0x22eb
)

// gre decodes a GRE header (RFC 2784 2, RFC 2890 2) and its tunnel:
//
//	 0                               2          4
//	+---------------------+---------+----------+---------+-----+----------+
//	| C R K S  reserved   | version | protocol | [check- | key | sequence |
//	|                     |         | type     |  sum]   |     | number]  |
//	+---------------------+---------+----------+---------+-----+----------+
//
// Version 1 is PPTP's (RFC 2637 4.1), whose PPP frames come out of a stateful
// compressor, and routing (R) was never used: neither is followed.
func (d *Decoder) gre(s span, out *Datagram) {
	if len(s.b) < 4 {
		short(s, 4, out, "GRE header is cut short")
		return
	}
	const (
		hasChecksum = 0x8000
		hasRouting  = 0x4000
		hasKey      = 0x2000
		hasSequence = 0x1000
		version     = 0x0007
	)
	flags, protocol := be16(s.b), be16(s.b[2:])
	if flags&(version|hasRouting) != 0 {
		other(out, "")
		return
	}
	n := 4
	for _, f := range [...]uint16{hasChecksum, hasKey, hasSequence} {
		if flags&f != 0 {
			n += 4
		}
	}
	if len(s.b) < n {
		short(s, n, out, "GRE header is cut short")
		return
	}
	if !d.tunnel(out, EncapGRE) {
		return
	}
	s = s.from(n)
	switch {
	case protocol == etherTEB:
		d.ethernet(s, out)
	case protocol == greERSPAN && flags&hasSequence == 0:
		out.Encap |= EncapERSPAN
		d.ethernet(s, out)
	case protocol == greERSPAN:
		d.erspan2(s, out)
	case protocol == greERSPANIII:
		d.erspan3(s, out)
	case protocol >= etherTypeMin:
		d.etherType(s, protocol, out)
	default:
		other(out, "")
	}
}

package dissect

// geneve decodes a GENEVE header (RFC 8926 3.4) and what is behind it. It is
// false where the payload is something else:
//
//	 0               1                2          4     7          8
//	+---------------+----------------+----------+-----+----------+---------+
//	| ver 2 bits    | O, C, reserved | protocol | VNI | reserved | options |
//	| options, in   |                | type     |     |          |         |
//	| 4 bytes       |                |          |     |          |         |
//	+---------------+----------------+----------+-----+----------+---------+
func (d *Decoder) geneve(s span, out *Datagram) bool {
	if len(s.b) < 8 || s.b[0]>>6 != 0 || s.b[1]&0x3f != 0 || s.b[7] != 0 {
		return false
	}
	n := 8 + 4*int(s.b[0]&0x3f)
	if len(s.b) < n {
		return false
	}
	protocol := be16(s.b[2:])
	s = s.from(n)
	switch protocol {
	case etherTEB:
		if !plausibleEthernet(s) {
			return false
		}
		if d.tunnel(out, EncapGENEVE) {
			d.ethernet(s, out)
		}
	case etherIPv4:
		if !plausibleIPv4(s) {
			return false
		}
		if d.tunnel(out, EncapGENEVE) {
			d.ipv4(s, out)
		}
	case etherIPv6:
		if !plausibleIPv6(s) {
			return false
		}
		if d.tunnel(out, EncapGENEVE) {
			d.ipv6(s, out)
		}
	default:
		return false
	}
	return true
}

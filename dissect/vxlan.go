package dissect

// vxlan decodes a VXLAN header (RFC 7348 5) and the frame behind it. It is
// false where the payload is something else:
//
//	 0       1          2           4     7          8
//	+-------+----------+-----------+-----+----------+
//	| flags | reserved | policy ID | VNI | reserved |
//	+-------+----------+-----------+-----+----------+
//
// Flag 08 says that the VNI is valid. Flag 80 says that there is a group policy
// ID and flags of it in the byte before (draft-smith-vxlan-group-policy); all
// else is zero. Receivers should ignore reserved bits; who guesses should not.
func (d *Decoder) vxlan(s span, out *Datagram) bool {
	const (
		validVNI    = 0x08
		groupPolicy = 0x80
	)
	if len(s.b) < 8 || s.b[7] != 0 {
		return false
	}
	switch s.b[0] {
	case validVNI:
		if s.b[1] != 0 || s.b[2] != 0 || s.b[3] != 0 {
			return false
		}
	case validVNI | groupPolicy:
		if s.b[1]&^0x48 != 0 { // don't learn, policy applied
			return false
		}
	default:
		return false
	}
	s = s.from(8)
	if !plausibleEthernet(s) {
		return false
	}
	if d.tunnel(out, EncapVXLAN) {
		d.ethernet(s, out)
	}
	return true
}

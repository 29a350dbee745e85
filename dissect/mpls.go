package dissect

// maxLabels bounds an MPLS label stack. Segment routing uses ten or so.
const maxLabels = 32

// mpls takes off a label stack (RFC 3032 2.1): four bytes a label, of which
// bit 8 marks the last. Nothing says what follows; routers look at its first
// four bits (RFC 4385 3, RFC 4928): 4 and 6 are IP, 0 is the control word of a
// pseudowire. Pseudowires without control word begin with a MAC address, and
// those may begin with any bits.
func (d *Decoder) mpls(s span, out *Datagram) {
	if !d.unwrap(out, EncapMPLS) {
		return
	}
	for labels := 0; ; labels++ {
		if labels == maxLabels {
			other(out, problemNesting)
			return
		}
		if len(s.b) < 4 {
			short(s, 4, out, "MPLS label stack is cut short")
			return
		}
		last := s.b[2]&1 == 1
		s = s.from(4)
		if last {
			break
		}
	}
	if len(s.b) == 0 {
		short(s, 1, out, "nothing behind the MPLS label stack")
		return
	}
	switch version := s.b[0] >> 4; {
	case version == 4 && (plausibleIPv4(s) || len(s.b) < ipv4Header):
		d.ipv4(s, out)
	case version == 6 && (plausibleIPv6(s) || len(s.b) < ipv6Header):
		d.ipv6(s, out)
	case version == 0 && len(s.b) >= 4 && plausibleEthernet(s.from(4)):
		d.ethernet(s.from(4), out)
	case plausibleEthernet(s):
		d.ethernet(s, out)
	default:
		other(out, "")
	}
}

package dissect

// EtherTypes (IEEE registry), which GRE, SNAP and cooked captures use as well.
const (
	etherIPv4         = 0x0800
	etherARP          = 0x0806
	etherTEB          = 0x6558 // transparent Ethernet bridging: in GRE and GENEVE
	etherVLAN         = 0x8100
	etherIPv6         = 0x86dd
	etherMPLS         = 0x8847
	etherMPLSUpstream = 0x8848 // once "multicast" (RFC 5332 3)
	etherPPPoEDisc    = 0x8863
	etherPPPoE        = 0x8864
	etherEAPOL        = 0x888e
	etherServiceVLAN  = 0x88a8 // 802.1ad
	etherLLDP         = 0x88cc
	etherOldQinQ      = 0x9100 // before 802.1ad, still in use

	// Values below are no type but the length of an 802.3 frame.
	etherTypeMin = 0x0600

	ethernetHeader = 14
)

// ethernet decodes a frame from its destination address on.
func (d *Decoder) ethernet(s span, out *Datagram) {
	if len(s.b) < ethernetHeader {
		short(s, ethernetHeader, out, "Ethernet header is cut short")
		return
	}
	d.etherType(s.from(ethernetHeader), be16(s.b[12:]), out)
}

// etherType decodes what follows an EtherType, VLAN tags included.
func (d *Decoder) etherType(s span, t uint16, out *Datagram) {
	for tags := 0; ; tags++ {
		switch t {
		case etherIPv4:
			d.ipv4(s, out)
			return
		case etherIPv6:
			d.ipv6(s, out)
			return
		case etherVLAN, etherServiceVLAN, etherOldQinQ:
			// 802.1Q 9.6: priority, drop eligible, 12 bits of VLAN ID; then
			// the EtherType of what follows.
			e := EncapVLAN
			if tags > 0 {
				e |= EncapQinQ
			}
			if !d.unwrap(out, e) {
				return
			}
			if len(s.b) < 4 {
				short(s, 4, out, "VLAN tag is cut short")
				return
			}
			out.VLAN = be16(s.b) & 0x0fff
			t = be16(s.b[2:])
			s = s.from(4)
		case etherMPLS, etherMPLSUpstream:
			d.mpls(s, out)
			return
		case etherPPPoE:
			d.pppoe(s, out)
			return
		default:
			if t < etherTypeMin {
				if n := int(t); n <= s.wire {
					s = s.upTo(n)
				}
				d.llc(s, out)
				return
			}
			other(out, "")
			return
		}
	}
}

// llc decodes an 802.2 header: IP by its own service access point, or SNAP
// with an EtherType (RFC 1042).
func (d *Decoder) llc(s span, out *Datagram) {
	if len(s.b) < 3 {
		short(s, 3, out, "LLC header is cut short")
		return
	}
	const (
		sapIP   = 0x06
		sapSNAP = 0xaa
		control = 0x03 // unnumbered information
	)
	if s.b[2] != control || s.b[0] != s.b[1] {
		other(out, "")
		return
	}
	switch s.b[0] {
	case sapIP:
		d.ip(s.from(3), out)
	case sapSNAP:
		if len(s.b) < 8 {
			short(s, 8, out, "SNAP header is cut short")
			return
		}
		// 00-00-00 is RFC 1042, 00-00-F8 the bridge tunnel of 802.1H.
		oui := be32(s.b[2:]) & 0x00ffffff
		t := be16(s.b[6:])
		if oui != 0 && oui != 0xf8 || t < etherTypeMin {
			other(out, "")
			return
		}
		d.etherType(s.from(8), t, out)
	default:
		other(out, "")
	}
}

// plausibleEthernet tells whether bytes in which a frame is only supposed look
// like one: an EtherType that occurs, and behind it what it announces.
func plausibleEthernet(s span) bool {
	if len(s.b) < ethernetHeader {
		return false
	}
	t := be16(s.b[12:])
	s = s.from(ethernetHeader)
	for range 2 {
		if t != etherVLAN && t != etherServiceVLAN && t != etherOldQinQ || len(s.b) < 4 {
			break
		}
		t = be16(s.b[2:])
		s = s.from(4)
	}
	switch t {
	case etherIPv4:
		return plausibleIPv4(s)
	case etherIPv6:
		return plausibleIPv6(s)
	case etherARP:
		// Hardware Ethernet, protocol IPv4 (RFC 826).
		return len(s.b) >= 8 && be32(s.b) == 0x00010800
	case etherMPLS, etherMPLSUpstream, etherPPPoE, etherPPPoEDisc, etherEAPOL, etherLLDP:
		return true
	}
	return t < etherTypeMin && t >= 3 && int(t) <= s.wire
}

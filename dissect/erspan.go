package dissect

// ERSPAN is how Cisco's switches mirror to a distant host, in GRE
// (draft-foschiano-erspan). Type I has no header of its own, and is known by
// GRE without sequence number.

// erspan2 decodes a type II header, 8 bytes that begin with version 1.
func (d *Decoder) erspan2(s span, out *Datagram) {
	out.Encap |= EncapERSPAN
	if len(s.b) < 8 {
		short(s, 8, out, "ERSPAN header is cut short")
		return
	}
	if s.b[0]>>4 != 1 {
		other(out, "")
		return
	}
	d.ethernet(s.from(8), out)
}

// erspan3 decodes a type III header: 12 bytes that begin with version 2, and 8
// more if the last bit is set. Five bits tell what was mirrored:
//
//	 0     4      16            32          64    80  81      86   92  93  95  96
//	+-----+------+-------------+-----------+-----+---+-------+----+---+---+---+
//	| ver | VLAN | COS, BSO, T | timestamp | SGT | P | frame | Hw | D | G | O |
//	|     |      | session ID  |           |     |   | type  | ID |   | r |   |
//	+-----+------+-------------+-----------+-----+---+-------+----+---+---+---+
func (d *Decoder) erspan3(s span, out *Datagram) {
	out.Encap |= EncapERSPAN
	n := 12
	if len(s.b) >= n && s.b[11]&1 == 1 {
		n += 8
	}
	if len(s.b) < n {
		short(s, n, out, "ERSPAN header is cut short")
		return
	}
	const (
		frameEthernet = 0
		frameIP       = 2
	)
	frame := s.b[10] >> 2 & 0x1f
	switch {
	case s.b[0]>>4 != 2:
		other(out, "")
	case frame == frameEthernet:
		d.ethernet(s.from(n), out)
	case frame == frameIP:
		d.ip(s.from(n), out)
	default:
		other(out, "")
	}
}

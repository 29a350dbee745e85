package dissect

import "github.com/ikesniff/ikesniff/capture"

const icmpHeader = 8

const problemQuote = "ICMP error quotes no whole IP header"

// icmp4 decodes an ICMP message (RFC 792).
func (d *Decoder) icmp4(s span, out *Datagram) {
	if len(s.b) < icmpHeader {
		short(s, icmpHeader, out, "ICMP header is cut short")
		return
	}
	const (
		unreachable  = 3
		sourceQuench = 4
		redirect     = 5
		timeExceeded = 11
		badParameter = 12

		codeFragmentationNeeded = 4
	)
	q := Quote{Type: s.b[0], Code: s.b[1]}
	// RFC 4884 5.1: where extensions follow the quoted packet, its length in
	// units of 4 bytes.
	length := 4 * int(s.b[5])
	switch q.Type {
	case unreachable:
		if q.Code == codeFragmentationNeeded {
			q.MTU = uint32(be16(s.b[6:])) // RFC 1191 4
		}
	case timeExceeded, badParameter:
	case sourceQuench, redirect:
		length = 0
	default:
		other(out, "")
		return
	}
	d.quote(quoted(s.from(icmpHeader), length), q, out)
}

// icmp6 decodes an ICMPv6 message (RFC 4443).
func (d *Decoder) icmp6(s span, out *Datagram) {
	if len(s.b) < icmpHeader {
		short(s, icmpHeader, out, "ICMPv6 header is cut short")
		return
	}
	const (
		unreachable  = 1
		tooBig       = 2
		timeExceeded = 3
		badParameter = 4
		redirect     = 137
	)
	q := Quote{Type: s.b[0], Code: s.b[1], V6: true}
	length := 0
	switch q.Type {
	case unreachable, timeExceeded:
		length = 8 * int(s.b[4]) // RFC 4884 5.2
	case tooBig:
		q.MTU = be32(s.b[4:])
	case badParameter:
	case redirect:
		rest, ok := redirected(s)
		if !ok {
			other(out, "")
			return
		}
		d.quote(rest, q, out)
		return
	default:
		other(out, "")
		return
	}
	d.quote(quoted(s.from(icmpHeader), length), q, out)
}

// quoted leaves extensions behind a quoted packet away. Lengths that cannot be
// meant, such as those of senders older than the field, are ignored.
func quoted(s span, length int) span {
	if length >= ipv4Header && length <= s.wire {
		return s.upTo(length)
	}
	return s
}

// redirected finds the packet quoted in a redirect of neighbour discovery: in
// option 4, behind two addresses (RFC 4861 4.5, 4.6.3). Lengths are in units of
// 8 bytes.
func redirected(s span) (span, bool) {
	const first = icmpHeader + 2*16
	if len(s.b) < first {
		return s, false
	}
	s = s.from(first)
	for len(s.b) >= 8 {
		n := 8 * int(s.b[1])
		if s.b[0] == 4 && n > 8 {
			return s.upTo(min(n, s.wire)).from(8), true
		}
		if n == 0 || n > len(s.b) {
			break
		}
		s = s.from(n)
	}
	return s, false
}

// quote reads the packet that an ICMP error is about. Its header takes the place
// of the error's own in out, so that the error belongs to the pair it is about.
func (d *Decoder) quote(s span, q Quote, out *Datagram) {
	q.Sender, q.Receiver = out.Src.Addr(), out.Dst.Addr()
	snapped := out.Truncated
	s, ok := d.quotedHeader(s, q.V6, out)
	out.IPChecksum = capture.ChecksumUnknown // as it came, not as it was sent
	out.Truncated = snapped
	if !ok {
		out.Status = StatusMalformed
		if snapped {
			out.Status = StatusOther
		}
		out.Problem = problemQuote
		return
	}
	out.Status = StatusQuote
	out.Problem = ""
	if out.Frag.Offset == 0 {
		q.Payload = quotedPayload(s, out)
	}
	out.Quote = q
}

// quotedHeader reads the IP header of a quoted packet. Quotes end anywhere, so
// that header lengths are all that can be checked.
func (d *Decoder) quotedHeader(s span, v6 bool, out *Datagram) (span, bool) {
	if !v6 {
		return d.ipv4Header(s, out)
	}
	s, ok := d.ipv6Header(s, out)
	if !ok {
		return s, false
	}
	s, end := d.extensions(s, out.Proto, out)
	if end == chainFragment && out.Frag.Offset == 0 {
		s, end = d.extensions(s, out.Proto, out)
	}
	return s, end != chainBroken
}

// quotedPayload reads ports, where there are any, and returns what is behind
// them.
func quotedPayload(s span, out *Datagram) []byte {
	b := s.b
	switch out.Proto {
	case ProtoUDP, ProtoTCP:
		if len(b) < 4 {
			return nil
		}
		setPorts(out, be16(b), be16(b[2:]))
		if out.Proto == ProtoTCP {
			return b[4:]
		}
		return b[min(udpHeader, len(b)):]
	case ProtoESP, ProtoAH:
		return b
	}
	return nil
}

package dissect

const tcpHeader = 20 // without options

// tcp decodes a TCP header (RFC 9293 3.1). Its options are handed on as they
// are.
func (d *Decoder) tcp(s span, out *Datagram) {
	b := s.b
	if len(b) < tcpHeader {
		short(s, tcpHeader, out, "TCP header is cut short")
		return
	}
	setPorts(out, be16(b), be16(b[2:]))
	header := int(b[12]>>4) * 4
	if header < tcpHeader || header > s.wire {
		malformed(out, "TCP data offset is impossible")
		return
	}
	out.TCP.Seq = be32(b[4:])
	out.TCP.Ack = be32(b[8:])
	out.TCP.Flags = TCPFlags(b[13])
	out.TCP.Window = be16(b[14:])
	// Both may have been cut off by the snapshot length.
	present := min(header, len(b))
	out.TCP.Options = b[tcpHeader:present]
	deliver(span{b[present:], s.wire - header}, out)
	if !s.snapped() {
		out.Checksum = d.transportChecksum(b, out)
	}
}

package dissect

import (
	"encoding/binary"
	"net/netip"

	"github.com/ikesniff/ikesniff/capture"
)

// Headers is what the headers of a frame of a usual kind say, without the
// wrappings that take a Decoder: Ethernet, with one VLAN tag at most, or no
// link header; IPv4 without options or IPv6 without extension headers, no
// fragment; TCP, UDP, ESP or AH, whose header was captured whole. Most packets
// of most captures are such, and most of these are of no interest: reading
// Headers costs a third of a Datagram, and is all it takes to say so.
//
// It borrows nothing. The addresses stand there as words, fit for tables.
type Headers struct {
	// SrcHi and SrcLo are the 16 bytes of the source address, IPv4 mapped into
	// IPv6, as numbers.
	SrcHi, SrcLo uint64
	DstHi, DstLo uint64
	// SrcPort and DstPort are 0 for ESP and AH.
	SrcPort, DstPort uint16
	V6               bool
	Proto            uint8
	TCPFlags         TCPFlags // of TCP
	Encap            Encap    // EncapVLAN or none
	// PayloadLength is that on the wire, in bytes.
	PayloadLength int32

	// Offsets into the frame: of the IP header, the transport header, the
	// payload, and the end of what was captured of it.
	ip, transport, payload, end int32
	ipEnd                       int32 // where the IP packet ends on the wire
}

// v4Mapped are the upper bits of the lower word of an IPv4 address mapped into
// IPv6 (RFC 4291 2.5.5.2).
const v4Mapped = 0xffff << 32

// Read fills h from a frame and tells whether it is of a usual kind. If it is
// not, h is not valid, and a Decoder tells what the frame holds. What both say
// is the same: a test holds them together.
func (h *Headers) Read(p *capture.Packet) bool {
	b := p.Data
	var ip int
	var etherType uint16
	switch {
	case p.LinkType == capture.LinkEthernet && len(b) >= ethernetHeader+ipv4Header:
		ip, etherType = ethernetHeader, be16(b[12:])
		h.Encap = 0
		if etherType == etherVLAN {
			h.Encap = EncapVLAN
			ip, etherType = ethernetHeader+4, be16(b[16:])
		}
	case p.LinkType == capture.LinkRaw && len(b) >= ipv4Header:
		h.Encap = 0
		if etherType = etherIPv4; b[0]>>4 == 6 {
			etherType = etherIPv6
		}
	default:
		return false
	}
	var end int // on the wire, or less where the IP header says so
	switch etherType {
	case etherIPv4:
		if len(b) < ip+ipv4Header {
			return false
		}
		x := (*[ipv4Header]byte)(b[ip:])
		if x[0] != 0x45 || be16(x[6:])&0x3fff != 0 {
			return false
		}
		total := int(be16(x[2:]))
		if total < ipv4Header {
			return false
		}
		end = ip + total
		h.V6, h.Proto = false, x[9]
		h.SrcHi, h.SrcLo = 0, v4Mapped|uint64(be32(x[12:]))
		h.DstHi, h.DstLo = 0, v4Mapped|uint64(be32(x[16:]))
		h.transport = int32(ip + ipv4Header)
	case etherIPv6:
		if len(b) < ip+ipv6Header {
			return false
		}
		x := (*[ipv6Header]byte)(b[ip:])
		if x[0]>>4 != 6 {
			return false
		}
		length := int(be16(x[4:]))
		if length == 0 {
			return false
		}
		end = ip + ipv6Header + length
		h.V6, h.Proto = true, x[6]
		h.SrcHi, h.SrcLo = binary.BigEndian.Uint64(x[8:]), binary.BigEndian.Uint64(x[16:])
		h.DstHi, h.DstLo = binary.BigEndian.Uint64(x[24:]), binary.BigEndian.Uint64(x[32:])
		h.transport = int32(ip + ipv6Header)
	default:
		return false
	}
	h.ip, h.ipEnd = int32(ip), int32(end)
	return h.readTransport(b[:min(len(b), end)], end)
}

// readTransport goes on at the transport header. b ends where the IP packet
// does, or the captured part of it; end is where it ends on the wire.
func (h *Headers) readTransport(b []byte, end int) bool {
	at := int(h.transport)
	x := b[at:]
	header := 0
	switch h.Proto {
	case ProtoTCP:
		if len(x) < tcpHeader {
			return false
		}
		header = int(x[12]>>4) * 4
		if header < tcpHeader || len(x) < header {
			return false
		}
		h.TCPFlags = TCPFlags(x[13])
		h.SrcPort, h.DstPort = be16(x), be16(x[2:])
	case ProtoUDP:
		if len(x) < udpHeader {
			return false
		}
		header = udpHeader
		n := int(be16(x[4:]))
		if n < udpHeader || n > end-at {
			return false
		}
		end = at + n
		h.SrcPort, h.DstPort = be16(x), be16(x[2:])
		if p := h.DstPort; p == portVXLAN || p == portVXLANLinux || p == portGENEVE {
			return false
		}
	case ProtoESP:
		if len(x) < 8 {
			return false
		}
		h.SrcPort, h.DstPort = 0, 0
	case ProtoAH:
		if len(x) < 12 {
			return false
		}
		h.SrcPort, h.DstPort = 0, 0
	default:
		return false
	}
	h.payload, h.end = int32(at+header), int32(min(len(b), end))
	h.PayloadLength = int32(end) - h.payload
	return true
}

// Payload is the captured part of the payload of p, which h was read from.
func (h *Headers) Payload(p *capture.Packet) []byte {
	return p.Data[h.payload:h.end:h.end]
}

// IP returns fields of the IP header as a Datagram has them.
func (h *Headers) IP(p *capture.Packet) (ttl uint8, id uint32, hasID bool, length int) {
	x := (*[ipv4Header]byte)(p.Data[h.ip:])
	length = int(h.ipEnd - h.ip)
	if h.V6 {
		return x[7], 0, false, length
	}
	return x[8], uint32(be16(x[4:])), true, length
}

// TCP returns the numbers of a TCP header.
func (h *Headers) TCP(p *capture.Packet) (seq, ack uint32, window uint16) {
	x := (*[tcpHeader]byte)(p.Data[h.transport:])
	return be32(x[4:]), be32(x[8:]), be16(x[14:])
}

// Ends are the endpoints of p, which h was read from, as a Datagram has them.
func (h *Headers) Ends(p *capture.Packet) (src, dst netip.AddrPort) {
	x := p.Data[h.ip:]
	if h.V6 {
		return netip.AddrPortFrom(netip.AddrFrom16([16]byte(x[8:24])), h.SrcPort),
			netip.AddrPortFrom(netip.AddrFrom16([16]byte(x[24:40])), h.DstPort)
	}
	return netip.AddrPortFrom(netip.AddrFrom4([4]byte(x[12:16])), h.SrcPort),
		netip.AddrPortFrom(netip.AddrFrom4([4]byte(x[16:20])), h.DstPort)
}

// Datagram fills out from p, which h was read from, as Decoder.Decode would.
// out must be a zero Datagram or one that this method has filled before: what
// such frames never set is left as it is.
func (h *Headers) Datagram(p *capture.Packet, out *Datagram) {
	b := p.Data
	out.Ref, out.Time = p.Ref, p.Time
	out.Tap.Interface, out.Tap.Direction = p.Interface, p.Direction
	out.Packets = 1
	out.DropsBefore, out.GSOSize = p.DropsBefore, p.GSOSize
	out.Proto = h.Proto
	out.Encap, out.VLAN = h.Encap, 0
	if h.Encap != 0 {
		out.VLAN = be16(b[14:]) & 0x0fff
	}

	x := b[h.ip:]
	out.IPLength = int(h.ipEnd - h.ip)
	if h.V6 {
		out.TTL, out.DF, out.IPID, out.HasIPID = x[7], false, 0, false
	} else {
		out.TTL, out.DF, out.IPID, out.HasIPID = x[8], x[6]&0x40 != 0, uint32(be16(x[4:])), true
	}
	out.Src, out.Dst = h.Ends(p)
	out.Payload = b[h.payload:h.end:h.end]
	out.PayloadLength = int(h.PayloadLength)
	out.Truncated = len(b) < int(h.ipEnd)

	whole := int(h.payload)+out.PayloadLength <= int(h.end)
	x = b[h.transport:]
	switch h.Proto {
	case ProtoTCP:
		t := &out.TCP
		t.Seq, t.Ack, t.Flags, t.Window = be32(x[4:]), be32(x[8:]), h.TCPFlags, be16(x[14:])
		t.Options = b[h.transport+tcpHeader : h.payload : h.payload]
		out.Checksum = capture.ChecksumUnknown
		if whole {
			out.Checksum = p.Checksum
		}
	case ProtoUDP:
		out.TCP = TCPHeader{}
		out.Checksum = capture.ChecksumUnknown
		if be16(x[6:]) == 0 {
			out.Checksum = capture.ChecksumAbsent
		} else if whole {
			out.Checksum = p.Checksum
		}
	default:
		out.TCP = TCPHeader{}
		out.Checksum = capture.ChecksumUnknown
	}
}

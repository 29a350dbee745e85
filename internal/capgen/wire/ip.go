package wire

import (
	"encoding/binary"
	"net/netip"
)

// IP protocol numbers.
const (
	ProtoICMP   = 1
	ProtoTCP    = 6
	ProtoUDP    = 17
	ProtoGRE    = 47
	ProtoESP    = 50
	ProtoAH     = 51
	ProtoFragV6 = 44
	ProtoICMPv6 = 58
)

// IPHeader holds what varies in the IP headers of the captures.
type IPHeader struct {
	Src, Dst netip.Addr
	Proto    uint8
	TTL      uint8
	ID       uint16 // IPv4 only
	DF       bool   // IPv4 only
}

// IP puts an IPv4 or IPv6 header, as the addresses are, in front of payload.
func IP(h IPHeader, payload []byte) []byte {
	if h.Src.Is6() {
		return ipv6(h, payload)
	}
	var flags uint16
	if h.DF {
		flags = 0x4000
	}
	return ipv4(h, flags, payload)
}

func ipv4(h IPHeader, flags uint16, payload []byte) []byte {
	b := []byte{0x45, 0}
	b = binary.BigEndian.AppendUint16(b, uint16(20+len(payload)))
	b = binary.BigEndian.AppendUint16(b, h.ID)
	b = binary.BigEndian.AppendUint16(b, flags)
	b = append(b, h.TTL, h.Proto, 0, 0)
	b = append(b, h.Src.AsSlice()...)
	b = append(b, h.Dst.AsSlice()...)
	binary.BigEndian.PutUint16(b[10:], ^sum(0, b))
	return append(b, payload...)
}

func ipv6(h IPHeader, payload []byte) []byte {
	b := []byte{0x60, 0, 0, 0}
	b = binary.BigEndian.AppendUint16(b, uint16(len(payload)))
	b = append(b, h.Proto, h.TTL)
	b = append(b, h.Src.AsSlice()...)
	b = append(b, h.Dst.AsSlice()...)
	return append(b, payload...)
}

// Fragments is IP with the payload cut into pieces of at most size bytes, a
// multiple of 8. id identifies the datagram.
func Fragments(h IPHeader, id uint32, payload []byte, size int) [][]byte {
	var out [][]byte
	for off := 0; off < len(payload); off += size {
		piece := payload[off:min(off+size, len(payload))]
		more := off+size < len(payload)
		if !h.Src.Is6() {
			flags := uint16(off / 8)
			if more {
				flags |= 0x2000
			}
			h.ID = uint16(id)
			out = append(out, ipv4(h, flags, piece))
			continue
		}
		field := uint16(off)
		if more {
			field |= 1
		}
		fh := []byte{h.Proto, 0}
		fh = binary.BigEndian.AppendUint16(fh, field)
		fh = binary.BigEndian.AppendUint32(fh, id)
		outer := h
		outer.Proto = ProtoFragV6
		out = append(out, ipv6(outer, append(fh, piece...)))
	}
	return out
}

// UDP puts a UDP header in front of payload. With checksum false the field
// is zero, as RFC 3948 2.1 wants for ESP in UDP over IPv4.
func UDP(src, dst netip.AddrPort, payload []byte, checksum bool) []byte {
	b := binary.BigEndian.AppendUint16(nil, src.Port())
	b = binary.BigEndian.AppendUint16(b, dst.Port())
	b = binary.BigEndian.AppendUint16(b, uint16(8+len(payload)))
	b = append(b, 0, 0)
	b = append(b, payload...)
	if checksum {
		s := transportSum(src.Addr(), dst.Addr(), ProtoUDP, b)
		if s == 0 {
			s = 0xffff
		}
		binary.BigEndian.PutUint16(b[6:], s)
	}
	return b
}

// transportSum is the checksum over pseudo header and segment.
func transportSum(src, dst netip.Addr, proto uint8, segment []byte) uint16 {
	s := uint32(proto) + uint32(len(segment))
	s = uint32(sum(s, src.AsSlice()))
	s = uint32(sum(s, dst.AsSlice()))
	return ^sum(s, segment)
}

// sum is the one's complement sum of RFC 1071.
func sum(s uint32, b []byte) uint16 {
	for ; len(b) >= 2; b = b[2:] {
		s += uint32(binary.BigEndian.Uint16(b))
	}
	if len(b) == 1 {
		s += uint32(b[0]) << 8
	}
	for s > 0xffff {
		s = s>>16 + s&0xffff
	}
	return uint16(s)
}

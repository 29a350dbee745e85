package ike

import (
	"encoding/binary"
	"net/netip"
)

// Selector is one traffic selector (RFC 7296 3.13.1). One for a range of
// addresses is
//
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	|     type      |  IP protocol  |   length, this head included  |
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	|          start port           |           end port            |
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	|              first address, then last address                 |
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
type Selector struct {
	Type     uint8
	Protocol uint8  // IP protocol, 0 for any; reserved in other types than ranges of addresses
	Data     []byte // all behind the head, borrowed
}

// Append appends the selector to b.
func (s Selector) Append(b []byte) []byte {
	b = append(b, s.Type, s.Protocol)
	b = binary.BigEndian.AppendUint16(b, uint16(selectorHead+len(s.Data)))
	return append(b, s.Data...)
}

// size is that of an address in bytes, 0 if the selector is no range of
// addresses that is whole.
func (s Selector) size() int {
	if len(s.Data) < selectorMin(s.Type) {
		return 0
	}
	switch s.Type {
	case TSIPv4Range:
		return 4
	case TSIPv6Range:
		return 16
	}
	return 0
}

// Range returns the first and the last address, and false if the selector is
// no range of addresses.
func (s Selector) Range() (from, to netip.Addr, ok bool) {
	n := s.size()
	if n == 0 {
		return netip.Addr{}, netip.Addr{}, false
	}
	from, _ = netip.AddrFromSlice(s.Data[4 : 4+n])
	to, _ = netip.AddrFromSlice(s.Data[4+n : 4+2*n])
	return from, to, true
}

// Ports returns the first and the last port, 0 and 65535 for any. For ICMP and
// Mobile IPv6 they are type and code: see PortsText.
func (s Selector) Ports() (from, to uint16, ok bool) {
	if s.size() == 0 {
		return 0, 0, false
	}
	return binary.BigEndian.Uint16(s.Data), binary.BigEndian.Uint16(s.Data[2:]), true
}

// Prefix returns the range as a prefix, and false if it is not exactly one.
func (s Selector) Prefix() (netip.Prefix, bool) {
	from, to, ok := s.Range()
	if !ok {
		return netip.Prefix{}, false
	}
	for bits := from.BitLen(); bits >= 0; bits-- {
		p := netip.PrefixFrom(from, bits)
		if p.Masked().Addr() != from {
			break // bits of the host are set: longer prefixes only
		}
		if lastAddress(p) == to {
			return p, true
		}
	}
	return netip.Prefix{}, false
}

// lastAddress is the highest address of a prefix.
func lastAddress(p netip.Prefix) netip.Addr {
	b := p.Addr().As16()
	first := p.Addr().BitLen() - p.Bits() // bits of the host, from the end
	for i := 15; first > 0; i-- {
		n := min(first, 8)
		b[i] |= byte(1<<n - 1)
		first -= n
	}
	last := netip.AddrFrom16(b)
	if p.Addr().Is4() {
		return last.Unmap()
	}
	return last
}

// String gives the selector as people write it: "10.0.0.0/24", "10.0.0.1 -
// 10.0.0.9 TCP port 443", or "0.0.0.0/0 ICMP type 8".
func (s Selector) String() string {
	from, to, ok := s.Range()
	if !ok {
		if s.Type == TSSecLabel {
			return textOrOpaque(s.label())
		}
		return nameOf(namesTSTypes, uint16(s.Type))
	}
	text := from.String() + " - " + to.String()
	if p, ok := s.Prefix(); ok {
		text = p.String()
	}
	if s.Protocol != 0 {
		text += " " + protocolText(s.Protocol)
	}
	if ports := s.PortsText(); ports != "any" {
		text += " " + ports
	}
	return text
}

// label is a security label without the zero byte that ends it on some systems.
func (s Selector) label() []byte {
	if n := len(s.Data); n > 0 && s.Data[n-1] == 0 {
		return s.Data[:n-1]
	}
	return s.Data
}

// Numbers of IP protocols that selectors name.
const (
	protoICMP     = 1
	protoICMPv6   = 58
	protoMobility = 135
)

// PortsText gives the ports as "any", "opaque" where they cannot be seen, as
// in fragments (RFC 7296 3.13.1, RFC 4301 4.4.1.1), "port 443", "ports 80 -
// 90", and for ICMP and Mobile IPv6 "type 8 code 0".
func (s Selector) PortsText() string {
	from, to, ok := s.Ports()
	switch {
	case !ok || from == 0 && to == 65535:
		return "any"
	case from == 65535 && to == 0:
		return "opaque"
	}
	switch s.Protocol {
	case protoICMP, protoICMPv6, protoMobility:
		// The type is in the upper byte, the code in the lower one
		// (RFC 4301 4.4.1.1).
		if from>>8 == to>>8 && from&255 == 0 && to&255 == 255 {
			return "type " + itoa(int(from>>8))
		}
		if from == to {
			return icmpText(from)
		}
		return icmpText(from) + " - " + icmpText(to)
	}
	if from == to {
		return "port " + itoa(int(from))
	}
	return "ports " + itoa(int(from)) + " - " + itoa(int(to))
}

func icmpText(v uint16) string { return "type " + itoa(int(v>>8)) + " code " + itoa(int(v&255)) }

// protocolText names an IP protocol that traffic selectors often hold, or gives
// its number.
func protocolText(p uint8) string {
	switch p {
	case 0:
		return "any"
	case protoICMP:
		return "ICMP"
	case 2:
		return "IGMP"
	case 4:
		return "IPv4"
	case 6:
		return "TCP"
	case 17:
		return "UDP"
	case 41:
		return "IPv6"
	case 47:
		return "GRE"
	case protoICMPv6:
		return "ICMPv6"
	case 89:
		return "OSPF"
	case 103:
		return "PIM"
	case 115:
		return "L2TP"
	case 132:
		return "SCTP"
	case protoMobility:
		return "Mobility Header"
	}
	return "protocol " + itoa(int(p))
}

// AppendFields adds the fields of a selector that begins at byte at of the message.
func (s Selector) AppendFields(to *Tree) {
	r := fieldReader{Tree: to, b: s.Data}
	r.add("type", 1).enum(namesTSTypes, uint16(s.Type))
	n := s.size()
	if n > 0 {
		r.add("protocol", 1).str(protocolText(s.Protocol))
	} else {
		r.skip(1)
	}
	r.add("length", 2).num(uint64(selectorHead + len(s.Data)))
	switch {
	case n > 0:
		r.uintN("start port", 2)
		r.uintN("end port", 2)
		r.addressN("first address", n)
		r.addressN("last address", n)
	case s.Type == TSFCRange: // RFC 4595 4.4
		r.skipN(1)
		r.opaqueN("first address", 3)
		r.skipN(1)
		r.opaqueN("last address", 3)
		r.uintN("first R_CTL", 1)
		r.uintN("last R_CTL", 1)
		r.uintN("first type", 1)
		r.uintN("last type", 1)
	case s.Type == TSSecLabel: // RFC 9478 2
		if len(s.Data) > 0 {
			r.bytes("security label", r.rest()).printable(s.label())
		}
	default:
		r.restOpaque("selector")
	}
	r.end()
}

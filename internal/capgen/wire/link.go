package wire

import (
	"encoding/binary"
	"net/netip"
)

// EtherTypes.
const (
	EtherIPv4 = 0x0800
	EtherIPv6 = 0x86dd
	EtherVLAN = 0x8100
	EtherQinQ = 0x88a8
)

// EtherType of an IP packet.
func EtherType(ip []byte) uint16 {
	if ip[0]>>4 == 6 {
		return EtherIPv6
	}
	return EtherIPv4
}

// Tag is one VLAN tag (802.1Q, 802.1ad).
type Tag struct{ EtherType, ID uint16 }

// Ethernet puts an Ethernet header, with tags from the outer to the inner one,
// in front of an IP packet, and pads to the 60 bytes that a card delivers.
func Ethernet(ip []byte, tags ...Tag) []byte {
	src, dst := Addresses(ip)
	b := append(mac(dst), mac(src)...)
	for _, t := range tags {
		b = binary.BigEndian.AppendUint16(b, t.EtherType)
		b = binary.BigEndian.AppendUint16(b, t.ID)
	}
	b = binary.BigEndian.AppendUint16(b, EtherType(ip))
	b = append(b, ip...)
	for len(b) < 60 {
		b = append(b, 0)
	}
	return b
}

// Addresses returns the source and the destination of an IP packet.
func Addresses(ip []byte) (src, dst netip.Addr) {
	if ip[0]>>4 == 6 {
		return netip.AddrFrom16([16]byte(ip[8:24])), netip.AddrFrom16([16]byte(ip[24:40]))
	}
	return netip.AddrFrom4([4]byte(ip[12:16])), netip.AddrFrom4([4]byte(ip[16:20]))
}

// mac makes a locally administered MAC address of an IP address.
func mac(a netip.Addr) []byte {
	s := a.AsSlice()
	return append([]byte{0x02, 0x00, 0x5e}, s[len(s)-3:]...)
}

// SLL2 puts a Linux cooked v2 header in front of an IP packet
// (LINKTYPE_LINUX_SLL2). packetType is 0 for a packet to this host, 4 for one
// it sent.
func SLL2(ip []byte, ifindex uint32, packetType uint8) []byte {
	src, _ := Addresses(ip)
	b := binary.BigEndian.AppendUint16(nil, EtherType(ip))
	b = append(b, 0, 0)
	b = binary.BigEndian.AppendUint32(b, ifindex)
	b = append(b, 0, 1, packetType, 6) // ARPHRD_ETHER, address length
	b = append(b, mac(src)...)
	b = append(b, 0, 0)
	return append(b, ip...)
}

// GRE puts a GRE header without options (RFC 2784) in front of an IP packet.
func GRE(ip []byte) []byte {
	b := binary.BigEndian.AppendUint16([]byte{0, 0}, EtherType(ip))
	return append(b, ip...)
}

// ERSPAN2 wraps an Ethernet frame as a switch's ERSPAN type II session does:
// GRE with sequence number, then the 8-byte ERSPAN header.
func ERSPAN2(seq uint32, vlan, session uint16, frame []byte) []byte {
	b := []byte{0x10, 0, 0x88, 0xbe}
	b = binary.BigEndian.AppendUint32(b, seq)
	b = binary.BigEndian.AppendUint16(b, 0x1000|vlan)
	b = binary.BigEndian.AppendUint16(b, 0x1800|session)
	b = append(b, 0, 0, 0, 1)
	return append(b, frame...)
}

// VXLAN puts a VXLAN header (RFC 7348 5) in front of an Ethernet frame.
func VXLAN(vni uint32, frame []byte) []byte {
	b := []byte{8, 0, 0, 0}
	b = binary.BigEndian.AppendUint32(b, vni<<8)
	return append(b, frame...)
}

package wire

import (
	"encoding/binary"
	"net/netip"
)

// ICMPError is an ICMP error (RFC 792) with the first n bytes of the packet it
// is about.
func ICMPError(kind, code uint8, about []byte, n int) []byte {
	b := []byte{kind, code, 0, 0, 0, 0, 0, 0}
	b = append(b, about[:min(n, len(about))]...)
	binary.BigEndian.PutUint16(b[2:], ^sum(0, b))
	return b
}

// ICMPv6Error is ICMPError for IPv6 (RFC 4443), whose checksum covers the
// addresses.
func ICMPv6Error(src, dst netip.Addr, kind, code uint8, about []byte, n int) []byte {
	b := []byte{kind, code, 0, 0, 0, 0, 0, 0}
	b = append(b, about[:min(n, len(about))]...)
	binary.BigEndian.PutUint16(b[2:], transportSum(src, dst, ProtoICMPv6, b))
	return b
}

// ICMPTooBig is ICMP "fragmentation needed" (RFC 1191 4), which names the MTU of
// the next link.
func ICMPTooBig(mtu uint16, about []byte, n int) []byte {
	b := []byte{3, 4, 0, 0, 0, 0}
	b = binary.BigEndian.AppendUint16(b, mtu)
	b = append(b, about[:min(n, len(about))]...)
	binary.BigEndian.PutUint16(b[2:], ^sum(0, b))
	return b
}

package capgen

import "net/netip"

// v4 is an IPv4 address of four bytes.
func v4(b []byte) netip.Addr { return netip.AddrFrom4([4]byte(b)) }

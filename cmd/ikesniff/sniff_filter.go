package main

import (
	"fmt"
	"strings"
)

// What the kernel passes by default: IPsec is found by content on any port, so
// all UDP and TCP; ESP and AH; fragments, and IPv6's other headers in front of
// them; ICMP errors; and what may have any of it inside, as tunnels of mirror
// ports do. The kernel has taken the outer VLAN tag off.
const (
	wrapped = "ip proto 47 or ip proto 4 or ip proto 41 or ip6 proto 47 or ip6 proto 4 or ip6 proto 41" +
		" or ether proto 0x8100 or ether proto 0x88a8 or ether proto 0x8864 or ether proto 0x8847"
	fragments     = "ip[6:2] & 0x3fff != 0 or ip6 proto 44 or ip6 proto 0 or ip6 proto 43 or ip6 proto 60"
	icmpErrors    = "icmp[0] = 3 or icmp[0] = 4 or icmp[0] = 5 or icmp[0] = 11 or icmp[0] = 12 or (icmp6 and ip6[40] < 128)"
	defaultFilter = "udp or tcp or esp or ah or " + fragments + " or " + icmpErrors + " or " + wrapped
)

// portsFilter passes the usual ports only, and those that the user names.
func portsFilter(udp, tcp []uint16) string {
	var b strings.Builder
	b.WriteString("esp or ah or " + fragments + " or " + icmpErrors + " or udp port 500 or udp port 4500 or tcp port 4500")
	for _, p := range udp {
		fmt.Fprintf(&b, " or udp port %d", p)
	}
	for _, p := range tcp {
		fmt.Fprintf(&b, " or tcp port %d", p)
	}
	return b.String()
}

// Package filter compiles packet filters in tcpdump's language to classic BPF.
//
//	host 203.0.113.7 and (udp port 500 or 4500 or esp)
//	tcp[tcpflags] & (tcp-syn|tcp-fin) != 0 and not net 10.0.0.0/8
//
// It knows a subset of pcap-filter(7), and refuses the rest with a sentence that
// names the word and its place: a filter that is taken for another one drops
// packets in silence, which is worse than none. What it takes means what it
// means to tcpdump; tests run both programs over many packets.
//
// # The language
//
//	expression = [not] term { and|or [not] term }      and, or: same rank, from the left
//	term       = primitive | relation | "(" expression ")"
//
//	host A | src host A | dst host A | ip host A | ip6 host A | arp host A
//	net 10.0.0.0/8 | net 10.1 | net 10.0.0.0 mask 255.0.0.0 | net 2001:db8::/32
//	port N | portrange N-M, with src, dst, tcp, udp, sctp in front
//	ip | ip6 | arp | rarp | tcp | udp | sctp | icmp | icmp6 | igmp | esp | ah
//	proto N | ip proto N | ip6 proto N | ether proto N
//	ether host MAC | ether src MAC | ether dst MAC
//	vlan [N]           from here on the inside of the tag is meant
//	less N | greater N
//	EXPR relation EXPR with numbers, len, + - * / % & | ^ << >> and
//	proto[offset:size], where proto is ether, ip, ip6, arp, tcp, udp, icmp or icmp6
//
// An address, number or range without words in front takes the words of the one
// before: "port 500 or 4500". and, or and not may be written &&, || and !.
//
// As with tcpdump, "udp port 500" in a file does not match a frame with a VLAN
// tag ("vlan and udp port 500" does), tcp[...] and the like mean IPv4 only, and
// ports are looked for behind IPv6's fixed header only.
//
// # The program
//
// A Program is classic BPF: at most 4096 instructions of
//
//	| code 16 | jump if true 8 | jump if false 8 | k 32 |
//
// that only jump forward, so it ends. It runs on a packet in a file with Match,
// and in the kernel of systems that have BPF. A load from beyond the packet's
// end rejects the packet.
package filter

package dissect

import (
	"testing"

	"github.com/ikesniff/ikesniff/capture"
)

var ethernetFrames = []frame{
	{"ipv4", capture.LinkEthernet, eth(etherIPv4, inner4), whole(0)},
	{"ipv6", capture.LinkEthernet, eth(etherIPv6, inner6), whole6(0)},
	{"802.1Q", capture.LinkEthernet, eth(etherVLAN, cat(hx(`
		60 07  # priority 3, VLAN 7
		08 00  # IPv4
		`), inner4)), vlan(7, EncapVLAN)},
	{"priority tag", capture.LinkEthernet, eth(etherVLAN, cat(hx("e0 00 86 dd"), inner6)), whole6(EncapVLAN)},
	{"802.1ad alone", capture.LinkEthernet, eth(etherServiceVLAN, cat(hx("00 64 08 00"), inner4)), vlan(100, EncapVLAN)},
	{"802.1ad around 802.1Q", capture.LinkEthernet, eth(etherServiceVLAN, cat(hx(`
		00 64 81 00  # service VLAN 100
		0f ff 08 00  # VLAN 4095
		`), inner4)), vlan(4095, EncapVLAN|EncapQinQ)},
	{"802.1Q twice", capture.LinkEthernet, eth(etherVLAN, cat(hx("0001 8100 0002 0800"), inner4)), vlan(2, EncapVLAN|EncapQinQ)},
	{"QinQ before 802.1ad", capture.LinkEthernet, eth(etherOldQinQ, cat(hx("0001 8100 0002 0800"), inner4)), vlan(2, EncapVLAN|EncapQinQ)},
	{"802.3 with SNAP", capture.LinkEthernet, eth(8+len(inner4), cat(hx(`
		aa aa 03  # SNAP
		00 00 00  # RFC 1042
		08 00     # IPv4
		`), inner4)), whole(0)},
	{"802.3 with SNAP, 802.1H", capture.LinkEthernet, eth(8+len(inner4), cat(hx("aa aa 03 00 00 f8 08 00"), inner4)), whole(0)},
	{"802.3 with LLC", capture.LinkEthernet, eth(3+len(inner4), cat(hx("06 06 03"), inner4)), whole(0)},
	{"802.3 inside 802.1Q", capture.LinkEthernet, eth(etherVLAN, cat(hx("0007"), u16(8+len(inner4)), hx("aaaa03 000000 0800"), inner4)), vlan(7, EncapVLAN)},
	{"spanning tree", capture.LinkEthernet, eth(38, cat(hx("42 42 03"), make([]byte, 43))), want{status: StatusOther}},
	{"Cisco discovery", capture.LinkEthernet, eth(9, hx("aa aa 03 00 00 0c 20 00 02")), want{status: StatusOther}},
	{"LLC with another control field", capture.LinkEthernet, eth(4, hx("06 06 7f 00")), want{status: StatusOther}},
	{"ARP", capture.LinkEthernet, eth(etherARP, arp), want{status: StatusOther}},
	{"LLDP", capture.LinkEthernet, eth(etherLLDP, hx("0207 04 020000000001 0000")), want{status: StatusOther}},
	{"MACsec", capture.LinkEthernet, eth(0x88e5, make([]byte, 40)), want{status: StatusOther}},
	{"neither length nor type", capture.LinkEthernet, eth(0x05ff, make([]byte, 40)), want{status: StatusOther}},
	{"frame check sequence", capture.LinkEthernet, eth(etherIPv4, cat(inner4, hx("deadbeef"))), whole(0)},
}

func vlan(id uint16, e Encap) want {
	w := whole(e)
	w.vlan = id
	return w
}

func TestEthernet(t *testing.T) { run(t, ethernetFrames) }

func TestEthernetBroken(t *testing.T) {
	run(t, []frame{
		{"empty", capture.LinkEthernet, nil, want{status: StatusMalformed, problem: "Ethernet header is cut short"}},
		{"13 bytes", capture.LinkEthernet, make([]byte, 13), want{status: StatusMalformed, problem: "Ethernet header is cut short"}},
		{"tag ends early", capture.LinkEthernet, eth(etherVLAN, hx("0007 08")), want{status: StatusMalformed, problem: "VLAN tag is cut short", encap: EncapVLAN}},
		{"no LLC header", capture.LinkEthernet, eth(2, hx("aa aa")), want{status: StatusMalformed, problem: "LLC header is cut short"}},
		{"802.3 length 2 with padding", capture.LinkEthernet, eth(2, make([]byte, 46)), want{status: StatusMalformed, problem: "LLC header is cut short"}},
		{"SNAP ends early", capture.LinkEthernet, eth(4, hx("aa aa 03 00")), want{status: StatusMalformed, problem: "SNAP header is cut short"}},
		{"IP version", capture.LinkEthernet, eth(etherIPv4, inner6), want{status: StatusMalformed, problem: "IPv4 header has another version"}},
		{"IP version", capture.LinkEthernet, eth(etherIPv6, inner4), want{status: StatusMalformed, problem: "IPv6 header has another version"}},
	})
}

// A NAT keepalive is one byte (RFC 3948 2.3) in a frame of 60.
func TestEthernetPadding(t *testing.T) {
	d := decode(capture.LinkEthernet, cat(eth(etherIPv4, ip4(ProtoUDP, udp(4500, 4500, hx("ff")))), make([]byte, 17)))
	want{sport: 4500, dport: 4500, proto: ProtoUDP, payload: hx("ff")}.check(t, &d)

	// Padding that the snapshot length cut off is no loss.
	b := cat(eth(etherIPv4, ip4(ProtoUDP, udp(4500, 4500, hx("ff")))))
	NewDecoder().Decode(&capture.Packet{LinkType: capture.LinkEthernet, Data: b, OrigLen: 60}, &d)
	want{sport: 4500, dport: 4500, proto: ProtoUDP, payload: hx("ff")}.check(t, &d)
}

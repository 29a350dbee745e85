package dissect

import (
	"testing"

	"github.com/ikesniff/ikesniff/capture"
)

// One label, the last of its stack: 20 bits of label, 3 of class, S, TTL.
var label = hx("000 101 40")

// Labels of pseudowires with and without control word. tshark, as routers, has
// to be told which are which.
var (
	cwLabel   = hx("000 111 40")
	nocwLabel = hx("000 121 40")
)

var mplsFrames = []frame{
	{"ipv4", capture.LinkEthernet, eth(etherMPLS, cat(label, inner4)), whole(EncapMPLS)},
	{"ipv6", capture.LinkEthernet, eth(etherMPLS, cat(label, inner6)), whole6(EncapMPLS)},
	{"three labels, multicast type", capture.LinkEthernet, eth(etherMPLSUpstream, cat(hx("00010 0 40  00020 e 3f"), label, inner4)), whole(EncapMPLS)},
	{"in a vlan", capture.LinkEthernet, eth(etherVLAN, cat(hx("0007 8847"), label, inner4)), vlan(7, EncapVLAN|EncapMPLS)},
	{"pseudowire with control word", capture.LinkEthernet, eth(etherMPLS, cat(cwLabel, hx("0000 0001"), eth(etherIPv4, inner4))), whole(EncapMPLS)},
	{"pseudowire with control word and tag", capture.LinkEthernet, eth(etherMPLS, cat(cwLabel, hx("0000 0000"), eth(etherVLAN, cat(hx("0009 86dd"), inner6)))),
		func() want { w := whole6(EncapMPLS | EncapVLAN); w.vlan = 9; return w }()},
	{"pseudowire without control word", capture.LinkEthernet, eth(etherMPLS, cat(nocwLabel, eth(etherIPv4, inner4))), whole(EncapMPLS)},
	{"pseudowire to a MAC address that begins with 4", capture.LinkEthernet, eth(etherMPLS, cat(nocwLabel, hx("40 00 00 00 00 02"), eth(etherIPv4, inner4)[6:])), whole(EncapMPLS)},
	{"pseudowire to a MAC address that begins with 0", capture.LinkEthernet, eth(etherMPLS, cat(nocwLabel, hx("00 10 20 00 00 02"), eth(etherIPv4, inner4)[6:])), whole(EncapMPLS)},
	{"pseudowire with ARP", capture.LinkEthernet, eth(etherMPLS, cat(nocwLabel, eth(etherARP, arp))), want{status: StatusOther, encap: EncapMPLS}},
	{"associated channel", capture.LinkEthernet, eth(etherMPLS, cat(label, hx("1000 0007"), make([]byte, 32))), want{status: StatusOther, encap: EncapMPLS}},
}

func TestMPLS(t *testing.T) { run(t, mplsFrames) }

func TestMPLSBroken(t *testing.T) {
	run(t, []frame{
		{"no label", capture.LinkEthernet, eth(etherMPLS, hx("000101")), want{status: StatusMalformed, problem: "MPLS label stack is cut short", encap: EncapMPLS}},
		{"no last label", capture.LinkEthernet, eth(etherMPLS, hx("00010040 00010040")), want{status: StatusMalformed, problem: "MPLS label stack is cut short", encap: EncapMPLS}},
		{"nothing behind", capture.LinkEthernet, eth(etherMPLS, label), want{status: StatusMalformed, problem: "nothing behind the MPLS label stack", encap: EncapMPLS}},
		{"endless", capture.LinkEthernet, eth(etherMPLS, make([]byte, 4*1000)), want{status: StatusOther, problem: problemNesting, encap: EncapMPLS}},
	})
}

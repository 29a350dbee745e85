package dissect

import (
	"testing"

	"github.com/ikesniff/ikesniff/capture"
)

// gre4 is a GRE packet over IPv4.
func gre4(flags, protocol int, rest ...[]byte) []byte {
	return outer4(ProtoGRE, cat(u16(flags), u16(protocol), cat(rest...)))
}

var greFrames = []frame{
	{"ipv4", capture.LinkRaw, gre4(0, etherIPv4, inner4), whole(EncapGRE)},
	{"ipv6 over ipv6", capture.LinkRaw, outer6(ProtoGRE, cat(hx("0000 86dd"), inner6)), whole6(EncapGRE)},
	{"key", capture.LinkRaw, gre4(0x2000, etherIPv4, hx("00000007"), inner4), whole(EncapGRE)},
	{"checksum, key, sequence number", capture.LinkRaw, gre4(0xb000, etherIPv4, hx("1234 0000  00000007  00000001"), inner4), whole(EncapGRE)},
	{"ethernet", capture.LinkRaw, gre4(0x2000, etherTEB, hx("00000007"), eth(etherVLAN, cat(hx("0007 0800"), inner4))), vlan(7, EncapGRE|EncapVLAN)},
	{"ethernet with arp", capture.LinkRaw, gre4(0, etherTEB, eth(etherARP, arp)), want{status: StatusOther, encap: EncapGRE}},
	{"mpls", capture.LinkRaw, gre4(0, etherMPLS, label, inner4), whole(EncapGRE | EncapMPLS)},
	{"erspan I", capture.LinkRaw, gre4(0, greERSPAN, eth(etherIPv4, inner4)), whole(EncapGRE | EncapERSPAN)},
	{"erspan II", capture.LinkRaw, gre4(0x1000, greERSPAN, hx(`
		00000001  # sequence number of GRE
		1064      # version 1, VLAN 100
		0801      # no tag in the frame, session 1
		00000003  # index
		`), eth(etherIPv4, inner4)), whole(EncapGRE | EncapERSPAN)},
	{"erspan III", capture.LinkRaw, gre4(0x1000, greERSPANIII, hx(`
		00000001  # sequence number of GRE
		2064 0001 # version 2, VLAN 100, session 1
		00000000  # timestamp
		0000      # security group
		0000      # Ethernet, no subheader
		`), eth(etherIPv6, inner6)), whole6(EncapGRE | EncapERSPAN)},
	{"erspan III with subheader", capture.LinkRaw, gre4(0x1000, greERSPANIII, hx(`
		00000001
		2064 0001 00000000 0000 0001  # subheader follows
		00000000 00000000
		`), eth(etherIPv4, inner4)), whole(EncapGRE | EncapERSPAN)},
	{"erspan III with an ip packet", capture.LinkRaw, gre4(0x1000, greERSPANIII, hx("00000001 2064 0001 00000000 0000 0800"), inner4), whole(EncapGRE | EncapERSPAN)},
	{"erspan III with a wireless frame", capture.LinkRaw, gre4(0x1000, greERSPANIII, hx("00000001 2064 0001 00000000 0000 0400"), make([]byte, 60)),
		want{status: StatusOther, encap: EncapGRE | EncapERSPAN}},
	{"erspan II of another version", capture.LinkRaw, gre4(0x1000, greERSPAN, hx("00000001 3064 0801 00000003"), eth(etherIPv4, inner4)),
		want{status: StatusOther, encap: EncapGRE | EncapERSPAN}},
	{"erspan III of another version", capture.LinkRaw, gre4(0x1000, greERSPANIII, hx("00000001 1064 0001 00000000 0000 0000"), eth(etherIPv4, inner4)),
		want{status: StatusOther, encap: EncapGRE | EncapERSPAN}},
	{"pptp", capture.LinkRaw, gre4(0x3001, 0x880b, hx("0008 0001 00000001"), hx("ff03 0021"), inner4), want{status: StatusOther}},
	{"routing", capture.LinkRaw, gre4(0x4000, etherIPv4, hx("0000 0000 00000000"), inner4), want{status: StatusOther}},
	{"keepalive", capture.LinkRaw, gre4(0, 0), want{status: StatusOther, encap: EncapGRE}},
}

func TestGRE(t *testing.T) { run(t, greFrames) }

func TestGREBroken(t *testing.T) {
	run(t, []frame{
		{"3 bytes", capture.LinkRaw, outer4(ProtoGRE, hx("0000 08")), want{status: StatusMalformed, problem: "GRE header is cut short"}},
		{"no key", capture.LinkRaw, gre4(0x2000, etherIPv4, hx("0000")), want{status: StatusMalformed, problem: "GRE header is cut short"}},
		{"no packet", capture.LinkRaw, gre4(0, etherIPv4), want{status: StatusMalformed, problem: "IPv4 header is cut short", encap: EncapGRE}},
		{"erspan II", capture.LinkRaw, gre4(0x1000, greERSPAN, hx("00000001 1064")), want{status: StatusMalformed, problem: "ERSPAN header is cut short", encap: EncapGRE | EncapERSPAN}},
		{"erspan III", capture.LinkRaw, gre4(0x1000, greERSPANIII, hx("00000001 2064")), want{status: StatusMalformed, problem: "ERSPAN header is cut short", encap: EncapGRE | EncapERSPAN}},
		{"erspan III subheader", capture.LinkRaw, gre4(0x1000, greERSPANIII, hx("00000001 2064 0001 00000000 0000 0001 00")), want{status: StatusMalformed, problem: "ERSPAN header is cut short", encap: EncapGRE | EncapERSPAN}},
	})
}

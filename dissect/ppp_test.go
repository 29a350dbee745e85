package dissect

import (
	"testing"

	"github.com/ikesniff/ikesniff/capture"
)

var pppFrames = []frame{
	{"ppp", capture.LinkPPP, cat(hx("ff 03 00 21"), inner4), whole(0)},
	{"ppp without address and control", capture.LinkPPP, cat(hx("00 21"), inner4), whole(0)},
	{"ppp, protocol compressed", capture.LinkPPP, cat(hx("ff 03 21"), inner4), whole(0)},
	{"ppp, both compressed", capture.LinkPPP, cat(hx("57"), inner6), whole6(0)},
	{"ppp with mpls", capture.LinkPPP, cat(hx("ff 03 02 81 0001 01 40"), inner4), whole(EncapMPLS)},
	{"ppp with lcp", capture.LinkPPP, hx("ff 03 c0 21 09 01 0008 00000000"), want{status: StatusOther}},
	{"hdlc", capture.LinkPPPHDLC, cat(hx("ff 03 00 57"), inner6), whole6(0)},
	{"cisco hdlc", capture.LinkPPPHDLC, cat(hx("0f 00 08 00"), inner4), whole(0)},
	{"cisco hdlc broadcast", capture.LinkPPPHDLC, cat(hx("8f 00 86 dd"), inner6), whole6(0)},
	{"cisco slarp", capture.LinkPPPHDLC, cat(hx("8f 00 80 35"), make([]byte, 14)), want{status: StatusOther}},
	{"pppoe link", capture.LinkPPPoE, cat(hx("11 00 0042"), u16(2+len(inner4)), hx("0021"), inner4), whole(EncapPPPoE)},
	{"pppoe", capture.LinkEthernet, eth(etherPPPoE, cat(hx(`
		11    # version 1, type 1
		00    # session data
		0042  # session
		`), u16(2+len(inner6)), hx(`
		0057  # IPv6
		`), inner6)), whole6(EncapPPPoE)},
	{"pppoe in a vlan", capture.LinkEthernet, eth(etherVLAN, cat(hx("0007 8864 11 00 0042"), u16(2+len(inner4)), hx("0021"), inner4)), vlan(7, EncapVLAN|EncapPPPoE)},
	{"pppoe discovery", capture.LinkEthernet, eth(etherPPPoEDisc, hx("11 09 0000 0004 0101 0000")), want{status: StatusOther}},
	{"pppoe termination as session", capture.LinkEthernet, eth(etherPPPoE, hx("11 a7 0042 0000")), want{status: StatusOther, encap: EncapPPPoE}},
	{"pppoe with a length beyond the frame", capture.LinkPPPoE, cat(hx("11 00 0042 ffff 0021"), inner4), whole(EncapPPPoE)},
}

func TestPPP(t *testing.T) { run(t, pppFrames) }

func TestPPPBroken(t *testing.T) {
	run(t, []frame{
		{"empty", capture.LinkPPP, nil, want{status: StatusMalformed, problem: "PPP header is cut short"}},
		{"no protocol", capture.LinkPPP, hx("ff 03"), want{status: StatusMalformed, problem: "PPP header is cut short"}},
		{"half a protocol", capture.LinkPPP, hx("ff 03 00"), want{status: StatusMalformed, problem: "PPP header is cut short"}},
		{"empty hdlc", capture.LinkPPPHDLC, nil, want{status: StatusMalformed, problem: "PPP header is cut short"}},
		{"cisco hdlc", capture.LinkPPPHDLC, hx("0f 00 08"), want{status: StatusMalformed, problem: "Cisco HDLC header is cut short"}},
		{"pppoe", capture.LinkPPPoE, hx("11 00 0042 00"), want{status: StatusMalformed, problem: "PPPoE header is cut short", encap: EncapPPPoE}},
		{"pppoe version", capture.LinkPPPoE, hx("21 00 0042 0002 0021"), want{status: StatusMalformed, problem: "PPPoE version or type is not 1", encap: EncapPPPoE}},
		{"pppoe length 0", capture.LinkPPPoE, cat(hx("11 00 0042 0000 0021"), inner4), want{status: StatusMalformed, problem: "PPP header is cut short", encap: EncapPPPoE}},
	})
}

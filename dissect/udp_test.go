package dissect

import (
	"testing"

	"github.com/ikesniff/ikesniff/capture"
)

func udpLength(b []byte, n int) []byte { return with(b, 4, byte(n>>8), byte(n)) }

var udpFrames = []frame{
	{"empty", capture.LinkRaw, ip4(ProtoUDP, udp(500, 500, nil)), want{sport: 500, dport: 500, proto: ProtoUDP}},
	{"shorter than the packet", capture.LinkRaw, ip4(ProtoUDP, udpLength(udp(500, 4500, cat(esp, hx("ffff"))), 8+len(esp))), whole(0)},
	{"length 0 over IPv6", capture.LinkRaw, ip6(ProtoUDP, udpLength(udp(500, 4500, esp), 0)), whole6(0)},
}

func TestUDP(t *testing.T) { run(t, udpFrames) }

func TestUDPBroken(t *testing.T) {
	const length = "UDP length is less than its header's"
	tolerated := whole(0)
	tolerated.problem = "UDP length exceeds the IP packet"
	run(t, []frame{
		{"7 bytes", capture.LinkRaw, ip4(ProtoUDP, make([]byte, 7)), want{status: StatusMalformed, problem: "UDP header is cut short"}},
		{"length 7", capture.LinkRaw, ip4(ProtoUDP, udpLength(udp(500, 4500, esp), 7)), want{status: StatusMalformed, problem: length}},
		{"length 0", capture.LinkRaw, ip4(ProtoUDP, udpLength(udp(500, 4500, esp), 0)), want{status: StatusMalformed, problem: length}},
		{"length beyond the packet", capture.LinkRaw, ip4(ProtoUDP, udpLength(udp(500, 4500, esp), 9+len(esp))), tolerated},
		{"largest length", capture.LinkRaw, ip4(ProtoUDP, udpLength(udp(500, 4500, esp), 0xffff)), tolerated},
	})
}

func TestUDPSnapped(t *testing.T) {
	b := eth(etherIPv4, inner4)
	var d Datagram
	NewDecoder().Decode(&capture.Packet{LinkType: capture.LinkEthernet, Data: b[:52], OrigLen: len(b)}, &d)
	want{sport: 500, dport: 4500, proto: ProtoUDP, payload: esp[:10], length: len(esp), truncated: true}.check(t, &d)

	NewDecoder().Decode(&capture.Packet{LinkType: capture.LinkEthernet, Data: b[:41], OrigLen: len(b)}, &d)
	want{status: StatusOther, problem: "UDP header is cut short", truncated: true}.check(t, &d)
}

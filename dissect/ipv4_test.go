package dissect

import (
	"testing"

	"github.com/ikesniff/ikesniff/capture"
)

// with returns a copy of b that has v at offset.
func with(b []byte, offset int, v ...byte) []byte {
	b = cat(b)
	copy(b[offset:], v)
	return b
}

var routerAlert = hx(`
	46 00 0044 1234 4000 3f 11 0000  c0000201 c6336402  # header of 24 bytes
	94 04 0000                                          # router alert
	`)

var ipv4Frames = []frame{
	{"raw", capture.LinkRaw, inner4, whole(0)},
	{"raw 12", capture.LinkRaw12, inner4, whole(0)},
	{"raw 14", capture.LinkRaw14, inner4, whole(0)},
	{"raw ipv4", capture.LinkIPv4, inner4, whole(0)},
	{"options", capture.LinkRaw, with(cat(routerAlert, udp(500, 4500, esp)), 3, byte(24+8+len(esp))), whole(0)},
	{"total length 0", capture.LinkRaw, with(inner4, 2, 0, 0), whole(0)},
	{"trailer", capture.LinkRaw, cat(inner4, hx("00000000 00")), whole(0)},
	{"first fragment", capture.LinkRaw, with(inner4, 6, 0x20, 0), want{status: StatusFragment, proto: ProtoUDP, payload: udp(500, 4500, esp), frag: Fragment{More: true}}},
	{"middle fragment", capture.LinkRaw, with(ip4(ProtoESP, esp), 6, 0x20, 0xb9), want{status: StatusFragment, proto: ProtoESP, payload: esp, frag: Fragment{Offset: 1480, More: true}}},
	{"last fragment", capture.LinkRaw, with(ip4(ProtoUDP, esp), 6, 0x01, 0x72), want{status: StatusFragment, proto: ProtoUDP, payload: esp, frag: Fragment{Offset: 2960}}},
	{"fragment with padding", capture.LinkRaw, cat(with(ip4(ProtoUDP, esp), 6, 0, 1), make([]byte, 6)), want{status: StatusFragment, proto: ProtoUDP, payload: esp, frag: Fragment{Offset: 8}}},
	{"ospf", capture.LinkRaw, ip4(89, make([]byte, 44)), want{status: StatusOther}},
	{"no options of IPv6 in IPv4", capture.LinkRaw, ip4(extDestination, cat(hx("11 00 0104 00000000"), udp(500, 4500, esp))), want{status: StatusOther}},
}

func TestIPv4(t *testing.T) { run(t, ipv4Frames) }

func TestIPv4Fields(t *testing.T) {
	d := decode(capture.LinkRaw, inner4)
	if d.TTL != 63 || !d.DF || !d.HasIPID || d.IPID != 0x1234 || d.IPLength != len(inner4) {
		t.Errorf("TTL %d, DF %v, ID %x (%v), length %d", d.TTL, d.DF, d.IPID, d.HasIPID, d.IPLength)
	}
	d = decode(capture.LinkRaw, with(inner4, 2, 0, 0, 0, 0, 0x00, 0x00))
	if d.DF || !d.HasIPID || d.IPID != 0 || d.IPLength != len(inner4) {
		t.Errorf("DF %v, ID %x (%v), length %d", d.DF, d.IPID, d.HasIPID, d.IPLength)
	}
}

func TestIPv4Broken(t *testing.T) {
	const lengths = "IPv4 lengths contradict each other"
	run(t, []frame{
		{"empty", capture.LinkRaw, nil, want{status: StatusMalformed, problem: "IP header is cut short"}},
		{"19 bytes", capture.LinkRaw, inner4[:19], want{status: StatusMalformed, problem: "IPv4 header is cut short"}},
		{"version 5", capture.LinkRaw, with(inner4, 0, 0x55), want{status: StatusMalformed, problem: "IP version is neither 4 nor 6"}},
		{"another version", capture.LinkIPv4, inner6, want{status: StatusMalformed, problem: "IPv4 header has another version"}},
		{"header of 16 bytes", capture.LinkRaw, with(inner4, 0, 0x44), want{status: StatusMalformed, problem: lengths}},
		{"total length 10", capture.LinkRaw, with(inner4, 2, 0, 10), want{status: StatusMalformed, problem: lengths}},
		{"options beyond the end", capture.LinkRaw, with(ip4(ProtoUDP, nil), 0, 0x4f), want{status: StatusMalformed, problem: lengths}},
		{"ping of death", capture.LinkRaw, with(ip4(ProtoUDP, esp), 6, 0x1f, 0xff), want{status: StatusMalformed, problem: "IP fragment ends behind byte 65535"}},
	})
}

// A mirror that cuts frames before it wraps them leaves a total length beyond
// the frame, whatever the capture says of the frame's length.
func TestIPv4LengthBeyondFrame(t *testing.T) {
	d := decode(capture.LinkRaw, inner4[:40])
	want{sport: 500, dport: 4500, proto: ProtoUDP, payload: esp[:12], length: len(esp), truncated: true}.check(t, &d)
}

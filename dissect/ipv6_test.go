package dissect

import (
	"bytes"
	"testing"

	"github.com/ikesniff/ikesniff/capture"
)

// ext is an extension header of 8 bytes: next header, padding.
func ext(next int) []byte { return cat([]byte{byte(next), 0}, hx("01 04 00000000")) }

// fragHeader is a fragment header with identification 0badcafe; place is
// offset, reserved bits and M.
func fragHeader(next, place int) []byte {
	return cat([]byte{byte(next), 0}, u16(place), hx("0badcafe"))
}

func jumbo(length int, next int) []byte {
	return cat([]byte{byte(next), 0, 0xc2, 4}, u32(uint32(length)))
}

var ipv6Frames = []frame{
	{"raw", capture.LinkRaw, inner6, whole6(0)},
	{"raw ipv6", capture.LinkIPv6, inner6, whole6(0)},
	{"hop by hop", capture.LinkRaw, ip6(extHopByHop, cat(ext(ProtoUDP), udp(500, 4500, esp))), whole6(0)},
	{"long destination options", capture.LinkRaw, ip6(extDestination, cat(hx("11 02 01 14"), make([]byte, 20), udp(500, 4500, esp))), whole6(0)},
	{"four in a row", capture.LinkRaw, ip6(extHopByHop, cat(ext(extRouting), ext(extDestination), ext(extShim6), ext(ProtoUDP), udp(500, 4500, esp))), whole6(0)},
	{"atomic fragment", capture.LinkRaw, ip6(extFragment, cat(fragHeader(ProtoUDP, 0), udp(500, 4500, esp))), whole6(0)},
	{"reserved bits of a fragment header", capture.LinkRaw, ip6(extFragment, cat(fragHeader(ProtoUDP, 6), udp(500, 4500, esp))), whole6(0)},
	{"first fragment", capture.LinkRaw, ip6(extFragment, cat(fragHeader(ProtoUDP, 1), udp(500, 4500, esp))),
		want{status: StatusFragment, src: src6, dst: dst6, proto: ProtoUDP, payload: udp(500, 4500, esp), frag: Fragment{More: true}}},
	{"last fragment behind options", capture.LinkRaw, ip6(extHopByHop, cat(ext(extFragment), fragHeader(ProtoESP, 1448), esp)),
		want{status: StatusFragment, src: src6, dst: dst6, proto: ProtoESP, payload: esp, frag: Fragment{Offset: 1448}}},
	{"first fragment with options inside", capture.LinkRaw, ip6(extFragment, cat(fragHeader(extDestination, 1), ext(ProtoUDP), udp(500, 4500, esp))),
		want{status: StatusFragment, src: src6, dst: dst6, proto: extDestination, payload: cat(ext(ProtoUDP), udp(500, 4500, esp)), frag: Fragment{More: true}}},
	{"esp", capture.LinkRaw, ip6(ProtoESP, esp), want{src: src6, dst: dst6, proto: ProtoESP, payload: esp}},
	{"ah is payload", capture.LinkRaw, ip6(extDestination, cat(ext(ProtoAH), ah)), want{src: src6, dst: dst6, proto: ProtoAH, payload: ah}},
	{"no next header", capture.LinkRaw, ip6(59, nil), want{status: StatusOther}},
	{"no next header, with length 0 and a trailer", capture.LinkRaw, cat(ip6(59, nil), make([]byte, 6)), want{status: StatusOther}},
	{"mobility", capture.LinkRaw, ip6(extMobility, ext(59)), want{status: StatusOther}},
	{"trailer", capture.LinkRaw, cat(inner6, hx("0000")), whole6(0)},
	{"payload length 0", capture.LinkRaw, with(inner6, 4, 0, 0), whole6(0)},
	{"payload length 0 with options", capture.LinkRaw, with(ip6(extHopByHop, cat(ext(ProtoUDP), udp(500, 4500, esp))), 4, 0, 0), whole6(0)},
	{"jumbo", capture.LinkRaw, with(ip6(extHopByHop, cat(jumbo(8+8+len(esp), ProtoUDP), udp(500, 4500, esp), hx("0000"))), 4, 0, 0), whole6(0)},
	{"jumbo option behind Pad1", capture.LinkRaw,
		with(ip6(extHopByHop, cat(hx("11 01 00 00 c2 04 00000038 01 04 00000000"), udp(500, 4500, esp), hx("0000"))), 4, 0, 0), whole6(0)},
	{"jumbo beyond the frame", capture.LinkRaw, with(ip6(extHopByHop, cat(jumbo(0xffffffff, ProtoUDP), udp(500, 4500, esp))), 4, 0, 0), whole6(0)},
}

func TestIPv6(t *testing.T) { run(t, ipv6Frames) }

func TestIPv6Fields(t *testing.T) {
	d := decode(capture.LinkRaw, inner6)
	if d.TTL != 62 || d.DF || d.HasIPID || d.IPID != 0 || d.IPLength != len(inner6) {
		t.Errorf("hop limit %d, DF %v, ID %x (%v), length %d", d.TTL, d.DF, d.IPID, d.HasIPID, d.IPLength)
	}
	d = decode(capture.LinkRaw, ip6(extFragment, cat(fragHeader(ProtoUDP, 0), udp(500, 4500, esp))))
	if !d.HasIPID || d.IPID != 0x0badcafe || d.IPLength != len(inner6)+8 {
		t.Errorf("ID %x (%v), length %d", d.IPID, d.HasIPID, d.IPLength)
	}
}

func TestIPv6Broken(t *testing.T) {
	const extension = "IPv6 extension header is cut short"
	run(t, []frame{
		{"39 bytes", capture.LinkRaw, inner6[:39], want{status: StatusMalformed, problem: "IPv6 header is cut short"}},
		{"another version", capture.LinkIPv6, with(inner6, 0, 0x40), want{status: StatusMalformed, problem: "IPv6 header has another version"}},
		{"no extension header", capture.LinkRaw, ip6(extHopByHop, hx("11 00 00")), want{status: StatusMalformed, problem: extension}},
		{"extension header beyond the packet", capture.LinkRaw, ip6(extRouting, hx("11 ff 000000000000")), want{status: StatusMalformed, problem: extension}},
		{"fragment header", capture.LinkRaw, ip6(extFragment, hx("11 00 0000")), want{status: StatusMalformed, problem: "IPv6 fragment header is cut short"}},
		{"jumbo shorter than its header", capture.LinkRaw, with(ip6(extHopByHop, cat(jumbo(4, ProtoUDP), udp(1, 2, nil))), 4, 0, 0), want{status: StatusMalformed, problem: extension}},
		{"endless chain", capture.LinkRaw, ip6(extDestination, bytes.Repeat(ext(extDestination), 8000)), want{status: StatusOther, problem: problemExtensions}},
		{"endless atomic fragments", capture.LinkRaw, ip6(extFragment, bytes.Repeat(fragHeader(extFragment, 0), 8000)), want{status: StatusOther, problem: problemExtensions}},
		{"fragment beyond 65535", capture.LinkRaw, ip6(extFragment, cat(fragHeader(ProtoESP, 0xfff8), esp)), want{status: StatusMalformed, problem: "IP fragment ends behind byte 65535"}},
	})
}

package dissect

import (
	"testing"

	"github.com/ikesniff/ikesniff/capture"
)

var ipsecFrames = []frame{
	{"esp", capture.LinkRaw, ip4(ProtoESP, esp), want{proto: ProtoESP, payload: esp}},
	{"esp, nothing but its header", capture.LinkRaw, ip4(ProtoESP, esp[:8]), want{proto: ProtoESP, payload: esp[:8]}},
	{"esp in a padded frame", capture.LinkEthernet, cat(eth(etherIPv4, ip4(ProtoESP, esp[:20])), make([]byte, 6)), want{proto: ProtoESP, payload: esp[:20]}},
	{"ah", capture.LinkRaw, ip4(ProtoAH, ah), want{proto: ProtoAH, payload: ah}},
	{"ah around ip", capture.LinkRaw, ip4(ProtoAH, with(cat(ah[:24], inner4), 0, ProtoIPIP)), want{proto: ProtoAH, payload: with(cat(ah[:24], inner4), 0, ProtoIPIP)}},
	{"4in4", capture.LinkRaw, outer4(ProtoIPIP, inner4), whole(EncapIPIP)},
	{"6in4", capture.LinkRaw, outer4(ProtoIPv6, inner6), whole6(EncapIPIP)},
	{"4in6", capture.LinkRaw, outer6(ProtoIPIP, inner4), whole(EncapIPIP)},
	{"6in6 behind options", capture.LinkRaw, outer6(extDestination, cat(ext(ProtoIPv6), inner6)), whole6(EncapIPIP)},
	{"esp in 4in4", capture.LinkRaw, outer4(ProtoIPIP, ip4(ProtoESP, esp)), want{proto: ProtoESP, payload: esp, encap: EncapIPIP}},
	{"fragment in 6in4", capture.LinkRaw, outer4(ProtoIPv6, ip6(extFragment, cat(fragHeader(ProtoESP, 8), esp))),
		want{status: StatusFragment, src: src6, dst: dst6, proto: ProtoESP, payload: esp, frag: Fragment{Offset: 8}, encap: EncapIPIP}},
	{"icmpv6 over ipv4", capture.LinkRaw, ip4(ProtoICMPv6, make([]byte, 60)), want{status: StatusOther}},
	{"icmp over ipv6", capture.LinkRaw, ip6(ProtoICMP, make([]byte, 60)), want{status: StatusOther}},
}

func TestIPsecAndIPinIP(t *testing.T) { run(t, ipsecFrames) }

func TestIPsecBroken(t *testing.T) {
	run(t, []frame{
		{"esp", capture.LinkRaw, ip4(ProtoESP, esp[:7]), want{status: StatusMalformed, problem: "ESP header is cut short"}},
		{"ah", capture.LinkRaw, ip4(ProtoAH, ah[:11]), want{status: StatusMalformed, problem: "AH header is cut short"}},
		{"4in4", capture.LinkRaw, outer4(ProtoIPIP, inner4[:19]), want{status: StatusMalformed, problem: "IPv4 header is cut short", encap: EncapIPIP}},
		{"6in4 with the wrong version", capture.LinkRaw, outer4(ProtoIPv6, inner4), want{status: StatusMalformed, problem: "IPv6 header has another version", encap: EncapIPIP}},
	})
}

// The fields of an outer header must not shine through.
func TestInnerFields(t *testing.T) {
	d := decode(capture.LinkRaw, outer4(ProtoIPv6, inner6))
	if d.TTL != 62 || d.DF || d.HasIPID || d.IPID != 0 || d.IPLength != len(inner6) {
		t.Errorf("hop limit %d, DF %v, ID %x (%v), length %d", d.TTL, d.DF, d.IPID, d.HasIPID, d.IPLength)
	}
}

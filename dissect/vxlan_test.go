package dissect

import (
	"testing"

	"github.com/ikesniff/ikesniff/capture"
)

// A VXLAN header with VNI 42.
var vni = hx("08 000000 00002a 00")

// plain is a UDP datagram to port that stays one.
func plain(port int, payload []byte) frame {
	return frame{"", capture.LinkRaw, ip4(ProtoUDP, udp(50000, port, payload)),
		want{sport: 50000, dport: uint16(port), proto: ProtoUDP, payload: payload}}
}

var vxlanFrames = []frame{
	{"ipv4", capture.LinkRaw, outer4(ProtoUDP, udp(50000, portVXLAN, cat(vni, eth(etherIPv4, inner4)))), whole(EncapVXLAN)},
	{"ipv6 on the port of Linux", capture.LinkRaw, outer6(ProtoUDP, udp(50000, portVXLANLinux, cat(vni, eth(etherIPv6, inner6)))), whole6(EncapVXLAN)},
	{"vlan inside", capture.LinkRaw, outer4(ProtoUDP, udp(50000, portVXLAN, cat(vni, eth(etherVLAN, cat(hx("0007 0800"), inner4))))), vlan(7, EncapVXLAN|EncapVLAN)},
	{"vlans outside and inside are not stacked", capture.LinkEthernet,
		eth(etherVLAN, cat(hx("0003 0800"), outer4(ProtoUDP, udp(50000, portVXLAN, cat(vni, eth(etherVLAN, cat(hx("0007 0800"), inner4))))))), vlan(7, EncapVXLAN|EncapVLAN)},
	{"group policy", capture.LinkRaw, outer4(ProtoUDP, udp(50000, portVXLAN, cat(hx("88 48 0123 00002a 00"), eth(etherIPv4, inner4)))), whole(EncapVXLAN)},
	{"arp inside", capture.LinkRaw, outer4(ProtoUDP, udp(50000, portVXLAN, cat(vni, eth(etherARP, arp)))), want{status: StatusOther, encap: EncapVXLAN}},
	{"spanning tree inside", capture.LinkRaw, outer4(ProtoUDP, udp(50000, portVXLAN, cat(vni, eth(38, cat(hx("42 42 03"), make([]byte, 35)))))), want{status: StatusOther, encap: EncapVXLAN}},
}

func TestVXLAN(t *testing.T) { run(t, vxlanFrames) }

func TestVXLANThatIsNone(t *testing.T) {
	inside := eth(etherIPv4, inner4)
	for name, payload := range map[string][]byte{
		"empty":               nil,
		"header alone":        vni,
		"no VNI":              cat(hx("00 000000 00002a 00"), inside),
		"reserved flag":       cat(hx("09 000000 00002a 00"), inside),
		"reserved byte":       cat(hx("08 010000 00002a 00"), inside),
		"reserved end":        cat(hx("08 000000 00002a 01"), inside),
		"reserved policy bit": cat(hx("88 010000 00002a 00"), inside),
		"no type of Ethernet": cat(vni, eth(0x1234, inner4)),
		"not what it says":    cat(vni, eth(etherIPv4, inner6)),
		"short IP header":     cat(vni, eth(etherIPv4, inner4[:19])),
		"no ARP":              cat(vni, eth(etherARP, inner4)),
		"length too long":     cat(vni, eth(39, make([]byte, 38))),
	} {
		for _, port := range []int{portVXLAN, portVXLANLinux} {
			f := plain(port, payload)
			f.name = name
			run(t, []frame{f})
		}
	}
	// The other direction of such a port is a source port picked at random.
	run(t, []frame{{"source port", capture.LinkRaw, ip4(ProtoUDP, udp(portVXLAN, 4500, cat(vni, inside))),
		want{sport: portVXLAN, dport: 4500, proto: ProtoUDP, payload: cat(vni, inside)}}})
}

// A mirror session over VXLAN may cut the frames it carries.
func TestVXLANWithFrameCutByMirror(t *testing.T) {
	d := decode(capture.LinkRaw, outer4(ProtoUDP, udp(50000, portVXLAN, cat(vni, eth(etherIPv4, inner4[:40])))))
	want{sport: 500, dport: 4500, proto: ProtoUDP, payload: esp[:12], length: len(esp), truncated: true, encap: EncapVXLAN}.check(t, &d)
}

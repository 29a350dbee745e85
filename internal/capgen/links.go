package capgen

import (
	"encoding/binary"
	"net/netip"
	"time"

	"github.com/ikesniff/ikesniff/internal/capgen/file"
	"github.com/ikesniff/ikesniff/internal/capgen/wire"
)

// links: the same tunnels in other wrappings, and in pieces.
var links = []builder{
	{"vlan-qinq.pcap", vlanQinQ},
	{"gre-mirror.pcap", greMirror},
	{"erspan-mirror.pcap", erspanMirror},
	{"vxlan-mirror.pcap", vxlanMirror},
	{"mixed-linktypes.pcapng", mixedLinkTypes},
	{"two-sections.pcapng", twoSections},
	{"snaplen-96.pcap", snaplen96},
	{"skf-fragments.pcap", skfFragments},
	{"ip-fragmented-auth.pcap", ipFragmentedAuth},
	{"ipv6-fragmented-auth.pcap", ipv6FragmentedAuth},
}

// Ethernet frames with one VLAN tag, and later with two (802.1ad), as on a
// trunk where the tunnel moves.
func vlanQinQ(t *trace) {
	t.link = func(ip []byte) []byte { return wire.Ethernet(ip, wire.Tag{EtherType: wire.EtherVLAN, ID: 42}) }
	x := upBehindNAT(t)
	x.ping(4)
	t.link = func(ip []byte) []byte {
		return wire.Ethernet(ip, wire.Tag{EtherType: wire.EtherQinQ, ID: 700}, wire.Tag{EtherType: wire.EtherVLAN, ID: 42})
	}
	x.ping(4)
	x.keepalive(initiator)
	t.tunnels(1)
}

// outer wraps mirrored packets for the way from a switch to an analyser.
func outer(t *trace, proto uint8, wrap func(ip []byte) []byte) {
	from, to := netip.MustParseAddr("192.0.2.240"), netip.MustParseAddr("192.0.2.250")
	t.link = func(ip []byte) []byte { return wire.Ethernet(wire.IP(t.header(from, to, proto), wrap(ip))) }
}

// A mirror that sends IP packets in GRE: the tunnel is between the inner
// addresses.
func greMirror(t *trace) {
	outer(t, wire.ProtoGRE, wire.GRE)
	x := upBetweenSites(t)
	x.ping(6)
	t.tunnels(1)
}

// A switch's ERSPAN type II session.
func erspanMirror(t *trace) {
	var seq uint32
	outer(t, wire.ProtoGRE, func(ip []byte) []byte {
		seq++
		return wire.ERSPAN2(seq, 42, 7, wire.Ethernet(ip))
	})
	x := upBehindNAT(t)
	x.ping(6)
	t.tunnels(1)
}

// A cloud mirror that sends Ethernet frames in VXLAN.
func vxlanMirror(t *trace) {
	from, to := netip.MustParseAddrPort("192.0.2.240:54213"), netip.MustParseAddrPort("192.0.2.250:4789")
	outer(t, wire.ProtoUDP, func(ip []byte) []byte {
		return wire.UDP(from, to, wire.VXLAN(8191, wire.Ethernet(ip)), false)
	})
	x := upBehindNAT(t)
	x.ping(6)
	x.keepalive(initiator)
	t.tunnels(1)
}

// rawLink is a link without a header.
func rawLink(ip []byte) []byte { return ip }

// sll2 is the link of one interface of a capture on "any".
func sll2(ifindex uint32, packetType uint8) func([]byte) []byte {
	return func(ip []byte) []byte { return wire.SLL2(ip, ifindex, packetType) }
}

// One pcapng file with three interfaces of three link types and three time
// resolutions; each saw one tunnel.
func mixedLinkTypes(t *trace) {
	x := upBetweenSites(t)
	t.iface, t.link = 1, rawLink
	y := newIKEv2(t, plain("[2001:db8:10::2]:500"), plain("[2001:db8:20::1]:500"))
	y.establish()
	t.iface, t.link = 2, sll2(3, 0)
	z := upBehindNAT(t)
	for range 4 {
		t.iface, t.link = 0, func(ip []byte) []byte { return wire.Ethernet(ip) }
		x.ping(1)
		t.iface, t.link = 1, rawLink
		y.ping(1)
		t.iface, t.link = 2, sll2(3, 0)
		z.ping(1)
	}
	t.tunnels(3)
	t.encode = func(f []file.Frame) []byte {
		return file.Pcapng(file.Section{Order: binary.LittleEndian, Frames: f, Interfaces: []file.Interface{
			{Name: "wan1", LinkType: 1, Resolution: 6},
			{Name: "tun0", LinkType: 101, Resolution: 9},
			{Name: "any", LinkType: 276, Resolution: 0x80 | 24},
		}})
	}
}

// Two captures of one tunnel put together with cat: the second section is of a
// big-endian machine, and its interface 0 is another one.
func twoSections(t *trace) {
	x := upBetweenSites(t)
	x.ping(4)
	first := len(t.frames)
	t.link = rawLink
	x.ping(4)
	x.liveness(responder)
	t.tunnels(1)
	t.encode = func(f []file.Frame) []byte {
		return file.Pcapng(
			file.Section{Order: binary.LittleEndian, Frames: f[:first], Interfaces: []file.Interface{{Name: "wan1", LinkType: 1, Resolution: 6}}},
			file.Section{Order: binary.BigEndian, Frames: f[first:], Interfaces: []file.Interface{{Name: "ppp0", LinkType: 101, Resolution: 9}}})
	}
}

// A capture with a snapshot length of 96 bytes: messages are cut, but their
// headers are there, so they count.
func snaplen96(t *trace) {
	t.snaplen = 96
	x := upBehindNAT(t)
	x.ping(6)
	x.liveness(responder)
	t.tunnels(1)
	t.encode = func(f []file.Frame) []byte { return file.Pcap(1, 96, f) }
	// The NAT detection payloads are behind the cut.
	t.expect.Info = nil
}

// IKE_AUTH with certificates in IKE fragments (RFC 7383), three each way. Each
// is a message; together they are one exchange.
func skfFragments(t *trace) {
	x := roadWarrior(t)
	x.init()
	x.float(49211)
	x.fragmentedAuth()
	x.ping(5)
	t.tunnels(1)
	t.informs("nat-detected")
}

// fragmentedAuth captures IKE_AUTH in SKF payloads.
func (x *ikev2) fragmentedAuth() {
	for from := initiator; from <= responder; from++ {
		first := uint8(wire.PayloadIDi)
		if from == responder {
			first = wire.PayloadIDr
		}
		for n, size := range []int{1136, 1136, 480} {
			f := wire.Fragment(n+1, 3, first, x.t.bytes(16+size+16))
			x.ike(from, x.message(from, wire.ExchangeAuth, from == responder, 1, f))
		}
		x.t.wait(x.rtt)
	}
	x.nextID = [2]uint32{2, 0}
}

// IKE_AUTH with certificates and without IKE fragmentation: 2.4 kB messages
// that leave as IPv4 fragments, the second of one pair ahead of the first.
func ipFragmentedAuth(t *trace) {
	x := roadWarrior(t)
	x.init()
	x.float(49211)
	x.ipFragmentedAuth()
	x.ping(5)
	t.tunnels(1)
	t.informs("nat-detected")
}

// The same over IPv6, with fragment headers.
func ipv6FragmentedAuth(t *trace) {
	x := newIKEv2(t, plain("[2001:db8:10::2]:500"), plain("[2001:db8:20::1]:500"))
	x.init()
	x.ipFragmentedAuth()
	x.ping(5)
	t.tunnels(1)
}

// ipFragmentedAuth captures IKE_AUTH with certificates in IP fragments.
func (x *ikev2) ipFragmentedAuth() {
	t := x.t
	for from := initiator; from <= responder; from++ {
		m := x.message(from, wire.ExchangeAuth, from == responder, 1, x.sealed(wire.PayloadIDi+uint8(from), 2400))
		if x.marked {
			m = wire.Marked(m)
		}
		src, dst := x.end[from].seen, x.end[1-from].seen
		h := t.header(src.Addr(), dst.Addr(), wire.ProtoUDP)
		parts := wire.Fragments(h, uint32(h.ID), wire.UDP(src, dst, m, true), 1448)
		if from == responder {
			parts[0], parts[1] = parts[1], parts[0]
		}
		t.capture(parts[0], nil)
		t.capture(parts[1], carriesIKE)
		t.wait(x.rtt)
	}
	x.nextID = [2]uint32{2, 0}
	t.wait(5 * time.Millisecond)
}

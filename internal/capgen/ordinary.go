package capgen

import (
	"time"

	"github.com/ikesniff/ikesniff/internal/capgen/wire"
)

// ordinary: tunnels with nothing wrong, one of each kind.
var ordinary = []builder{
	{"clean-udp-nat.pcap", cleanUDPNAT},
	{"clean-raw-esp.pcap", cleanRawESP},
	{"clean-ipv6.pcap", cleanIPv6},
	{"clean-many-proposals.pcap", cleanManyProposals},
	{"ah-and-esp.pcap", ahAndESP},
	{"esp-only.pcap", espOnly},
	{"ikev1-main.pcap", ikev1Main},
	{"ikev1-main-float-4500.pcap", ikev1MainFloat},
	{"udp443.pcap", udp443},
	{"nat-source-port-low.pcap", natSourcePortLow},
	{"two-clients-one-nat.pcap", twoClientsOneNAT},
}

// roadWarrior is a client behind a NAT, and its gateway.
func roadWarrior(t *trace) *ikev2 {
	return newIKEv2(t, behindNAT("198.51.100.23:61033", "192.0.2.101:500"), plain("203.0.113.5:500"))
}

// sites are two gateways without NAT.
func sites(t *trace) *ikev2 {
	return newIKEv2(t, plain("198.51.100.40:500"), plain("203.0.113.80:500"))
}

// upBehindNAT captures the beginning of a road warrior's tunnel: IKE_SA_INIT on
// UDP 500, all else on 4500.
func upBehindNAT(t *trace) *ikev2 {
	x := roadWarrior(t)
	x.init()
	x.float(49211)
	x.auth()
	t.wait(40 * time.Millisecond)
	t.informs("nat-detected")
	return x
}

// upBetweenSites captures the beginning of a tunnel with raw ESP.
func upBetweenSites(t *trace) *ikev2 {
	x := sites(t)
	x.establish()
	return x
}

// A client behind a NAT comes up on UDP 500, moves to 4500, and works: ESP both
// ways, NAT keepalives, answered liveness checks.
func cleanUDPNAT(t *trace) {
	x := upBehindNAT(t)
	x.ping(6)
	t.wait(20 * time.Second)
	x.keepalive(initiator)
	t.wait(20 * time.Second)
	x.keepalive(initiator)
	t.wait(5 * time.Second)
	x.liveness(responder)
	x.ping(4)
	t.tunnels(1)
}

// Two gateways without NAT between them: IKE on UDP 500 and ESP as IP protocol
// 50. No NAT is seen, so none may be reported.
func cleanRawESP(t *trace) {
	x := upBetweenSites(t)
	x.ping(8)
	t.wait(10 * time.Second)
	x.liveness(initiator)
	t.wait(10 * time.Second)
	x.liveness(responder)
	x.ping(3)
	t.tunnels(1)
}

// The same over IPv6.
func cleanIPv6(t *trace) {
	x := newIKEv2(t, plain("[2001:db8:10::2]:500"), plain("[2001:db8:20::1]:500"))
	x.establish()
	x.ping(8)
	t.wait(10 * time.Second)
	x.liveness(initiator)
	x.ping(2)
	t.tunnels(1)
}

// An initiator offers three proposals, the responder takes the second: an
// ordinary choice, and no failure to agree.
func cleanManyProposals(t *trace) {
	x := sites(t)
	x.offer = [][]wire.Transform{
		{wire.AES256GCM, wire.PRFSHA256, wire.X25519},
		{wire.AES256CBC, wire.AES128CBC, wire.PRFSHA256, wire.HMACSHA256, wire.X25519, wire.MODP2048},
		{wire.AES128CBC, wire.PRFSHA256, wire.HMACSHA256, wire.MODP2048},
	}
	x.chosen, x.group = 1, 31
	x.init()
	x.auth()
	x.ping(5)
	t.tunnels(1)
}

// One Child SA pair with AH, and between the same hosts one with ESP.
func ahAndESP(t *trace) {
	x := upBetweenSites(t)
	esp := x.child
	x.rekeyChild(initiator)
	ah := x.child
	ah[0].ah, ah[1].ah = true, true
	for range 5 {
		x.child = esp
		x.ping(1)
		esp = x.child
		x.child = ah
		x.ping(1)
		ah = x.child
	}
	t.tunnels(1)
}

// A capture begun long after the tunnel: ESP both ways, no IKE at all. Numbers
// that passed before the capture are not lost.
func espOnly(t *trace) {
	x := sites(t)
	x.child[0].seq, x.child[1].seq = 48210, 51877
	x.ping(12)
	t.tunnels(1)
}

// IKEv1 main mode and quick mode with a pre-shared key, raw ESP, R-U-THERE
// answered.
func ikev1Main(t *trace) {
	x := newIKEv1(t, plain("198.51.100.40:500"), plain("203.0.113.80:500"))
	x.main(0)
	x.quick(initiator)
	x.ping(6)
	t.wait(10 * time.Second)
	x.areYouThere(initiator)
	x.areYouThere(responder)
	x.ping(2)
	t.tunnels(1)
}

// IKEv1 with NAT: main mode moves to UDP 4500 with message 5.
func ikev1MainFloat(t *trace) {
	x := newIKEv1(t, behindNAT("198.51.100.23:500", "192.0.2.101:500"), plain("203.0.113.5:500"))
	x.main(34567)
	x.quick(initiator)
	x.ping(6)
	t.wait(20 * time.Second)
	x.keepalive(initiator)
	x.areYouThere(responder)
	x.ping(2)
	t.tunnels(1)
	t.informs("nat-detected")
}

// All on UDP 443 with the non-ESP marker from the first message on, as newer
// FortiOS allows: found by content, not by port.
func udp443(t *trace) {
	x := newIKEv2(t, behindNAT("198.51.100.23:40412", "192.0.2.101:40412"), plain("203.0.113.5:443"))
	x.marked = true
	x.establish()
	x.ping(8)
	t.wait(10 * time.Second)
	x.keepalive(initiator)
	x.liveness(responder)
	x.ping(2)
	t.tunnels(1)
	t.informs("nat-detected")
	t.tshark = []string{"-d", "udp.port==443,udpencap"}
}

// Two NATs that keep ports low: they map the client to source port 12 and 411,
// where other protocols live.
func natSourcePortLow(t *trace) {
	x := roadWarrior(t)
	x.init()
	x.float(12)
	x.auth()
	x.ping(5)
	y := newIKEv2(t, behindNAT("198.51.100.77:410", "192.0.2.55:500"), plain("203.0.113.5:500"))
	y.init()
	y.float(411)
	y.auth()
	y.ping(5)
	t.tunnels(2)
	t.informs("nat-detected")
}

// Two clients behind one NAT address, at the same time, to one gateway. Both
// chose the same SPI for what comes to them: the port tells them apart.
func twoClientsOneNAT(t *trace) {
	x := upBehindNAT(t)
	y := newIKEv2(t, behindNAT("198.51.100.23:1027", "192.0.2.102:500"), plain("203.0.113.5:500"))
	y.init()
	y.float(50999)
	y.auth()
	y.child[responder].spi = x.child[responder].spi
	for range 6 {
		x.ping(1)
		y.ping(1)
	}
	t.tunnels(2)
}

package capgen

import (
	"encoding/binary"
	"net/netip"
	"time"

	"github.com/ikesniff/ikesniff/internal/capgen/wire"
)

// dataPlane: ESP and AH that do not get through, or only as far as here.
var dataPlane = []builder{
	{"esp-blocked.pcap", espBlocked},
	{"one-way-raw-esp.pcap", oneWayRawESP},
	{"spi-mismatch.pcap", spiMismatch},
	{"invalid-spi.pcap", invalidSPI},
	{"invalid-spi-after-rekey.pcap", invalidSPIAfterRekey},
	{"reauthentication.pcap", reauthentication},
	{"esp-outside-window.pcap", espOutsideWindow},
	{"mtu-blackhole.pcap", mtuBlackhole},
	{"large-packet-lost.pcap", largePacketLost},
	{"mtu-told-in-vain.pcap", mtuToldInVain},
	{"mtu-discovered.pcap", mtuDiscovered},
	{"outer-fragmentation.pcap", outerFragmentation},
	{"few-fragments.pcap", fewFragments},
	{"ah-through-nat.pcap", ahThroughNAT},
	{"npu-offload.pcap", npuOffload},
	{"idle-fortigate.pcap", idleFortiGate},
}

// A tunnel without NAT comes up and is kept alive from both sides, but ESP (IP
// protocol 50) is dropped on the way: the initiator's goes out, none comes back.
func espBlocked(t *trace) {
	x := upBetweenSites(t)
	for n := range 30 {
		x.esp(initiator, 84)
		t.wait(time.Second)
		if n%10 == 5 {
			x.liveness(responder)
			x.liveness(initiator)
		}
	}
	t.tunnels(1)
	t.warns("esp-blocked", "one-way-esp")
}

// The look-alike: raw ESP went both ways, and then one way only while IKE goes on.
// Protocol 50 passes, so something else stopped the answers.
func oneWayRawESP(t *trace) {
	x := upBetweenSites(t)
	x.ping(8)
	for n := range 30 {
		x.esp(initiator, 84)
		t.wait(time.Second)
		if n%10 == 5 {
			x.liveness(responder)
		}
	}
	t.tunnels(1)
	t.warns("one-way-esp")
}

// The initiator restarts and begins a new IKE SA on the same ports. The
// responder does not heed it and goes on to send on the old SPI for 40 seconds,
// which nobody reads; its liveness check on the old IKE SA is not answered.
func spiMismatch(t *trace) {
	x := upBetweenSites(t)
	x.ping(8)
	for range 4 {
		x.esp(responder, 84)
		t.wait(2 * time.Second)
	}
	y := sites(t)
	y.establish()
	for range 8 {
		y.esp(initiator, 84)
		t.wait(x.rtt)
		x.esp(responder, 84)
		t.wait(5 * time.Second)
	}
	t.tunnels(1)
	t.warns("spi-mismatch")
	t.informs("stale-sa")
}

// The responder has lost its SAs: it answers every third of the initiator's
// packets with INVALID_SPI, unprotected, since it has no IKE SA left to protect
// it with.
func invalidSPI(t *trace) {
	x := upBetweenSites(t)
	x.ping(4)
	for n := range 24 {
		x.esp(initiator, 84)
		t.wait(x.rtt)
		if n%3 == 0 {
			x.ike(responder, x.unknownSPI(x.child[initiator].spi))
		}
		t.wait(time.Second)
	}
	t.tunnels(1)
	t.warns("spi-mismatch", "one-way-esp")
}

// unknownSPI makes an INVALID_SPI message outside of any IKE SA: random SPIs,
// no protection, I flag (RFC 7296 1.5).
func (x *ikev2) unknownSPI(spi uint32) []byte {
	h := wire.Header{InitiatorSPI: x.t.spi(), ResponderSPI: 0, Version: 0x20, Exchange: wire.ExchangeInformational, Flags: wire.FlagInitiator}
	return wire.Message(h, wire.Notify(notifyInvalidSPI, binary.BigEndian.AppendUint32(nil, spi)))
}

const notifyInvalidSPI = 11 // RFC 7296 3.10.1

// The look-alike: two INVALID_SPI right after a rekey, about the SA that is gone,
// on which a packet was still on its way. The tunnel works.
func invalidSPIAfterRekey(t *trace) {
	x := upBetweenSites(t)
	x.ping(6)
	old := x.rekeyChild(responder)
	fresh := x.child
	for range 2 {
		x.child = old
		x.esp(initiator, 84)
		old = x.child
		t.wait(x.rtt)
		x.ike(responder, x.unknownSPI(old[initiator].spi))
		x.child = fresh
		x.ping(1)
		fresh = x.child
	}
	x.ping(6)
	t.tunnels(1)
	t.informs("spi-mismatch")
}

// The look-alike: the initiator authenticates anew, from scratch, and both sides
// move to the new SAs; the last packets of the old ones overlap.
func reauthentication(t *trace) {
	x := upBetweenSites(t)
	x.ping(8)
	y := sites(t)
	y.establish()
	for range 3 {
		x.esp(initiator, 200)
		x.esp(responder, 200)
		y.esp(initiator, 200)
		y.esp(responder, 200)
		t.wait(30 * time.Millisecond)
	}
	x.delete(initiator)
	y.ping(14)
	t.tunnels(1)
}

// Packets of one class wait while those of another pass: 12 of 150 packets of the
// initiator arrive 70 numbers late, beyond the windows of 32 and of 64.
func espOutsideWindow(t *trace) {
	x := upBetweenSites(t)
	late := []uint32{}
	for n := uint32(1); n <= 150; n++ {
		if n%6 == 0 && n <= 72 {
			late = append(late, n)
		} else {
			x.espNumber(initiator, n, 200)
		}
		if len(late) > 0 && late[0]+70 == n {
			x.espNumber(initiator, late[0], 1200)
			late = late[1:]
		}
		if n%15 == 0 {
			x.esp(responder, 84)
		}
		t.wait(2 * time.Millisecond)
	}
	t.tunnels(1)
	t.warns("esp-outside-window", "esp-reordering")
}

// again captures a packet of one size of one end, sent again after these waits,
// while small ones go both ways.
func (p *peers) again(from sender, size int, waits ...time.Duration) {
	p.esp(from, size)
	for _, w := range waits {
		for range 2 {
			p.t.wait(w/2 - p.rtt)
			p.esp(from, 84)
			p.t.wait(p.rtt)
			p.esp(1-from, 84)
		}
		p.esp(from, size)
	}
}

// A link on the way does not take full-sized packets, and nobody tells: small
// packets pass both ways, but what the initiator's TCP sends in full size it
// sends again and again, after waits that double.
func mtuBlackhole(t *trace) {
	x := upBehindNAT(t)
	x.ping(4)
	x.again(initiator, 1420, 250*time.Millisecond, 500*time.Millisecond, time.Second, 2*time.Second, 4*time.Second, 8*time.Second)
	t.wait(6 * time.Second)
	x.ping(4)
	t.tunnels(1)
	t.warns("mtu-blackhole")
}

// The look-alike: a full-sized packet is lost twice, arrives at the third
// sending, and others follow it.
func largePacketLost(t *trace) {
	x := upBehindNAT(t)
	x.ping(4)
	x.again(initiator, 1420, 250*time.Millisecond, 500*time.Millisecond)
	for range 6 {
		t.wait(20 * time.Millisecond)
		x.esp(responder, 52)
		x.esp(initiator, 1420)
		x.esp(initiator, 1420)
	}
	x.ping(4)
	t.tunnels(1)
}

// tooLarge captures a full-sized packet, and the answer of a router that its next
// link takes 1400 bytes only.
func (x *ikev2) tooLarge(size int) {
	t, to := x.t, x.end[initiator].seen.Addr()
	p := x.esp(initiator, size)
	t.wait(3 * time.Millisecond)
	router := netip.MustParseAddr("203.0.113.254")
	t.ip(router, to, wire.ProtoICMP, wire.ICMPTooBig(1400, p, 548), nil)
}

// A router says 'fragmentation needed' to each full-sized packet of the
// initiator, and those go on all the same.
func mtuToldInVain(t *trace) {
	x := upBetweenSites(t)
	x.ping(4)
	for range 8 {
		x.tooLarge(1420)
		t.wait(time.Second)
		x.ping(1)
	}
	t.tunnels(1)
	t.warns("mtu-blackhole")
}

// The look-alike: the initiator heeds the first of these messages and sends
// smaller packets from then on.
func mtuDiscovered(t *trace) {
	x := upBetweenSites(t)
	x.ping(4)
	x.tooLarge(1420)
	for range 12 {
		t.wait(time.Second)
		x.esp(initiator, 1300)
		t.wait(x.rtt)
		x.esp(responder, 84)
	}
	t.tunnels(1)
}

// inFragments captures an ESP packet that was cut in two after encryption.
func (p *peers) inFragments(from sender, size int) {
	p.child[from].seq++
	c, t := p.child[from], p.t
	src, dst := p.end[from].seen, p.end[1-from].seen
	b := wire.ESP(c.spi, c.seq, t.bytes(8+(size+2+3)/4*4+16))
	h := t.header(src.Addr(), dst.Addr(), wire.ProtoESP)
	parts := wire.Fragments(h, uint32(h.ID), b, 1480)
	t.capture(parts[0], nil)
	t.capture(parts[1], carriesESP(c.spi))
}

// A download through a tunnel whose MTU leaves no room for ESP: each full-sized
// packet of the responder leaves in two fragments.
func outerFragmentation(t *trace) {
	x := upBetweenSites(t)
	x.ping(4)
	for range 30 {
		x.inFragments(responder, 1500)
		x.inFragments(responder, 1500)
		t.wait(4 * time.Millisecond)
		x.esp(initiator, 52)
		t.wait(x.rtt)
	}
	t.tunnels(1)
	t.warns("outer-fragmentation")
}

// The look-alike: four large datagrams among a hundred packets.
func fewFragments(t *trace) {
	x := upBetweenSites(t)
	for n := range 100 {
		if n%25 == 0 {
			x.inFragments(responder, 1500)
		} else {
			x.esp(responder, 400)
		}
		t.wait(4 * time.Millisecond)
		if n%5 == 0 {
			x.esp(initiator, 52)
		}
	}
	t.tunnels(1)
}

// A client behind a NAT sends AH, whose integrity check the NAT breaks: the
// gateway drops it all and never answers. Look-alike: ah-and-esp.pcap, without
// NAT.
func ahThroughNAT(t *trace) {
	x := roadWarrior(t)
	x.establish()
	x.child[0].ah, x.child[1].ah = true, true
	for n := range 26 {
		x.esp(initiator, 84)
		t.wait(time.Second)
		if n%10 == 5 {
			x.liveness(responder)
		}
	}
	t.tunnels(1)
	t.warns("ah-through-nat", "one-way-esp")
	t.informs("nat-detected")
}

// vendorFortiGate is FortiGate's vendor ID, of FortiOS 7 build 3401.
var vendorFortiGate = []byte{0x82, 0x99, 0x03, 0x17, 0x57, 0xa3, 0x60, 0x82, 0xc6, 0xa6, 0x21, 0xde, 0x00, 0x07, 0x0d, 0x49}

// fortiGates are two gateways that say so.
func fortiGates(t *trace) *ikev2 {
	x := sites(t)
	for i := range x.vendors {
		x.vendors[i] = []wire.Payload{wire.Vendor(vendorFortiGate)}
	}
	x.establish()
	return x
}

// The capture of a FortiGate whose network processor took the data over after
// the first packets: of the initiator's some still come by, with hundreds of
// numbers between them, while every liveness check is answered at once.
func npuOffload(t *trace) {
	x := fortiGates(t)
	x.ping(4)
	for range 6 {
		x.skip(initiator, 300+uint32(t.below(200)))
		for range 3 {
			x.esp(initiator, 200)
			t.wait(10 * time.Millisecond)
		}
		t.wait(8 * time.Second)
		x.liveness(responder)
	}
	t.tunnels(1)
	t.warns("npu-offload-suspected", "esp-loss")
}

// The look-alike: two FortiGates whose tunnel has some traffic at the beginning
// and is idle from then on but for liveness checks.
func idleFortiGate(t *trace) {
	x := fortiGates(t)
	x.ping(4)
	for n := range 12 {
		t.wait(20 * time.Second)
		x.liveness(sender(n % 2))
	}
	t.tunnels(1)
}

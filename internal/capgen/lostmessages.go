package capgen

import (
	"time"

	"github.com/ikesniff/ikesniff/internal/capgen/wire"
)

// lostMessages: what keeps IKE_AUTH from arriving when IKE_SA_INIT has.
var lostMessages = []builder{
	{"nat-t-port-blocked.pcap", natTPortBlocked},
	{"nat-t-port-blocked-ikev1.pcap", natTPortBlockedIKEv1},
	{"nat-t-port-blocked-aggressive.pcap", natTPortBlockedAggressive},
	{"nat-t-port-blocked-before-here.pcap", natTPortBlockedBeforeHere},
	{"nat-t-port-blocked-then-tcp.pcap", natTPortBlockedThenTCP},
	{"nat-t-port-slow.pcap", natTPortSlow},
	{"fragments-dropped.pcap", fragmentsDropped},
	{"fragments-dropped-first-only.pcap", firstFragmentsOnly},
	{"fragments-dropped-of-answer.pcap", fragmentsOfAnswerDropped},
	{"fragments-one-lost.pcap", oneFragmentLost},
	{"ike-fragmentation-missing.pcap", ikeFragmentationMissing},
	{"ike-fragment-loss.pcap", ikeFragmentLoss},
	{"ike-fragment-loss-at-a-limit.pcap", ikeFragmentLossAtALimit},
	{"ike-fragments-sent-again.pcap", ikeFragmentsSentAgain},
}

// ikeInFragments captures an IKE message in a UDP datagram that is cut into IP
// fragments, of which the first seen ones come here; all if seen is 0.
func (x *ikev2) ikeInFragments(from sender, m []byte, seen int) {
	if x.marked {
		m = wire.Marked(m)
	}
	src, dst := x.end[from].seen, x.end[1-from].seen
	h := x.t.header(src.Addr(), dst.Addr(), wire.ProtoUDP)
	parts := wire.Fragments(h, uint32(h.ID), wire.UDP(src, dst, m, true), 1448)
	for i, p := range parts {
		var carries func(*counts)
		if i == len(parts)-1 {
			carries = carriesIKE
		}
		if seen == 0 || i < seen {
			x.t.capture(p, carries)
		}
	}
}

// largeAuth makes an IKE_AUTH request with certificates, of 2.4 kB.
func (x *ikev2) largeAuth() []byte {
	m, _ := x.request(initiator, wire.ExchangeAuth, wire.PayloadIDi, 2400)
	return m
}

// again does something five times with the growing waits of FortiOS, and lets
// the capture go on for 48 seconds of other traffic.
func again(t *trace, send func()) {
	send()
	for _, d := range backoff {
		t.wait(d)
		send()
	}
	t.wait(48 * time.Second)
	ntpExchange(t)
}

// A client behind a NAT gets its answer to IKE_SA_INIT on UDP 500. IKE_AUTH goes
// to UDP 4500, five times, and from there nothing ever comes back.
func natTPortBlocked(t *trace) {
	x := upBehindNATUntilAuth(t)
	req, _ := x.request(initiator, wire.ExchangeAuth, wire.PayloadIDi, 236)
	again(t, func() { x.ike(initiator, req) })
	t.tunnels(1)
	t.warns("nat-t-port-blocked", "ike-retransmission")
}

// The same with IKEv1: messages 1 to 4 of main mode are on UDP 500, message 5
// goes to UDP 4500. The responder sends its message 4 again, as one that did not
// get message 5.
func natTPortBlockedIKEv1(t *trace) {
	x := newIKEv1(t, behindNAT("198.51.100.23:61033", "192.0.2.101:500"), plain("203.0.113.5:500"))
	four := x.mainUntil4()
	old := x.peers
	x.float(49211)
	five := x.encrypted(wire.ExchangeMain, 0, wire.V1PayloadID, 64)
	again(t, func() {
		x.ike(initiator, five)
		t.wait(1500 * time.Millisecond)
		old.ike(responder, four)
	})
	t.tunnels(1)
	t.informs("nat-detected")
	t.warns("nat-t-port-blocked", "ike-retransmission")
}

// The same with aggressive mode: message 3 goes to UDP 4500, which has no answer,
// and quick mode behind it. The responder sends its message 2 again.
func natTPortBlockedAggressive(t *trace) {
	x := newIKEv1(t, behindNAT("198.51.100.23:61033", "192.0.2.101:500"), plain("203.0.113.5:500"))
	two := x.aggressiveUntil2()
	old := x.peers
	x.float(49211)
	x.ike(initiator, x.encrypted(wire.ExchangeAggressive, 0, wire.V1PayloadHash, 76))
	quick := x.encrypted(wire.ExchangeQuick, uint32(t.random.Uint64())|1, wire.V1PayloadHash, 156)
	again(t, func() {
		x.ike(initiator, quick)
		t.wait(time.Second)
		old.ike(responder, two)
	})
	t.tunnels(1)
	t.informs("aggressive-mode-psk")
	t.warns("nat-t-port-blocked", "child-refused", "ike-retransmission")
}

// The same as it looks at the gateway: attempt after attempt finds a NAT and is
// answered on UDP 500, and of IKE_AUTH on UDP 4500 nothing comes here.
func natTPortBlockedBeforeHere(t *trace) {
	for range 3 {
		x := roadWarrior(t)
		x.init()
		t.wait(60 * time.Second)
	}
	ntpExchange(t)
	t.tunnels(1)
	t.informs("nat-detected")
	t.warns("nat-t-port-blocked")
}

// UDP 4500 is blocked as in nat-t-port-blocked.pcap. After 21 seconds the client
// goes over to TCP 4500, where its tunnel comes up. One story: the port, and what
// the client did about it.
func natTPortBlockedThenTCP(t *trace) {
	x := upBehindNATUntilAuth(t)
	req, _ := x.request(initiator, wire.ExchangeAuth, wire.PayloadIDi, 236)
	x.ike(initiator, req)
	for _, d := range backoff[:3] {
		t.wait(d)
		x.ike(initiator, req)
	}
	y := newIKEv2(t, behindNAT("198.51.100.23:50211", "192.0.2.101:50211"), plain("203.0.113.5:4500"))
	y.connect()
	y.establish()
	y.ping(6)
	t.tunnels(1)
	t.warns("nat-t-port-blocked", "udp-tcp-fallback", "ike-retransmission")
}

// The look-alike: IKE_AUTH on UDP 4500 is sent three times, then the answer
// comes.
func natTPortSlow(t *trace) {
	x := upBehindNATUntilAuth(t)
	req, id := x.request(initiator, wire.ExchangeAuth, wire.PayloadIDi, 236)
	x.ike(initiator, req)
	for _, d := range backoff[:2] {
		t.wait(d)
		x.ike(initiator, req)
	}
	t.wait(x.rtt)
	x.ike(responder, x.response(responder, wire.ExchangeAuth, id, wire.PayloadIDr, 188))
	x.ping(5)
	t.tunnels(1)
	t.warns("ike-retransmission")
}

// The responder does not offer IKE fragmentation, so IKE_AUTH with certificates
// leaves in IP fragments. They are seen here, five times, and are not answered.
// Look-alike: ip-fragmented-auth.pcap, where such fragments get through.
func fragmentsDropped(t *trace) {
	x := roadWarrior(t)
	x.whole[responder] = true
	x.init()
	x.float(49211)
	req := x.largeAuth()
	again(t, func() { x.ikeInFragments(initiator, req, 0) })
	t.tunnels(1)
	t.informs("nat-detected")
	t.warns("fragments-dropped", "ike-fragmentation-missing", "ike-retransmission")
}

// The same from the responder's side of a filter that passes first fragments
// only: of IKE_AUTH nothing else arrives.
func firstFragmentsOnly(t *trace) {
	x := sites(t)
	x.init()
	req := x.largeAuth()
	again(t, func() { x.ikeInFragments(initiator, req, 1) })
	t.tunnels(1)
	t.warns("fragments-dropped")
}

// The responder's answer to IKE_AUTH leaves in IP fragments and is seen here.
// The initiator goes on sending its request, and gets the answer sent again each
// time.
func fragmentsOfAnswerDropped(t *trace) {
	x := roadWarrior(t)
	x.whole = [2]bool{true, true}
	x.init()
	x.float(49211)
	req, id := x.request(initiator, wire.ExchangeAuth, wire.PayloadIDi, 700)
	answer := x.response(responder, wire.ExchangeAuth, id, wire.PayloadIDr, 2600)
	again(t, func() {
		x.ike(initiator, req)
		t.wait(x.rtt)
		x.ikeInFragments(responder, answer, 0)
	})
	t.tunnels(1)
	t.informs("nat-detected")
	t.warns("fragments-dropped", "ike-fragmentation-missing", "ike-retransmission")
}

// The look-alike: of the first sending of IKE_AUTH the second fragment is lost by
// chance. The next one comes whole and is answered.
func oneFragmentLost(t *trace) {
	x := roadWarrior(t)
	x.init()
	x.float(49211)
	req := x.largeAuth()
	x.ikeInFragments(initiator, req, 1)
	t.wait(3 * time.Second)
	x.ikeInFragments(initiator, req, 0)
	t.wait(x.rtt)
	x.ike(responder, x.response(responder, wire.ExchangeAuth, 1, wire.PayloadIDr, 188))
	x.ping(5)
	t.tunnels(1)
	t.informs("nat-detected")
}

// Neither end offers IKE fragmentation, and IKE_AUTH goes in IP fragments both
// ways. It works, so that is all there is to say. Look-alike:
// ip-fragmented-auth.pcap, where both offer it.
func ikeFragmentationMissing(t *trace) {
	x := roadWarrior(t)
	x.whole = [2]bool{true, true}
	x.init()
	x.float(49211)
	x.ipFragmentedAuth()
	x.ping(5)
	t.tunnels(1)
	t.informs("nat-detected", "ike-fragmentation-missing")
}

// pieces makes the IKE fragments of an IKE_AUTH request, numbered from 1.
func (x *ikev2) pieces(total int) [][]byte {
	out := [][]byte{nil}
	for n := 1; n <= total; n++ {
		f := wire.Fragment(n, total, wire.PayloadIDi, x.t.bytes(16+1136+16))
		out = append(out, x.message(initiator, wire.ExchangeAuth, false, 1, f))
	}
	return out
}

// IKE_AUTH comes in three IKE fragments. Of the first sending the second one is
// missing here, of the next one the third; the third sending is whole and
// answered.
func ikeFragmentLoss(t *trace) {
	x := upBehindNATUntilAuth(t)
	p := x.pieces(3)
	for i, numbers := range [][]int{{1, 3}, {1, 2}, {1, 2, 3}} {
		if i > 0 {
			t.wait(backoff[i-1])
		}
		for _, n := range numbers {
			x.ike(initiator, p[n])
		}
	}
	t.wait(x.rtt)
	x.ike(responder, x.response(responder, wire.ExchangeAuth, 1, wire.PayloadIDr, 188))
	x.nextID = [2]uint32{2, 0}
	x.ping(5)
	t.tunnels(1)
	t.warns("ike-fragment-loss", "ike-retransmission")
}

// A device in between lets no more than two packets of a burst through: of four
// IKE fragments the last two never arrive here, in five sendings.
func ikeFragmentLossAtALimit(t *trace) {
	x := upBehindNATUntilAuth(t)
	p := x.pieces(4)
	again(t, func() {
		x.ike(initiator, p[1])
		x.ike(initiator, p[2])
	})
	t.tunnels(1)
	t.warns("ike-fragment-loss", "ike-retransmission")
}

// The look-alike: the same IKE fragments are sent twice, whole each time, before
// the answer comes.
func ikeFragmentsSentAgain(t *trace) {
	x := upBehindNATUntilAuth(t)
	p := x.pieces(3)
	for i := range 2 {
		if i > 0 {
			t.wait(backoff[0])
		}
		for _, m := range p[1:] {
			x.ike(initiator, m)
		}
	}
	t.wait(x.rtt)
	x.ike(responder, x.response(responder, wire.ExchangeAuth, 1, wire.PayloadIDr, 188))
	x.nextID = [2]uint32{2, 0}
	x.ping(5)
	t.tunnels(1)
	t.warns("ike-retransmission")
}

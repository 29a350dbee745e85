package capgen

import (
	"net/netip"
	"time"

	"github.com/ikesniff/ikesniff/internal/capgen/wire"
)

// stillThere: who still hears whom, and what a NAT forgets.
var stillThere = []builder{
	{"dpd-failed.pcap", dpdFailed},
	{"dpd-failed-ikev1.pcap", dpdFailedIKEv1},
	{"dpd-ike-blocked.pcap", dpdIKEBlocked},
	{"dpd-answered-late.pcap", dpdAnsweredLate},
	{"dpd-one-sided.pcap", dpdOneSided},
	{"dpd-both-sides.pcap", dpdBothSides},
	{"nat-timeout.pcap", natTimeout},
	{"nat-kept-alive.pcap", natKeptAlive},
	{"nat-restarted.pcap", natRestarted},
}

// dpdBackoff are the waits of FortiOS between sendings of one request until it
// gives up.
var dpdBackoff = append(append([]time.Duration{}, backoff...), 48*time.Second)

// check captures a liveness check of one end that is sent again after these
// waits and not answered. It returns the message ID.
func (x *ikev2) check(from sender, waits ...time.Duration) uint32 {
	req, id := x.request(from, wire.ExchangeInformational, 0, 0)
	x.ike(from, req)
	for _, d := range waits {
		x.t.wait(d)
		x.ike(from, req)
	}
	return id
}

// The initiator is gone. The responder's liveness check is sent six times, with
// the waits of FortiOS, then it drops the tunnel and tries to begin anew, in
// vain.
func dpdFailed(t *trace) {
	x := upBetweenSites(t)
	x.ping(6)
	x.liveness(responder)
	t.wait(20 * time.Second)
	x.check(responder, dpdBackoff...)
	t.wait(5 * time.Second)
	y := newIKEv2(t, x.end[responder], x.end[initiator])
	y.unanswered(y.initRequest())
	t.wait(48 * time.Second)
	ntpExchange(t)
	t.tunnels(1)
	t.warns("dpd-failed", "no-answer", "ike-retransmission")
}

// The same with IKEv1: R-U-THERE five times, each with a message ID of its own,
// after one that was answered.
func dpdFailedIKEv1(t *trace) {
	x := newIKEv1(t, behindNAT("198.51.100.23:61033", "192.0.2.101:500"), plain("203.0.113.5:500"))
	x.main(49211)
	x.quick(initiator)
	x.ping(6)
	x.areYouThere(responder)
	t.wait(20 * time.Second)
	for range 5 {
		id := uint32(t.random.Uint64()) | 1
		x.ike(responder, x.encrypted(wire.ExchangeInfoV1, id, wire.V1PayloadHash, 56))
		t.wait(5 * time.Second)
	}
	t.wait(30 * time.Second)
	ntpExchange(t)
	t.tunnels(1)
	t.warns("dpd-failed")
	t.informs("nat-detected")
}

// A filter on the way begins to drop IKE, and IKE only: liveness checks of the
// initiator get no answer, while data goes both ways.
func dpdIKEBlocked(t *trace) {
	x := upBetweenSites(t)
	x.ping(6)
	x.liveness(initiator)
	req, _ := x.request(initiator, wire.ExchangeInformational, 0, 0)
	x.ike(initiator, req)
	for _, d := range backoff[:3] {
		x.ping(int(d / time.Second))
		x.ike(initiator, req)
	}
	x.ping(10)
	t.tunnels(1)
	t.warns("dpd-failed", "ike-retransmission")
}

// The look-alike: a liveness check is answered at the third sending, twice.
func dpdAnsweredLate(t *trace) {
	x := upBetweenSites(t)
	x.ping(4)
	for range 2 {
		id := x.check(responder, backoff[:2]...)
		t.wait(x.rtt)
		x.ike(initiator, x.response(initiator, wire.ExchangeInformational, id, 0, 0))
		x.ping(4)
	}
	t.tunnels(1)
	t.warns("ike-retransmission")
}

// An idle tunnel, in which the responder asks every ten seconds whether the
// initiator is there, and the initiator never asks.
func dpdOneSided(t *trace) {
	x := upBetweenSites(t)
	x.ping(4)
	for range 12 {
		t.wait(10 * time.Second)
		x.liveness(responder)
	}
	t.tunnels(1)
	t.informs("dpd-one-sided")
}

// The look-alike: both ask, one more often than the other.
func dpdBothSides(t *trace) {
	x := upBetweenSites(t)
	x.ping(4)
	for n := range 12 {
		t.wait(10 * time.Second)
		x.liveness(responder)
		if n%4 == 3 {
			t.wait(5 * time.Second)
			x.liveness(initiator)
		}
	}
	t.tunnels(1)
}

// A client behind a NAT is silent for five minutes, without keepalives. The NAT
// forgets the mapping: three packets of the gateway to the old port are lost,
// and the client's next packet comes from another one.
func natTimeout(t *trace) {
	x := upBehindNAT(t)
	x.ping(6)
	t.wait(240 * time.Second)
	for range 3 {
		x.esp(responder, 120)
		t.wait(20 * time.Second)
	}
	x.end[0].seen = netip.MustParseAddrPort("198.51.100.23:52177")
	x.ping(6)
	x.liveness(responder)
	x.ping(2)
	t.tunnels(1)
	t.warns("nat-timeout")
	t.informs("address-change")
}

// The look-alike: as long a time without data, but the client sends keepalives,
// and the mapping stays.
func natKeptAlive(t *trace) {
	x := upBehindNAT(t)
	x.ping(6)
	for range 15 {
		t.wait(20 * time.Second)
		x.keepalive(initiator)
	}
	x.ping(6)
	x.liveness(responder)
	x.ping(2)
	t.tunnels(1)
}

// The other look-alike: the NAT restarts in the middle of traffic, and gives the
// flow another port at once. Nothing was forgotten in a silence.
func natRestarted(t *trace) {
	x := upBehindNAT(t)
	x.ping(8)
	x.end[0].seen = netip.MustParseAddrPort("198.51.100.23:52177")
	x.ping(8)
	x.liveness(responder)
	x.ping(2)
	t.tunnels(1)
	t.informs("address-change")
}

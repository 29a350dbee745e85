package capgen

import (
	"time"

	"github.com/ikesniff/ikesniff/internal/capgen/wire"
)

// rekeyfail: SAs that are to be renewed, and are not, or twice.
var rekeyfail = []builder{
	{"rekey-failed.pcap", rekeyFailed},
	{"rekey-failed-ikev1.pcap", rekeyFailedIKEv1},
	{"rekey-other-group.pcap", rekeyOtherGroup},
	{"simultaneous-rekey.pcap", simultaneousRekey},
	{"rekey-by-turns.pcap", rekeyByTurns},
	{"child-not-renewed.pcap", childNotRenewed},
	{"data-ends.pcap", dataEnds},
}

// withPFS is the length of a CREATE_CHILD_SA request with a key exchange of 2048
// bits in it, encrypted.
const withPFS = 228 + 8 + 256

// PFS on one side only: the tunnel works, then each request to renew the Child SA
// is answered as long as a bare notify. The old SA runs out, and data stops.
func rekeyFailed(t *trace) {
	x := upBehindNAT(t)
	x.ping(8)
	x.exchange(initiator, wire.ExchangeCreateChild, wire.PayloadNotify, withPFS, bareNotify)
	x.ping(20)
	for range 2 {
		t.wait(15 * time.Second)
		x.exchange(initiator, wire.ExchangeCreateChild, wire.PayloadSA, withPFS, bareNotify)
	}
	t.wait(15 * time.Second)
	x.liveness(responder)
	t.tunnels(1)
	t.warns("rekey-failed")
}

// The same in IKEv1: quick mode is answered by an informational message.
func rekeyFailedIKEv1(t *trace) {
	x := newIKEv1(t, plain("198.51.100.40:500"), plain("203.0.113.80:500"))
	x.main(0)
	x.quick(initiator)
	x.ping(8)
	for range 3 {
		x.ike(initiator, x.encrypted(wire.ExchangeQuick, uint32(t.random.Uint64())|1, wire.V1PayloadHash, 156+260))
		t.wait(x.rtt)
		x.informs(responder)
		x.ping(5)
	}
	t.tunnels(1)
	t.warns("rekey-failed")
}

// The look-alike: the first request is refused for its Diffie-Hellman group, and
// the second one, with the group that the responder named, is accepted.
func rekeyOtherGroup(t *trace) {
	x := upBehindNAT(t)
	x.ping(8)
	x.exchange(initiator, wire.ExchangeCreateChild, wire.PayloadNotify, withPFS, bareNotify+2)
	x.rekeyChild(initiator)
	x.ping(8)
	x.delete(initiator)
	x.ping(8)
	t.tunnels(1)
}

// Both ends ask for a new Child SA in the same moment: the requests cross. Both are
// answered, and one of the new pairs is deleted unused.
func simultaneousRekey(t *trace) {
	x := upBetweenSites(t)
	x.ping(8)
	ours, our := x.request(initiator, wire.ExchangeCreateChild, wire.PayloadNotify, 228)
	theirs, their := x.request(responder, wire.ExchangeCreateChild, wire.PayloadNotify, 228)
	x.ike(initiator, ours)
	t.wait(x.rtt / 3)
	x.ike(responder, theirs)
	t.wait(x.rtt / 3)
	x.ike(initiator, x.response(initiator, wire.ExchangeCreateChild, their, wire.PayloadSA, 204))
	t.wait(x.rtt / 3)
	x.ike(responder, x.response(responder, wire.ExchangeCreateChild, our, wire.PayloadSA, 204))
	t.wait(4 * time.Millisecond)
	x.child = [2]child{{spi: t.espSPI()}, {spi: t.espSPI()}}
	x.delete(responder)
	x.delete(initiator)
	x.ping(8)
	t.tunnels(1)
	t.informs("simultaneous-rekey")
}

// The look-alike: one end rekeys, and when that is done the other.
func rekeyByTurns(t *trace) {
	x := upBetweenSites(t)
	x.ping(8)
	x.rekeyChild(initiator)
	x.rekeyChild(responder)
	x.delete(responder)
	x.delete(initiator)
	x.ping(8)
	t.tunnels(1)
}

// beats captures an echo every 60 seconds, n times, as a monitor makes them; every
// tenth minute the peers see whether they live.
func (x *ikev2) beats(n int) {
	for i := range n {
		x.esp(initiator, 84)
		x.t.wait(x.rtt)
		x.esp(responder, 84)
		if i%10 == 9 {
			x.t.wait(20 * time.Second)
			x.liveness(responder)
			x.t.wait(40*time.Second - 3*x.rtt)
			continue
		}
		x.t.wait(60*time.Second - x.rtt)
	}
}

// A Child SA runs for an hour with data all the time. Neither end asks for a new
// one: data stops both ways, and the IKE SA goes on.
func childNotRenewed(t *trace) {
	x := upBetweenSites(t)
	x.beats(60)
	for range 3 {
		t.wait(120 * time.Second)
		x.liveness(responder)
	}
	t.tunnels(1)
	t.warns("child-not-renewed")
}

// The look-alike: data ends after 50 minutes, at no lifetime that is in use.
func dataEnds(t *trace) {
	x := upBetweenSites(t)
	x.beats(50)
	for range 3 {
		t.wait(120 * time.Second)
		x.liveness(responder)
	}
	t.tunnels(1)
}

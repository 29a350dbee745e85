package capgen

import (
	"time"

	"github.com/ikesniff/ikesniff/internal/capgen/wire"
)

// authfail: peers that agree on algorithms, and then one of them says no.
var authfail = []builder{
	{"psk-mismatch.pcap", pskMismatch},
	{"psk-mismatch-notified.pcap", pskMismatchNotified},
	{"psk-message-5-lost.pcap", pskMessage5Lost},
	{"authentication-failed.pcap", authenticationFailed},
	{"authentication-failed-initiator.pcap", authenticationFailedInitiator},
	{"authentication-failed-aggressive.pcap", authenticationFailedAggressive},
	{"closed-at-once.pcap", closedAtOnce},
	{"eap-rejected.pcap", eapRejected},
	{"eap-accepted.pcap", eapAccepted},
	{"eap-timeout.pcap", eapTimeout},
	{"eap-slow-user.pcap", eapSlowUser},
	{"child-refused.pcap", childRefused},
	{"child-refused-ikev1.pcap", childRefusedIKEv1},
	{"idle-tunnel.pcap", idleTunnel},
}

// bareNotify is the length of one notify without data, and of EAP-Success and
// EAP-Failure, in an encrypted message.
const bareNotify = 8

// four captures messages 1 to 4 of main mode, and moves the ends to natPort and
// 4500 if that is not 0.
func (x *ikev1) four(natPort uint16) {
	x.mainUntil4()
	if natPort != 0 {
		x.float(natPort)
	}
}

// five makes message 5 of main mode.
func (x *ikev1) five() []byte { return x.encrypted(wire.ExchangeMain, 0, wire.V1PayloadID, 64) }

// informs captures an encrypted informational message of one end.
func (x *ikev1) informs(from sender) {
	x.ike(from, x.encrypted(wire.ExchangeInfoV1, uint32(x.t.random.Uint64())|1, wire.V1PayloadHash, 52))
}

// The pre-shared keys of two gateways differ: main mode gets to message 5, which
// the responder cannot read and drops in silence. The initiator sends it five
// times. That it was repeated is a consequence.
func pskMismatch(t *trace) {
	x := newIKEv1(t, plain("198.51.100.40:500"), plain("203.0.113.80:500"))
	x.four(0)
	x.unanswered(x.five())
	t.wait(48 * time.Second)
	ntpExchange(t)
	t.tunnels(1)
	t.warns("psk-mismatch", "ike-retransmission")
}

// The same behind a NAT, so that message 5 moves to UDP 4500. This responder
// answers it with an informational message, which proves that 4500 is open.
func pskMismatchNotified(t *trace) {
	for range 2 {
		x := newIKEv1(t, behindNAT("198.51.100.23:61033", "192.0.2.101:500"), plain("203.0.113.5:500"))
		x.four(49211)
		x.ike(initiator, x.five())
		t.wait(x.rtt)
		x.informs(responder)
		t.wait(15 * time.Second)
	}
	ntpExchange(t)
	t.tunnels(1)
	t.warns("psk-mismatch")
	t.informs("nat-detected")
}

// The look-alike: message 5 is lost once, and message 6 answers the second one.
func pskMessage5Lost(t *trace) {
	x := newIKEv1(t, plain("198.51.100.40:500"), plain("203.0.113.80:500"))
	x.four(0)
	five := x.five()
	x.ike(initiator, five)
	t.wait(3 * time.Second)
	x.ike(initiator, five)
	t.wait(x.rtt)
	x.ike(responder, x.encrypted(wire.ExchangeMain, 0, wire.V1PayloadID, 36))
	t.wait(4 * time.Millisecond)
	x.quick(initiator)
	x.ping(5)
	t.tunnels(1)
	t.warns("ike-retransmission")
}

// The responder refuses who the initiator says it is: its answer to IKE_AUTH is
// as long as a bare notify. Two more attempts end in the same way.
func authenticationFailed(t *trace) {
	for range 3 {
		x := roadWarrior(t)
		x.init()
		x.float(49211)
		x.exchange(initiator, wire.ExchangeAuth, wire.PayloadIDi, 236, bareNotify)
		t.wait(10 * time.Second)
	}
	t.tunnels(1)
	t.warns("authentication-failed")
	t.informs("nat-detected")
}

// Here the initiator refuses the responder: IKE_AUTH is complete, and then it
// says so in an exchange of its own. Two attempts end so.
func authenticationFailedInitiator(t *trace) {
	for range 2 {
		x := sites(t)
		x.init()
		x.auth()
		x.exchange(initiator, wire.ExchangeInformational, wire.PayloadNotify, bareNotify, 0)
		t.wait(20 * time.Second)
	}
	ntpExchange(t)
	t.tunnels(1)
	t.warns("authentication-failed")
}

// The look-alike: a tunnel comes up and is closed at once, without data, as a
// test of the way does. On the wire it is one attempt of the capture before.
func closedAtOnce(t *trace) {
	x := sites(t)
	x.establish()
	x.delete(initiator)
	t.wait(20 * time.Second)
	ntpExchange(t)
	t.tunnels(1)
}

// IKEv1's aggressive mode: the responder proves itself in the second message, and
// the initiator answers with an informational message and not with the third.
func authenticationFailedAggressive(t *trace) {
	x := newIKEv1(t, plain("198.51.100.40:500"), plain("203.0.113.80:500"))
	second := x.aggressiveUntil2()
	x.informs(initiator)
	t.wait(4 * time.Second)
	x.ike(responder, second)
	t.wait(8 * time.Second)
	x.ike(responder, second)
	t.wait(70 * time.Second)
	ntpExchange(t)
	t.tunnels(1)
	t.warns("authentication-failed")
	t.informs("aggressive-mode-psk")
}

// eap captures rounds of IKE_AUTH up to the gateway's challenge for a password:
// its certificate, the user's name and the method.
func (x *ikev2) eap() {
	x.exchange(initiator, wire.ExchangeAuth, wire.PayloadIDi, 180, 1150)
	x.exchange(initiator, wire.ExchangeAuth, wire.PayloadEAP, 22, 46)
}

// upWithEAP captures IKE_SA_INIT of a client and the first rounds of EAP.
func upWithEAP(t *trace) *ikev2 {
	x := roadWarrior(t)
	x.init()
	x.float(49211)
	x.eap()
	t.informs("nat-detected")
	return x
}

// A client with the wrong password: after the user's answer the gateway sends a
// message as long as a bare notify, and the client stops.
func eapRejected(t *trace) {
	x := upWithEAP(t)
	t.wait(6 * time.Second)
	x.exchange(initiator, wire.ExchangeAuth, wire.PayloadEAP, 70, 60)
	x.exchange(initiator, wire.ExchangeAuth, wire.PayloadEAP, bareNotify, bareNotify)
	t.wait(30 * time.Second)
	ntpExchange(t)
	t.tunnels(1)
	t.warns("eap-rejected")
}

// The look-alike: the short message is EAP-Success. The client goes on with one
// more round, and the tunnel comes up.
func eapAccepted(t *trace) {
	x := upWithEAP(t)
	t.wait(6 * time.Second)
	x.goesOn()
	x.ping(5)
	t.tunnels(1)
}

// goesOn captures the user's answer, EAP-Success, and the last round.
func (x *ikev2) goesOn() {
	x.exchange(initiator, wire.ExchangeAuth, wire.PayloadEAP, 70, 60)
	x.exchange(initiator, wire.ExchangeAuth, wire.PayloadEAP, bareNotify, bareNotify)
	x.exchange(initiator, wire.ExchangeAuth, wire.PayloadAuth, 40, 188)
	x.t.wait(30 * time.Millisecond)
}

// The gateway asks for a code, and the user does not answer. After a minute the
// gateway ends it.
func eapTimeout(t *trace) {
	x := upWithEAP(t)
	t.wait(60 * time.Second)
	x.exchange(responder, wire.ExchangeInformational, wire.PayloadDelete, bareNotify, 0)
	t.wait(5 * time.Second)
	ntpExchange(t)
	t.tunnels(1)
	t.warns("eap-timeout")
}

// The look-alike: the user takes 45 seconds and then answers.
func eapSlowUser(t *trace) {
	x := upWithEAP(t)
	t.wait(45 * time.Second)
	x.goesOn()
	x.ping(5)
	t.tunnels(1)
}

// The selectors of phase 2 do not fit: the answer to IKE_AUTH holds identity,
// proof and a notify, but no Child SA. The IKE SA stays and is alive; every try to
// make a Child SA is answered as long as a bare notify.
func childRefused(t *trace) {
	x := sites(t)
	x.init()
	x.exchange(initiator, wire.ExchangeAuth, wire.PayloadIDi, 236, 12+40+bareNotify)
	for range 2 {
		t.wait(20 * time.Second)
		x.liveness(responder)
		x.exchange(initiator, wire.ExchangeCreateChild, wire.PayloadSA, 228, bareNotify)
	}
	t.wait(20 * time.Second)
	x.liveness(responder)
	t.tunnels(1)
	t.warns("child-refused")
}

// The look-alike: a tunnel that is up and carries nothing yet. The answer to
// IKE_AUTH is long enough for a Child SA.
func idleTunnel(t *trace) {
	x := sites(t)
	x.establish()
	for range 3 {
		t.wait(20 * time.Second)
		x.liveness(responder)
	}
	t.tunnels(1)
}

// The same refusal in IKEv1: quick mode is answered by an informational message,
// while R-U-THERE is answered.
func childRefusedIKEv1(t *trace) {
	x := newIKEv1(t, plain("198.51.100.40:500"), plain("203.0.113.80:500"))
	x.main(0)
	for range 2 {
		x.ike(initiator, x.encrypted(wire.ExchangeQuick, uint32(t.random.Uint64())|1, wire.V1PayloadHash, 156))
		t.wait(x.rtt)
		x.informs(responder)
		t.wait(10 * time.Second)
		x.areYouThere(initiator)
		t.wait(10 * time.Second)
	}
	t.tunnels(1)
	t.warns("child-refused")
}

package capgen

import (
	"time"

	"github.com/ikesniff/ikesniff/internal/capgen/wire"
)

// negotiation: what the two ends agree on, and how.
var negotiation = []builder{
	{"no-proposal-chosen.pcap", noProposalChosen},
	{"no-proposal-chosen-ikev1.pcap", noProposalChosenIKEv1},
	{"dh-group-retry.pcap", dhGroupRetry},
	{"dh-group-first-guess.pcap", dhGroupFirstGuess},
	{"cookie-challenge.pcap", cookieChallenge},
}

// The responder refuses every proposal: NO_PROPOSAL_CHOSEN in the clear. The
// initiator tries again with a new SPI a while later, and fails again.
// Look-alike: clean-many-proposals.pcap, where one of three is accepted.
func noProposalChosen(t *trace) {
	for range 3 {
		x := sites(t)
		x.ike(initiator, x.initRequest())
		t.wait(x.rtt)
		x.ike(responder, x.initError(wire.NotifyNoProposalChosen, nil))
		t.wait(10 * time.Second)
	}
	t.tunnels(1)
	t.warns("no-proposal-chosen")
}

// The same with IKEv1: the answer to the first message of main mode is an
// informational exchange with NO-PROPOSAL-CHOSEN.
func noProposalChosenIKEv1(t *trace) {
	for range 3 {
		x := newIKEv1(t, plain("198.51.100.40:500"), plain("203.0.113.80:500"))
		x.ike(initiator, x.first())
		t.wait(x.rtt)
		x.ike(responder, x.message(wire.ExchangeInfoV1, wire.V1Notify(14, x.spi[0], x.spi[1])))
		t.wait(10 * time.Second)
	}
	t.tunnels(1)
	t.warns("no-proposal-chosen")
}

// The initiator guesses group 14 first; the responder wants group 20 and says
// so with INVALID_KE_PAYLOAD; the second IKE_SA_INIT, with the same SPI,
// succeeds.
func dhGroupRetry(t *trace) {
	x := sites(t)
	x.offer = [][]wire.Transform{{wire.AES256CBC, wire.PRFSHA256, wire.HMACSHA256, wire.MODP2048, wire.ECP384}}
	x.group = 14
	x.ike(initiator, x.initRequest())
	t.wait(x.rtt)
	x.ike(responder, x.initError(wire.NotifyInvalidKE, []byte{0, 20}))
	t.wait(6 * time.Millisecond)
	x.group, x.public = 20, nil
	x.establish()
	x.ping(5)
	t.tunnels(1)
	t.informs("dh-group-retry")
}

// The look-alike: the same two groups are offered, and the first guess is right.
func dhGroupFirstGuess(t *trace) {
	x := sites(t)
	x.offer = [][]wire.Transform{{wire.AES256CBC, wire.PRFSHA256, wire.HMACSHA256, wire.MODP2048, wire.ECP384}}
	x.group = 14
	x.establish()
	x.ping(5)
	t.tunnels(1)
}

// The responder asks for a COOKIE before it keeps any state; the initiator
// repeats its request with the cookie in front, and the tunnel comes up.
// Look-alike: slow-answer.pcap, where the request is repeated unchanged.
func cookieChallenge(t *trace) {
	x := sites(t)
	x.ike(initiator, x.initRequest())
	t.wait(x.rtt)
	cookie := t.bytes(24)
	x.ike(responder, x.initError(wire.NotifyCookie, cookie))
	t.wait(2 * time.Millisecond)
	x.ike(initiator, x.initRequest(wire.Notify(wire.NotifyCookie, cookie)))
	t.wait(x.rtt)
	x.ike(responder, x.initResponse())
	x.nextID = [2]uint32{1, 0}
	x.auth()
	x.ping(5)
	t.tunnels(1)
	t.informs("cookie-challenge")
}

package capgen

import (
	"encoding/binary"
	"time"

	"github.com/ikesniff/ikesniff/internal/capgen/wire"
)

// disagreements: groups, versions and NAT traversal that the ends do not share,
// both ends at once, and messages that nobody can read.
var disagreements = []builder{
	{"dh-group-mismatch.pcap", dhGroupMismatch},
	{"dh-group-mismatch-repeated.pcap", dhGroupMismatchRepeated},
	{"dh-group-retry-unanswered.pcap", dhGroupRetryUnanswered},
	{"version-mismatch.pcap", versionMismatch},
	{"version-mismatch-ikev2.pcap", versionMismatchIKEv2},
	{"both-versions.pcap", bothVersions},
	{"nat-t-unsupported.pcap", natTUnsupported},
	{"nat-t-unsupported-behind-nat.pcap", natTUnsupportedBehindNAT},
	{"nat-t-missing.pcap", natTMissing},
	{"nat-t-missing-passthrough.pcap", natTMissingPassthrough},
	{"simultaneous-initiation.pcap", simultaneousInitiation},
	{"initiation-by-turns.pcap", initiationByTurns},
	{"malformed-ike.pcap", malformedIKE},
	{"unknown-payload.pcap", unknownPayload},
}

// The responder wants group 20, of which the initiator has never heard: it offers
// groups 14 and 19 alone. It takes the refusal and starts anew a while later, with
// the same result. Look-alike: dh-group-retry.pcap.
func dhGroupMismatch(t *trace) {
	for range 3 {
		x := sites(t)
		x.offer = [][]wire.Transform{{wire.AES256CBC, wire.PRFSHA256, wire.HMACSHA256, wire.MODP2048, wire.ECP256}}
		x.group = 14
		x.ike(initiator, x.initRequest())
		t.wait(x.rtt)
		x.ike(responder, x.initError(wire.NotifyInvalidKE, []byte{0, 20}))
		t.wait(10 * time.Second)
	}
	t.tunnels(1)
	t.warns("dh-group-mismatch")
}

// The initiator repeats the request that was refused, byte for byte, as if it
// had not got the refusal, which comes again each time.
func dhGroupMismatchRepeated(t *trace) {
	x := sites(t)
	x.offer = [][]wire.Transform{{wire.AES256CBC, wire.PRFSHA256, wire.HMACSHA256, wire.MODP2048, wire.ECP384}}
	x.group = 14
	req := x.initRequest()
	again(t, func() {
		x.ike(initiator, req)
		t.wait(x.rtt)
		x.ike(responder, x.initError(wire.NotifyInvalidKE, []byte{0, 20}))
	})
	t.tunnels(1)
	t.warns("dh-group-mismatch", "ike-retransmission")
}

// The look-alike: the initiator does come back with the group, and that request
// is lost. The group is not what keeps the two apart.
func dhGroupRetryUnanswered(t *trace) {
	x := sites(t)
	x.offer = [][]wire.Transform{{wire.AES256CBC, wire.PRFSHA256, wire.HMACSHA256, wire.MODP2048, wire.ECP384}}
	x.group = 14
	x.ike(initiator, x.initRequest())
	t.wait(x.rtt)
	x.ike(responder, x.initError(wire.NotifyInvalidKE, []byte{0, 20}))
	t.wait(6 * time.Millisecond)
	x.group, x.public = 20, nil
	req := x.initRequest()
	again(t, func() { x.ike(initiator, req) })
	t.tunnels(1)
	t.warns("ike-retransmission")
}

// notifyMajor is INVALID_MAJOR_VERSION, the same number in both versions.
const notifyMajor = 5

// An initiator speaks IKEv1 to a responder that takes IKEv2 only: it answers
// message 1 of main mode in IKEv2, with INVALID_MAJOR_VERSION and the version
// that it has. Three attempts. Look-alike: no-answer-ikev1.pcap, where nothing
// tells the version from silence.
func versionMismatch(t *trace) {
	for range 3 {
		x := newIKEv1(t, plain("198.51.100.40:500"), plain("203.0.113.80:500"))
		x.ike(initiator, x.first())
		t.wait(x.rtt)
		h := wire.Header{InitiatorSPI: x.spi[0], Version: 0x20, Exchange: wire.ExchangeInformational, Flags: wire.FlagResponse}
		x.ike(responder, wire.Message(h, wire.Notify(notifyMajor, []byte{2})))
		t.wait(10 * time.Second)
	}
	t.tunnels(1)
	t.warns("version-mismatch")
}

// The other way round: IKE_SA_INIT is answered with IKEv1's
// INVALID-MAJOR-VERSION.
func versionMismatchIKEv2(t *trace) {
	for range 2 {
		x := sites(t)
		x.ike(initiator, x.initRequest())
		t.wait(x.rtt)
		h := wire.Header{InitiatorSPI: x.spi[0], Version: 0x10, Exchange: wire.ExchangeInfoV1, MessageID: uint32(t.below(1 << 30))}
		x.ike(responder, wire.Message(h, wire.V1Notify(notifyMajor, x.spi[0], 0)))
		t.wait(10 * time.Second)
	}
	t.tunnels(1)
	t.warns("version-mismatch")
}

// The look-alike: two gateways have a connection of each version, and both come
// up.
func bothVersions(t *trace) {
	x := sites(t)
	x.establish()
	y := newIKEv1(t, plain("198.51.100.40:500"), plain("203.0.113.80:500"))
	y.main(0)
	y.quick(initiator)
	for range 3 {
		x.ping(1)
		y.ping(1)
	}
	t.tunnels(2)
}

// An IKEv1 responder without NAT traversal: no vendor ID, so nobody sends NAT-D.
// There is no NAT here, and it works. Look-alike: ikev1-main.pcap, where both
// have it.
func natTUnsupported(t *trace) {
	x := newIKEv1(t, plain("198.51.100.40:500"), plain("203.0.113.80:500"))
	x.natT[responder] = false
	x.main(0)
	x.quick(initiator)
	x.ping(5)
	x.areYouThere(responder)
	t.tunnels(1)
	t.informs("nat-t-unsupported")
}

// The same behind a NAT, which shows in the port that the first request comes
// from. ESP of the client goes straight in IP, and nothing comes back through the
// NAT.
func natTUnsupportedBehindNAT(t *trace) {
	x := newIKEv1(t, behindNAT("198.51.100.23:61033", "192.0.2.101:500"), plain("203.0.113.5:500"))
	x.natT[responder] = false
	x.main(0)
	x.quick(initiator)
	for range 30 {
		x.esp(initiator, 84)
		t.wait(time.Second)
	}
	x.areYouThere(initiator)
	t.tunnels(1)
	t.warns("nat-t-unsupported", "nat-t-missing", "esp-blocked", "one-way-esp")
}

// The hashes of a client tell of a NAT, and all the same IKE stays on UDP 500 and
// ESP goes straight in IP. Nothing comes back through the NAT. Look-alike:
// clean-udp-nat.pcap, where ESP goes in UDP.
func natTMissing(t *trace) {
	x := roadWarrior(t)
	x.establish()
	for range 30 {
		x.esp(initiator, 84)
		t.wait(time.Second)
	}
	x.liveness(initiator)
	t.tunnels(1)
	t.warns("nat-t-missing", "esp-blocked", "one-way-esp")
	t.informs("nat-detected")
}

// The same, but this NAT maps ESP for the one client that it has: data goes both
// ways.
func natTMissingPassthrough(t *trace) {
	x := roadWarrior(t)
	x.establish()
	x.ping(8)
	x.liveness(initiator)
	x.ping(2)
	t.tunnels(1)
	t.warns("nat-t-missing")
	t.informs("nat-detected")
}

// Both gateways start an IKE SA: their requests cross on the way. Both are
// answered and authenticated; the second one is then deleted, and data flows with
// the first, through a rekey of the Child SA. It is one tunnel.
func simultaneousInitiation(t *trace) {
	x := sites(t)
	y := newIKEv2(t, plain("203.0.113.80:500"), plain("198.51.100.40:500"))
	x.ike(initiator, x.initRequest())
	t.wait(7 * time.Millisecond)
	y.ike(initiator, y.initRequest())
	t.wait(11 * time.Millisecond)
	x.ike(responder, x.initResponse())
	t.wait(7 * time.Millisecond)
	y.ike(responder, y.initResponse())
	x.nextID, y.nextID = [2]uint32{1, 0}, [2]uint32{1, 0}
	t.wait(4 * time.Millisecond)
	x.auth()
	y.auth()
	t.wait(30 * time.Millisecond)
	t.wait(3 * time.Second)
	y.delete(initiator)
	x.ping(14)
	x.rekeyChild(responder)
	x.ping(6)
	x.liveness(initiator)
	t.tunnels(1)
	t.informs("simultaneous-initiation")
}

// The look-alike: the other gateway starts an IKE SA of its own 5 seconds after
// the first, which it replaces.
func initiationByTurns(t *trace) {
	x := sites(t)
	x.establish()
	x.ping(5)
	x.delete(responder)
	t.wait(200 * time.Millisecond)
	y := newIKEv2(t, plain("203.0.113.80:500"), plain("198.51.100.40:500"))
	y.establish()
	y.ping(5)
	t.tunnels(1)
}

// Something on the path damages the first IKE_SA_INIT of a client: its KE payload
// claims 400 bytes more than there are. The next sending is whole and answered.
func malformedIKE(t *trace) {
	x := roadWarrior(t)
	whole := x.initRequest()
	m := append([]byte{}, whole...)
	// The SA payload stands first, KE behind it.
	ke := 28 + int(binary.BigEndian.Uint16(m[30:]))
	binary.BigEndian.PutUint16(m[ke+2:], uint16(len(m)-ke+400))
	t.breaks()
	x.ike(initiator, m)
	t.wait(3 * time.Second)
	x.ike(initiator, whole)
	t.wait(x.rtt)
	x.ike(responder, x.initResponse())
	x.nextID = [2]uint32{1, 0}
	x.float(49211)
	x.auth()
	x.ping(5)
	t.tunnels(1)
	t.informs("nat-detected")
	t.warns("malformed-ike")
}

// The look-alike: IKE_SA_INIT holds a payload of a type that nobody knows, not
// marked critical. A receiver skips it (RFC 7296 2.5), and so does the report.
func unknownPayload(t *trace) {
	x := sites(t)
	x.vendors[initiator] = []wire.Payload{{Type: 201, Body: t.bytes(20)}}
	x.establish()
	x.ping(5)
	t.tunnels(1)
}

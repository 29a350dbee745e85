package capgen

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/ikesniff/ikesniff/internal/capgen/wire"
)

// reachability: who answers, how late, and who refuses.
var reachability = []builder{
	{"no-answer.pcap", noAnswer},
	{"no-answer-ikev1.pcap", noAnswerIKEv1},
	{"slow-answer.pcap", slowAnswer},
	{"just-asked.pcap", justAsked},
	{"ike-retransmission.pcap", ikeRetransmission},
	{"icmp-rejected-ike.pcap", icmpRejectedIKE},
	{"icmp-rejected-esp-ipv6.pcap", icmpRejectedESP},
	{"icmp-other-traffic.pcap", icmpOtherTraffic},
	{"half-open-flood.pcap", halfOpenFlood},
	{"spokes-retrying.pcap", spokesRetrying},
}

// backoff are the waits of FortiOS between sendings of one IKEv2 request.
var backoff = []time.Duration{3 * time.Second, 6 * time.Second, 12 * time.Second, 24 * time.Second}

// An IKE_SA_INIT request goes out five times with growing waits, and nothing
// ever comes back. That it was repeated is a consequence.
func noAnswer(t *trace) {
	x := sites(t)
	x.unanswered(x.initRequest())
	t.wait(48 * time.Second)
	ntpExchange(t)
	t.tunnels(1)
	t.warns("no-answer", "ike-retransmission")
}

// The same with IKEv1: the first message of main mode.
func noAnswerIKEv1(t *trace) {
	x := newIKEv1(t, plain("198.51.100.40:500"), plain("203.0.113.80:500"))
	x.unanswered(x.first())
	t.wait(48 * time.Second)
	ntpExchange(t)
	t.tunnels(1)
	t.warns("no-answer", "ike-retransmission")
}

// unanswered captures a message of the initiator that is sent five times.
func (p *peers) unanswered(message []byte) {
	p.ike(initiator, message)
	for _, d := range backoff {
		p.t.wait(d)
		p.ike(initiator, message)
	}
}

// The look-alike: the third sending of IKE_SA_INIT is answered, and the tunnel
// comes up. Requests were repeated, but there was an answer.
func slowAnswer(t *trace) {
	x := sites(t)
	req := x.initRequest()
	x.ike(initiator, req)
	for _, d := range backoff[:2] {
		t.wait(d)
		x.ike(initiator, req)
	}
	t.wait(x.rtt)
	x.ike(responder, x.initResponse())
	x.nextID = [2]uint32{1, 0}
	x.auth()
	x.ping(5)
	t.tunnels(1)
	t.warns("ike-retransmission")
}

// The other look-alike: the capture ends 200 milliseconds after the only
// request. Nothing can be said yet.
func justAsked(t *trace) {
	x := sites(t)
	x.ike(initiator, x.initRequest())
	t.wait(200 * time.Millisecond)
	ntpExchange(t)
	t.tunnels(1)
}

// IKE_AUTH is sent three times before its answer comes, and a liveness check
// twice. Look-alike: duplicate-capture.pcap, where the capture repeats messages.
func ikeRetransmission(t *trace) {
	x := upBehindNATUntilAuth(t)
	req, id := x.request(initiator, wire.ExchangeAuth, wire.PayloadIDi, 236)
	x.ike(initiator, req)
	for _, d := range backoff[:2] {
		t.wait(d)
		x.ike(initiator, req)
	}
	t.wait(x.rtt)
	x.ike(responder, x.response(responder, wire.ExchangeAuth, id, wire.PayloadIDr, 188))
	x.ping(4)
	req, id = x.request(responder, wire.ExchangeInformational, 0, 0)
	x.ike(responder, req)
	t.wait(3 * time.Second)
	x.ike(responder, req)
	t.wait(x.rtt)
	x.ike(initiator, x.response(initiator, wire.ExchangeInformational, id, 0, 0))
	x.ping(4)
	t.tunnels(1)
	t.warns("ike-retransmission")
}

// upBehindNATUntilAuth captures IKE_SA_INIT and moves to UDP 4500.
func upBehindNATUntilAuth(t *trace) *ikev2 {
	x := roadWarrior(t)
	x.init()
	x.float(49211)
	t.informs("nat-detected")
	return x
}

// The responder's host answers IKE_SA_INIT with ICMP port unreachable: nothing
// listens there.
func icmpRejectedIKE(t *trace) {
	x := sites(t)
	req := x.initRequest()
	for _, d := range append([]time.Duration{0}, backoff...) {
		t.wait(d)
		p := x.ike(initiator, req)
		t.wait(x.rtt)
		host := x.end[1].seen.Addr()
		t.ip(host, x.end[0].seen.Addr(), wire.ProtoICMP, wire.ICMPError(3, 3, p, 548), nil)
	}
	t.wait(48 * time.Second)
	ntpExchange(t)
	t.tunnels(1)
	t.warns("icmp-rejected", "no-answer", "ike-retransmission")
}

// A router on the way forbids ESP over IPv6: each packet from the initiator is
// answered with ICMPv6 "administratively prohibited", and nothing arrives that
// would be answered.
func icmpRejectedESP(t *trace) {
	x := newIKEv2(t, plain("[2001:db8:10::2]:500"), plain("[2001:db8:20::1]:500"))
	x.establish()
	router := netip.MustParseAddr("2001:db8:ff::1")
	t.host(router).ttl = 63
	for range 6 {
		p := x.esp(initiator, 84)
		t.wait(4 * time.Millisecond)
		to := x.end[0].seen.Addr()
		t.ip(router, to, wire.ProtoICMPv6, wire.ICMPv6Error(router, to, 1, 1, p, 1232), nil)
		t.wait(time.Second)
	}
	x.liveness(initiator)
	t.tunnels(1)
	t.warns("icmp-rejected")
}

// The look-alike: the ends of a working tunnel exchange ICMP errors about other
// traffic, DNS and a TCP connection.
func icmpOtherTraffic(t *trace) {
	x := upBetweenSites(t)
	x.ping(4)
	a, b := x.end[0].seen.Addr(), x.end[1].seen.Addr()
	for range 3 {
		query := dnsQuery(t, "www.example.com")
		p := t.udp(netip.AddrPortFrom(a, 40000+uint16(t.below(9999))), netip.AddrPortFrom(b, 53), query, nil)
		t.ip(b, a, wire.ProtoICMP, wire.ICMPError(3, 3, p, 548), nil)
		syn := wire.TCP(netip.AddrPortFrom(b, 50123), netip.AddrPortFrom(a, 8443), 77, 0, wire.TCPSyn, nil)
		p = t.ip(b, a, wire.ProtoTCP, syn, nil)
		t.ip(a, b, wire.ProtoICMP, wire.ICMPError(3, 10, p, 28), nil)
		x.ping(2)
	}
	t.tunnels(1)
}

// 60 sources each send one IKE_SA_INIT with an SPI of its own within 12 seconds;
// one in ten is answered, with a COOKIE, and none goes on. Then half a minute of
// silence. No source is a tunnel of its own.
func halfOpenFlood(t *trace) {
	for n := range 60 {
		from := plain(fmt.Sprintf("198.51.100.%d:%d", 20+n, 1024+t.below(60000)))
		x := newIKEv2(t, from, plain("203.0.113.1:500"))
		x.ike(initiator, x.initRequest())
		if n%10 == 9 {
			t.wait(300 * time.Microsecond)
			x.ike(responder, x.initError(wire.NotifyCookie, t.bytes(20)))
		}
		t.wait(time.Duration(150+t.below(100)) * time.Millisecond)
	}
	t.wait(45 * time.Second)
	ntpExchange(t)
	t.tunnels(0)
	t.expect.Unlisted = 66
	t.warns("half-open-flood")
}

// The look-alike: the 20 spokes of a hub that does not answer. Each repeats one
// request with one SPI and growing waits, as real clients do.
func spokesRetrying(t *trace) {
	var spokes []*ikev2
	var requests [][]byte
	for n := range 20 {
		x := newIKEv2(t, plain(fmt.Sprintf("198.51.100.%d:500", 20+n)), plain("203.0.113.1:500"))
		spokes, requests = append(spokes, x), append(requests, x.initRequest())
	}
	for _, d := range append([]time.Duration{0}, backoff...) {
		t.wait(d)
		for n, x := range spokes {
			x.ike(initiator, requests[n])
			t.wait(7 * time.Millisecond)
		}
	}
	t.wait(48 * time.Second)
	ntpExchange(t)
	t.tunnels(20)
	t.warns("no-answer", "ike-retransmission")
}

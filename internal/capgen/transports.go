package capgen

import (
	"bytes"
	"time"

	"github.com/ikesniff/ikesniff/internal/capgen/wire"
)

// betweenTransports: tunnels that go from UDP to TCP, or do not have to.
var betweenTransports = []builder{
	{"failover-udp-to-tcp.pcap", failoverUDPToTCP},
	{"udp-tcp-fallback.pcap", udpTCPFallback},
	{"udp-slow-answer.pcap", udpSlowAnswer},
	{"tcp-fallback-refused.pcap", tcpFallbackRefused},
	{"tcp-fallback-unanswered.pcap", tcpFallbackUnanswered},
	{"stale-sa.pcap", staleSA},
	{"one-way-keepalives.pcap", oneWayKeepalives},
	{"idle-keepalives.pcap", idleKeepalives},
}

// A FortiClient's tunnel is up on UDP 4500. At 23:34:42 UDP is blocked between
// client and gateway. The gateway sends keepalives, one every 10 seconds, for
// five and a half minutes; then the user connects again, and the tunnel comes up
// on TCP 5500 with a new SPI. Captured at the gateway. It is one tunnel, which
// is up at the end. Addresses, times and TCP numbers are those of the vendor's
// published example.
func failoverUDPToTCP(t *trace) {
	t.now = time.Date(2026, 2, 26, 23, 17, 23, 208180000, time.UTC)
	x := fortiClient(t, "10.3.2.150:59641", "10.55.3.193:4500")
	x.spi = [2]uint64{0x1d3827fc604e04cb, 0xef51edd37d9e4db3}
	client, gateway := x.end[0].seen.Addr(), x.end[1].seen.Addr()
	t.host(client).ttl, t.host(gateway).ttl = 127, 64
	x.fortiEstablish("23:17:23.286816", "23:17:23.301930")
	for range 22 {
		x.clientPing(44 * time.Second)
	}
	t.at("23:34:30.512011")
	x.liveness(initiator)
	t.at("23:34:38.758377")
	x.esp(initiator, 82)
	x.esp(responder, 98)
	x.esp(responder, 98)
	t.at("23:34:42.766021")
	x.esp(initiator, 82)
	t.wait(41 * time.Microsecond)
	x.esp(initiator, 82)
	t.wait(21 * time.Microsecond)
	x.esp(responder, 98)
	x.esp(responder, 98)
	t.at("23:34:52.765482")
	for range 33 {
		x.keepalive(responder)
		t.wait(10*time.Second - 23*time.Microsecond)
	}

	y := fortiClient(t, "10.3.2.150:58518", "10.55.3.193:5500")
	y.spi[0] = 0x9702480b582147c9
	t.at("23:40:21.594070")
	c := y.dial()
	for i, isn := range []uint32{309505874, 3060518285} {
		c.way[i].isn, c.way[i].next = isn, isn
	}
	c.rtt = 1200 * time.Microsecond
	c.open()
	t.at("23:40:21.595404")
	c.bytes(initiator, prefix)
	c.flush(initiator)
	c.ack(responder)
	t.at("23:40:21.597153")
	y.fortiEstablish("23:40:21.675801", "23:40:21.690915")
	for range 21 {
		y.clientPing(16 * time.Second)
		c.ack(initiator)
	}
	t.at("23:46:02.108000")
	y.esp(responder, 98)
	t.at("23:46:02.110000")
	y.esp(initiator, 82)
	t.tunnels(1)
	t.warns("one-way-keepalives")
	t.informs("transport-changed")
}

// fortiClient is a FortiClient whose IKE_SA_INIT request is as long as that of
// the example.
func fortiClient(t *trace, client, gateway string) *ikev2 {
	x := newIKEv2(t, plain(client), plain(gateway))
	x.marked = true
	x.group = 14
	groups := []wire.Transform{wire.MODP2048, wire.ECP256, wire.ECP384}
	for _, suite := range [][]wire.Transform{
		{wire.AES128CBC, wire.PRFSHA256, wire.HMACSHA256},
		{wire.AES256CBC, wire.PRFSHA256, wire.HMACSHA256},
		{wire.AES256GCM, wire.PRFSHA256},
	} {
		x.offer = append(x.offer, append(suite, groups...))
	}
	x.offer = x.offer[1:]
	x.vendors[initiator] = []wire.Payload{wire.Vendor(wire.VendorPrivate("a client"))}
	x.vendors[initiator] = append(x.vendors[initiator], wire.Vendor(bytes.Repeat([]byte{0xa5}, 838-len(x.initRequest())-4)))
	return x
}

// fortiEstablish captures IKE_SA_INIT and IKE_AUTH with EAP, from now on; the
// first answer and the request after it have times of their own.
func (x *ikev2) fortiEstablish(answer, auth string) {
	t := x.t
	x.ike(initiator, x.initRequest())
	if x.stream != nil {
		x.stream.ack(responder)
	}
	t.at(answer)
	x.ike(responder, x.initResponse())
	x.nextID = [2]uint32{1, 0}
	t.at(auth)
	if x.stream != nil {
		x.exchange(initiator, wire.ExchangeAuth, wire.PayloadIDi, 470, 180)
	} else {
		// Over UDP the first request comes in two fragments (RFC 7383).
		for n, size := range []int{480, 16} {
			f := wire.Fragment(n+1, 2, wire.PayloadIDi, t.bytes(16+size+16))
			x.ike(initiator, x.message(initiator, wire.ExchangeAuth, false, 1, f))
		}
		x.nextID[initiator]++
		t.wait(x.rtt)
		x.ike(responder, x.response(responder, wire.ExchangeAuth, 1, wire.PayloadIDr, 180))
		t.wait(4 * time.Millisecond)
	}
	x.exchange(initiator, wire.ExchangeAuth, wire.PayloadEAP, 28, 44)
	x.exchange(initiator, wire.ExchangeAuth, wire.PayloadEAP, 76, 60)
	x.exchange(initiator, wire.ExchangeAuth, wire.PayloadAuth, 40, 204)
	t.wait(200 * time.Millisecond)
}

// clientPing captures an echo through the tunnel and waits.
func (x *ikev2) clientPing(d time.Duration) {
	x.esp(initiator, 82)
	x.t.wait(400 * time.Microsecond)
	x.esp(responder, 98)
	x.t.wait(d)
}

// askUDP captures an IKE_SA_INIT request four times within 12 seconds.
func (x *ikev2) askUDP() []byte {
	req := x.initRequest()
	for _, d := range []time.Duration{0, 2 * time.Second, 4 * time.Second, 6 * time.Second} {
		x.t.wait(d)
		x.ike(initiator, req)
	}
	x.t.wait(3200 * time.Millisecond)
	return req
}

// Four requests on UDP 500 get no answer. After 15 seconds the client goes over
// to TCP 4500 with a new SPI (RFC 9329 5.1), and the tunnel comes up there.
func udpTCPFallback(t *trace) {
	sites(t).askUDP()
	x := upOverTCP(t, 4500)
	x.ping(8)
	x.liveness(responder)
	x.ping(2)
	t.tunnels(1)
	t.warns("udp-tcp-fallback", "no-answer", "ike-retransmission")
}

// The look-alike: UDP does answer, if late. The client has opened a TCP
// connection by then, does not need it, and closes it.
func udpSlowAnswer(t *trace) {
	x := sites(t)
	x.askUDP()
	c := newConn(t, plain("198.51.100.40:49152").seen, plain("203.0.113.80:4500").seen)
	c.open()
	t.wait(30 * time.Millisecond)
	x.ike(responder, x.initResponse())
	x.nextID = [2]uint32{1, 0}
	c.close(initiator)
	x.auth()
	x.ping(6)
	t.tunnels(1)
	t.warns("ike-retransmission")
	t.informs("tcp-half-open")
}

// Four requests on UDP 500 get no answer, then TCP 4500 is refused three times.
func tcpFallbackRefused(t *trace) {
	sites(t).askUDP()
	for n := range uint16(3) {
		refused(t, plain("198.51.100.40:500").port(49152+n), plain("203.0.113.80:4500").seen)
		t.wait(5 * time.Second)
	}
	t.wait(30 * time.Second)
	ntpExchange(t)
	t.tunnels(1)
	t.warns("no-answer", "ike-retransmission", "tcp-fallback-failed", "tcp-connect-failed")
}

// Four requests on UDP 500 get no answer, and neither does the SYN to TCP 4500,
// which is sent five times.
func tcpFallbackUnanswered(t *trace) {
	sites(t).askUDP()
	c := newConn(t, plain("198.51.100.40:49152").seen, plain("203.0.113.80:4500").seen)
	for _, d := range []time.Duration{1, 2, 4, 8, 16} {
		c.segment(initiator, c.way[initiator].isn, wire.TCPSyn, nil, nil)
		t.wait(d * time.Second)
	}
	ntpExchange(t)
	t.tunnels(1)
	t.warns("no-answer", "ike-retransmission", "tcp-fallback-failed", "tcp-connect-failed")
}

// A client whose tunnel is up on UDP connects again over TCP, and does not end
// the old SA. The gateway goes on with keepalives on UDP for two minutes.
func staleSA(t *trace) {
	x := upBehindNAT(t)
	x.ping(6)
	t.wait(3 * time.Second)
	y := newIKEv2(t, behindNAT("198.51.100.23:61440", "192.0.2.101:49152"), plain("203.0.113.5:4500"))
	y.connect()
	y.establish()
	for range 12 {
		y.ping(1)
		x.keepalive(responder)
		t.wait(9 * time.Second)
	}
	t.tunnels(1)
	t.informs("stale-sa", "transport-changed")
}

// Data flowed both ways on UDP. Then nothing comes from the client any more,
// while the gateway sends keepalives and a liveness check five times in vain.
func oneWayKeepalives(t *trace) {
	x := upBehindNAT(t)
	x.ping(8)
	for range 4 {
		t.wait(10 * time.Second)
		x.keepalive(responder)
	}
	req, _ := x.request(responder, wire.ExchangeInformational, 0, 0)
	x.ike(responder, req)
	for _, d := range backoff {
		t.wait(d)
		x.ike(responder, req)
	}
	for range 5 {
		t.wait(10 * time.Second)
		x.keepalive(responder)
	}
	t.tunnels(1)
	t.warns("dpd-failed", "one-way-keepalives", "ike-retransmission")
}

// The look-alike: a healthy tunnel without traffic, whose client keeps the NAT's
// mapping alive. A keepalive is never answered, so no more than a hint is due.
func idleKeepalives(t *trace) {
	x := upBehindNAT(t)
	x.ping(8)
	for range 9 {
		t.wait(20 * time.Second)
		x.keepalive(initiator)
	}
	t.tunnels(1)
	t.informs("one-way-keepalives")
}

package capgen

import (
	"net/netip"
	"time"

	"github.com/ikesniff/ikesniff/internal/capgen/wire"
)

// tcpFailures: connections that are not opened, not used, not answered, or end
// early.
var tcpFailures = []builder{
	{"tcp-connect-failed.pcap", tcpConnectFailed},
	{"tcp-just-asked.pcap", tcpJustAsked},
	{"tcp-half-open.pcap", tcpHalfOpen},
	{"tcp-no-ike-answer.pcap", tcpNoIKEAnswer},
	{"missing-stream-prefix.pcap", missingStreamPrefix},
	{"tcp-reset-midpath.pcap", tcpResetMidpath},
	{"tcp-reset-by-peer.pcap", tcpResetByPeer},
	{"port-owned-by-https.pcap", portOwnedByTLS},
	{"port-owned-by-http.pcap", portOwnedByHTTP},
	{"https-admin-lost.pcap", httpsAdminLost},
	{"https-elsewhere.pcap", httpsElsewhere},
}

// refused captures a SYN and the RST that answers it.
func refused(t *trace, client, server netip.AddrPort) {
	c := newConn(t, client, server)
	c.control(initiator, wire.TCPSyn)
	t.wait(c.rtt)
	c.way[responder].next = 0
	c.reset(responder)
}

// A tunnel over TCP works until the gateway resets its connection; after that
// the gateway refuses each new one.
func tcpConnectFailed(t *trace) {
	x := upOverTCP(t, 4500)
	x.ping(6)
	x.stream.reset(responder)
	for n := range uint16(4) {
		t.wait(5 * time.Second)
		refused(t, x.end[0].port(49153+n), x.end[1].seen)
	}
	t.wait(60 * time.Second)
	ntpExchange(t)
	t.tunnels(1)
	t.warns("tcp-connect-failed")
}

// The look-alike: the capture ends 200 milliseconds after the SYN of a new
// connection. Nothing can be said yet.
func tcpJustAsked(t *trace) {
	x := upOverTCP(t, 4500)
	x.ping(6)
	x.stream.reset(responder)
	t.wait(2 * time.Second)
	c := newConn(t, x.end[0].port(49153), x.end[1].seen)
	c.control(initiator, wire.TCPSyn)
	t.wait(200 * time.Millisecond)
	ntpExchange(t)
	t.tunnels(1)
}

// Beside a tunnel that works over TCP 4500, three connections from the same host
// to the same port are opened, and nothing is said on them.
func tcpHalfOpen(t *trace) {
	x := upOverTCP(t, 4500)
	x.ping(3)
	for n := range uint16(3) {
		c := newConn(t, x.end[0].port(49201+n), x.end[1].seen)
		c.open()
		x.ping(2)
		t.wait(13 * time.Second)
		c.close(responder)
	}
	x.liveness(responder)
	x.ping(2)
	t.tunnels(1)
	t.warns("tcp-half-open")
}

// The gateway's port takes the connection, "IKETCP" and IKE_SA_INIT, and says
// nothing until it closes 30 seconds later. Twice.
func tcpNoIKEAnswer(t *trace) {
	for n := range uint16(2) {
		x := overTCP(t, 4500)
		p := x.end[0].port(49152 + n)
		x.end[0] = end{p, p}
		c := x.connect()
		x.ike(initiator, x.initRequest())
		t.wait(c.rtt)
		c.ack(responder)
		t.wait(30 * time.Second)
		c.close(responder)
		t.wait(5 * time.Second)
	}
	ntpExchange(t)
	t.tunnels(1)
	t.warns("tcp-no-ike-answer", "no-answer")
}

// An initiator that leaves "IKETCP" out: the first bytes are a length and an IKE
// message. The responder takes it all the same.
func missingStreamPrefix(t *trace) {
	x := overTCP(t, 4500)
	x.dial().open()
	x.establish()
	x.ping(6)
	x.liveness(responder)
	x.ping(2)
	t.tunnels(1)
	t.warns("missing-stream-prefix")
}

// A device on the way resets the connection in the gateway's name: the TTL of
// the RST is another than that of all else from the gateway. The client opens
// another connection for the same SAs.
func tcpResetMidpath(t *trace) {
	x := upOverTCP(t, 4500)
	x.ping(8)
	gateway := t.host(x.end[1].seen.Addr())
	gateway.ttl = 249
	x.stream.reset(responder)
	gateway.ttl = 61
	afterReset(t, x)
	t.warns("tcp-reset-midpath")
	t.informs("tcp-reconnect")
}

// The look-alike: the gateway resets the connection itself, with the TTL that
// its segments always have.
func tcpResetByPeer(t *trace) {
	x := upOverTCP(t, 4500)
	x.ping(8)
	x.stream.reset(responder)
	afterReset(t, x)
	t.informs("tcp-reconnect")
}

func afterReset(t *trace, x *ikev2) {
	t.wait(1500 * time.Millisecond)
	x.redial(49153)
	x.liveness(initiator)
	x.ping(6)
	t.tunnels(1)
}

// askPort captures a connection to port 443 on which the initiator asks for IKE.
func askPort(t *trace) *conn {
	x := overTCP(t, 443)
	c := x.connect()
	x.ike(initiator, x.initRequest())
	t.wait(c.rtt)
	return c
}

// What holds port 443 is a web server: it answers "IKETCP" and IKE_SA_INIT with
// a TLS alert (decode_error) and closes.
func portOwnedByTLS(t *trace) {
	c := askPort(t)
	c.say(responder, []byte{21, 3, 3, 0, 2, 2, 50})
	c.close(responder)
	t.wait(40 * time.Second)
	ntpExchange(t)
	t.tunnels(1)
	t.warns("port-owned-by-https", "no-answer")
}

// The same, but the server answers in HTTP.
func portOwnedByHTTP(t *trace) {
	c := askPort(t)
	c.say(responder, []byte("HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\nContent-Length: 15\r\nConnection: close\r\n\r\n<h1>Bad</h1>\r\n\r\n"))
	c.close(responder)
	t.wait(40 * time.Second)
	ntpExchange(t)
	t.tunnels(1)
	t.warns("port-owned-by-https", "no-answer")
}

// IKE holds port 443 of the gateway, where its web administration was before.
// Two browsers say ClientHello there and are refused, while a tunnel works.
func httpsAdminLost(t *trace) {
	x := upOverTCP(t, 443)
	x.ping(4)
	for _, admin := range []string{"198.51.100.201:52100", "198.51.100.202:50344", "198.51.100.201:52107"} {
		c := newConn(t, netip.MustParseAddrPort(admin), x.end[1].seen)
		c.open()
		c.say(initiator, clientHello(t))
		c.reset(responder)
		x.ping(2)
	}
	t.tunnels(1)
	t.warns("https-admin-lost")
}

// The look-alike: a browser is refused on port 443 of another host, and one is
// served by a third, beside a tunnel on port 443.
func httpsElsewhere(t *trace) {
	x := upOverTCP(t, 443)
	x.ping(4)
	c := talkTCP(t, "198.51.100.201:52100", "203.0.113.90:443")
	c.say(initiator, clientHello(t))
	c.reset(responder)
	x.ping(2)
	c = talkTCP(t, "198.51.100.201:52101", "203.0.113.91:443")
	tlsTalk(c)
	c.close(initiator)
	x.ping(4)
	t.tunnels(1)
}

package capgen

import (
	"net/netip"
	"time"
)

// tcpStreams: RFC 8229 with nothing wrong.
var tcpStreams = []builder{
	{"tcp-4500.pcap", tcp4500},
	{"tcp-443-prefix-joined.pcap", tcp443},
	{"tcp-5500-split.pcap", tcpSplit},
	{"tcp-ipv6.pcap", tcpIPv6},
	{"tcp-two-clients-one-nat.pcap", tcpTwoClients},
	{"tcp-ike-rekey.pcap", tcpIKERekey},
	{"tcp-sequence-wrap.pcap", tcpSequenceWrap},
	{"tcp-midway.pcap", tcpMidway},
	{"tcp-one-direction.pcap", tcpOneDirection},
	{"tcp-nat-keepalives.pcap", tcpNATKeepalives},
	{"tcp-own-keepalives.pcap", tcpOwnKeepalives},
	{"tcp-reconnect.pcap", tcpReconnect},
}

// overTCP is a client without NAT whose tunnel is to be in a TCP stream.
func overTCP(t *trace, port uint16) *ikev2 {
	x := newIKEv2(t, plain("198.51.100.40:49152"), end{})
	at := netip.AddrPortFrom(netip.MustParseAddr("203.0.113.80"), port)
	x.end[1] = end{at, at}
	return x
}

// upOverTCP captures the beginning of such a tunnel.
func upOverTCP(t *trace, port uint16) *ikev2 {
	x := overTCP(t, port)
	x.connect()
	x.establish()
	return x
}

// port is another endpoint of the same host.
func (e end) port(n uint16) netip.AddrPort { return netip.AddrPortFrom(e.seen.Addr(), n) }

// redial opens a connection from another port for the SAs that there are.
func (x *ikev2) redial(port uint16) *conn {
	p := x.end[0].port(port)
	x.end[0] = end{p, p}
	return x.connect()
}

// IKE and ESP in a TCP stream to port 4500, as RFC 9329 has it: "IKETCP" alone
// in its segment, each message in one of its own.
func tcp4500(t *trace) {
	x := upOverTCP(t, 4500)
	x.ping(6)
	t.wait(10 * time.Second)
	x.liveness(responder)
	x.ping(4)
	x.stream.close(initiator)
	t.tunnels(1)
}

// The same on port 443, where TLS is at home: told by content. "IKETCP" shares
// its segment with the first message.
func tcp443(t *trace) {
	x := overTCP(t, 443)
	c := x.dial()
	c.open()
	c.bytes(initiator, prefix)
	x.establish()
	x.ping(6)
	x.liveness(initiator)
	x.ping(4)
	t.tunnels(1)
}

// The same on port 5500. Segments end anywhere: inside "IKETCP", inside a
// length, inside a header; and one segment holds many messages.
func tcpSplit(t *trace) {
	x := overTCP(t, 5500)
	c := x.dial()
	c.open()
	c.say(initiator, prefix[:3])
	c.bytes(initiator, prefix[3:])
	c.held = true
	x.ike(initiator, x.initRequest())
	c.push(initiator, 4) // the last of "IKETCP", and one byte of the length
	c.push(initiator, 9)
	c.flush(initiator)
	t.wait(c.rtt)
	x.ike(responder, x.initResponse())
	c.push(responder, 1)
	c.push(responder, 3)
	c.flush(responder)
	x.nextID = [2]uint32{1, 0}
	c.held = false
	x.auth()
	x.ping(2)
	c.held = true
	for _, cut := range []int{1, 7, 333, 700} {
		for _, from := range []sender{initiator, responder} {
			x.flow(from, 3)
			c.push(from, cut)
			t.wait(time.Millisecond)
			c.flush(from)
			t.wait(time.Second)
		}
	}
	c.held = false
	x.liveness(responder)
	x.ping(2)
	t.tunnels(1)
}

// The same over IPv6.
func tcpIPv6(t *trace) {
	x := newIKEv2(t, plain("[2001:db8:10::2]:49152"), plain("[2001:db8:20::1]:4500"))
	x.connect()
	x.establish()
	x.ping(6)
	x.liveness(responder)
	x.ping(2)
	t.tunnels(1)
}

// Two clients behind one NAT address, each with a TCP connection to one gateway.
// Both chose the same SPI for what comes to them.
func tcpTwoClients(t *trace) {
	gateway := plain("203.0.113.5:4500")
	x := newIKEv2(t, behindNAT("198.51.100.23:1031", "192.0.2.101:49152"), gateway)
	y := newIKEv2(t, behindNAT("198.51.100.23:1032", "192.0.2.102:49188"), gateway)
	y.child[responder].spi = x.child[responder].spi
	x.connect()
	x.establish()
	y.connect()
	y.establish()
	for range 6 {
		x.ping(1)
		y.ping(1)
	}
	t.tunnels(2)
	t.informs("nat-detected")
}

// The responder rekeys the IKE SA on the same connection, then the initiator a
// Child SA.
func tcpIKERekey(t *trace) {
	x := upOverTCP(t, 4500)
	x.ping(4)
	t.wait(5 * time.Second)
	old := x.rekeyIKE(responder)
	t.wait(200 * time.Millisecond)
	old.delete(responder)
	x.ping(4)
	x.rekeyChild(initiator)
	x.ping(4)
	x.delete(initiator)
	x.ping(2)
	t.tunnels(1)
}

// The numbers of both TCP streams pass from 4294967295 to 0, in the middle of a
// message.
func tcpSequenceWrap(t *trace) {
	x := overTCP(t, 4500)
	c := x.dial()
	c.way[0].isn, c.way[0].next = 1<<32-1100, 1<<32-1100
	c.way[1].isn, c.way[1].next = 1<<32-900, 1<<32-900
	c.open()
	c.say(initiator, prefix)
	x.establish()
	x.ping(12)
	t.tunnels(1)
}

// The capture begins long after the connection, in the middle of a message.
// Neither "IKETCP" nor any IKE_SA_INIT is seen.
func tcpMidway(t *trace) {
	x := overTCP(t, 4500)
	t.behind(func() {
		x.connect()
		x.establish()
		x.ping(8)
		x.stream.held = true
		x.esp(initiator, 900)
		x.stream.push(initiator, 300)
		x.stream.held = false
	})
	x.stream.flush(initiator)
	x.ping(8)
	x.liveness(responder)
	x.flow(initiator, 6)
	x.flow(responder, 6)
	x.ping(4)
	t.tunnels(1)
}

// The capture has the initiator's packets only, as a mirror port of one
// direction gives it. What is missing is not the tunnel's fault.
func tcpOneDirection(t *trace) {
	x := overTCP(t, 4500)
	t.unseen[x.end[1].seen.Addr()] = true
	x.connect()
	x.establish()
	for range 12 {
		x.ping(1)
		x.stream.ack(initiator)
	}
	x.liveness(initiator)
	x.ping(4)
	t.tunnels(1)
}

// A peer sends NAT keepalives as messages of its TCP stream: 00 03 ff. They do no
// good there, and no harm.
func tcpNATKeepalives(t *trace) {
	x := upOverTCP(t, 4500)
	x.ping(4)
	for range 4 {
		t.wait(20 * time.Second)
		x.keepalive(initiator)
		x.stream.ack(responder)
	}
	x.ping(4)
	t.tunnels(1)
	t.informs("keepalive-in-tcp")
}

// The look-alike: keepalives of TCP itself, with one old byte or none, outside
// the stream.
func tcpOwnKeepalives(t *trace) {
	x := upOverTCP(t, 4500)
	x.ping(4)
	for n := range 6 {
		t.wait(45 * time.Second)
		x.stream.tcpKeepalive(initiator, n%2)
		t.wait(x.rtt)
		x.stream.ack(responder)
	}
	x.ping(4)
	t.tunnels(1)
}

// The connection is lost without a sign of it. The client comes back from
// another port with "IKETCP" and ESP of the SAs that there are: no IKE message
// belongs to the new connection.
func tcpReconnect(t *trace) {
	x := upOverTCP(t, 4500)
	x.ping(6)
	t.wait(40 * time.Second)
	x.redial(49801)
	x.ping(8)
	t.tunnels(1)
	t.informs("tcp-reconnect")
}

package capgen

import (
	"time"

	"github.com/ikesniff/ikesniff/internal/capgen/file"
	"github.com/ikesniff/ikesniff/internal/capgen/wire"
)

// tcpSegments: how segments go missing, come again, and contradict each other.
var tcpSegments = []builder{
	{"tcp-repeats.pcap", tcpRepeats},
	{"tcp-lossy.pcap", tcpLossy},
	{"tcp-lossy-length.pcap", tcpLossyLength},
	{"tcp-partial-at-break.pcap", tcpPartial},
	{"tcp-snaplen-128.pcap", tcpSnaplen},
	{"tcp-captured-twice.pcap", tcpCapturedTwice},
	{"tcp-meltdown.pcap", tcpMeltdown},
	{"zero-window.pcap", zeroWindow},
	{"framing-error.pcap", framingError},
	{"framing-odd-lengths.pcap", framingOddLengths},
	{"conflicting-overlap.pcap", conflictingOverlap},
}

// tcpKeepalive captures a keepalive of TCP: n old bytes, 0 or 1, one below what
// comes next (RFC 9293 3.8.4).
func (c *conn) tcpKeepalive(from sender, n int) {
	c.segment(from, c.way[from].next-1, wire.TCPAck, make([]byte, n), nil)
}

// Ordinary accidents of TCP, all mended by it: segments retransmitted as they
// were, cut in another way, and overtaken by others. Each message counts once,
// and nothing is wrong with the tunnel.
func tcpRepeats(t *trace) {
	x := upOverTCP(t, 4500)
	c := x.stream
	x.flow(initiator, 8)
	c.again(initiator, 150, 150)
	x.flow(responder, 8)
	c.again(responder, 900, 700)
	c.again(responder, 400, 130)
	c.ack(initiator)
	for range 3 {
		x.esp(initiator, 300)
		t.delay(3 * time.Millisecond) // behind the next two
		x.esp(initiator, 200)
		x.esp(initiator, 100)
		t.wait(time.Second)
		c.ack(responder)
	}
	// Lost before the capture: only the retransmission is seen, after a wait.
	x.esp(initiator, 500)
	t.delay(200 * time.Millisecond)
	x.flow(initiator, 6)
	t.wait(time.Second)
	c.ack(responder)
	x.ping(6)
	t.tunnels(1)
}

// The capture lost segments, each a whole message, that the receiver
// acknowledged. Their ESP numbers are not lost on the network.
func tcpLossy(t *trace) {
	x := upOverTCP(t, 4500)
	for range 4 {
		x.flow(initiator, 12)
		t.behind(func() { x.flow(initiator, 2) })
		x.flow(initiator, 6)
		x.stream.ack(responder)
		x.flow(responder, 6)
	}
	x.ping(2)
	t.tunnels(1)
	t.warns("stream-gap")
}

// Messages lie across segments. The capture lost a segment with the length of
// one: where the next message begins has to be found again.
func tcpLossyLength(t *trace) {
	x := upOverTCP(t, 4500)
	c := x.stream
	x.flow(initiator, 6)
	x.ping(2)
	for range 3 {
		c.held = true
		x.flow(initiator, 16)
		c.held = false
		n := 0
		for len(c.way[initiator].queue) > 0 {
			cut := func() { c.push(initiator, min(777, len(c.way[initiator].queue))) }
			if n++; n == 3 {
				t.behind(cut)
			} else {
				cut()
			}
			t.wait(time.Millisecond)
			c.ack(responder)
		}
	}
	x.ping(6)
	t.tunnels(1)
	t.warns("stream-gap")
}

// The connection breaks in the middle of a message. The rest of it never comes;
// the new connection begins with "IKETCP" and a whole message (RFC 9329 6.1), so
// that one ESP packet is lost.
func tcpPartial(t *trace) {
	x := upOverTCP(t, 4500)
	x.ping(6)
	c := x.stream
	c.held = true
	x.esp(initiator, 700)
	c.push(initiator, 250)
	t.wait(c.rtt)
	c.reset(responder)
	t.wait(2 * time.Second)
	x.redial(49153)
	x.liveness(initiator)
	x.ping(6)
	t.tunnels(1)
	t.warns("esp-loss")
	t.informs("tcp-reconnect")
}

// Frames are cut at 128 bytes, so that of each message but its beginning is
// missing. Messages count all the same, and none of it is a hole.
func tcpSnaplen(t *trace) {
	t.snaplen = 128
	x := upOverTCP(t, 4500)
	x.ping(6)
	x.flow(initiator, 8)
	x.flow(responder, 8)
	x.liveness(responder)
	x.ping(2)
	t.tunnels(1)
	t.encode = func(f []file.Frame) []byte { return file.Pcap(1, 128, f) }
}

// The look-alike of tcp-meltdown.pcap: a mirror port copies what enters and what
// leaves a router, so that every segment is there twice, with a TTL one less.
// Nothing was retransmitted.
func tcpCapturedTwice(t *trace) {
	t.link = rawLink
	x := upOverTCP(t, 4500)
	x.ping(8)
	x.flow(initiator, 20)
	x.flow(responder, 8)
	x.liveness(responder)
	x.ping(2)
	t.twice(
		func(p []byte) []byte { return wire.Ethernet(p) },
		func(p []byte) []byte { return wire.Ethernet(hopsFurther(p, 1)) })
	t.tunnels(1)
	t.informs("duplicate-capture")
}

// One in six of the initiator's segments is lost on the way and sent again:
// all behind it has to wait.
func tcpMeltdown(t *trace) {
	x := upOverTCP(t, 4500)
	c := x.stream
	for range 22 {
		x.flow(initiator, 5)
		back := len(c.way[initiator].sent)
		x.esp(initiator, 400)
		back = len(c.way[initiator].sent) - back
		t.wait(220 * time.Millisecond)
		c.again(initiator, back, back)
		t.wait(c.rtt)
		c.ack(responder)
	}
	x.ping(1)
	t.tunnels(1)
	t.warns("tcp-meltdown")
}

// The responder does not read as fast as the initiator sends: it closes its
// window again and again, and the initiator asks whether it is open.
func zeroWindow(t *trace) {
	x := upOverTCP(t, 4500)
	c := x.stream
	for range 5 {
		x.flow(initiator, 8)
		c.way[responder].window = 0
		c.ack(responder)
		for range 2 {
			t.wait(400 * time.Millisecond)
			c.tcpKeepalive(initiator, 0)
			t.wait(c.rtt)
			c.ack(responder)
		}
		c.way[responder].window = 0xfaf0
		t.wait(200 * time.Millisecond)
		c.ack(responder)
		x.flow(responder, 4)
	}
	t.tunnels(1)
	t.warns("zero-window")
}

// A length of 0, which is forbidden (RFC 9329 3), and rubbish behind it. The
// responder closes the connection, as it has to.
func framingError(t *trace) {
	x := upOverTCP(t, 4500)
	x.ping(6)
	c := x.stream
	c.bytes(initiator, append([]byte{0, 0}, t.bytes(58)...))
	c.flush(initiator)
	t.wait(c.rtt)
	c.reset(responder)
	t.wait(2 * time.Second)
	ntpExchange(t)
	t.tunnels(1)
	t.warns("framing-error")
}

// The look-alike: lengths 2 (an empty message), 4 and 5 (too short to be
// anything) are odd, but the framing goes on.
func framingOddLengths(t *trace) {
	x := upOverTCP(t, 4500)
	x.ping(6)
	for n := range 4 {
		x.stream.send(initiator, t.bytes(n), nil)
		x.ping(1)
	}
	x.ping(2)
	t.tunnels(1)
}

// Three segments come again with other bytes, a hop further away: something on
// the way rewrites the stream, in one copy only.
func conflictingOverlap(t *trace) {
	x := upOverTCP(t, 4500)
	c := x.stream
	client := t.host(c.end[initiator].Addr())
	for range 3 {
		x.flow(initiator, 6)
		w := &c.way[initiator]
		before := w.next
		x.esp(initiator, 300)
		size := w.next - before
		t.wait(70 * time.Millisecond)
		client.ttl--
		c.segment(initiator, before, wire.TCPAck|wire.TCPPsh, t.bytes(int(size)), nil)
		client.ttl++
		c.ack(responder)
		x.flow(responder, 4)
	}
	x.ping(2)
	t.tunnels(1)
	t.warns("conflicting-overlap")
}

package capgen

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"time"

	"github.com/ikesniff/ikesniff/internal/capgen/wire"
)

// conn is a TCP connection from end 0 to end 1. Each direction has a stream of
// bytes; a message counts with the segment that completes it, if no segment
// with a part of it was hidden from the capture.
type conn struct {
	t   *trace
	end [2]netip.AddrPort
	rtt time.Duration
	way [2]stream
	// held: messages are queued only, until push or flush.
	held bool
}

// stream is one direction.
type stream struct {
	isn      uint32
	next     uint32 // sequence number of the next byte sent
	window   uint16
	got      uint32 // what this end has acknowledged of the other's stream
	deaf     bool   // this end does not get what is sent to it
	sent     []byte // all bytes sent
	queue    []byte // those that follow
	messages []span // those not sent in whole
}

// span is a message in a stream.
type span struct {
	start, end int
	carries    func(*counts)
	hidden     bool
}

const mss = 1400

// newConn makes a connection that is not open yet.
func newConn(t *trace, client, server netip.AddrPort) *conn {
	c := &conn{t: t, end: [2]netip.AddrPort{client, server}, rtt: 18 * time.Millisecond}
	for i := range c.way {
		c.way[i] = stream{isn: uint32(t.random.Uint64()), window: 0xfaf0}
		c.way[i].next = c.way[i].isn
	}
	return c
}

// talkTCP is an open connection that has nothing to do with IPsec.
func talkTCP(t *trace, client, server string) *conn {
	c := newConn(t, netip.MustParseAddrPort(client), netip.MustParseAddrPort(server))
	c.open()
	return c
}

// segment captures a segment, wherever it is in the stream.
func (c *conn) segment(from sender, seq uint32, flags uint8, payload []byte, carries func(*counts)) []byte {
	w := &c.way[from]
	s := wire.Segment{Seq: seq, Flags: flags, Window: w.window, Payload: payload}
	if flags&wire.TCPAck != 0 {
		s.Ack = w.got
	}
	src, dst := c.end[from], c.end[1-from]
	n := len(c.t.frames)
	p := c.t.ip(src.Addr(), dst.Addr(), wire.ProtoTCP, s.Bytes(src, dst), carries)
	for i := n; i < len(c.t.frames); i++ {
		c.t.frames[i].inTCP = true
	}
	return p
}

// control captures a segment that takes one sequence number: SYN or FIN.
func (c *conn) control(from sender, flags uint8) {
	c.segment(from, c.way[from].next, flags, nil, nil)
	c.way[from].next++
	c.arrive(from)
}

// arrive lets the other end have all that one has sent.
func (c *conn) arrive(from sender) {
	if to := &c.way[1-from]; !to.deaf {
		to.got = c.way[from].next
	}
}

// open captures the handshake.
func (c *conn) open() {
	c.control(initiator, wire.TCPSyn)
	c.t.wait(c.rtt / 2)
	c.control(responder, wire.TCPSyn|wire.TCPAck)
	c.t.wait(c.rtt / 2)
	c.ack(initiator)
}

// close captures its end, begun by one side.
func (c *conn) close(from sender) {
	c.control(from, wire.TCPFin|wire.TCPAck)
	c.t.wait(c.rtt / 2)
	c.control(1-from, wire.TCPFin|wire.TCPAck)
	c.t.wait(c.rtt / 2)
	c.ack(from)
}

// reset captures a RST of one side.
func (c *conn) reset(from sender) {
	c.segment(from, c.way[from].next, wire.TCPRst|wire.TCPAck, nil, nil)
}

// ack captures a segment without data.
func (c *conn) ack(from sender) { c.segment(from, c.way[from].next, wire.TCPAck, nil, nil) }

// bytes queues bytes that are no message.
func (c *conn) bytes(from sender, b []byte) { c.way[from].queue = append(c.way[from].queue, b...) }

// queue queues a message with its length in front (RFC 9329 3).
func (c *conn) queue(from sender, message []byte, carries func(*counts)) {
	w := &c.way[from]
	start := len(w.sent) + len(w.queue)
	w.queue = binary.BigEndian.AppendUint16(w.queue, uint16(2+len(message)))
	w.queue = append(w.queue, message...)
	w.messages = append(w.messages, span{start: start, end: start + 2 + len(message), carries: carries})
}

// push sends the next n queued bytes in one segment, and returns the packet.
func (c *conn) push(from sender, n int) []byte {
	w := &c.way[from]
	payload := w.queue[:n]
	start, end := len(w.sent), len(w.sent)+n
	var complete []func(*counts)
	rest := w.messages[:0]
	for _, m := range w.messages {
		m.hidden = m.hidden || c.t.hidden && m.start < end && m.end > start
		switch {
		case m.end > end:
			rest = append(rest, m)
		case !m.hidden && m.carries != nil:
			complete = append(complete, m.carries)
		}
	}
	w.messages = rest
	w.sent = append(w.sent, payload...)
	w.queue = append([]byte(nil), w.queue[n:]...)
	p := c.segment(from, w.next, wire.TCPAck|wire.TCPPsh, payload, together(complete))
	w.next += uint32(n)
	c.arrive(from)
	return p
}

// flush sends all queued bytes.
func (c *conn) flush(from sender) {
	for n := len(c.way[from].queue); n > 0; n = len(c.way[from].queue) {
		c.push(from, min(n, mss))
	}
}

// send sends one message, unless messages are held.
func (c *conn) send(from sender, message []byte, carries func(*counts)) {
	c.queue(from, message, carries)
	if !c.held {
		c.flush(from)
	}
}

// say sends bytes that are no message.
func (c *conn) say(from sender, b []byte) {
	c.bytes(from, b)
	c.flush(from)
	c.t.wait(5 * time.Millisecond)
}

// again sends bytes of the stream once more: n of them from back before its
// end.
func (c *conn) again(from sender, back, n int) {
	w := &c.way[from]
	at := len(w.sent) - back
	c.segment(from, w.next-uint32(back), wire.TCPAck|wire.TCPPsh, w.sent[at:at+n], nil)
}

// together is what a frame with several messages carries.
func together(list []func(*counts)) func(*counts) {
	if len(list) == 0 {
		return nil
	}
	return func(n *counts) {
		for _, f := range list {
			f(n)
		}
	}
}

// plainTCP keeps tshark from taking the port for that of another protocol.
func (c *conn) plainTCP() {
	c.t.tshark = append(c.t.tshark, "-d", fmt.Sprintf("tcp.port==%d,data", c.end[1].Port()))
}

// prefix is what the originator of a stream sends first (RFC 9329 4).
var prefix = []byte("IKETCP")

// connect opens a TCP connection from the initiator to the responder, which
// IKE and ESP then use.
func (p *peers) connect() *conn {
	p.dial()
	p.stream.open()
	p.stream.say(initiator, prefix)
	return p.stream
}

// dial makes the connection and captures nothing of it.
func (p *peers) dial() *conn {
	p.stream = newConn(p.t, p.end[0].seen, p.end[1].seen)
	p.stream.plainTCP()
	return p.stream
}

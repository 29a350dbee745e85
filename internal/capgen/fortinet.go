package capgen

import (
	"encoding/binary"
	"time"

	"github.com/ikesniff/ikesniff/internal/capgen/wire"
)

// fakeTCPs: ESP behind TCP headers that belong to no stream.
var fakeTCPs = []builder{
	{"fortinet-esp.pcap", fortinetESP},
	{"fortinet-esp-stepping.pcap", fortinetStepping},
	{"fortinet-esp-foreign-number.pcap", fortinetForeignNumber},
	{"fortinet-esp-length.pcap", fortinetLength},
	{"fortinet-esp-offset-4.pcap", fortinetOffset4},
	{"fortinet-esp-fragments.pcap", fortinetFragments},
	{"fortinet-esp-midway.pcap", fortinetMidway},
	{"fortinet-esp-captured-twice.pcap", fortinetCapturedTwice},
	{"fortinet-esp-rare.pcap", fortinetRare},
	{"fortinet-esp-blocked.pcap", fortinetBlocked},
	{"fortinet-esp-one-way.pcap", fortinetOneWay},
	{"fortinet-esp-under-udp.pcap", fortinetUnderUDP},
	{"cisco-tcp-10000.pcap", ciscoTCP},
}

// fakeTCP is how fortinet-esp sends ESP packets: each behind the TCP header of
// a segment, with sequence numbers of a rule of its own.
type fakeTCP struct {
	c      *conn
	number func(from sender) uint32
	before []byte // bytes between the TCP header and the SPI
	length bool   // a length that counts itself is there instead
	size   int    // of IP fragments; 0: not fragmented
}

func (f *fakeTCP) esp(from sender, esp []byte, carries func(*counts)) {
	payload := append(append([]byte{}, f.before...), esp...)
	if f.length {
		payload = append(binary.BigEndian.AppendUint16(nil, uint16(2+len(esp))), esp...)
	}
	c := f.c
	if f.size == 0 {
		c.segment(from, f.number(from), wire.TCPAck, payload, carries)
		return
	}
	w, src, dst := &c.way[from], c.end[from], c.end[1-from]
	s := wire.Segment{Seq: f.number(from), Ack: w.got, Flags: wire.TCPAck, Window: w.window, Payload: payload}
	h := c.t.header(src.Addr(), dst.Addr(), wire.ProtoTCP)
	pieces := wire.Fragments(h, uint32(h.ID), s.Bytes(src, dst), f.size)
	for i, p := range pieces {
		last := carries
		if i < len(pieces)-1 {
			last = nil
		}
		c.t.capture(p, last)
		c.t.frames[len(c.t.frames)-1].inTCP = true
	}
}

// frozen gives the number that each stream has reached when it is first asked
// for.
func (c *conn) frozen() func(sender) uint32 {
	at := [2]uint32{c.way[0].next, c.way[1].next}
	return func(from sender) uint32 { return at[from] }
}

// stepping gives the number that each stream has reached now.
func (c *conn) stepping() func(sender) uint32 {
	return func(from sender) uint32 { return c.way[from].next }
}

// hubAndSpoke are two FortiGates with IKE over TCP, established, whose ESP is
// to go in fake TCP.
func hubAndSpoke(t *trace) *ikev2 {
	x := upOverTCP(t, 4500)
	x.fake = &fakeTCP{c: x.stream, number: x.stream.frozen()}
	return x
}

// fakeTalk captures data both ways with liveness checks in between, whose IKE
// messages use the number in the stream that fake segments have borrowed.
func fakeTalk(x *ikev2) {
	x.ping(6)
	x.liveness(responder)
	x.flow(initiator, 8)
	x.flow(responder, 8)
	x.liveness(initiator)
	x.ping(4)
}

// Fortinet's ESP in fake TCP, beside IKE in a real stream on the same ports:
// every ESP packet of one direction has the same TCP sequence number, that which
// the stream had reached. The SPI follows the TCP header at once.
func fortinetESP(t *trace) {
	fakeTalk(hubAndSpoke(t))
	t.tunnels(1)
	t.informs("repeated-tcp-sequence")
}

// The same, but the numbers of the fake segments step on with the stream as IKE
// messages are sent.
func fortinetStepping(t *trace) {
	x := hubAndSpoke(t)
	x.fake.number = x.stream.stepping()
	fakeTalk(x)
	t.tunnels(1)
	t.informs("repeated-tcp-sequence")
}

// The same with one constant number a direction that has nothing to do with the
// stream.
func fortinetForeignNumber(t *trace) {
	x := hubAndSpoke(t)
	n := [2]uint32{uint32(t.random.Uint64()), uint32(t.random.Uint64())}
	x.fake.number = func(from sender) uint32 { return n[from] }
	fakeTalk(x)
	t.tunnels(1)
	t.informs("repeated-tcp-sequence")
}

// The same with the packet's length between TCP header and SPI.
func fortinetLength(t *trace) {
	x := hubAndSpoke(t)
	x.fake.length = true
	fakeTalk(x)
	t.tunnels(1)
	t.informs("repeated-tcp-sequence")
}

// The same with four bytes of unknown meaning in front of the SPI.
func fortinetOffset4(t *trace) {
	x := hubAndSpoke(t)
	x.fake.before = t.bytes(4)
	fakeTalk(x)
	t.tunnels(1)
	t.informs("repeated-tcp-sequence")
}

// The same with packets so large that IP cuts the fake segments into fragments.
func fortinetFragments(t *trace) {
	x := hubAndSpoke(t)
	x.fake.size = 1448
	for range 6 {
		x.esp(initiator, 1800)
		t.wait(4 * time.Millisecond)
		x.esp(responder, 1800)
		t.wait(time.Second)
	}
	x.liveness(responder)
	x.ping(4)
	t.tunnels(1)
	t.informs("repeated-tcp-sequence")
}

// The capture begins long after the connection: no handshake, no "IKETCP", and
// the first packets are fake.
func fortinetMidway(t *trace) {
	var x *ikev2
	t.behind(func() {
		x = hubAndSpoke(t)
		x.ping(20)
	})
	fakeTalk(x)
	t.tunnels(1)
	t.informs("repeated-tcp-sequence")
}

// A mirror port shows every packet twice, with a TTL one less. That two packets
// have one TCP number is then no sign by itself, and no ESP packet was
// duplicated by the network.
func fortinetCapturedTwice(t *trace) {
	t.link = rawLink
	fakeTalk(hubAndSpoke(t))
	t.twice(
		func(p []byte) []byte { return wire.Ethernet(p) },
		func(p []byte) []byte { return wire.Ethernet(hopsFurther(p, 1)) })
	t.tunnels(1)
	t.informs("repeated-tcp-sequence", "duplicate-capture")
}

// The look-alike of fortinet-esp-blocked.pcap: data so rare that a liveness
// check moves the stream on between any two packets. No TCP number comes twice,
// but no ESP number is missing either.
func fortinetRare(t *trace) {
	x := hubAndSpoke(t)
	x.fake.number = x.stream.stepping()
	for range 8 {
		x.ping(1)
		t.wait(19 * time.Second)
		x.liveness(initiator)
	}
	t.tunnels(1)
}

// A firewall that checks TCP stands between the spoke and this capture. Of the
// spoke's packets exactly one comes for each TCP sequence number, which liveness
// checks move on; the others, told by their ESP numbers, do not. The hub's own
// are captured before they meet the firewall.
func fortinetBlocked(t *trace) {
	x := hubAndSpoke(t)
	x.fake.number = x.stream.stepping()
	for range 8 {
		x.esp(initiator, 84)
		x.flow(responder, 4)
		x.skip(initiator, uint32(20+t.below(30)))
		t.wait(5 * time.Second)
		x.liveness(initiator)
		t.wait(5 * time.Second)
	}
	t.tunnels(1)
	t.warns("fake-tcp-blocked", "repeated-tcp-sequence", "esp-loss")
}

// The hub sends in fake TCP, nothing but IKE comes from the spoke: it has
// fortinet-esp off, or its packets are dropped before this point.
func fortinetOneWay(t *trace) {
	x := hubAndSpoke(t)
	for range 6 {
		x.flow(responder, 6)
		t.wait(2 * time.Second)
	}
	x.liveness(responder)
	x.flow(responder, 4)
	t.wait(2 * time.Second)
	x.liveness(initiator)
	t.tunnels(1)
	t.warns("fake-tcp-blocked", "repeated-tcp-sequence", "one-way-esp")
}

// fortinet-esp left on while the transport is UDP: IKE is in UDP between 49211
// and 4500, ESP in fake TCP between the same ports, without a connection there.
func fortinetUnderUDP(t *trace) {
	x := upBehindNAT(t)
	c := newConn(t, x.end[0].seen, x.end[1].seen)
	c.plainTCP()
	c.way[0].got, c.way[1].got = c.way[1].next, c.way[0].next
	x.fake = &fakeTCP{c: c, number: c.frozen()}
	x.ping(6)
	x.keepalive(initiator)
	x.liveness(responder)
	x.ping(6)
	t.tunnels(1)
	t.warns("fortinet-esp-under-udp")
	t.informs("repeated-tcp-sequence")
}

// cTCP is Cisco's IPsec over TCP: each segment holds a UDP datagram with IKE, or
// an ESP packet, and a trailer of 16 bytes.
type cTCP struct {
	c       *conn
	counter [2]uint16
	magic   []byte
}

func (f *cTCP) send(from sender, protocol uint8, b []byte, carries func(*counts)) {
	f.counter[from]++
	b = append(append([]byte{}, b...), 0, 0, 0, 0)
	b = binary.BigEndian.AppendUint16(b, f.counter[from])
	b = binary.BigEndian.AppendUint16(b, uint16(1-from)<<14)
	b = append(append(b, f.magic[:5]...), protocol)
	b = append(b, f.magic[5:]...)
	f.c.bytes(from, b)
	f.c.push(from, len(b))
	// tshark knows this form: what the frame carries counts there, too.
	last := &f.c.t.frames[len(f.c.t.frames)-1]
	last.carries, last.inTCP = carries, false
}

// Cisco's IPsec over TCP on port 10000: IKEv1 in segments that hold a whole UDP
// datagram, ESP in others, each with a trailer. It is no stream of RFC 8229.
func ciscoTCP(t *trace) {
	x := newIKEv1(t, plain("198.51.100.40:49160"), plain("203.0.113.80:10000"))
	x.natT = [2]bool{}
	c := newConn(t, x.end[0].seen, x.end[1].seen)
	c.open()
	x.cisco = &cTCP{c: c, magic: t.bytes(7)}
	x.main(0)
	x.quick(initiator)
	x.ping(8)
	x.areYouThere(responder)
	x.ping(2)
	t.tunnels(1)
}

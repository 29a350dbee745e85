package reassembly

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ikesniff/ikesniff/dissect"
)

const (
	flagACK = dissect.TCPAck
	flagPSH = dissect.TCPPsh | dissect.TCPAck
	flagSYN = dissect.TCPSyn
	flagFIN = dissect.TCPFin | dissect.TCPAck
	flagRST = dissect.TCPRst | dissect.TCPAck
)

// tcpTalk is a TCP connection whose segments tests make by hand. Side 0 is the
// client.
type tcpTalk struct {
	w    *wire
	ends [2]netip.AddrPort
	seq  [2]uint32 // of the next byte of the stream
	out  []*dissect.Datagram
}

func newTalk(w *wire) *tcpTalk {
	return &tcpTalk{w: w, ends: [2]netip.AddrPort{at(hostA, 40000), at(hostB, 4500)}, seq: [2]uint32{1000, 0xfffffe00}}
}

// at makes a segment at a sequence number and leaves the stream as it is.
func (t *tcpTalk) at(side int, seq uint32, flags dissect.TCPFlags, payload []byte) *dissect.Datagram {
	d := t.w.datagram(dissect.ProtoTCP, t.ends[side], t.ends[1-side], payload)
	d.IPLength = 40 + len(payload)
	d.TCP = dissect.TCPHeader{Seq: seq, Ack: t.seq[1-side], Flags: flags, Window: 500}
	t.out = append(t.out, d)
	return d
}

// say sends the next bytes of the stream.
func (t *tcpTalk) say(side int, payload []byte) *dissect.Datagram {
	d := t.at(side, t.seq[side], flagPSH, payload)
	t.seq[side] += uint32(len(payload))
	return d
}

// skip moves on in the stream without a segment.
func (t *tcpTalk) skip(side, n int) uint32 {
	t.seq[side] += uint32(n)
	return t.seq[side] - uint32(n)
}

func (t *tcpTalk) ack(side int) *dissect.Datagram { return t.at(side, t.seq[side], flagACK, nil) }

// open is the handshake.
func (t *tcpTalk) open() {
	t.at(0, t.seq[0]-1, flagSYN, nil).TCP.Ack = 0
	t.at(1, t.seq[1]-1, flagSYN|flagACK, nil)
	t.ack(0)
}

func (t *tcpTalk) close(side int) { t.at(side, t.seq[side], flagFIN, nil); t.seq[side]++ }

// framed puts a message into a frame of RFC 8229.
func framed(b []byte) []byte {
	return append(binary.BigEndian.AppendUint16(nil, uint16(2+len(b))), b...)
}

// ikeFrame is an encrypted IKE message in a frame.
func ikeFrame(r *rand.Rand) []byte { return framed(withMarker(ikeInformational(r, 40))) }

func iketcp() []byte { return []byte("IKETCP") }

// up opens the connection and exchanges prefix and IKE.
func (t *tcpTalk) up(r *rand.Rand) {
	t.open()
	t.say(0, iketcp())
	t.say(0, ikeFrame(r))
	t.ack(1)
	t.say(1, ikeFrame(r))
	t.ack(0)
}

var happenings = [...]string{"syn", "open", "refused", "unused", "midway", "prefix", "no prefix", "fin", "rst", "copied", "retransmission", "out of order",
	"gap", "resync", "conflict", "framing error", "repeat", "zero window", "probe", "partial", "segments"}

// line is an event in short.
func line(e *Event) string {
	who := ">"
	if e.Src.Addr() == hostB {
		who = "<"
	}
	s := fmt.Sprintf("%d%s ", e.Ref.Number(), who)
	switch e.Kind {
	case KindMessage:
		s += strings.TrimPrefix(e.Transport.String(), "tcp-") + " "
		switch e.Message {
		case MessageIKE:
			s += "ike"
		case MessageESP:
			s += fmt.Sprintf("esp %x %d", e.SPI, e.Sequence)
		case MessageKeepalive:
			s += "keepalive"
		}
	case KindTransport:
		s += happenings[e.What]
		if e.Bytes > 0 {
			s += fmt.Sprint(" ", e.Bytes)
		}
	case KindForeign:
		s += fmt.Sprint("foreign ", e.Foreign)
	}
	if e.Packets != 1 {
		s += fmt.Sprintf(" (%d)", e.Packets)
	}
	return s
}

// tcpEvents classifies segments and returns the events in short: the frame
// number, the direction, what it is, and in parentheses the packets if not one.
// It leaves out the handshake's events and those of the rest. It fails if
// packets are not counted exactly once.
func tcpEvents(t testing.TB, in []*dissect.Datagram) (out []string, c *Classifier) {
	t.Helper()
	var sum, packets uint64
	c = NewClassifier(Config{}, func(e *Event) {
		checkEvent(t, e)
		sum += uint64(e.Packets)
		if e.Kind == KindTransport && (e.What == HappeningSYN || e.What == HappeningOpen || e.What == HappeningSegments) {
			return
		}
		out = append(out, line(e))
	})
	for _, d := range in {
		packets += uint64(d.Packets)
		c.Datagram(d)
	}
	c.Finish()
	n := c.Counters()
	if n.IPsecPackets+n.IgnoredPackets != packets || sum != n.IPsecPackets {
		t.Errorf("%d packets, %d in events, %+v", packets, sum, n)
	}
	if c.live.n+c.judged.n != 0 || c.tcpHeld != 0 || n.Evicted != 0 {
		t.Errorf("after Finish: %d connections, %d bytes held, %d evicted", c.live.n, c.tcpHeld, n.Evicted)
	}
	return out, c
}

// checkTCP compares events with what is wanted, one a line.
func checkTCP(t testing.TB, in []*dissect.Datagram, want string) {
	t.Helper()
	got, _ := tcpEvents(t, in)
	var lines []string
	for _, l := range strings.Split(want, "\n") {
		if l = strings.TrimSpace(l); l != "" {
			lines = append(lines, l)
		}
	}
	if diff := cmp.Diff(lines, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// act does what a connection does now and then, kind 0 to 8, as random tests
// choose: open, speak IKE or ESP, lose something, send fake TCP, talk of
// something else, close.
func (t *tcpTalk) act(r *rand.Rand, side, kind int) {
	switch kind {
	case 0:
		t.open()
	case 1:
		t.say(0, iketcp())
	case 2:
		t.say(side, ikeFrame(r))
	case 3, 4:
		t.say(side, espFrame(r, uint32(300+r.IntN(4)), r.Uint32N(100)))
	case 5:
		t.skip(side, 500)
	case 6:
		t.at(side, t.seq[side], flagACK, esp(r, spiA, r.Uint32N(100), 400))
	case 7:
		t.say(side, random(r, 1+r.IntN(1400)))
	case 8:
		t.close(side)
	}
}

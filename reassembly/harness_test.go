package reassembly

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ikesniff/ikesniff/capture"
	"github.com/ikesniff/ikesniff/dissect"
)

var (
	hostA = netip.MustParseAddr("198.51.100.1")
	hostB = netip.MustParseAddr("203.0.113.2")
)

// wire makes datagrams as package dissect would, with Refs and times that count
// up.
type wire struct {
	n    uint64
	time int64
}

func (w *wire) next() (int64, capture.Ref) {
	w.n++
	w.time += 10_000_000
	return w.time, capture.FrameRef(0, w.n)
}

func (w *wire) datagram(proto uint8, src, dst netip.AddrPort, payload []byte) *dissect.Datagram {
	time, ref := w.next()
	header := 20
	if proto == dissect.ProtoUDP {
		header += 8
	}
	return &dissect.Datagram{
		Status: dissect.StatusOK, Ref: ref, Time: time, Packets: 1,
		Src: src, Dst: dst, Proto: proto, TTL: 64, IPID: uint32(w.n), HasIPID: true,
		IPLength: header + len(payload), Payload: payload, PayloadLength: len(payload),
	}
}

func (w *wire) udp(src, dst netip.AddrPort, payload []byte) *dissect.Datagram {
	return w.datagram(dissect.ProtoUDP, src, dst, payload)
}

// cut leaves n bytes of the payload, as a snapshot length does.
func cutTo(d *dissect.Datagram, n int) *dissect.Datagram {
	d.Payload = d.Payload[:n]
	d.Truncated = true
	return d
}

func at(a netip.Addr, port uint16) netip.AddrPort { return netip.AddrPortFrom(a, port) }

// random returns n bytes of ciphertext.
func random(r *rand.Rand, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

// esp makes an ESP packet of a header and n bytes of ciphertext.
func esp(r *rand.Rand, spi, seq uint32, n int) []byte {
	b := binary.BigEndian.AppendUint32(nil, spi)
	b = binary.BigEndian.AppendUint32(b, seq)
	return append(b, random(r, n)...)
}

// ikeInformational makes an encrypted IKEv2 message: header, and an Encrypted
// payload of n bytes.
func ikeInformational(r *rand.Rand, n int) []byte {
	b := random(r, 16)                                   // SPIs
	b[0] |= 1                                            // not zero
	b = append(b, 46, 0x20, 37, 0x08)                    // SK, version 2.0, INFORMATIONAL, initiator
	b = binary.BigEndian.AppendUint32(b, 3)              // message ID
	b = binary.BigEndian.AppendUint32(b, uint32(28+4+n)) // length
	b = append(b, 0, 0)                                  // no next payload
	b = binary.BigEndian.AppendUint16(b, uint16(4+n))    // payload length
	return append(b, random(r, n)...)
}

func withMarker(b []byte) []byte { return append(make([]byte, 4), b...) }

// got is what is compared of an event.
type got struct {
	Ref        capture.Ref
	Message    MessageKind
	Transport  Transport
	Confidence Confidence
	SPI        uint32
	Length     int
}

// run classifies datagrams and returns the messages and the counters. It fails
// if they do not add up.
func run(t testing.TB, cfg Config, ds ...*dissect.Datagram) ([]got, Counters) {
	t.Helper()
	var out []got
	var sum uint64
	c := NewClassifier(cfg, func(e *Event) {
		checkEvent(t, e)
		sum += uint64(e.Packets)
		if e.Kind == KindMessage {
			out = append(out, got{e.Ref, e.Message, e.Transport, e.Confidence, e.SPI, e.Length})
		}
	})
	var in uint64
	for _, d := range ds {
		in += uint64(d.Packets)
		c.Datagram(d)
	}
	c.Finish()
	n := c.Counters()
	if n.IPsecPackets+n.IgnoredPackets != in || n.UndecidedPackets > n.IgnoredPackets || sum != n.IPsecPackets {
		t.Errorf("%d packets in, %d in events, counters %+v", in, sum, n)
	}
	if c.holds.bytes != 0 || c.holds.newest != nil || c.holds.oldest != nil {
		t.Errorf("after Finish: %d bytes held", c.holds.bytes)
	}
	return out, n
}

func checkEvent(t testing.TB, e *Event) {
	t.Helper()
	if e.Kind == KindLoss {
		return
	}
	unknown := e.Kind == KindFragment && e.Length == 0
	if e.Truncated != (len(e.Data) < e.Length) && e.Message != MessageKeepalive && !unknown {
		t.Errorf("event %v: %d of %d bytes, truncated %v", e.Ref, len(e.Data), e.Length, e.Truncated)
	}
	if e.Kind == KindMessage && (e.Message == MessageESP || e.Message == MessageAH) && e.SPI == 0 {
		t.Errorf("event %v: SPI 0", e.Ref)
	}
	if !e.Src.Addr().IsValid() || !e.Dst.Addr().IsValid() {
		t.Errorf("event %v: from %v to %v", e.Ref, e.Src, e.Dst)
	}
	if e.FirstTime > e.Time {
		t.Errorf("event %v: first time %d after %d", e.Ref, e.FirstTime, e.Time)
	}
}

// refs lists the frame numbers of messages.
func refs(out []got) string {
	s := ""
	for _, g := range out {
		s += fmt.Sprint(g.Ref.Number(), " ")
	}
	return s
}

// eachSeed runs f with different, repeatable randomness.
func eachSeed(t *testing.T, n int, f func(t *testing.T, r *rand.Rand)) {
	t.Helper()
	for seed := range n {
		r := rand.New(rand.NewPCG(uint64(seed), 4500))
		f(t, r)
		if t.Failed() {
			t.Fatalf("with seed %d", seed)
		}
	}
}

// comparePorts lets cmp look at addresses.
var comparePorts = cmp.Comparer(func(a, b netip.AddrPort) bool { return a == b })

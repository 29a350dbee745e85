package reassembly

import (
	"encoding/binary"
	"math/rand/v2"
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ikesniff/ikesniff/dissect"
)

func TestLoss(t *testing.T) {
	n := 0
	c := NewClassifier(Config{}, func(e *Event) {
		n++
		if e.Kind != KindLoss || e.Lost != 17 || e.Time != 5 || e.Ref != 6 || e.FirstTime != 5 || e.FirstRef != 6 {
			t.Errorf("event %+v", e)
		}
	})
	c.Loss(5, 6, 17)
	if n != 1 || c.Counters() != (Counters{}) {
		t.Errorf("%d events, %+v", n, c.Counters())
	}
}

// TestBounds: whatever comes, tables and held bytes stay within their limits,
// evictions are counted, and every packet is counted once.
func TestBounds(t *testing.T) {
	r := rand.New(rand.NewPCG(21, 21))
	cfg := Config{MaxFlows: 50, MaxSPIs: 30, MaxHeldBytes: 20000}
	messages := uint64(0)
	c := NewClassifier(cfg, func(e *Event) { messages += uint64(e.Packets) })
	var w wire
	const total = 20000
	for i := range total {
		a := netip.AddrFrom4([4]byte{10, 0, byte(r.IntN(2)), byte(r.IntN(200))})
		port := []uint16{4500, 443, 500}[r.IntN(3)]
		p := esp(r, r.Uint32()|0x10101, r.Uint32N(1000), 4*(4+r.IntN(300)))
		switch r.IntN(5) {
		case 0:
			p = withMarker(ikeInformational(r, 40))
		case 1:
			p = []byte{0xff}
		}
		c.Datagram(w.udp(at(a, uint16(40000+r.IntN(3))), at(hostB, port), p))
		if c.flows.len() > cfg.MaxFlows || c.spis.len() > cfg.MaxSPIs || c.holds.bytes > cfg.MaxHeldBytes {
			t.Fatalf("after %d: %d flows, %d SPIs, %d bytes held", i, c.flows.len(), c.spis.len(), c.holds.bytes)
		}
		held := 0
		for h := c.holds.newest; h != nil; h = h.older {
			held += len(h.buf)
			if len(h.msgs) > maxHeldMessages {
				t.Fatalf("%d messages in one flow", len(h.msgs))
			}
		}
		if held != c.holds.bytes {
			t.Fatalf("%d bytes held, %d counted", held, c.holds.bytes)
		}
	}
	c.Finish()
	if n := c.Counters(); n.IPsecPackets+n.IgnoredPackets != total || n.Evicted == 0 || messages != n.IPsecPackets {
		t.Errorf("%+v, %d in events", n, messages)
	}
}

// TestHoldLimits: a flow that never decides ends, and does not start again.
func TestHoldLimits(t *testing.T) {
	r := rand.New(rand.NewPCG(22, 22))
	var w wire
	var in []*dissect.Datagram
	for i := range uint32(40) { // steps too big for a row, too small to contradict
		in = append(in, w.udp(at(hostA, 40000), at(hostB, 40001), esp(r, 0x77665544, 1000*i, 100)))
	}
	out, n := run(t, Config{}, in...)
	if len(out) != 0 || n.UndecidedPackets != maxHeldMessages+1 {
		t.Errorf("%d messages, %+v", len(out), n)
	}

	// Large ones fill the bytes before the number.
	in = nil
	for i := range uint32(10) {
		in = append(in, w.udp(at(hostA, 40000), at(hostB, 40001), esp(r, 0x77665544, 1000*i, 9000)))
	}
	if out, n = run(t, Config{}, in...); len(out) != 0 || n.UndecidedPackets != 4 {
		t.Errorf("%d messages, %+v", len(out), n)
	}

	// Keepalives are held up to the limit only.
	in = nil
	for range 40 {
		in = append(in, w.udp(at(hostA, 40000), at(hostB, 40001), []byte{0xff}))
	}
	in = append(in, w.udp(at(hostA, 40000), at(hostB, 40001), withMarker(ikeInformational(r, 40))))
	if out, n = run(t, Config{}, in...); len(out) != maxHeldMessages+1 || n.UndecidedPackets != 40-maxHeldMessages {
		t.Errorf("%d messages, %+v", len(out), n)
	}
}

// TestFinishOrder: at the end, messages of several flows come in capture order.
func TestFinishOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(23, 23))
	var w wire
	out, _ := run(t, Config{},
		w.udp(at(hostA, 4500), at(hostB, 4500), esp(r, 0x11111111, 1, 40)),
		w.udp(at(hostA, 1001), at(hostB, 4500), esp(r, 0x22222222, 1, 40)),
		w.udp(at(hostB, 4500), at(hostA, 4500), esp(r, 0x33333333, 1, 40)),
		w.udp(at(hostB, 4500), at(hostA, 1001), esp(r, 0x44444444, 1, 40)))
	if refs(out) != "1 2 3 4 " {
		t.Errorf("order %s", refs(out))
	}
}

func TestNearby(t *testing.T) {
	r := rand.New(rand.NewPCG(24, 24))
	feed := func(packets ...*dissect.Datagram) *Classifier {
		c := NewClassifier(Config{}, func(*Event) {})
		for _, d := range packets {
			c.Datagram(d)
		}
		c.Finish()
		return c
	}
	var w wire
	one := feed(
		w.udp(at(hostA, 40000), at(hostB, 7000), esp(r, 0x11111111, 1, 40)),
		w.udp(at(hostB, 7000), at(hostA, 40000), esp(r, 0x22222222, 1, 40)),
		w.udp(at(hostA, 500), at(hostB, 500), random(r, 10)),
		w.udp(at(hostA, 40000), at(hostB, 7001), []byte{0xff}),
		w.udp(at(hostA, 4500), at(hostB, 4500), []byte{4, 0, 0, 0, 1, 2, 3, 4}),
		w.udp(at(hostA, 53), at(hostB, 7001), []byte("nothing at all of interest")))
	two := feed(
		w.udp(at(hostB, 7000), at(hostA, 40009), esp(r, 0x44444444, 1, 40)))
	want := []Near{
		{NearESP, 7000, 1, 2, 10_000_000, 1, hostB},
		{NearKeepalive, 7001, 1, 0, 40_000_000, 4, hostB},
		{NearNotIPsec, 500, 1, 0, 30_000_000, 3, hostB},
		{NearNotIPsec, 4500, 1, 0, 50_000_000, 5, hostB},
	}
	compare := cmp.Comparer(func(a, b netip.Addr) bool { return a == b })
	for _, lists := range [][][]Near{{one.Nearby(), two.Nearby()}, {two.Nearby(), one.Nearby()}} {
		if diff := cmp.Diff(want, MergeNearby(lists...), compare); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
	var many []Near
	for i := range 100 {
		many = append(many, Near{Port: uint16(i), ToServer: uint64(i)})
	}
	if m := MergeNearby(many); len(m) != maxNearbyListed || m[0].Port != 99 {
		t.Errorf("%d entries, first %+v", len(m), m[0])
	}
}

// TestClassifierAllocs: the steady state needs no new memory.
func TestClassifierAllocs(t *testing.T) {
	r := rand.New(rand.NewPCG(25, 25))
	var w wire
	known := w.udp(at(hostA, 4500), at(hostB, 4500), withMarker(ikeInformational(r, 40)))
	raw := w.datagram(dissect.ProtoESP, at(hostA, 0), at(hostB, 0), esp(r, 0x1234567, 1, 400))
	natt := w.udp(at(hostA, 4500), at(hostB, 4500), esp(r, 0x1234567, 1, 400))
	name := w.udp(at(hostA, 40000), at(hostB, 53), dns(r)[0].payload)
	long := w.udp(at(hostA, 40000), at(hostB, 443), quic(8, true, true)(r)[0].payload)
	noise := w.udp(at(hostA, 40001), at(hostB, 443), esp(r, 0, 0, 400))
	tcp := w.datagram(dissect.ProtoTCP, at(hostA, 1), at(hostB, 2), random(r, 100))
	ff := []byte{0xff}
	c := NewClassifier(Config{MaxSPIs: 64, MaxFlows: 64}, func(*Event) {})
	for _, test := range []struct {
		name string
		f    func()
	}{
		{"IKE", func() { c.Datagram(known) }},
		{"raw ESP", func() { c.Datagram(raw) }},
		{"ESP in UDP", func() { c.Datagram(natt) }},
		{"ESP in UDP, many SPIs", func() {
			binary.BigEndian.PutUint32(natt.Payload, r.Uint32()|1)
			c.Datagram(natt)
		}},
		{"keepalive", func() { c.Datagram(withPayload(natt, ff)) }},
		{"DNS", func() { c.Datagram(name) }},
		{"QUIC", func() { c.Datagram(long) }},
		{"TCP", func() { c.Datagram(tcp) }},
		{"noise on one flow", func() {
			for i := range noise.Payload {
				noise.Payload[i] = byte(r.Uint32())
			}
			c.Datagram(noise)
		}},
		{"noise on many flows", func() {
			noise.Src = at(hostA, uint16(r.Uint32()))
			for i := range noise.Payload {
				noise.Payload[i] = byte(r.Uint32())
			}
			c.Datagram(noise)
		}},
	} {
		for range 2000 {
			test.f()
		}
		if n := testing.AllocsPerRun(1000, test.f); n != 0 {
			t.Errorf("%s: %v allocations a datagram", test.name, n)
		}
	}
}

var scratch dissect.Datagram

// withPayload is d with another payload.
func withPayload(d *dissect.Datagram, p []byte) *dissect.Datagram {
	scratch = *d
	scratch.Payload, scratch.PayloadLength = p, len(p)
	return &scratch
}

func BenchmarkClassifier(b *testing.B) {
	r := rand.New(rand.NewPCG(26, 26))
	var w wire
	c := NewClassifier(Config{}, func(*Event) {})
	c.Datagram(w.udp(at(hostA, 4500), at(hostB, 4500), withMarker(ikeInformational(r, 40))))
	noise := w.udp(at(hostA, 40001), at(hostB, 443), esp(r, 0x41234567, 0, 1240))
	for range 3 {
		noise.Payload[4]++
		noise.Payload[9]++
		c.Datagram(noise)
	}
	for _, test := range []struct {
		name string
		d    *dissect.Datagram
	}{
		{"ESP in UDP", w.udp(at(hostA, 4500), at(hostB, 4500), esp(r, 0x1234567, 1, 1400))},
		{"raw ESP", w.datagram(dissect.ProtoESP, at(hostA, 0), at(hostB, 0), esp(r, 0x1234567, 1, 1400))},
		{"DNS", w.udp(at(hostA, 40000), at(hostB, 53), dns(r)[0].payload)},
		{"QUIC, long header", w.udp(at(hostA, 40000), at(hostB, 443), quic(8, true, true)(r)[0].payload)},
		{"foreign flow", noise},
		{"TCP", w.datagram(dissect.ProtoTCP, at(hostA, 1), at(hostB, 2), random(r, 1000))},
	} {
		b.Run(test.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				c.Datagram(test.d)
			}
		})
	}
}

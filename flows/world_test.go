package flows

import (
	"encoding/binary"
	"encoding/json"
	"net/netip"
	"testing"

	"github.com/ikesniff/ikesniff/capture"
	"github.com/ikesniff/ikesniff/dissect"
	"github.com/ikesniff/ikesniff/dissect/ike"
	"github.com/ikesniff/ikesniff/flows/diagnose"
	"github.com/ikesniff/ikesniff/reassembly"
	"github.com/ikesniff/ikesniff/report"
)

// world makes events as a capture would give them: each call is a packet, a
// clock tick after the one before.
type world struct {
	now    int64
	frame  uint64
	ipid   uint32
	tap    dissect.Tap
	ttl    uint8
	events []reassembly.Event
}

const second = int64(1e9)

func newWorld() *world { return &world{now: 1_790_000_000 * second, ttl: 60} }

func (w *world) wait(ns int64) { w.now += ns }

func (w *world) put(e reassembly.Event) *reassembly.Event {
	w.frame++
	w.ipid++
	e.Time, e.FirstTime = w.now, w.now
	e.Ref = capture.FrameRef(0, w.frame)
	e.FirstRef = e.Ref
	e.Tap, e.TTL, e.IPID, e.HasIPID = w.tap, w.ttl, w.ipid, true
	e.Packets = 1
	e.Length = len(e.Data)
	e.IPLength = 28 + e.Length
	e.Confidence = reassembly.ConfidenceHigh
	w.events = append(w.events, e)
	w.now += 1e6
	return &w.events[len(w.events)-1]
}

// again is the last packet captured once more: elsewhere, or with another TTL.
func (w *world) again(tap dissect.Tap, ttl uint8) {
	if len(w.events) == 0 {
		return
	}
	e := w.events[len(w.events)-1]
	w.frame++
	e.Time, e.FirstTime = w.now, w.now
	e.Ref = capture.FrameRef(0, w.frame)
	e.FirstRef, e.Tap, e.TTL = e.Ref, tap, ttl
	w.events = append(w.events, e)
	w.now += 1e5
}

func ap(s string) netip.AddrPort { return netip.MustParseAddrPort(s) }

// peers are the two ends of a tunnel on one transport.
type peers struct {
	i, r      netip.AddrPort
	transport reassembly.Transport
}

func udp500(i, r string) peers {
	return peers{ap(i + ":500"), ap(r + ":500"), reassembly.TransportUDP}
}

func natt(i, r string) peers { return peers{ap(i), ap(r), reassembly.TransportUDPNATT} }

func (p peers) back() peers { return peers{p.r, p.i, p.transport} }

// send puts an IKE message from p.i to p.r.
func (w *world) send(p peers, h ike.Header, payloads ...[]byte) *reassembly.Event {
	h.Version = ike.Version{Major: 2}
	var body []byte
	if len(payloads) > 0 {
		h.NextPayload = ike.PayloadType(payloads[0][0])
		for n, x := range payloads {
			next := ike.PayloadNone
			if n+1 < len(payloads) {
				next = ike.PayloadType(payloads[n+1][0])
			}
			body = ike.AppendPayload(body, next, false, x[1:])
		}
	}
	h.Length = uint32(ike.HeaderLength + len(body))
	b := append(h.Append(nil), body...)
	return w.put(reassembly.Event{Src: p.i, Dst: p.r, Transport: p.transport, Message: reassembly.MessageIKE, Data: b})
}

func payload(t ike.PayloadType, body ...byte) []byte { return append([]byte{byte(t)}, body...) }

func notify(t ike.NotifyType, data ...byte) []byte {
	return append(payload(ike.PayloadNotify, 0, 0, byte(t>>8), byte(t)), data...)
}

// saBody is one proposal: AES-CBC-256, SHA2-256, group 19.
func saBody() []byte {
	tr := []byte{
		3, 0, 0, 12, 1, 0, 0, 12, 0x80, 14, 1, 0,
		3, 0, 0, 8, 2, 0, 0, 5,
		3, 0, 0, 8, 3, 0, 0, 12,
		0, 0, 0, 8, 4, 0, 0, 19,
	}
	b := []byte{0, 0, 0, byte(8 + len(tr)), 1, 1, 0, 4}
	return append(payload(ike.PayloadSA, b...), tr...)
}

// noise is a payload body that differs each time.
func (w *world) noise(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(w.frame*31 + uint64(i)*7)
	}
	return b
}

type sa struct{ i, r ike.SPI }

func (w *world) initRequest(p peers, s sa) {
	w.send(p, ike.Header{InitiatorSPI: s.i, ExchangeType: ike.ExchangeSAInit, Flags: ike.FlagInitiator},
		saBody(), payload(ike.PayloadKE, append([]byte{0, 19, 0, 0}, w.noise(64)...)...), payload(ike.PayloadNonce, w.noise(32)...))
}

func (w *world) initAnswer(p peers, s sa) {
	w.send(p.back(), ike.Header{InitiatorSPI: s.i, ResponderSPI: s.r, ExchangeType: ike.ExchangeSAInit, Flags: ike.FlagResponse},
		saBody(), payload(ike.PayloadKE, append([]byte{0, 19, 0, 0}, w.noise(64)...)...), payload(ike.PayloadNonce, w.noise(32)...))
}

// exchange is a protected request of the initiator and its answer.
func (w *world) exchange(p peers, s sa, t ike.ExchangeType, id uint32) {
	h := ike.Header{InitiatorSPI: s.i, ResponderSPI: s.r, ExchangeType: t, MessageID: id, Flags: ike.FlagInitiator}
	w.send(p, h, payload(ike.PayloadSK, w.noise(60)...))
	h.Flags = ike.FlagResponse
	w.send(p.back(), h, payload(ike.PayloadSK, w.noise(60)...))
}

// up brings a tunnel up: IKE_SA_INIT on one path, IKE_AUTH on another.
func (w *world) up(first, then peers, s sa) {
	w.initRequest(first, s)
	w.initAnswer(first, s)
	w.exchange(then, s, ike.ExchangeAuth, 1)
}

func (w *world) esp(p peers, spi, n uint32) *reassembly.Event {
	b := binary.BigEndian.AppendUint32(nil, spi)
	b = binary.BigEndian.AppendUint32(b, n)
	b = append(b, w.noise(80)...)
	return w.put(reassembly.Event{Src: p.i, Dst: p.r, Transport: p.transport, Message: reassembly.MessageESP,
		SPI: spi, Sequence: n, Data: b})
}

// data sends packets from to to both ways.
func (w *world) data(p peers, out, in uint32, from, to uint32) {
	for n := from; n <= to; n++ {
		w.esp(p, out, n)
		w.esp(p.back(), in, n)
	}
}

// track runs the events through n trackers, shared out by pair.
func track(events []reassembly.Event, n int) *report.Report {
	return mergeWith(events, n, func(*Tracker, int64) {})
}

func mergeWith(events []reassembly.Event, n int, each func(*Tracker, int64)) *report.Report {
	trackers, end := trackAll(events, n, each)
	return Merge(trackers, Input{End: end}).Collect()
}

// factsOf returns the facts of each tunnel.
func factsOf(events []reassembly.Event, n int, each func(*Tracker, int64)) []*diagnose.Facts {
	trackers, end := trackAll(events, n, each)
	b, groups, _ := merge(trackers, &Input{End: end})
	var out []*diagnose.Facts
	for _, g := range groups {
		_, f := b.describe(g, &memory{})
		out = append(out, f)
	}
	return out
}

// onlyFacts returns those of the only tunnel.
func onlyFacts(t *testing.T, w *world) *diagnose.Facts {
	t.Helper()
	l := factsOf(w.events, 1, func(*Tracker, int64) {})
	if len(l) != 1 {
		t.Fatalf("%d tunnels, want 1", len(l))
	}
	return l[0]
}

func trackAll(events []reassembly.Event, n int, each func(*Tracker, int64)) ([]*Tracker, int64) {
	trackers := make([]*Tracker, n)
	for i := range trackers {
		trackers[i] = NewTracker(Config{})
	}
	var end int64
	for i := range events {
		e := events[i]
		p := e.Pair()
		a, b := p.A.As16(), p.B.As16()
		at := 0
		for j := range a {
			at += int(a[j]) + 3*int(b[j])
		}
		t := trackers[at%n]
		t.Event(&e)
		end = max(end, e.Time)
		each(t, e.Time)
	}
	return trackers, end
}

// factsJSON is all that the rules get to see.
func factsJSON(t testing.TB, events []reassembly.Event, n int) string {
	t.Helper()
	return jsonOf(t, factsOf(events, n, func(*Tracker, int64) {}))
}

func jsonOf(t testing.TB, r any) string {
	t.Helper()
	b, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// only returns the one tunnel of a report.
func only(t *testing.T, r *report.Report) *report.Tunnel {
	t.Helper()
	if len(r.Tunnels) != 1 {
		t.Fatalf("%d tunnels, want 1:\n%s", len(r.Tunnels), jsonOf(t, r))
	}
	return r.Tunnels[0]
}

func codes(u *report.Tunnel) map[string]report.Severity {
	m := map[string]report.Severity{}
	for _, a := range u.Anomalies {
		m[a.Code] = a.Severity
	}
	return m
}

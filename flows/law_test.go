package flows

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/ikesniff/ikesniff/capture"
	"github.com/ikesniff/ikesniff/dissect"
	"github.com/ikesniff/ikesniff/dissect/ike"
	"github.com/ikesniff/ikesniff/reassembly"
	"github.com/ikesniff/ikesniff/report"
)

// many makes the traffic of several tunnels, interleaved by time.
func many(seed uint64) []reassembly.Event {
	r := rand.New(rand.NewPCG(seed, 3))
	w := newWorld()
	type tunnel struct {
		p       peers
		s       sa
		out, in uint32
		n       uint32
	}
	var live []*tunnel
	for i := range 60 {
		w.tap = dissect.Tap{Direction: capture.Direction(r.IntN(3))}
		switch {
		case len(live) < 3 || r.IntN(3) == 0:
			u := &tunnel{
				p: natt(fmt.Sprintf("192.0.2.%d:%d", r.IntN(6), 4500+r.IntN(3)), fmt.Sprintf("198.51.100.%d:4500", r.IntN(2))),
				s: sa{ike.SPI(r.Uint64() | 1), ike.SPI(r.Uint64() | 1)}, out: r.Uint32() | 256, in: r.Uint32() | 256,
			}
			w.up(u.p, u.p, u.s)
			live = append(live, u)
		case r.IntN(5) == 0:
			u := live[r.IntN(len(live))]
			w.exchange(u.p, u.s, ike.ExchangeCreateChildSA, uint32(i))
			u.out, u.in, u.n = r.Uint32()|256, r.Uint32()|256, 0
		case r.IntN(6) == 0: // the peer moves
			u := live[r.IntN(len(live))]
			u.p.i = ap(fmt.Sprintf("192.0.2.%d:4500", 100+r.IntN(4)))
			w.exchange(u.p, u.s, ike.ExchangeInformational, uint32(i))
		default:
			u := live[r.IntN(len(live))]
			for range 1 + r.IntN(20) {
				u.n += 1 + uint32(r.IntN(20)/18)
				w.esp(u.p, u.out, u.n)
				if r.IntN(9) == 0 {
					w.again(w.tap, 60)
				}
				w.esp(u.p.back(), u.in, u.n)
			}
		}
		w.wait(int64(r.IntN(20)) * second)
	}
	return w.events
}

// The number of trackers changes nothing.
func TestAnyNumberOfTrackers(t *testing.T) {
	for seed := range uint64(20) {
		events := many(seed)
		want, facts := jsonOf(t, track(events, 1)), factsJSON(t, events, 1)
		for n := 2; n <= 8; n++ {
			if got := jsonOf(t, track(events, n)); got != want {
				t.Fatalf("seed %d: %d trackers give another report than one", seed, n)
			}
			if got := factsJSON(t, events, n); got != facts {
				t.Fatalf("seed %d: %d trackers give other facts than one", seed, n)
			}
		}
	}
}

// A report in between changes nothing of a later one.
func TestReportsInBetween(t *testing.T) {
	for seed := range uint64(20) {
		events := many(seed)
		if got, want := jsonOf(t, trackWithReports(events, int(seed%7)+5)), jsonOf(t, track(events, 1)); got != want {
			t.Fatalf("seed %d: reports in between change the last one", seed)
		}
	}
}

// trackWithReports makes a report after every so many events, and returns the
// one at the end.
func trackWithReports(events []reassembly.Event, every int) *report.Report {
	tr := NewTracker(Config{})
	for i := range events {
		tr.Event(&events[i])
		if i%every == 0 {
			Merge([]*Tracker{tr}, Input{End: events[i].Time}).Collect()
		}
	}
	return Merge([]*Tracker{tr}, Input{End: events[len(events)-1].Time}).Collect()
}

// Ranging over the tunnels again gives the same.
func TestTunnelsCanBeBuiltAgain(t *testing.T) {
	tr := NewTracker(Config{})
	for _, e := range many(1) {
		tr.Event(&e)
	}
	s := Merge([]*Tracker{tr}, Input{})
	if a, b := jsonOf(t, s.Collect()), jsonOf(t, s.Collect()); a != b {
		t.Error("the second time differs")
	}
}

// What the report says of a tunnel stays as it is while others are described in
// the memory that this one was.
func TestTunnelsOutliveTheirPass(t *testing.T) {
	for seed := range uint64(20) {
		events := many(seed)
		tr := NewTracker(Config{})
		for i := range events {
			tr.Event(&events[i])
		}
		var kept []*report.Tunnel
		var then []string
		for u := range Merge([]*Tracker{tr}, Input{End: events[len(events)-1].Time}).Tunnels {
			kept, then = append(kept, u), append(then, jsonOf(t, u))
		}
		if len(kept) < 2 {
			t.Fatalf("seed %d: %d tunnels", seed, len(kept))
		}
		for i, u := range kept {
			if now := jsonOf(t, u); now != then[i] {
				t.Fatalf("seed %d: tunnel %d became\n%s\nand was\n%s", seed, i, now, then[i])
			}
		}
	}
}

func TestEvictionIsCounted(t *testing.T) {
	tr := NewTracker(Config{MaxSAs: 100})
	w := newWorld()
	for i := range 1000 {
		w.events = w.events[:0]
		p := natt(fmt.Sprintf("192.0.2.%d:%d", i%200, 1000+i), gateway+":4500")
		w.esp(p, uint32(1000+i), 1)
		tr.Event(&w.events[0])
		if n := len(tr.streams) + len(tr.paths) + len(tr.ikes); n > 400 {
			t.Fatalf("%d entries of state with a bound of 100", n)
		}
	}
	r := Merge([]*Tracker{tr}, Input{End: w.now}).Collect()
	if r.Totals.Evicted == 0 || r.Complete {
		t.Errorf("evicted %d, complete %v", r.Totals.Evicted, r.Complete)
	}
	newest := fmt.Sprintf("%08x", 1999)
	for _, u := range r.Tunnels {
		if u.ChildSAs[0].SPI == newest {
			return
		}
	}
	t.Error("the newest SPI is gone")
}

func TestESPDoesNotAllocate(t *testing.T) {
	tr := NewTracker(Config{})
	w := newWorld()
	p := natt(client+":4500", gateway+":4500")
	w.up(p, p, first)
	for i := range w.events {
		tr.Event(&w.events[i])
	}
	e := w.esp(p, 0xc0000001, 1)
	tr.Event(e)
	if a := testing.AllocsPerRun(5000, func() {
		e.Sequence++
		e.Time += 1e6
		e.Ref++
		tr.Event(e)
	}); a != 0 {
		t.Errorf("%v allocations an ESP packet", a)
	}
}

func BenchmarkESP(b *testing.B) {
	tr := NewTracker(Config{})
	w := newWorld()
	events := make([]*reassembly.Event, 0, 64)
	for i := range 64 {
		w.esp(natt(fmt.Sprintf("192.0.2.%d:4500", i), gateway+":4500"), uint32(0xc0000001+i*77), 1)
	}
	for i := range w.events {
		events = append(events, &w.events[i])
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		e := events[i%64]
		e.Sequence++
		e.Time += 1e6
		tr.Event(e)
	}
}

// Any events whatever give a report, and the same with two trackers as with one.
func FuzzTracker(f *testing.F) {
	f.Add([]byte{0, 1, 2, 3, 200, 100, 50, 25, 12, 6, 3, 1})
	f.Add([]byte("every byte decides something about the next event"))
	f.Fuzz(func(t *testing.T, in []byte) {
		w := newWorld()
		addr := func(b byte) string { return fmt.Sprintf("192.0.2.%d:%d", b%5, []int{500, 4500, 7}[b%3]) }
		for len(in) >= 6 && len(w.events) < 300 {
			b := in[:6]
			in = in[6:]
			p := natt(addr(b[1]), addr(b[2]))
			p.transport = reassembly.Transport(b[3] % 3)
			s := sa{ike.SPI(b[4]%4 + 1), ike.SPI(b[4] / 64)}
			w.tap = dissect.Tap{Direction: capture.Direction(b[5] % 3)}
			switch b[0] % 11 {
			case 0:
				w.initRequest(p, sa{i: s.i})
			case 1:
				w.initAnswer(p, s)
			case 2:
				w.exchange(p, s, ike.ExchangeType(34+b[5]%4), uint32(b[3]%4))
			case 3:
				w.again(dissect.Tap{Direction: capture.Direction(b[5] % 3)}, 60-b[4]%2)
			case 4:
				w.wait(int64(b[5]) * second)
			case 5:
				w.send(p, ike.Header{InitiatorSPI: s.i, ResponderSPI: s.r, ExchangeType: ike.ExchangeType(b[5]), MessageID: uint32(b[4])},
					payload(ike.PayloadType(b[3]), in[:min(len(in), 40)]...))
			case 6:
				w.v1(p, ike.Header{InitiatorSPI: s.i, ResponderSPI: s.r, ExchangeType: ike.ExchangeType(b[5] % 6), Flags: ike.Flags(b[5] / 128), MessageID: uint32(b[4] % 8)},
					payload(ike.PayloadType(b[3]), in[:min(len(in), int(b[4])%8)]...))
			case 7:
				w.broken(p, reassembly.MessageKind(b[4]%2), int(b[4]%3)+1, b[5]%2 == 0)
			default:
				w.esp(p, uint32(b[3]%3)+256, uint32(b[4])*uint32(b[5]%9+1))
			}
		}
		if a, b := jsonOf(t, track(w.events, 1)), jsonOf(t, track(w.events, 2)); a != b {
			t.Fatal("two trackers give another report than one")
		}
		if a, b := factsJSON(t, w.events, 1), factsJSON(t, w.events, 2); a != b {
			t.Fatal("two trackers give other facts than one")
		}
		if len(w.events) == 0 {
			return
		}
		if a, b := jsonOf(t, track(w.events, 1)), jsonOf(t, trackWithReports(w.events, 10)); a != b {
			t.Fatal("reports in between change the last one")
		}
	})
}

package flows

import (
	"fmt"
	"testing"

	"github.com/ikesniff/ikesniff/dissect/ike"
)

// attempts puts n unfinished initiators, one each 100 ms, every tenth of them
// answered with a cookie.
func attempts(w *world, n int) {
	for i := range n {
		p := udp500(fmt.Sprintf("203.0.113.%d", i%250), gateway)
		s := sa{i: ike.SPI(0xabc0000 + i)}
		w.initRequest(p, s)
		if i%10 == 9 {
			w.send(p.back(), ike.Header{InitiatorSPI: s.i, ExchangeType: ike.ExchangeSAInit, Flags: ike.FlagResponse},
				notify(ike.NotifyCookie, 1, 2, 3, 4))
		}
		w.wait(second / 10)
	}
}

func TestHalfOpenFlood(t *testing.T) {
	w := newWorld()
	attempts(w, 400)
	p := natt(client+":4500", gateway+":4500")
	w.up(p, p, first)
	w.data(p, 0xc0000001, 0xc0000002, 1, 5)
	w.wait(40 * second)
	w.data(p, 0xc0000001, 0xc0000002, 6, 10)
	r := track(w.events, 2)
	only(t, r)
	if len(r.Anomalies) != 1 || r.Anomalies[0].Code != "half-open-flood" || r.Anomalies[0].Count != 400 {
		t.Errorf("anomalies %+v", r.Anomalies)
	}
}

// Few unfinished initiators, and clients that repeat one SPI, are no flood.
func TestNoFlood(t *testing.T) {
	w := newWorld()
	attempts(w, floodAbove)
	w.wait(100 * second)
	if r := track(w.events, 1); len(r.Tunnels) != floodAbove || len(r.Anomalies) != 0 {
		t.Errorf("%d tunnels, %d anomalies for %d attempts", len(r.Tunnels), len(r.Anomalies), floodAbove)
	}

	w = newWorld()
	for range 3 {
		for i := range 40 {
			w.initRequest(udp500(fmt.Sprintf("203.0.113.%d", i), gateway), sa{i: ike.SPI(0xabc0000 + i)})
		}
		w.wait(5 * second)
	}
	w.wait(100 * second)
	r := track(w.events, 1)
	if len(r.Tunnels) != 40 || len(r.Anomalies) != 0 {
		t.Fatalf("%d tunnels, %d anomalies for 40 clients that repeat their request", len(r.Tunnels), len(r.Anomalies))
	}
	if codes(r.Tunnels[0])["no-answer"] == "" {
		t.Errorf("no no-answer in %v", codes(r.Tunnels[0]))
	}
}

// Folding loses nothing: whenever it happens, the report is the same, for SAs
// that come to life again as well.
func TestFoldingIsLossless(t *testing.T) {
	w := newWorld()
	attempts(w, 12)
	w.wait(200 * second)
	p := udp500("203.0.113.9", gateway) // this one got a cookie
	w.initRequest(p, sa{i: 0xabc0009})
	w.initAnswer(p, sa{0xabc0009, 0x9999})
	w.exchange(p, sa{0xabc0009, 0x9999}, ike.ExchangeAuth, 1)
	w.wait(200 * second)
	w.initRequest(udp500("203.0.113.3", gateway), sa{i: 0xabc0003})
	never := mergeWith(w.events, 1, func(t *Tracker, _ int64) { t.half.queue, t.half.head = nil, 0 })
	late := mergeWith(w.events, 1, func(*Tracker, int64) {})
	soon := mergeWith(w.events, 1, func(t *Tracker, now int64) { t.Advance(now + 31*second) })
	if a, b := jsonOf(t, never), jsonOf(t, late); a != b {
		t.Errorf("folding changes the report:\n%s\n%s", a, b)
	}
	if a, b := jsonOf(t, never), jsonOf(t, soon); a != b {
		t.Errorf("early folding changes the report:\n%s\n%s", a, b)
	}
	unfolded := factsOf(w.events, 1, func(t *Tracker, _ int64) { t.half.queue, t.half.head = nil, 0 })
	folded := factsOf(w.events, 1, func(t *Tracker, now int64) { t.Advance(now + 31*second) })
	if a, b := jsonOf(t, unfolded), jsonOf(t, folded); a != b {
		t.Errorf("folding changes the facts:\n%s\n%s", a, b)
	}
}

func TestFoldedStateIsBounded(t *testing.T) {
	w := newWorld()
	tr := NewTracker(Config{})
	for i := range 2000 {
		w.events = w.events[:0]
		w.initRequest(udp500(fmt.Sprintf("10.%d.%d.1", i/250, i%250), gateway), sa{i: ike.SPI(1 + i)})
		tr.Event(&w.events[0])
		w.wait(second)
	}
	if n := len(tr.ikes) + len(tr.pairs) + len(tr.paths); n > 200 {
		t.Errorf("%d entries beside the folded ones", n)
	}
	if len(tr.half.folded) < 1900 {
		t.Errorf("%d folded of 2000", len(tr.half.folded))
	}
}

package flows

import (
	"testing"

	"github.com/ikesniff/ikesniff/dissect/ike"
)

// A cookie that comes when the initiator has been silent for longer than
// foldAfter keeps its SA unfinished, and a sweep still comes to an end.
func TestLateCookie(t *testing.T) {
	w := newWorld()
	p, s := udp500("203.0.113.7", gateway), sa{i: 0xabc0007}
	w.initRequest(p, s)
	w.wait(31 * second)
	for range 3 {
		w.send(p.back(), ike.Header{InitiatorSPI: s.i, ExchangeType: ike.ExchangeSAInit, Flags: ike.FlagResponse},
			notify(ike.NotifyCookie, 1, 2, 3, 4))
		w.wait(second)
	}
	w.wait(31 * second)
	w.initRequest(udp500("203.0.113.8", gateway), sa{i: 0xabc0008})

	tr := NewTracker(Config{})
	for i := range w.events {
		tr.Event(&w.events[i])
		if n := len(tr.half.queue); n > 8 {
			t.Fatalf("%d entries in the queue after %d events", n, i+1)
		}
	}
	if len(tr.half.folded) != 1 {
		t.Errorf("%d folded, want the one that is silent", len(tr.half.folded))
	}
}

// An answer that comes after its request was folded completes the SA as it
// would have completed one that was not: whether other clients' traffic made
// the tracker fold in between changes nothing.
func TestAnswerAfterFolding(t *testing.T) {
	w := newWorld()
	p, s := udp500("203.0.113.7", gateway), sa{i: 0xabc0007, r: 0xdef}
	w.initRequest(p, s)
	w.wait(48 * second)
	w.initRequest(udp500("203.0.113.8", gateway), sa{i: 0xabc0008})
	w.initAnswer(p, s)

	tr := NewTracker(Config{})
	for i := range w.events {
		tr.Event(&w.events[i])
		if i == 1 && len(tr.half.folded) != 1 {
			t.Fatalf("%d folded, want the first request", len(tr.half.folded))
		}
	}
	r := Merge([]*Tracker{tr}, Input{End: w.now}).Collect()
	if got := r.Tunnels[0].IKESAs[0].ResponderSPI; got != s.r.String() {
		t.Errorf("responder SPI %s, want %s", got, s.r)
	}
	if jsonOf(t, track(w.events, 1)) != jsonOf(t, track(w.events, 2)) {
		t.Error("two trackers give another report than one")
	}
}

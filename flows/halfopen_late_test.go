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

package flows

import (
	"testing"

	"github.com/ikesniff/ikesniff/dissect/ike"
)

// The exchanges that make SAs stay known however many liveness checks there are.
func TestMakingsAreKept(t *testing.T) {
	p := natt(client+":4500", gateway+":4500")
	w := newWorld()
	w.up(p, p, first)
	id := uint32(2)
	live := func(n int) {
		for range n {
			w.exchange(p, first, ike.ExchangeInformational, id)
			w.wait(second)
			id++
		}
	}
	live(40)
	asked := w.now
	w.exchange(p, first, ike.ExchangeCreateChildSA, id)
	w.repeat(&w.events[len(w.events)-2])
	id++
	live(40)
	f := onlyFacts(t, w).IKE[0]
	if f.MakingsTotal != 1 || len(f.Makings) != 1 {
		t.Fatalf("%d makings, %d kept", f.MakingsTotal, len(f.Makings))
	}
	m := f.Makings[0]
	if m.Exchange.Type != "CREATE_CHILD_SA" || m.Exchange.From != "initiator" || m.Exchange.Requests != 2 || m.Exchange.Responses != 1 {
		t.Errorf("exchange %+v", m.Exchange)
	}
	if !m.Request.Time.Equal(toTime(asked)) || m.Request.Length != 28+4+60 || !m.Request.Encrypted || m.Response.Length != 28+4+60 || m.LastSent.Time.Equal(m.Request.Time) {
		t.Errorf("messages %+v", m.ExchangeFacts)
	}
	for _, x := range f.Exchanges {
		if x.Request.Time.Equal(m.Request.Time) {
			t.Error("the list of exchanges holds it, too: too few liveness checks to prove anything")
		}
	}
	if len(f.Repeats) != 0 {
		t.Errorf("repeats %+v", f.Repeats)
	}
}

// What both sides of a NAT saw is one exchange.
func TestMakingsSeenTwice(t *testing.T) {
	inside, outside := natt("10.0.0.1:4500", gateway+":4500"), natt(client+":30000", gateway+":4500")
	w := newWorld()
	both := func(t ike.ExchangeType, id uint32) {
		w.exchange(inside, first, t, id)
		for _, e := range w.events[len(w.events)-2:] {
			if e.Src == inside.i {
				e.Src = outside.i
			} else {
				e.Dst = outside.i
			}
			w.put(e)
		}
	}
	both(ike.ExchangeAuth, 1)
	both(ike.ExchangeCreateChildSA, 2)
	both(ike.ExchangeCreateChildSA, 3)
	if f := onlyFacts(t, w).IKE[0]; f.MakingsTotal != 2 || len(f.Makings) != 2 || f.Makings[1].Exchange.Requests != 1 {
		t.Errorf("%d makings: %+v", f.MakingsTotal, f.Makings)
	}
}

package flows

import (
	"testing"

	"github.com/ikesniff/ikesniff/capture"
	"github.com/ikesniff/ikesniff/dissect"
	"github.com/ikesniff/ikesniff/flows/diagnose"
	"github.com/ikesniff/ikesniff/reassembly"
)

// broken puts a datagram of which so many fragments came; the first is among
// them unless unknown.
func (w *world) broken(p peers, m reassembly.MessageKind, fragments int, unknown bool) *reassembly.Event {
	e := w.put(reassembly.Event{Kind: reassembly.KindFragment, Src: p.i, Dst: p.r, Transport: p.transport, Message: m, Fragments: fragments, QuotedUnknown: unknown})
	return e
}

func TestFragmentLoss(t *testing.T) {
	p := natt(client+":4500", gateway+":4500")
	raw := peers{ap(client + ":0"), ap(gateway + ":0"), reassembly.TransportIP}
	unknown := peers{ap(client + ":0"), ap(gateway + ":0"), reassembly.TransportUDP}
	tests := []struct {
		name string
		make func(w *world)
		want []diagnose.FragmentLoss
	}{
		{"only first fragments", func(w *world) {
			for range 3 {
				w.broken(p, reassembly.MessageIKE, 1, false)
			}
		}, []diagnose.FragmentLoss{{ToResponder: true, Count: 3, FirstOnly: 3, About: "ike"}}},
		{"two of three, the other way", func(w *world) {
			w.broken(p.back(), reassembly.MessageESP, 2, false)
		}, []diagnose.FragmentLoss{{Count: 1, About: "esp"}}},
		{"without the first", func(w *world) {
			w.broken(raw, reassembly.MessageESP, 1, true)
			w.broken(unknown, reassembly.MessageIKE, 1, true)
		}, []diagnose.FragmentLoss{{ToResponder: true, Count: 1, About: "esp"}, {ToResponder: true, Count: 1, About: "unknown"}}},
		{"at two taps", func(w *world) {
			for range 2 {
				w.tap = dissect.Tap{Direction: capture.DirectionIn}
				w.broken(p, reassembly.MessageIKE, 1, false)
				w.tap = dissect.Tap{Direction: capture.DirectionOut}
				w.broken(p, reassembly.MessageIKE, 1, false)
			}
			w.tap = dissect.Tap{}
		}, []diagnose.FragmentLoss{{ToResponder: true, Count: 2, FirstOnly: 2, About: "ike"}}},
		// Look-alikes.
		{"of another client behind the same address", func(w *world) {
			w.broken(natt(client+":4501", gateway+":4500"), reassembly.MessageIKE, 1, false)
		}, nil},
		{"of other peers", func(w *world) {
			w.broken(natt("192.0.2.77:4500", gateway+":4500"), reassembly.MessageIKE, 1, false)
		}, nil},
	}
	for _, c := range tests {
		w := newWorld()
		w.up(p, p, first)
		c.make(w)
		got := onlyFacts(t, w).FragmentLoss
		if len(got) != len(c.want) {
			t.Errorf("%s: %+v", c.name, got)
			continue
		}
		for i, x := range got {
			if x.First.Time.IsZero() || x.Last.Time.Before(x.First.Time) {
				t.Errorf("%s: from %v to %v", c.name, x.First, x.Last)
			}
			x.First, x.Last = diagnose.Mark{}, diagnose.Mark{}
			if x != c.want[i] {
				t.Errorf("%s: %+v, want %+v", c.name, x, c.want[i])
			}
		}
	}
}

func TestLossesAreBounded(t *testing.T) {
	tr := NewTracker(Config{})
	w := newWorld()
	for i := range maxLosses + 100 {
		w.events = w.events[:0]
		p := natt(client+":4500", gateway+":4500")
		p.i = ap(client + ":1")
		e := w.broken(p, reassembly.MessageIKE, 1, false)
		e.Tap.Index = uint32(i)
		tr.Event(e)
	}
	if len(tr.losses) != maxLosses || tr.evicted != 100 {
		t.Errorf("%d kept, %d counted as given up", len(tr.losses), tr.evicted)
	}
}

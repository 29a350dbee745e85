package flows

import (
	"testing"

	"github.com/ikesniff/ikesniff/dissect/ike"
)

// unknownSPI is INVALID_SPI outside an IKE SA, from p.i to p.r.
func (w *world) unknownSPI(p peers, header ike.SPI, spi ...byte) {
	w.send(p, ike.Header{InitiatorSPI: header, ExchangeType: ike.ExchangeInformational, Flags: ike.FlagInitiator},
		notify(ike.NotifyInvalidSPI, spi...))
}

func TestOutside(t *testing.T) {
	p := natt(client+":4500", gateway+":4500")
	other := natt(client+":4501", gateway+":4500")
	second2 := sa{0x7777, 0x8888}
	w := newWorld()
	w.up(p, p, first)
	w.data(p, 0xc0000001, 0xc0000002, 1, 3)
	w.up(other, other, second2)
	w.data(other, 0xc0000003, 0xc0000004, 1, 3)
	w.wait(15 * second)
	w.data(p, 0xc0000001, 0xc0000002, 4, 6) // the first goes on, so the second is another
	w.unknownSPI(p.back(), 0, 0xc0, 0, 0, 1)
	w.wait(second)
	w.unknownSPI(p.back(), 0, 0xc0, 0, 0, 1)
	w.unknownSPI(p, 0xabcdef, 0xc0, 0, 0, 4) // about the other tunnel, whatever its ports
	w.unknownSPI(other.back(), 0x1234, 9, 9, 9, 9)
	l := factsOf(w.events, 1, func(*Tracker, int64) {})
	if len(l) != 2 {
		t.Fatalf("%d tunnels, want 2", len(l))
	}
	a, b := l[0].Outside, l[1].Outside
	if len(a) != 1 || a[0].SPI != "c0000001" || a[0].From != "responder" || a[0].Count != 2 || a[0].Name != "INVALID_SPI" {
		t.Errorf("of the first: %+v", a)
	}
	if len(b) != 2 || b[0].SPI != "c0000004" || b[0].From != "initiator" || b[1].SPI != "09090909" || b[1].From != "responder" {
		t.Errorf("of the second: %+v", b)
	}
	for _, f := range l {
		if len(f.IKE) != 1 || len(f.IKE[0].ClearNotifies) != 0 {
			t.Errorf("IKE SAs %+v", f.Tunnel.IKESAs)
		}
	}
	if m := l[0].Tunnel.IKEMessages; m.Initiator != 2 || m.Responder != 4 {
		t.Errorf("IKE messages %+v", m)
	}
}

// ESP alone may be what a notify is about; it does not get an IKE SA of it.
func TestOutsideOfESPAlone(t *testing.T) {
	p := natt(client+":4500", gateway+":4500")
	w := newWorld()
	w.data(p, 0xc0000001, 0xc0000002, 1, 3)
	w.unknownSPI(p.back(), 0, 0xc0, 0, 0, 1)
	f := onlyFacts(t, w)
	if len(f.IKE) != 0 || len(f.Outside) != 1 || f.Outside[0].SPI != "c0000001" {
		t.Errorf("%d IKE SAs, outside %+v", len(f.IKE), f.Outside)
	}
}

// Look-alikes: a notify that is all there is, one that answers an offer, and one
// that names an IKE SA.
func TestNotOutside(t *testing.T) {
	p := udp500(client, gateway)
	w := newWorld()
	w.unknownSPI(p, 0, 1, 2, 3, 4)
	if f := onlyFacts(t, w); len(f.IKE) != 1 || len(f.Outside) != 0 {
		t.Errorf("alone: %d IKE SAs, outside %+v", len(f.IKE), f.Outside)
	}
	w = newWorld()
	w.mainMode(p, first, 1)
	w.v1(p.back(), ike.Header{InitiatorSPI: first.i, ResponderSPI: 99, ExchangeType: ike.ExchangeV1Informational, MessageID: 3},
		notifyV1(ike.V1NotifyNoProposalChosen, nil, nil))
	if f := onlyFacts(t, w); len(f.IKE) != 1 || len(f.Outside) != 0 || len(f.IKE[0].ClearNotifies) != 1 {
		t.Errorf("an answer: %d IKE SAs, outside %+v", len(f.IKE), f.Outside)
	}
	w = newWorld()
	w.up(p, p, first)
	w.send(p.back(), ike.Header{InitiatorSPI: first.i, ResponderSPI: first.r, ExchangeType: ike.ExchangeInformational, MessageID: 9, Flags: ike.FlagResponse},
		notify(ike.NotifyInvalidIKESPI))
	if f := onlyFacts(t, w); len(f.IKE) != 1 || len(f.Outside) != 0 || len(f.IKE[0].ClearNotifies) != 1 {
		t.Errorf("of its SA: %d IKE SAs, outside %+v", len(f.IKE), f.Outside)
	}
}

// A peer that began a new IKE SA still gets data of the old one, whoever of the
// two is the tunnel's initiator.
func TestStaleBothWays(t *testing.T) {
	for _, reversed := range []bool{false, true} {
		w := newWorld()
		old := natt(client+":4500", gateway+":4500")
		w.up(old, old, first)
		w.data(old, 0xc0000001, 0xc0000002, 1, 5)
		w.wait(20 * second)
		now, made := old, sa{0x9999, 0xaaaa}
		if reversed {
			now = old.back()
		}
		w.up(now, now, made)
		for n := range uint32(30) {
			w.wait(second)
			if reversed {
				w.esp(old, 0xc0000001, 6+n)
			} else {
				w.esp(old.back(), 0xc0000002, 6+n)
			}
		}
		f := onlyFacts(t, w)
		if len(f.IKE) != 2 || len(f.Stale) != 1 {
			t.Fatalf("reversed %v: %d IKE SAs, stale %+v", reversed, len(f.IKE), f.Stale)
		}
		s := f.Stale[0]
		if s.IKE != 0 || s.NewIKE != 1 || s.Reversed != reversed || f.IKE[1].Reversed != reversed || s.Packets != 1 || s.Last.Time.Sub(s.FirstNew.Time) < 30e9 {
			t.Errorf("reversed %v: %+v", reversed, s)
		}
	}
}

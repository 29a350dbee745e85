package flows

import (
	"testing"

	"github.com/ikesniff/ikesniff/dissect/ike"
	"github.com/ikesniff/ikesniff/flows/diagnose"
)

// skf puts one IKE fragment.
func (w *world) skf(p peers, h ike.Header, number, total byte, size int) {
	w.send(p, h, payload(ike.PayloadSKF, append([]byte{0, number, 0, total}, w.noise(size)...)...))
}

func authHeader(s sa, flags ike.Flags) ike.Header {
	return ike.Header{InitiatorSPI: s.i, ResponderSPI: s.r, ExchangeType: ike.ExchangeAuth, MessageID: 1, Flags: flags}
}

func TestExchangeFacts(t *testing.T) {
	w := newWorld()
	p := udp500(client, gateway)
	n := natt(client+":4500", gateway+":4500")
	w.initRequest(p, first)
	w.initAnswer(p, first)
	w.exchange(n, first, ike.ExchangeAuth, 1)
	x := onlyFacts(t, w).IKE[0]
	if len(x.Exchanges) != 2 {
		t.Fatalf("%d exchanges, want 2", len(x.Exchanges))
	}
	init, auth := x.Exchanges[0], x.Exchanges[1]
	want := len(w.events[0].Data)
	if m := init.Request; m.Length != want || m.Datagram != 28+want || m.Transport != "udp" || m.SourcePort != 500 || m.DestinationPort != 500 ||
		m.Encrypted || m.Fragments != 0 || m.IPFragments != 0 || m.Ref.Frame != 1 {
		t.Errorf("request of IKE_SA_INIT: %+v", m)
	}
	if m := auth.Response; !m.Encrypted || m.Transport != "udp-nat-t" || m.SourcePort != 4500 || m.Length != 28+4+60 || m.Ref.Frame != 4 {
		t.Errorf("response of IKE_AUTH: %+v", m)
	}
	if auth.LastSent.Ref.Frame != 3 {
		t.Errorf("last sent in frame %d, want 3", auth.LastSent.Ref.Frame)
	}
}

func TestMessageInIKEFragments(t *testing.T) {
	tests := []struct {
		name             string
		numbers          []byte
		total            byte
		length, have     int
		repeats, sending int
		incomplete       int
	}{
		{"whole", []byte{1, 2, 3}, 3, 3 * 136, 3, 0, 0, 0},
		{"out of order", []byte{3, 1, 2}, 3, 3 * 136, 3, 0, 0, 0},
		{"one lost, set repeated", []byte{1, 3, 1, 3, 1, 3}, 3, 2 * 136, 2, 1, 3, 3},
		{"another one lost each time", []byte{1, 2, 1, 3}, 3, 3 * 136, 3, 1, 2, 2},
		{"lost once, whole the second time", []byte{1, 2, 1, 2, 3}, 3, 3 * 136, 3, 1, 2, 1},
	}
	for _, c := range tests {
		w := newWorld()
		p := natt(client+":4500", gateway+":4500")
		w.initRequest(p, first)
		w.initAnswer(p, first)
		for _, n := range c.numbers {
			w.skf(p, authHeader(first, ike.FlagInitiator), n, c.total, 100)
			w.wait(second)
		}
		x := onlyFacts(t, w).IKE[0]
		m := x.Exchanges[1].Request
		if m.Length != c.length || m.Fragments != c.have || m.FragmentsTotal != int(c.total) || m.Incomplete != c.incomplete || !m.Encrypted {
			t.Errorf("%s: %+v", c.name, m)
		}
		if len(x.Repeats) != c.repeats || c.repeats > 0 && x.Repeats[0].Total != c.sending {
			t.Errorf("%s: repeats %+v", c.name, x.Repeats)
		}
	}
}

// A sender that gets no answer may go over to smaller fragments.
func TestSmallerIKEFragments(t *testing.T) {
	w := newWorld()
	p := natt(client+":4500", gateway+":4500")
	w.initRequest(p, first)
	w.initAnswer(p, first)
	h := authHeader(first, ike.FlagInitiator)
	w.skf(p, h, 1, 2, 1000)
	w.skf(p, h, 2, 2, 1000)
	for n := byte(1); n <= 4; n++ {
		w.skf(p, h, n, 4, 500)
	}
	w.skf(p, h, 2, 2, 1000) // late
	m := onlyFacts(t, w).IKE[0].Exchanges[1].Request
	if m.Fragments != 4 || m.FragmentsTotal != 4 || m.Length != 4*536 || m.Datagram != 28+1036 {
		t.Errorf("%+v", m)
	}
}

func TestMessageInIPFragments(t *testing.T) {
	w := newWorld()
	p := natt(client+":4500", gateway+":4500")
	w.initRequest(p, first)
	w.initAnswer(p, first)
	e := w.send(p, authHeader(first, ike.FlagInitiator), payload(ike.PayloadSK, w.noise(2000)...))
	e.Fragments, e.Packets, e.IPLength = 2, 2, e.IPLength+4+20
	m := onlyFacts(t, w).IKE[0].Exchanges[1].Request
	if m.IPFragments != 2 || m.Length != 2032 || m.Datagram != 2032+4+28 {
		t.Errorf("%+v", m)
	}
}

// The sizes are those of AES-CBC-256 with SHA2-256-128, which saBody chooses:
// an empty message is 28 + 4 + 16 + 16 + 16.
func TestSizes(t *testing.T) {
	w := newWorld()
	p := udp500(client, gateway)
	w.initRequest(p, first)
	if s := onlyFacts(t, w).IKE[0].Sizes; s != (diagnose.Sizes{}) {
		t.Errorf("nothing chosen yet, and sizes %+v", s)
	}
	w.initAnswer(p, first)
	if s := onlyFacts(t, w).IKE[0].Sizes; s != (diagnose.Sizes{Empty: 80, Notify: 80, DeleteChild: 80}) {
		t.Errorf("sizes %+v", s)
	}
}

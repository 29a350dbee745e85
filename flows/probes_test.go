package flows

import (
	"testing"

	"github.com/ikesniff/ikesniff/dissect/ike"
	"github.com/ikesniff/ikesniff/reassembly"
)

// ask is an INFORMATIONAL request of the initiator without answer.
func (w *world) ask(p peers, s sa, id uint32) *reassembly.Event {
	return w.send(p, ike.Header{InitiatorSPI: s.i, ResponderSPI: s.r, ExchangeType: ike.ExchangeInformational, MessageID: id, Flags: ike.FlagInitiator},
		payload(ike.PayloadSK, w.noise(52)...))
}

func TestProbesOfIKEv2(t *testing.T) {
	p := natt(client+":4500", gateway+":4500")
	const out, in = 0xc0000001, 0xc0000002
	tests := []struct {
		name             string
		make             func(w *world)
		total            int // 0: no run
		last, after, esp uint64
		before           bool
	}{
		{"nothing comes back", func(w *world) {
			w.up(p, p, first)           // 1-4
			w.data(p, out, in, 1, 2)    // 5-8
			w.exchange(p, first, 37, 2) // 9, 10
			w.wait(20 * second)         //
			e := *w.ask(p, first, 3)    // 11
			for range 3 {               //
				w.wait(5 * second)
				w.esp(p, out, w.events[len(w.events)-1].Sequence+100) // the asking side's data is no answer
				w.repeat(&e)
			}
		}, 4, 10, 0, 0, true},
		{"data still comes", func(w *world) {
			w.up(p, p, first)        // 1-4
			e := *w.ask(p, first, 2) // 5
			w.wait(second)
			w.put(reassembly.Event{Src: p.r, Dst: p.i, Transport: p.transport, Message: reassembly.MessageKeepalive, Data: []byte{255}}) // 6
			w.esp(p.back(), in, 1)                                                                                                       // 7
			w.esp(p.back(), in, 2)
			w.repeat(&e)
		}, 2, 4, 6, 7, false},
		{"raw ESP still comes", func(w *world) {
			ike, raw := udp500(client, gateway), peers{ap(client + ":0"), ap(gateway + ":0"), reassembly.TransportIP}
			w.up(ike, ike, first)    // 1-4
			w.esp(raw.back(), in, 1) // 5
			w.ask(ike, first, 2)     // 6
			w.esp(raw.back(), in, 2) // 7
		}, 1, 5, 7, 7, false},
		// Look-alikes.
		{"answered at the third sending", func(w *world) {
			w.up(p, p, first)
			e := *w.ask(p, first, 2)
			w.wait(second)
			w.repeat(&e)
			w.wait(second)
			w.repeat(&e)
			w.send(p.back(), ike.Header{InitiatorSPI: first.i, ResponderSPI: first.r, ExchangeType: ike.ExchangeInformational, MessageID: 2, Flags: ike.FlagResponse},
				payload(ike.PayloadSK, w.noise(52)...))
		}, 0, 0, 0, 0, false},
		{"an unprotected notify", func(w *world) {
			w.up(p, p, first)
			w.send(p, ike.Header{InitiatorSPI: first.i, ResponderSPI: first.r, ExchangeType: ike.ExchangeInformational, MessageID: 2, Flags: ike.FlagInitiator},
				notify(ike.NotifyInvalidSPI, 1, 2, 3, 4))
		}, 0, 0, 0, 0, false},
	}
	for _, c := range tests {
		w := newWorld()
		c.make(w)
		l := onlyFacts(t, w).IKE[0].Probes
		if c.total == 0 {
			if len(l) != 0 {
				t.Errorf("%s: %+v", c.name, l)
			}
			continue
		}
		if len(l) != 1 {
			t.Errorf("%s: %d runs", c.name, len(l))
			continue
		}
		r := l[0]
		if r.V1 || r.From != "initiator" || r.Requests != 1 || r.Total != c.total || len(r.Sent) != c.total || r.AnsweredBefore != c.before ||
			r.OtherLast.Ref.Frame != c.last || r.OtherAfter.Ref.Frame != c.after || r.ESPAfter.Ref.Frame != c.esp {
			t.Errorf("%s: %+v", c.name, r)
		}
	}
}

func TestProbesOfIKEv1(t *testing.T) {
	p := udp500(client, gateway)
	// AES-CBC-256 and SHA2-256: R-U-THERE is 4+32+32 bytes, padded to 80; the
	// Delete of an IPsec SA 4+32+16, padded to 64.
	const ask, deletion = 80, 64
	seed := byte(0)
	send := func(w *world, from peers, n int) {
		seed++
		w.encryptedV1(from, ike.Header{InitiatorSPI: first.i, ResponderSPI: first.r, ExchangeType: ike.ExchangeV1Informational, MessageID: uint32(seed)<<8 | 1}, n, seed)
		w.wait(5 * second)
	}
	tests := []struct {
		name            string
		make            func(w *world)
		requests, total int
		before          bool
	}{
		{"no answer", func(w *world) {
			for range 4 {
				send(w, p, ask)
			}
		}, 4, 4, false},
		{"no answer any more", func(w *world) {
			for range 3 {
				send(w, p, ask)
				send(w, p.back(), ask)
			}
			for range 40 {
				send(w, p, ask)
			}
		}, 40, 40, true},
		{"one sent twice", func(w *world) {
			send(w, p, ask)
			e := w.events[len(w.events)-1]
			w.repeat(&e)
		}, 1, 2, false},
		{"a run in the midst of life", func(w *world) {
			for range 4 {
				send(w, p, ask)
			}
			send(w, p.back(), ask)
			send(w, p, ask)
			send(w, p.back(), ask)
		}, 3, 3, false},
		{"a Delete after the last request", func(w *world) {
			for range 3 {
				send(w, p, ask)
			}
			send(w, p, deletion)
		}, 3, 3, false},
		// Look-alikes.
		{"all answered", func(w *world) {
			for range 20 {
				send(w, p, ask)
				send(w, p.back(), ask)
			}
		}, 0, 0, false},
		{"both sides ask", func(w *world) {
			for range 20 {
				send(w, p, ask)
				send(w, p.back(), ask)
				send(w, p.back(), ask)
				send(w, p, ask)
			}
		}, 0, 0, false},
		{"a Delete with each renewal", func(w *world) {
			for range 5 {
				send(w, p, deletion)
				w.wait(3600 * second)
			}
		}, 0, 0, false},
	}
	for _, c := range tests {
		w := newWorld()
		w.mainMode(p, first, 6)
		c.make(w)
		l := onlyFacts(t, w).IKE[0].Probes
		if c.total == 0 {
			if len(l) != 0 {
				t.Errorf("%s: %+v", c.name, l)
			}
			continue
		}
		if len(l) != 1 || !l[0].V1 || l[0].Requests != c.requests || l[0].Total != c.total || l[0].AnsweredBefore != c.before || len(l[0].Sent) != min(c.total, 2*keep) {
			t.Errorf("%s: %+v", c.name, l)
		}
	}
}

// What a tunnel without trouble keeps of its requests does not grow.
func TestWatchesAreBounded(t *testing.T) {
	tr := NewTracker(Config{})
	w := newWorld()
	p := natt(client+":4500", gateway+":4500")
	w.up(p, p, first)
	for id := range uint32(200) {
		w.exchange(p, first, ike.ExchangeInformational, id+2)
		w.wait(5 * second)
	}
	for id := range uint32(200) {
		w.ask(p, first, id+1000)
		w.wait(5 * second)
	}
	for i := range w.events {
		tr.Event(&w.events[i])
	}
	for _, x := range tr.paths {
		for dir := range x.watches {
			if n := len(x.watches[dir]); n > maxWatches {
				t.Errorf("%d watches", n)
			}
		}
	}
}

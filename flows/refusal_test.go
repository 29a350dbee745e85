package flows

import (
	"testing"

	"github.com/ikesniff/ikesniff/dissect/ike"
	"github.com/ikesniff/ikesniff/report"
)

// round is one round of IKE_AUTH with an answer of so many bytes behind the SK
// payload's header. Under AES-GCM with 16 bytes of ICV a bare notify takes 33.
func (w *world) round(p peers, s sa, id uint32, answer int) {
	h := ike.Header{InitiatorSPI: s.i, ResponderSPI: s.r, ExchangeType: ike.ExchangeAuth, MessageID: id, Flags: ike.FlagInitiator}
	w.send(p, h, payload(ike.PayloadSK, w.noise(200)...))
	h.Flags = ike.FlagResponse
	w.send(p.back(), h, payload(ike.PayloadSK, w.noise(answer)...))
}

func TestRefusedAuthenticationHasFailed(t *testing.T) {
	p := natt(client+":4500", gateway+":4500")
	bare := func(w *world) int {
		w.initRequest(p, first)
		w.initAnswer(p, first)
		w.round(p, first, 1, 200)
		return onlyFacts(t, w).IKE[0].Sizes.Notify - ike.HeaderLength - 4
	}(newWorld())
	if bare <= 0 {
		t.Fatalf("no size of a bare notify: %d", bare)
	}
	for name, c := range map[string]struct {
		answers []int
		idle    int64
		want    report.Status
	}{
		"short answer":             {[]int{bare}, 0, report.StatusFailed},
		"EAP ends short":           {[]int{900, 100, bare}, 6 * second, report.StatusFailed},
		"like it: whole answer":    {[]int{160}, 0, report.StatusNegotiating},
		"like it: one byte more":   {[]int{bare + 1}, 0, report.StatusNegotiating},
		"like it: EAP-Success":     {[]int{900, 100, bare, 160}, 6 * second, report.StatusNegotiating},
		"like it: it may be going": {[]int{900, 100, bare}, second, report.StatusNegotiating},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			w.initRequest(p, first)
			w.initAnswer(p, first)
			for i, n := range c.answers {
				w.round(p, first, uint32(i+1), n)
			}
			w.wait(c.idle)
			w.initRequest(udp500("203.0.113.77", "203.0.113.78"), sa{i: 0x7777}) // the capture goes on
			r := track(w.events, 1)
			if len(r.Tunnels) != 2 || r.Tunnels[0].Status != c.want {
				t.Errorf("status %q, want %q", r.Tunnels[0].Status, c.want)
			}
		})
	}
}

// A delete long after an unfinished EAP proves nothing; a liveness check behind a
// finished one does.
func TestEAPThatWasGivenUp(t *testing.T) {
	p := natt(client+":4500", gateway+":4500")
	run := func(waits int64, answers ...int) report.Status {
		w := newWorld()
		w.initRequest(p, first)
		w.initAnswer(p, first)
		for i, n := range answers {
			w.round(p, first, uint32(i+1), n)
		}
		w.wait(waits)
		w.exchange(p, first, ike.ExchangeInformational, uint32(len(answers)+1))
		return only(t, track(w.events, 1)).Status
	}
	const bare = 33
	if got := run(30*second, 900, 100, 120); got != report.StatusFailed {
		t.Errorf("given up: %q", got)
	}
	if got := run(30*second, 900, 100, bare, 160); got != report.StatusUp {
		t.Errorf("like it: finished: %q", got)
	}
	if got := run(30*second, 160); got != report.StatusUp {
		t.Errorf("like it: no EAP: %q", got)
	}
}

func TestIKEv1WithoutData(t *testing.T) {
	p := udp500(client, gateway)
	w := newWorld()
	w.mainMode(p, first, 6)
	w.wait(10 * second)
	h := ike.Header{InitiatorSPI: first.i, ResponderSPI: first.r, ExchangeType: ike.ExchangeV1Informational, MessageID: 1}
	w.encryptedV1(p, h, 64, 1)
	if got := only(t, track(w.events, 1)).Status; got != report.StatusNegotiating {
		t.Errorf("one side asks: %q", got)
	}
	h.MessageID = 2
	w.encryptedV1(p.back(), h, 64, 2)
	if got := only(t, track(w.events, 1)).Status; got != report.StatusUp {
		t.Errorf("and the other answers: %q", got)
	}
}

func TestMessage5InVainHasFailed(t *testing.T) {
	p := udp500(client, gateway)
	w := newWorld()
	w.mainMode(p, first, 5)
	five := w.events[len(w.events)-1]
	w.wait(3 * second)
	w.repeat(&five)
	if got := only(t, track(w.events, 1)).Status; got != report.StatusNegotiating {
		t.Errorf("sent twice: %q", got)
	}
	w.wait(6 * second)
	w.repeat(&five)
	if got := only(t, track(w.events, 1)).Status; got != report.StatusFailed {
		t.Errorf("sent three times: %q", got)
	}
}

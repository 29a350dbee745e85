package flows

import (
	"testing"

	"github.com/ikesniff/ikesniff/dissect/ike"
	"github.com/ikesniff/ikesniff/report"
)

// crossing puts two IKE SAs that opposite peers begin, the second one apart
// after the first, whose answer takes so long.
func crossing(apart, rtt int64) (*world, peers, sa, sa) {
	w := newWorld()
	p, q := udp500(client, gateway), udp500(gateway, client)
	other := sa{0xbbbb000000000001, 0xbbbb000000000002}
	w.initRequest(p, first)
	answers := []func(){func() { w.initAnswer(p, first) }, func() { w.initAnswer(q, other) }}
	if apart > rtt {
		w.wait(rtt)
		answers[0]()
		answers = answers[1:]
		apart -= rtt
	}
	w.wait(apart)
	w.initRequest(q, other)
	w.wait(rtt - apart)
	for _, answer := range answers {
		answer()
		w.wait(second / 100)
	}
	w.exchange(p, first, ike.ExchangeAuth, 1)
	w.exchange(q, other, ike.ExchangeAuth, 1)
	w.wait(second)
	return w, p, first, other
}

// Two SAs begun at once are of one tunnel, and neither has replaced the other,
// however long one of them lives on.
func TestSAsThatPeersBeginAtOnce(t *testing.T) {
	w, p, long, other := crossing(second/100, second/50)
	w.exchange(udp500(gateway, client), other, ike.ExchangeInformational, 2) // its DELETE
	w.data(p, 0xc0000001, 0xc0000002, 1, 20)
	w.wait(30 * second)
	w.exchange(p, long, ike.ExchangeCreateChildSA, 2)
	w.data(p, 0xc0000003, 0xc0000004, 1, 20)
	u := only(t, track(w.events, 1))
	if u.Status != report.StatusUp || len(u.IKESAs) != 2 {
		t.Fatalf("status %s, %d IKE SAs", u.Status, len(u.IKESAs))
	}
	for _, x := range u.IKESAs {
		if x.RekeyOf != "" || x.ReplacedBy != "" {
			t.Errorf("%s: rekey of %q, replaced by %q", x.ID, x.RekeyOf, x.ReplacedBy)
		}
	}
	if u.Initiator != client || len(u.Links) == 0 || u.Links[0].From != u.IKESAs[0].ID || u.Links[0].To != u.IKESAs[1].ID {
		t.Errorf("initiator %s, links %+v", u.Initiator, u.Links)
	}
	if c := codes(u); c["simultaneous-initiation"] != report.SeverityInfo {
		t.Errorf("anomalies %v", c)
	}
	if f := onlyFacts(t, w); f.IKE[0].Reversed || !f.IKE[1].Reversed {
		t.Error("the second SA is the responder's")
	}
}

// One that the other peer begins when it has answered replaces the first; one in
// the time of a long wait is an attempt of its own.
func TestSAsThatPeersBeginByTurns(t *testing.T) {
	w, p, _, _ := crossing(second, second/50)
	w.data(p, 0xc0000001, 0xc0000002, 1, 20)
	u := only(t, track(w.events, 1))
	if len(u.IKESAs) != 2 || u.IKESAs[0].ReplacedBy != u.IKESAs[1].ID || codes(u)["simultaneous-initiation"] != "" {
		t.Errorf("%d IKE SAs, the first replaced by %q, %v", len(u.IKESAs), u.IKESAs[0].ReplacedBy, codes(u))
	}
	w, _, _, _ = crossing(5*second, 30*second)
	for _, u := range track(w.events, 1).Tunnels {
		if codes(u)["simultaneous-initiation"] != "" {
			t.Errorf("an answer that took 30 s: %v", codes(u))
		}
	}
}

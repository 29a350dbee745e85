package flows

import (
	"strings"
	"testing"

	"github.com/ikesniff/ikesniff/capture"
	"github.com/ikesniff/ikesniff/dissect"
	"github.com/ikesniff/ikesniff/dissect/ike"
	"github.com/ikesniff/ikesniff/reassembly"
	"github.com/ikesniff/ikesniff/report"
)

const (
	client  = "192.0.2.10"
	gateway = "198.51.100.1"
)

var first = sa{0x1111, 0x2222}

func TestTunnelThatFloatsTo4500(t *testing.T) {
	w := newWorld()
	on4500 := natt(client+":31000", gateway+":4500")
	w.up(udp500(client, gateway), on4500, first)
	w.data(on4500, 0xc0000001, 0xc0000002, 1, 20)
	u := only(t, track(w.events, 1))
	if u.Status != report.StatusUp || u.Phase1 != report.PhaseUp || u.Phase2 != report.PhaseUp || u.Data != report.DataBoth {
		t.Errorf("status %s, phase 1 %s, phase 2 %s, data %s", u.Status, u.Phase1, u.Phase2, u.Data)
	}
	if u.Initiator != client || u.Responder != gateway || !u.InitiatorKnown {
		t.Errorf("initiator %s (known %v), responder %s", u.Initiator, u.InitiatorKnown, u.Responder)
	}
	if len(u.Paths) != 2 || u.Paths[1].Transport != "udp-nat-t" || u.Paths[1].Initiator != client+":31000" {
		t.Errorf("paths %+v", u.Paths)
	}
	if len(u.ChildSAs) != 2 || u.ChildSAs[0].PairedWith != u.ChildSAs[1].ID || u.ChildSAs[0].IKESA != "ike-1" {
		t.Errorf("child SAs %+v", u.ChildSAs)
	}
	if u.ESPPackets.ToResponder != 20 || u.ESPPackets.ToInitiator != 20 {
		t.Errorf("ESP packets %+v", u.ESPPackets)
	}
	if len(u.Anomalies) != 0 {
		t.Errorf("anomalies %v", codes(u))
	}
	p := u.IKESAs[0].Proposal
	if p == nil || p.Encryption != "AES_CBC_256" || p.KeyExchange != "ECP_256" {
		t.Errorf("proposal %+v", p)
	}
}

// An answered IKE_AUTH proves nothing: it may have been a refusal.
func TestIKEAuthAloneIsNotUp(t *testing.T) {
	w := newWorld()
	w.up(udp500(client, gateway), udp500(client, gateway), first)
	if u := only(t, track(w.events, 1)); u.Status != report.StatusNegotiating {
		t.Errorf("status %s", u.Status)
	}
	w.wait(5 * second)
	w.exchange(udp500(client, gateway), first, ike.ExchangeInformational, 2)
	if u := only(t, track(w.events, 1)); u.Status != report.StatusUp {
		t.Errorf("status %s after an exchange well after IKE_AUTH", u.Status)
	}
}

func TestTwoClientsBehindOneNAT(t *testing.T) {
	w := newWorld()
	a, b := natt(client+":31000", gateway+":4500"), natt(client+":32000", gateway+":4500")
	w.up(a, a, first)
	w.up(b, b, sa{0x3333, 0x4444})
	for n := uint32(1); n <= 20; n++ {
		w.esp(a, 0xc0000001, n)
		w.esp(b, 0xc0000003, n)
		w.esp(a.back(), 0xc0000002, n)
		w.esp(b.back(), 0xc0000002, n) // both clients chose one SPI
		w.wait(second)
	}
	r := track(w.events, 1)
	if len(r.Tunnels) != 2 {
		t.Fatalf("%d tunnels, want 2", len(r.Tunnels))
	}
	for _, u := range r.Tunnels {
		if len(u.ChildSAs) != 2 || u.ESPPackets.ToResponder != 20 || u.ESPPackets.ToInitiator != 20 || len(u.Paths) != 1 {
			t.Errorf("tunnel %s: %d child SAs, %+v, %d paths", u.ID, len(u.ChildSAs), u.ESPPackets, len(u.Paths))
		}
	}
}

func TestMOBIKEAcrossPairs(t *testing.T) {
	w := newWorld()
	old, fresh := natt(client+":4500", gateway+":4500"), natt("192.0.2.77:4500", gateway+":4500")
	w.up(old, old, first)
	w.data(old, 0xc0000001, 0xc0000002, 1, 10)
	w.wait(3 * second)
	w.exchange(fresh, first, ike.ExchangeInformational, 2)
	w.data(fresh, 0xc0000001, 0xc0000002, 11, 20)
	u := only(t, track(w.events, 3))
	if len(u.IKESAs) != 1 || len(u.ChildSAs) != 2 {
		t.Fatalf("%d IKE SAs, %d child SAs", len(u.IKESAs), len(u.ChildSAs))
	}
	for _, c := range u.ChildSAs {
		if c.Packets != 20 || c.Missing != 0 || c.LastSequence != 20 {
			t.Errorf("child %s: %+v", c.SPI, c.SequenceHealth)
		}
	}
	if _, ok := codes(u)["address-change"]; !ok {
		t.Errorf("no address-change in %v", codes(u))
	}
}

func TestNATRebinding(t *testing.T) {
	w := newWorld()
	old, fresh := natt(client+":31000", gateway+":4500"), natt(client+":45000", gateway+":4500")
	w.up(old, old, first)
	w.data(old, 0xc0000001, 0xc0000002, 1, 10)
	w.wait(30 * second)
	w.data(fresh, 0xc0000001, 0xc0000002, 12, 20) // number 11 is lost
	u := only(t, track(w.events, 1))
	if len(u.ChildSAs) != 2 || u.ChildSAs[0].Packets != 19 || u.ChildSAs[0].Missing != 1 {
		t.Errorf("child SAs %+v", u.ChildSAs)
	}
	if _, ok := codes(u)["address-change"]; !ok {
		t.Errorf("no address-change in %v", codes(u))
	}
}

// A rekeyed IKE SA, and one made anew by the same peer, belong to the tunnel;
// a second SA beside a living one is a tunnel of its own.
func TestLinesOfIKESAs(t *testing.T) {
	p := natt(client+":4500", gateway+":4500")
	w := newWorld()
	w.up(p, p, first)
	w.data(p, 0xc0000001, 0xc0000002, 1, 5)
	w.exchange(p, first, ike.ExchangeCreateChildSA, 2)
	fresh := sa{0x5555, 0x6666}
	w.exchange(p, first, ike.ExchangeInformational, 3)
	w.exchange(p, fresh, ike.ExchangeInformational, 0)
	w.data(p, 0xc0000001, 0xc0000002, 6, 10)
	w.wait(20 * second)
	again := sa{0x7777, 0x8888}
	w.up(p, p, again)
	w.data(p, 0xc0000011, 0xc0000012, 1, 5)
	u := only(t, track(w.events, 1))
	if len(u.IKESAs) != 3 || u.IKESAs[1].RekeyOf != "ike-1" || u.IKESAs[2].RekeyOf != "" || u.IKESAs[1].ReplacedBy != "ike-3" {
		t.Errorf("IKE SAs %+v", u.IKESAs)
	}

	w = newWorld()
	w.up(p, p, first)
	w.data(p, 0xc0000001, 0xc0000002, 1, 5)
	w.up(p, p, again)
	for n := uint32(6); n < 25; n++ {
		w.data(p, 0xc0000001, 0xc0000002, n, n)
		w.data(p, 0xc0000011, 0xc0000012, n-5, n-5)
		w.wait(3 * second)
	}
	r := track(w.events, 1)
	if len(r.Tunnels) != 2 {
		t.Fatalf("%d tunnels of two SAs that carry data side by side, want 2", len(r.Tunnels))
	}
	for _, u := range r.Tunnels {
		if len(u.IKESAs) != 1 || len(u.ChildSAs) != 2 {
			t.Errorf("tunnel %s: %d IKE SAs, %d child SAs", u.ID, len(u.IKESAs), len(u.ChildSAs))
		}
	}
}

func TestESPWithoutIKE(t *testing.T) {
	w := newWorld()
	p := peers{ap(client + ":0"), ap(gateway + ":0"), reassembly.TransportIP}
	w.data(p, 0xc0000001, 0xc0000002, 500, 520)
	u := only(t, track(w.events, 1))
	if u.Status != report.StatusESPOnly || u.Phase1 != report.PhaseUnknown || u.InitiatorKnown || u.IKEVersion != 0 {
		t.Errorf("%+v", u)
	}
	if u.ChildSAs[0].Missing != 0 {
		t.Errorf("missing %d before the capture began", u.ChildSAs[0].Missing)
	}
}

// Numbers are known from 1 where the birth of the SA was captured.
func TestMissingFromTheFirst(t *testing.T) {
	w := newWorld()
	p := natt(client+":4500", gateway+":4500")
	w.up(p, p, first)
	w.data(p, 0xc0000001, 0xc0000002, 3, 10)
	u := only(t, track(w.events, 1))
	if u.ChildSAs[0].Missing != 2 || codes(u)["esp-loss"] == "" {
		t.Errorf("missing %d, anomalies %v", u.ChildSAs[0].Missing, codes(u))
	}
}

// What is missing while the capture lost packets is not the network's loss.
func TestLossOfTheCapture(t *testing.T) {
	w := newWorld()
	p := natt(client+":4500", gateway+":4500")
	w.up(p, p, first)
	w.data(p, 0xc0000001, 0xc0000002, 1, 10)
	w.events = append(w.events, reassembly.Event{Kind: reassembly.KindLoss, Lost: 10, Time: w.now,
		Src: p.i, Dst: p.r, Ref: capture.FrameRef(0, w.frame)})
	w.data(p, 0xc0000001, 0xc0000002, 16, 20)
	u := only(t, track(w.events, 1))
	if u.ChildSAs[0].Missing != 0 || codes(u)["esp-loss"] != "" {
		t.Errorf("missing %d, anomalies %v", u.ChildSAs[0].Missing, codes(u))
	}
}

func TestCapturedTwice(t *testing.T) {
	p := natt(client+":4500", gateway+":4500")
	in, out := dissect.Tap{Direction: capture.DirectionIn}, dissect.Tap{Direction: capture.DirectionOut}
	every := func(copyOf func(w *world)) *report.Report {
		w := newWorld()
		w.tap = in
		step := func(f func()) {
			f()
			copyOf(w)
		}
		step(func() { w.initRequest(p, first) })
		step(func() { w.initAnswer(p, first) })
		for n := uint32(1); n <= 10; n++ {
			step(func() { w.esp(p, 0xc0000001, n) })
			step(func() { w.esp(p.back(), 0xc0000002, n) })
		}
		return track(w.events, 1)
	}
	for name, copyOf := range map[string]func(w *world){
		"at another tap":           func(w *world) { w.again(out, 60) },
		"by a mirror port":         func(w *world) { w.again(in, 60) },
		"by a mirror port, routed": func(w *world) { w.again(in, 59) },
	} {
		t.Run(name, func(t *testing.T) {
			u := only(t, every(copyOf))
			if u.ESPPackets.ToResponder != 10 || u.ESPPackets.ToInitiator != 10 || u.IKEMessages.Initiator != 1 {
				t.Errorf("ESP %+v, IKE %+v", u.ESPPackets, u.IKEMessages)
			}
			c := codes(u)
			if c["duplicate-capture"] == "" || c["esp-duplicate"] != "" || c["ike-retransmission"] != "" {
				t.Errorf("anomalies %v", c)
			}
		})
	}
	t.Run("one by the network", func(t *testing.T) {
		n := 0
		u := only(t, every(func(w *world) {
			if n++; n == 9 {
				w.again(in, 60)
			}
		}))
		c := codes(u)
		if u.ESPPackets.ToResponder+u.ESPPackets.ToInitiator != 21 || c["esp-duplicate"] == "" || c["duplicate-capture"] != "" {
			t.Errorf("ESP %+v, anomalies %v", u.ESPPackets, c)
		}
	})
}

// A host that captures itself sees one direction at each tap; data both ways is
// not one-way data.
func TestTapsByDirection(t *testing.T) {
	w := newWorld()
	p := natt(client+":4500", gateway+":4500")
	for n := uint32(1); n <= 100; n++ {
		w.tap = dissect.Tap{Direction: capture.DirectionOut}
		w.esp(p, 0xc0000001, n)
		w.tap = dissect.Tap{Direction: capture.DirectionIn}
		w.esp(p.back(), 0xc0000002, n)
		w.wait(second)
	}
	u := only(t, track(w.events, 1))
	if u.Data != report.DataBoth || len(u.Anomalies) != 0 || u.Paths[0].Traffic.ToInitiator.ESPPackets != 100 {
		t.Errorf("data %s, anomalies %v, paths %+v", u.Data, codes(u), u.Paths)
	}
}

func TestOneWayAtTheEnd(t *testing.T) {
	w := newWorld()
	p := natt(client+":4500", gateway+":4500")
	w.up(p, p, first)
	w.data(p, 0xc0000001, 0xc0000002, 1, 20)
	for n := uint32(21); n <= 80; n++ {
		w.esp(p, 0xc0000001, n)
		w.wait(second / 2)
	}
	u := only(t, track(w.events, 1))
	if u.Data != report.DataToResponder || codes(u)["one-way-esp"] == "" {
		t.Errorf("data %s, anomalies %v", u.Data, codes(u))
	}
}

// What cannot be told for certain is said in the timeline.
func TestDoubtIsSaid(t *testing.T) {
	says := func(r *report.Report, kind, text string) bool {
		for _, u := range r.Tunnels {
			for _, e := range u.Events {
				if (kind == "" || e.Kind == kind) && strings.Contains(e.Text, text) {
					return true
				}
			}
		}
		return false
	}
	w := newWorld()
	ends := []peers{natt(client+":31000", gateway+":4500"), natt(client+":32000", gateway+":4500")}
	for i, p := range ends { // two clients work side by side, then fall silent
		w.up(p, p, sa{ike.SPI(0x1000 + i), ike.SPI(0x2000 + i)})
		w.data(p, uint32(0xc0000001+i), uint32(0xd0000001+i), 1, 3)
	}
	w.wait(20 * second)
	for i, p := range ends {
		w.data(p, uint32(0xc0000001+i), uint32(0xd0000001+i), 4, 6)
	}
	clear := track(w.events, 1)
	w.wait(30 * second)
	p := natt(client+":33000", gateway+":4500") // and one of them, or a third, begins anew
	w.up(p, p, sa{0x3333, 0x4444})
	r := track(w.events, 1)
	if len(r.Tunnels) != 3 || !says(r, "ambiguous", "one of several") || says(clear, "ambiguous", "") {
		t.Errorf("%d tunnels; said %v, said before %v", len(r.Tunnels), says(r, "ambiguous", ""), says(clear, "ambiguous", ""))
	}

	w = newWorld()
	w.esp(p, 0xc0000001, 7).Confidence = reassembly.ConfidenceLow
	if r := track(w.events, 1); !says(r, "data", "low confidence") || says(clear, "data", "low confidence") {
		t.Error("low confidence is not said, or is without need")
	}
}

package flows

import (
	"net/netip"
	"testing"

	"github.com/ikesniff/ikesniff/capture"
	"github.com/ikesniff/ikesniff/reassembly"
	"github.com/ikesniff/ikesniff/report"
)

// hubAndSpokes is data between one hub and three spokes, with each side's TTL as
// given, in one source; an address without a TTL is not seen.
func hubAndSpokes(ttl map[string]uint8) []reassembly.Event {
	w := newWorld()
	for i, spoke := range []string{"192.0.2.1", "192.0.2.2", "192.0.2.3"} {
		w.data(natt(spoke+":4500", gateway+":4500"), 0xc0000001+uint32(i), 0xd0000001+uint32(i), 1, 10)
	}
	var out []reassembly.Event
	for _, e := range w.events {
		if e.TTL = ttl[e.Src.Addr().String()]; e.TTL != 0 {
			out = append(out, e)
		}
	}
	return out
}

func vantageIn(events []reassembly.Event, sources, trackers int) []*report.Vantage {
	all, end := trackAll(events, trackers, func(*Tracker, int64) {})
	in := Input{End: end}
	for range sources {
		in.Sources = append(in.Sources, capture.SourceInfo{Packets: 1, Complete: true})
	}
	var out []*report.Vantage
	for _, s := range Merge(all, in).Head.Sources {
		out = append(out, s.Vantage)
	}
	return out
}

func TestVantage(t *testing.T) {
	for name, c := range map[string]struct {
		ttl        map[string]uint8
		near       string // "" for none
		confidence report.Confidence
	}{
		"beside the hub":         {map[string]uint8{gateway: 64, "192.0.2.1": 57, "192.0.2.2": 118, "192.0.2.3": 250}, gateway, report.ConfidenceHigh},
		"beside one spoke":       {map[string]uint8{gateway: 60, "192.0.2.1": 255}, "192.0.2.1", report.ConfidenceHigh},
		"in the middle":          {map[string]uint8{gateway: 60, "192.0.2.1": 57, "192.0.2.2": 118}, "middle", report.ConfidenceHigh},
		"one spoke is near, too": {map[string]uint8{gateway: 64, "192.0.2.1": 64, "192.0.2.2": 57, "192.0.2.3": 57}, gateway, report.ConfidenceMedium},
		"no router between":      {map[string]uint8{gateway: 64, "192.0.2.1": 64}, "", ""},
		"one side only":          {map[string]uint8{gateway: 64}, "", ""},
		"of two kinds":           {map[string]uint8{gateway: 60, "192.0.2.1": 64, "192.0.2.2": 57, "192.0.2.3": 57}, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			for trackers := 1; trackers <= 3; trackers++ {
				v := vantageIn(hubAndSpokes(c.ttl), 1, trackers)[0]
				switch {
				case v == nil && c.near == "":
				case v == nil || v.Near != c.near || v.Confidence != c.confidence || v.Because == "":
					t.Errorf("%d trackers: %+v, want near %q, confidence %q", trackers, v, c.near, c.confidence)
				}
			}
		})
	}
}

// Each source has a place of its own: the same tunnel at either end.
func TestVantageOfEachSource(t *testing.T) {
	events := hubAndSpokes(map[string]uint8{gateway: 64, "192.0.2.1": 57})
	for _, e := range hubAndSpokes(map[string]uint8{gateway: 57, "192.0.2.1": 64}) {
		e.Ref = capture.FrameRef(1, e.Ref.Number())
		events = append(events, e)
	}
	v := vantageIn(events, 2, 1)
	if v[0] == nil || v[0].Near != gateway || v[1] == nil || v[1].Near != "192.0.2.1" {
		t.Errorf("%+v and %+v", v[0], v[1])
	}
}

// Sources may alternate packet by packet, and be many; none costs more than its
// place in a short list.
func TestHopsAreBounded(t *testing.T) {
	var h hops
	e := reassembly.Event{Src: netip.MustParseAddrPort("192.0.2.1:500")}
	for i := range 1000 {
		e.Ref, e.TTL = capture.FrameRef(i%500, uint64(i+1)), uint8(1+i%200)
		h.see(&e)
	}
	if len(*h.more) > maxHopSources {
		t.Errorf("%d sources kept", len(*h.more))
	}
	seen := map[uint16]hop{}
	h.each(func(x hop) { seen[x.source] = x })
	if x := seen[0]; x.packets != 2 || x.most != 101 {
		t.Errorf("the first source: %+v", x)
	}
	if n := testing.AllocsPerRun(100, func() { h.see(&e) }); n > 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

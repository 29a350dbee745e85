package flows

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ikesniff/ikesniff/dissect/ike"
	"github.com/ikesniff/ikesniff/reassembly"
	"github.com/ikesniff/ikesniff/report"
)

// star is a hub with spokes that came up one after the other.
type star struct {
	*world
	spokes []peers
	spi    uint32
	n      uint32
}

func newStar(n int) *star {
	s := &star{world: newWorld()}
	for i := range n {
		s.spokes = append(s.spokes, natt(fmt.Sprintf("192.0.%d.%d:4500", 2+i/200, 1+i%200), gateway+":4500"))
		s.begin(i)
	}
	return s
}

// begin negotiates a new IKE SA with a spoke.
func (s *star) begin(i int) {
	s.spi++
	s.up(s.spokes[i], s.spokes[i], sa{ike.SPI(0x1000 + s.spi), ike.SPI(0x2000 + s.spi)})
}

// talk sends data in all tunnels but those left out, both ways, once a second.
func (s *star) talk(seconds int, without ...int) {
	for range seconds {
		s.n++
		for i, p := range s.spokes {
			at := uint32(p.i.Addr().As4()[3]) + uint32(p.i.Addr().As4()[2])<<8
			s.esp(p.back(), 0xd0000000+s.spi<<16+at, s.n)
			if !slices.Contains(without, i) {
				s.esp(p, 0xc0000000+s.spi<<16+at, s.n)
			}
		}
		s.wait(second)
	}
}

func gatewayOf(t *testing.T, r *report.Report) report.Gateway {
	t.Helper()
	if len(r.Gateways) != 1 || r.GatewaysTotal != 1 || r.Gateways[0].Address != gateway {
		t.Fatalf("gateways %+v", r.Gateways)
	}
	return r.Gateways[0]
}

func TestGateway(t *testing.T) {
	s := newStar(5)
	s.talk(10)
	g := gatewayOf(t, track(s.events, 2))
	if g.Role != report.RoleHub || g.Tunnels != 5 || g.ByStatus.Up != 5 || g.Sound != 5 || g.Troubled != 0 || g.PeersTotal != 5 || len(g.Peers) != 5 {
		t.Errorf("%+v", g)
	}
	if g.Comparison != "All 5 tunnels work." {
		t.Error(g.Comparison)
	}
	if len(g.Transports) != 1 || g.Transports[0] != (report.GatewayTransport{Transport: "udp-nat-t", Port: 4500, Tunnels: 5, Sound: 5}) {
		t.Errorf("%+v", g.Transports)
	}
}

func TestGatewayWithOneSpokeDown(t *testing.T) {
	s := newStar(5)
	s.talk(10)
	s.talk(200, 3)
	g := gatewayOf(t, track(s.events, 2))
	if g.Troubled != 1 || g.Sound != 4 || g.Peers[0].Address != "192.0.2.4" {
		t.Errorf("%+v", g)
	}
	if !strings.HasPrefix(g.Comparison, "4 of 5 tunnels work; only the one with 192.0.2.4 is in trouble (one-way-esp): look") ||
		!strings.Contains(g.Comparison, "4 others work on UDP 4500, too") {
		t.Error(g.Comparison)
	}
}

// Tunnels that end, and nobody misses them, are no trouble of the gateway.
func TestGatewayAtRest(t *testing.T) {
	s := newStar(4)
	s.talk(10)
	s.spokes = s.spokes[:1]
	s.talk(300)
	g := gatewayOf(t, track(s.events, 2))
	if g.ByStatus.Silent != 3 || g.Troubled != 0 || g.Comparison != "1 of 4 tunnels works at the end; none is in trouble." {
		t.Errorf("%+v", g)
	}
}

// One tunnel, or two between the same two hosts of which one has more elsewhere,
// make no gateway.
func TestNoGateway(t *testing.T) {
	s := newStar(1)
	s.talk(3)
	if r := track(s.events, 1); len(r.Gateways) != 0 || r.GatewaysTotal != 0 {
		t.Errorf("%+v", r.Gateways)
	}
}

// The comparison does not depend on whether, and how far, the tunnels were gone
// through before.
func TestCompareAtAnyTime(t *testing.T) {
	s := newStar(4)
	s.talk(10, 2)
	s.talk(300, 2)
	for name, before := range map[string]func(*report.Stream){
		"at once":     func(*report.Stream) {},
		"midway":      func(s *report.Stream) { s.Tunnels(func(*report.Tunnel) bool { return false }) },
		"twice after": func(s *report.Stream) { s.Collect(); s.Collect() },
	} {
		trackers, end := trackAll(s.events, 3, func(*Tracker, int64) {})
		stream := Merge(trackers, Input{End: end})
		before(stream)
		got, _ := stream.Gateways()
		if diff := cmp.Diff(track(s.events, 1).Gateways, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// flapping finds the gateway's anomaly.
func flapping(events []reassembly.Event, trackers int) *report.Anomaly {
	r := track(events, trackers)
	for i := range r.Anomalies {
		if r.Anomalies[i].Code == "site-flapping" {
			return &r.Anomalies[i]
		}
	}
	return nil
}

func TestSiteFlaps(t *testing.T) {
	all := []int{0, 1, 2, 3, 4}
	for name, c := range map[string]struct {
		make     func(s *star)
		severity report.Severity // "" for none
		tunnels  int
		returned int
	}{
		"all together, and back": {func(s *star) {
			s.talk(20, all...)
			for i := range s.spokes {
				s.begin(i)
			}
			s.talk(10)
		}, report.SeverityWarning, 5, 5},
		"all together, for good": {func(s *star) { s.talk(200, all...) }, report.SeverityCritical, 5, 0},
		"four of five": {func(s *star) {
			s.talk(20, 0, 1, 2, 3)
			for i := range 4 {
				s.begin(i)
			}
			s.talk(20)
		}, report.SeverityWarning, 4, 4},
		"two of five": {func(s *star) {
			s.talk(20, 0, 1)
			s.begin(0)
			s.begin(1)
			s.talk(20)
		}, "", 0, 0},
		"one after the other": {func(s *star) {
			for i := range 5 {
				s.talk(15, i)
				s.begin(i)
				s.talk(15)
			}
		}, "", 0, 0},
		"planned, without a silence": {func(s *star) {
			for i := range 5 {
				s.begin(i)
			}
			s.talk(20)
		}, "", 0, 0},
		"the capture ends": {func(s *star) {}, "", 0, 0},
		"all at rest, nobody misses anything": {func(s *star) {
			s.wait(300 * second)
			s.begin(0)
			s.talk(1, 1, 2, 3, 4)
		}, "", 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStar(5)
			s.talk(10)
			c.make(s)
			a := flapping(s.events, 1)
			if diff := cmp.Diff(a, flapping(s.events, 3)); diff != "" {
				t.Errorf("three trackers: %s", diff)
			}
			switch {
			case a == nil && c.severity == "":
			case a == nil || a.Severity != c.severity || a.Evidence["tunnels"] != c.tunnels || a.Evidence["returned"] != c.returned:
				t.Errorf("%+v", a)
			default:
				t.Log(a.Observation)
			}
		})
	}
}

// Very many tunnels that fall silent in one window cost no more than the window.
func TestSiteFlapsAreLinear(t *testing.T) {
	s := newStar(3000)
	s.talk(2)
	for i := range s.spokes {
		if i%2 == 0 { // half of them: no outage
			s.wait(second / 200)
			s.esp(s.spokes[i].back(), 0xe0000000+uint32(i), 1)
		}
	}
	s.talk(200, 0)
	if a := flapping(s.events, 1); a != nil {
		t.Errorf("%s", a.Observation)
	}
}

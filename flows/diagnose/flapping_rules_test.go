package diagnose

import (
	"maps"
	"strings"
	"testing"

	"github.com/ikesniff/ikesniff/report"
)

// flapped is a tunnel that ended n times, up seconds after it had come up; down
// seconds later the next IKE SA began.
func flapped(n int, up, down float64, change func(i int, e *Ending)) *Facts {
	return with(upTunnel(), func(f *Facts) {
		s := 0.0
		for i := range n {
			frame := uint64(1000 + 10*i)
			e := Ending{
				Up: at(s, frame), LastFromInitiator: at(s+up, frame+2), LastFromResponder: at(s+up, frame+1),
				Began: at(s+up+down, frame+4), Back: at(s+up+down, frame+4), BackFromInitiator: true,
				From: "192.0.2.10:4500", To: "192.0.2.10:4500", FromTransport: "udp-nat-t", ToTransport: "udp-nat-t",
				LastExchangeBy: "responder", LastExchange: at(s+up, frame+2), Answered: true,
			}
			if change != nil {
				change(i, &e)
			}
			f.Endings = append(f.Endings, e)
			s += up + down
		}
	})
}

func init() {
	overlap := func(_ int, e *Ending) { e.Overlap = true }
	maps.Copy(cases, map[string][]scenario{
		"tunnel-flapping": {
			{"ended by the responder twice a minute", func() *Facts { return flapped(6, 25, 0.3, nil) }, []string{"warning tunnel-flapping"}},
			{"at the end of a lifetime, after a silence", func() *Facts {
				return flapped(4, 3590, 12, func(_ int, e *Ending) { e.LastExchangeBy = "" })
			}, []string{"warning tunnel-flapping"}},
			{"two ports take turns", func() *Facts {
				return flapped(4, 20, 1, func(i int, e *Ending) {
					e.From, e.To = "192.0.2.10:31000", "192.0.2.10:32000"
					if i%2 == 1 {
						e.From, e.To = e.To, e.From
					}
				})
			}, []string{"warning tunnel-flapping"}},
			{"another port each time", func() *Facts {
				return flapped(4, 20, 1, func(i int, e *Ending) {
					e.From, e.To = "192.0.2.10:3100"+string(rune('0'+i)), "192.0.2.10:3100"+string(rune('1'+i))
				})
			}, []string{"notice tunnel-flapping"}},
			{"like it: twice only", func() *Facts { return flapped(2, 25, 0.3, nil) }, nil},
			{"like it: planned, the old SA is used meanwhile", func() *Facts { return flapped(6, 25, 0.3, overlap) }, nil},
			{"like it: planned, one after the other, every hour", func() *Facts { return flapped(6, 3600, 0.3, nil) }, nil},
			{"like it: a client that roams", func() *Facts {
				return flapped(4, 60, 20, func(i int, e *Ending) { e.To = "198.51.100.9:4500" })
			}, nil},
			{"like it: another transport each time", func() *Facts {
				return flapped(4, 60, 20, func(i int, e *Ending) { e.ToTransport = "tcp-rfc8229" })
			}, nil},
			{"like it: it never came back", func() *Facts {
				return flapped(4, 60, 20, func(i int, e *Ending) { e.Back = Mark{} })
			}, nil},
		},
		"site-flapping": {
			{"like it: one tunnel alone cannot tell", func() *Facts { return flapped(1, 60, 20, nil) }, nil},
		},
	})
}

func TestTunnelFlappingNamesTheLifetime(t *testing.T) {
	_, list := judge(t, flapped(4, 28788, 12, nil))
	if len(list) != 1 || list[0].Evidence["period_matches"] != "the usual lifetime of 28800 s" || list[0].Confidence.Cause != report.ConfidenceMedium {
		t.Errorf("%+v", list)
	}
}

func TestVerdictOfAFlappingTunnel(t *testing.T) {
	f := flapped(3, 25, 0.3, nil)
	verdict, _ := judge(t, f)
	if !strings.Contains(verdict, "ended and come back 3 times") {
		t.Error(verdict)
	}
}

func flappingSite() *SiteFlap {
	return &SiteFlap{Gateway: "203.0.113.1", EventsTotal: 5, Events: []SiteEvent{
		{Tunnels: 5, Of: 6, Peers: 5, FirstSilent: at(0, 1), LastSilent: at(2, 2), Returned: 5, FirstBack: at(60, 3), LastBack: at(61, 4), PeerSilent: 5},
		{Tunnels: 5, Of: 6, Peers: 5, FirstSilent: at(300, 5), LastSilent: at(301, 6), Returned: 5, FirstBack: at(360, 7), LastBack: at(361, 8), PeerSilent: 5},
		{Tunnels: 5, Of: 6, Peers: 5, FirstSilent: at(600, 9), LastSilent: at(601, 10), Returned: 5, FirstBack: at(660, 11), LastBack: at(661, 12), PeerSilent: 5},
		{Tunnels: 5, Of: 6, Peers: 5, FirstSilent: at(900, 13), LastSilent: at(901, 14), Returned: 5, FirstBack: at(960, 15), LastBack: at(961, 16), PeerSilent: 4, GatewaySilent: 1},
		{Tunnels: 4, Of: 4, Peers: 4, FirstSilent: at(1200, 17), LastSilent: at(1200, 17), Returned: 4, FirstBack: at(1260, 19), LastBack: at(1260, 19), ByReturn: true},
	}}
}

func TestSiteFlapping(t *testing.T) {
	a := SiteFlapping(flappingSite())
	checkAnomalies(t, []report.Anomaly{a})
	if a.ID != "site-flapping-1" || a.Severity != report.SeverityWarning || a.Count != 5 || a.Evidence["period_seconds"] != 300.0 {
		t.Errorf("got %s, %s, count %d, evidence %v", a.ID, a.Severity, a.Count, a.Evidence)
	}
	for _, want := range []string{"together 5 times", "all 4 tunnels of 203.0.113.1", "It comes every 300.0 s", "all came back"} {
		if !strings.Contains(a.Observation, want) {
			t.Errorf("observation lacks %q: %s", want, a.Observation)
		}
	}
	if gateway, ok := FlappingGateway(&a); !ok || gateway != "203.0.113.1" {
		t.Errorf("gateway %q", gateway)
	}
	last := flappingSite()
	last.Events[4].Returned, last.Events[4].FirstBack, last.Events[4].LastBack = 0, Mark{}, Mark{}
	if a := SiteFlapping(last); a.Severity != report.SeverityCritical || !strings.Contains(a.Observation, "none came back") {
		t.Errorf("%s %s", a.Severity, a.Observation)
	}
	checkAnomalies(t, []report.Anomaly{SiteFlapping(&SiteFlap{})})
}

// What begins in an outage of the whole gateway is the gateway's; what is graver,
// or began at another time, is the tunnel's own.
func TestOutageExplains(t *testing.T) {
	outage := Outage{ID: "site-flapping-1", Severity: report.SeverityWarning, Gateway: "198.51.100.1", Tunnels: 5, Of: 5, From: t0.Add(-5e9)}
	for name, c := range map[string]struct {
		change func(*Outage)
		want   string
	}{
		"in it":       {func(o *Outage) {}, "site-flapping-1"},
		"over before": {func(o *Outage) { o.From, o.To = t0.Add(-60e9), t0.Add(-30e9) }, ""},
		"no name":     {func(o *Outage) { o.ID = "" }, ""},
		"graver":      {func(o *Outage) { o.Severity = report.SeverityInfo }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			o := outage
			c.change(&o)
			f := with(upTunnel(), func(f *Facts) {
				f.IKE[0].Repeats = []Repeat{sent("INFORMATIONAL", 3, "initiator", 1, 0, 3, 9)}
				f.Outages = []Outage{o}
			})
			_, list := Tunnel(f)
			if len(list) != 1 || list[0].Code != ikeRetransmission.Code || list[0].ConsequenceOf != c.want {
				t.Errorf("%+v", list)
			}
		})
	}
}

package diagnose

import (
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/ikesniff/ikesniff/report"
)

func init() { maps.Copy(cases, dpdCases) }

// asked is a run of requests of the tunnel's responder at these seconds.
func asked(secs ...float64) ProbeRun {
	r := ProbeRun{From: "responder", Requests: 1, Total: len(secs), AnsweredBefore: true, OtherLast: at(secs[0]-20, 1500)}
	for i, s := range secs {
		r.Sent = append(r.Sent, at(s, uint64(1600+i)))
	}
	return r
}

// gone is a tunnel whose initiator fell silent at 50 s: the responder's checks
// are not answered.
func gone() *Facts {
	return with(upTunnel(), func(f *Facts) {
		f.Tunnel.Status, f.Tunnel.Data = report.StatusSilent, report.DataNone
		f.IKE[0].LastFromInitiator, f.IKE[0].LastFromResponder = at(45, 1400), at(163, 1605)
		f.IKE[0].Probes = []ProbeRun{asked(70, 73, 79, 91, 115, 163)}
		f.IKE[0].Repeats = []Repeat{sent("INFORMATIONAL", 3, "responder", 1600, 70, 73, 79, 91, 115, 163)}
		for i := range f.Children {
			f.Children[i].Last = at(50, 1500)
		}
		f.Tunnel.LastSeen, f.End = t0.Add(163*time.Second), t0.Add(300*time.Second)
	})
}

// goneV1 is the same of IKEv1: each check has a message ID of its own.
func goneV1() *Facts {
	return with(gone(), func(f *Facts) {
		f.Tunnel.IKEVersion, f.Tunnel.IKESAs[0].Version = 1, 1
		r := asked(70, 75, 80, 85)
		r.V1, r.Requests = true, 4
		f.IKE[0].Probes, f.IKE[0].Repeats = []ProbeRun{r}, nil
	})
}

// moved is a change of the initiator's port at 260 s, from whose old port it was
// last seen at the given second.
func portChanged(last float64) *Facts {
	return with(upTunnel(), func(f *Facts) {
		a, b := f.Tunnel.Paths[0], f.Tunnel.Paths[0]
		was, back, now := at(last, 700), at(50, 690), at(260, 800)
		a.Initiator, a.State = "192.0.2.1:49211", report.PathSilent
		a.Traffic.ToResponder.LastSeen, a.Traffic.ToResponder.LastRef, a.Traffic.ToResponder.Keepalives = &was.Time, &was.Ref, 4
		a.Traffic.ToInitiator.LastSeen = &back.Time
		b.ID, b.Initiator = "path-2", "192.0.2.1:52177"
		b.Traffic.ToResponder.FirstSeen = &now.Time
		f.Tunnel.Paths = []report.Path{a, b}
		f.Moves = []Move{{Side: "initiator", From: a.Initiator, To: b.Initiator, SPI: "c16ed423", At: now, Before: at(50, 690), PortOnly: true}}
		f.Tunnel.LastSeen, f.End = t0.Add(300*time.Second), t0.Add(300*time.Second)
	})
}

// oneAsks has liveness checks of the responder only.
func oneAsks(n uint64) *Facts {
	return with(upTunnel(), func(f *Facts) {
		f.Tunnel.IKESAs[0].Liveness.ToInitiator = report.Liveness{Requests: n}
	})
}

// comesAndGoes is that, and IKE SAs begun anew after a silence.
func comesAndGoes(anew int) *Facts {
	return with(oneAsks(12), func(f *Facts) {
		for i := range anew {
			sa, x := f.Tunnel.IKESAs[0], f.IKE[0]
			sec := float64(200 * (i + 1))
			sa.ID, sa.InitiatorSPI = "ike-9", strings.Repeat("abcdef12", 2)
			sa.FirstSeen = t0.Add(time.Duration(sec) * time.Second)
			x.LastFromInitiator, x.LastFromResponder = at(sec+60, uint64(5000+i)), at(sec+60, uint64(5100+i))
			f.Tunnel.IKESAs, f.IKE = append(f.Tunnel.IKESAs, sa), append(f.IKE, x)
		}
	})
}

var dpdCases = map[string][]scenario{
	"dpd-failed": {
		{"the peer is gone", gone, []string{"warning dpd-failed", "warning ike-retransmission"}},
		{"IKEv1", goneV1, []string{"warning dpd-failed"}},
		{"data still comes: IKE alone is blocked", after(gone, func(f *Facts) {
			f.Children[0].Last, f.IKE[0].Probes[0].ESPAfter, f.IKE[0].Probes[0].OtherAfter = at(160, 1700), at(71, 1610), at(71, 1610)
		}), []string{"warning dpd-failed", "warning ike-retransmission"}},
		{"then it begins anew, in vain", after(gone, func(f *Facts) {
			d := deadTunnel()
			sa := d.Tunnel.IKESAs[0]
			sa.ID, sa.InitiatorSPI, sa.FirstSeen = "ike-2", "aaaaaaaaaaaaaaaa", t0.Add(170*time.Second)
			d.IKE[0].Reversed, d.IKE[0].LastFromInitiator = true, at(191, 1804)
			d.IKE[0].Repeats = []Repeat{sent("IKE_SA_INIT", 0, "initiator", 1801, 170, 173, 179, 191)}
			f.Tunnel.IKESAs, f.IKE = append(f.Tunnel.IKESAs, sa), append(f.IKE, d.IKE[0])
		}), []string{"critical dpd-failed", "critical no-answer", "warning ike-retransmission", "notice ike-retransmission"}},
		{"it comes back by itself", after(gone, func(f *Facts) {
			sa, x := f.Tunnel.IKESAs[0], f.IKE[0]
			sa.ID, sa.InitiatorSPI, sa.FirstSeen = "ike-2", "aaaaaaaaaaaaaaaa", t0.Add(170*time.Second)
			x.Probes, x.Repeats = nil, nil
			f.Tunnel.IKESAs, f.IKE = append(f.Tunnel.IKESAs, sa), append(f.IKE, x)
		}), []string{"warning dpd-failed", "warning ike-retransmission"}},
		{"its host refuses", after(gone, func(f *Facts) {
			f.Quotes = []Quote{{Sender: "192.0.2.1", Type: 3, Code: 3, About: "ike", Count: 6, First: at(70.1, 1650), Last: at(163.1, 1660)}}
		}), []string{"warning icmp-rejected", "warning dpd-failed", "warning ike-retransmission"}},
		{"data one way besides", after(gone, func(f *Facts) {
			f.OneWay = &OneWay{Packets: 90, First: at(51, 1501), Last: at(162, 1700), OtherLast: ptr(at(50, 1500))}
		}), []string{"warning dpd-failed", "warning one-way-esp", "warning ike-retransmission"}},
		{"keepalives besides", after(gone, func(f *Facts) {
			f.Keepalives = []Keepalives{{Count: 9, First: at(60, 1550), Last: at(150, 1599), Interval: 10, OtherLast: at(50, 1500), OtherHadTwoWay: true, IKEUnanswered: 6}}
		}), []string{"warning dpd-failed", "warning one-way-keepalives", "warning ike-retransmission"}},
		{"it comes back over TCP", after(moved, func(f *Facts) {
			f.IKE[0].Probes, f.Keepalives[0].IKEUnanswered = []ProbeRun{asked(100, 103, 109, 121, 145)}, 5
			f.IKE[0].Repeats = []Repeat{sent("INFORMATIONAL", 2, "responder", 1600, 100, 103, 109, 121, 145)}
		}), []string{"warning one-way-keepalives", "warning dpd-failed", "warning ike-retransmission", "info transport-changed"}},
		{"then over UDP in vain, and over TCP", after(fellBack, func(f *Facts) {
			old, x := upTunnel().Tunnel.IKESAs[0], upTunnel().IKE[0]
			old.ID, old.InitiatorSPI, old.FirstSeen = "ike-old", "cccccccccccccccc", t0.Add(-400*time.Second)
			r := asked(-60, -57, -51, -39)
			r.From, x.LastFromInitiator, x.LastFromResponder = "initiator", at(-39, 80), at(-90, 60)
			x.Probes = []ProbeRun{r}
			f.Tunnel.IKESAs, f.IKE = append([]report.IKESA{old}, f.Tunnel.IKESAs...), append([]IKEFacts{x}, f.IKE...)
			f.Tunnel.FirstSeen = old.FirstSeen
		}), []string{"warning udp-tcp-fallback", "warning dpd-failed", "notice no-answer", "notice ike-retransmission"}},
		{"like it: two sendings", after(gone, func(f *Facts) { f.IKE[0].Probes, f.IKE[0].Repeats = []ProbeRun{asked(70, 73)}, nil }), nil},
		{"like it: messages that close the tunnel in one burst", after(goneV1, func(f *Facts) {
			r := asked(70, 70.001, 70.002, 70.003)
			r.V1, r.Requests = true, 4
			f.IKE[0].Probes = []ProbeRun{r}
		}), nil},
		{"like it: heartbeats of IKEv1, never answered, and data goes on", after(goneV1, func(f *Facts) {
			f.IKE[0].Probes[0].AnsweredBefore, f.IKE[0].Probes[0].ESPAfter = false, at(71, 1610)
		}), nil},
		{"like it: never authenticated", after(gone, func(f *Facts) { f.IKE[0].Authenticated, f.IKE[0].Repeats = false, nil }), nil},
	},
	"dpd-one-sided": {
		{"one asks", func() *Facts { return oneAsks(10) }, []string{"info dpd-one-sided"}},
		{"and the tunnel comes and goes", func() *Facts { return comesAndGoes(2) }, []string{"notice dpd-one-sided"}},
		{"begun anew once", func() *Facts { return comesAndGoes(1) }, []string{"info dpd-one-sided"}},
		{"like it: both ask", after(func() *Facts { return oneAsks(10) }, func(f *Facts) {
			f.Tunnel.IKESAs[0].Liveness.ToResponder.Requests = 1
		}), nil},
		{"like it: a few", func() *Facts { return oneAsks(9) }, nil},
	},
	"nat-timeout": {
		{"200 s of silence", func() *Facts { return portChanged(60) }, []string{"info nat-timeout", "info address-change"}},
		{"and packets to the old port", after(func() *Facts { return portChanged(60) }, func(f *Facts) {
			lost := at(120, 750)
			f.Tunnel.Paths[0].Traffic.ToInitiator.LastSeen = &lost.Time
		}), []string{"notice nat-timeout", "info address-change"}},
		{"rare keepalives", after(func() *Facts { return portChanged(220) }, func(f *Facts) {
			f.Keepalives = []Keepalives{{Path: 0, ToResponder: true, Count: 2, First: at(140, 705), Last: at(220, 706), Interval: 80, OtherLast: at(50, 690)}}
		}), []string{"info nat-timeout", "info address-change"}},
		{"checks from outside in vain", after(func() *Facts { return portChanged(60) }, func(f *Facts) {
			f.IKE[0].Probes = []ProbeRun{asked(120, 124, 131, 144)}
			lost := at(144, 750)
			f.Tunnel.Paths[0].Traffic.ToInitiator.LastSeen = &lost.Time
		}), []string{"warning nat-timeout", "warning dpd-failed", "info address-change"}},
		{"like it: in the middle of traffic", func() *Facts { return portChanged(259.9) }, []string{"info address-change"}},
		{"like it: keepalives went on", func() *Facts { return portChanged(250) }, []string{"info address-change"}},
		{"like it: another address", after(func() *Facts { return portChanged(60) }, func(f *Facts) { f.Moves[0].PortOnly = false }), []string{"info address-change"}},
		{"like it: both ports in use", after(func() *Facts { return portChanged(60) }, func(f *Facts) {
			late := at(280, 900)
			f.Tunnel.Paths[0].Traffic.ToResponder.LastSeen = &late.Time
		}), []string{"info address-change"}},
	},
}

// A peer that falls silent is one story, whatever else tells of it.
func TestASilentPeerIsOneStory(t *testing.T) {
	for _, c := range dpdCases["dpd-failed"] {
		if strings.HasPrefix(c.name, "like it") {
			continue
		}
		_, list := judge(t, c.facts())
		var roots []string
		for _, a := range list {
			if a.ConsequenceOf == "" && a.Severity != report.SeverityInfo {
				roots = append(roots, a.Code)
			}
		}
		want := map[string]string{
			"its host refuses":                    "icmp-rejected",
			"it comes back over TCP":              "one-way-keepalives",
			"then over UDP in vain, and over TCP": "udp-tcp-fallback",
		}[c.name]
		if want == "" {
			want = "dpd-failed"
		}
		if len(roots) != 1 || roots[0] != want {
			t.Errorf("%s: the alarms are %v", c.name, roots)
		}
	}
}

func TestDPDFailedTellsHowItAsked(t *testing.T) {
	_, list := judge(t, gone())
	a := find(t, list, "dpd-failed")
	if a.Evidence["timers"] != "FortiOS" || a.Evidence["direction"] != "to-initiator" || a.Evidence["silent_before_seconds"] != 20.0 {
		t.Errorf("%v", a.Evidence)
	}
	_, list = judge(t, goneV1())
	if a := find(t, list, "dpd-failed"); a.Evidence["ike_version"] != 1 || !strings.HasPrefix(a.Observation, "4 liveness checks, each with a message ID of its own,") {
		t.Errorf("%v %s", a.Evidence, a.Observation)
	}
	_, list = judge(t, dpdCases["dpd-failed"][4].facts())
	if a := find(t, list, "dpd-failed"); a.Evidence["new_ike_sa_by"] != "initiator" || !strings.Contains(a.Interpretation, "came back by itself") {
		t.Errorf("%v %s", a.Evidence, a.Interpretation)
	}
	_, list = judge(t, dpdCases["dpd-failed"][2].facts())
	if a := find(t, list, "dpd-failed"); a.Evidence["data_after"] != true || !strings.Contains(a.Interpretation, "only IKE is blocked") {
		t.Errorf("%v %s", a.Evidence, a.Interpretation)
	}
}

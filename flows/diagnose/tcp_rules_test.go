package diagnose

import (
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/ikesniff/ikesniff/report"
)

func init() { maps.Copy(cases, tcpCases) }

// onTCP changes the first connection of a healthy tunnel over TCP.
func onTCP(change func(*TCPFacts)) func() *Facts {
	return func() *Facts { return with(tcpTunnel(), func(f *Facts) { change(&f.TCP[0]) }) }
}

// after changes facts that a function makes.
func after(base func() *Facts, change func(*Facts)) func() *Facts {
	return func() *Facts { return with(base(), change) }
}

var tcpCases = map[string][]scenario{
	"repeated-tcp-sequence": {
		{"both ways, no gaps", fakeTunnel, []string{"info repeated-tcp-sequence"}},
		{"two numbers missing", func() *Facts { return fakeMissing(998, 980, 2) }, []string{"notice repeated-tcp-sequence", "notice esp-loss"}},
		{"like it: retransmissions of a real stream", onTCP(func(c *TCPFacts) { c.ToResponder.Retransmission = happened(5, 3, 50) }), nil},
	},
	"fake-tcp-blocked": {
		{"one of each number", func() *Facts { return fakeMissing(12, 0, 643) },
			[]string{"critical fake-tcp-blocked", "notice repeated-tcp-sequence", "warning esp-loss"}},
		{"nothing comes back", deafFake, []string{"warning fake-tcp-blocked", "notice repeated-tcp-sequence", "warning one-way-esp"}},
		{"like it: data so rare that IKE moves the number each time", func() *Facts { return fakeMissing(12, 0, 0) }, []string{"info repeated-tcp-sequence"}},
		{"like it: half is lost by chance", func() *Facts { return fakeMissing(500, 480, 500) }, []string{"notice repeated-tcp-sequence", "warning esp-loss"}},
		{"like it: one way, and IKE is silent too", after(deafFake, func(f *Facts) {
			f.Tunnel.Paths[0].Traffic.ToInitiator = report.PathTraffic{}
			f.IKE[0].LastFromResponder = at(2, 4)
		}), []string{"notice repeated-tcp-sequence", "notice one-way-esp"}},
	},
	"fortinet-esp-under-udp": {
		{"data passes all the same", underUDPTunnel, []string{"notice fortinet-esp-under-udp", "info repeated-tcp-sequence"}},
		{"data does not pass", after(underUDPTunnel, func(f *Facts) { f.Tunnel.Data = report.DataToResponder }),
			[]string{"warning fortinet-esp-under-udp", "info repeated-tcp-sequence"}},
		{"like it: IKE over TCP on the same ports", fakeTunnel, []string{"info repeated-tcp-sequence"}},
		{"like it: other ports than those of UDP", after(underUDPTunnel, func(f *Facts) { f.Tunnel.Paths[1].Initiator = "192.0.2.1:51000" }),
			[]string{"info repeated-tcp-sequence"}},
	},
	"missing-stream-prefix": {
		{"answered all the same", onTCP(func(c *TCPFacts) { c.Prefix, c.NoPrefix = Mark{}, at(0, 103) }), []string{"notice missing-stream-prefix"}},
		{"not answered", after(tcpUnheard, func(f *Facts) { f.TCP[0].Prefix, f.TCP[0].NoPrefix = Mark{}, at(0, 103) }),
			[]string{"critical missing-stream-prefix", "critical tcp-no-ike-answer", "warning no-answer"}},
		{"like it: the capture began in the middle", onTCP(func(c *TCPFacts) { c.SYN, c.Open, c.Prefix, c.Midway = Mark{}, Mark{}, Mark{}, true }), nil},
	},
	"framing-error": {
		{"and the connection ends", onTCP(func(c *TCPFacts) {
			c.ToResponder.FramingError = happened(1, 40, 40)
			c.Closed = at(40.2, 1402)
		}), []string{"warning framing-error"}},
		{"found again", onTCP(func(c *TCPFacts) {
			c.ToResponder.FramingError, c.ToResponder.Resync, c.ToResponder.SkippedBytes = happened(1, 40, 40), happened(1, 41, 41), 1400
		}), []string{"notice framing-error"}},
		{"after a hole in the capture", onTCP(func(c *TCPFacts) {
			c.ToResponder.Gap, c.ToResponder.GapBytes = happened(1, 39, 39), 2800
			c.ToResponder.FramingError = happened(1, 40, 40)
		}), []string{"notice framing-error", "notice stream-gap"}},
		{"like it: empty messages and keepalives", onTCP(func(c *TCPFacts) { c.ToResponder.Keepalive = happened(3, 10, 30) }), []string{"info keepalive-in-tcp"}},
	},
	"stream-gap": {
		{"a little", onTCP(func(c *TCPFacts) { c.ToInitiator.Gap, c.ToInitiator.GapBytes = happened(1, 39, 39), 2800 }), []string{"info stream-gap"}},
		{"a lot, and ESP numbers with it", after(tcpTunnel, func(f *Facts) {
			d := &f.TCP[0].ToResponder
			d.Gap, d.GapBytes, d.Missing = happened(20, 5, 39), 28000, 20
			d.Resync, d.SkippedBytes = happened(20, 5, 39), 9000
			f.Tunnel.ChildSAs[0].Missing = 20
			f.Children[0].Gaps, f.Children[0].GapsTotal = []Gap{{at(5, 60), at(6, 61), 42, 61}}, 1
		}), []string{"notice stream-gap", "notice esp-loss"}},
		{"like it: lost and sent again", onTCP(func(c *TCPFacts) { c.ToInitiator.Retransmission = happened(4, 3, 50) }), nil},
	},
	"conflicting-overlap": {
		{"other content", onTCP(func(c *TCPFacts) { c.ToResponder.Conflict = happened(2, 10, 20) }), []string{"warning conflicting-overlap"}},
		{"like it: fortinet-esp on the same ports", after(fakeTunnel, func(f *Facts) { f.TCP[0].ToResponder.Conflict = happened(2, 10, 20) }),
			[]string{"info repeated-tcp-sequence"}},
	},
	"keepalive-in-tcp": {
		{"three", onTCP(func(c *TCPFacts) { c.ToInitiator.Keepalive = happened(3, 10, 30) }), []string{"info keepalive-in-tcp"}},
		{"like it: TCP's own", onTCP(func(c *TCPFacts) { c.ToInitiator.Probe = happened(3, 10, 30) }), nil},
	},
	"tcp-reconnect": {
		{"once", func() *Facts { return reconnecting(1, 100) }, []string{"info tcp-reconnect", "info tcp-reset-midpath"}},
		{"every five minutes", after(func() *Facts { return reconnecting(5, 301) }, func(f *Facts) { f.TCP[0].Reset = false }), []string{"warning tcp-reconnect"}},
		{"often, at no fixed period", after(func() *Facts { return reconnecting(5, 100) }, func(f *Facts) {
			f.TCP[0].Reset = false
			f.TCP[3].SYN = at(370, 6000)
		}), []string{"notice tcp-reconnect"}},
		{"known by IKE alone", after(func() *Facts { return reconnecting(1, 30) }, func(f *Facts) {
			f.TCP[0].Reset = false
			f.Tunnel.ChildSAs[0].Observations = nil
		}), []string{"info tcp-reconnect"}},
		{"like it: the first request, again and again", after(func() *Facts { return reconnecting(1, 30) }, func(f *Facts) {
			f.TCP[0].Reset = false
			f.Tunnel.ChildSAs, f.Children = nil, nil
			f.IKE[0].Answered = false
		}), nil},
		{"the port changes with it", after(func() *Facts { return reconnecting(1, 30) }, func(f *Facts) {
			f.TCP[0].Reset = false
			f.Moves = []Move{{Side: "initiator", From: "192.0.2.1:58518", To: "192.0.2.1:10000", SPI: "c16ed423", PortOnly: true, At: at(30, 800), Before: at(28, 790)}}
		}), []string{"info tcp-reconnect", "info address-change"}},
		{"like it: a new IKE SA on it", after(func() *Facts { return reconnecting(1, 30) }, func(f *Facts) {
			f.TCP[0].Reset = false
			f.Tunnel.ChildSAs[0].Observations = nil
			sa := f.Tunnel.IKESAs[0]
			sa.ID, sa.FirstSeen = "ike-2", at(31, 1).Time
			f.Tunnel.IKESAs, f.IKE = append(f.Tunnel.IKESAs, sa), append(f.IKE, f.IKE[0])
		}), nil},
	},
	"tcp-reset-midpath": {
		{"another TTL", func() *Facts {
			return with(reconnecting(1, 100), func(f *Facts) { f.TCP[0].ClosedTTL, f.TCP[0].SenderTTL = 251, 57 })
		}, []string{"notice tcp-reset-midpath", "info tcp-reconnect"}},
		{"by behaviour alone", func() *Facts { return reconnecting(1, 100) }, []string{"info tcp-reset-midpath", "info tcp-reconnect"}},
		{"like it: the initiator itself begins anew", func() *Facts {
			return with(reconnecting(1, 100), func(f *Facts) { f.TCP[0].ByInitiator = true })
		}, []string{"info tcp-reconnect"}},
		{"like it: the same TTL", func() *Facts {
			return with(reconnecting(1, 100), func(f *Facts) { f.TCP[0].ClosedTTL, f.TCP[0].SenderTTL = 57, 57 })
		}, []string{"info tcp-reconnect"}},
		{"like it: the end of the tunnel", onTCP(func(c *TCPFacts) { c.Closed, c.Reset = at(60, 2020), true }), nil},
	},
	"tcp-connect-failed": {
		{"refused on the tunnel's port", after(tcpTunnel, func(f *Facts) { f.Attempts = []Attempt{refusedConnect("198.51.100.1:443")} }), []string{"notice tcp-connect-failed"}},
		{"refused on a usual port", after(upTunnel, func(f *Facts) { f.Attempts = []Attempt{refusedConnect("198.51.100.1:4500")} }), []string{"info tcp-connect-failed"}},
		{"the path itself did not come up", after(refusedTunnel, func(f *Facts) {
			f.Tunnel.Paths = []report.Path{{ID: "path-1", Transport: overRFC8229, Initiator: "192.0.2.1:58518", Responder: "198.51.100.1:443"}}
			f.TCP = []TCPFacts{{Path: 0, SYNs: 1, SYN: at(20, 100), Refused: at(20.1, 101)}}
		}), []string{"critical no-proposal-chosen", "warning tcp-connect-failed"}},
		{"like it: SSH between gateways", after(upTunnel, func(f *Facts) { f.Attempts = []Attempt{refusedConnect("198.51.100.1:22")} }), nil},
		{"like it: a capture of one direction", after(tcpTunnel, func(f *Facts) {
			f.Tunnel.Paths[0].Traffic.ToInitiator = report.PathTraffic{}
			f.Tunnel.Data = report.DataToResponder
			a := refusedConnect("198.51.100.1:443")
			a.SYNs, a.Refused = 4, Mark{}
			f.Attempts = []Attempt{a}
		}), nil},
	},
	"tcp-half-open": {
		{"one, ended", after(tcpTunnel, func(f *Facts) {
			a := refusedConnect("198.51.100.1:443")
			a.Refused, a.Opened, a.Closed = Mark{}, at(15.1, 51), at(45, 52)
			f.Attempts = []Attempt{a}
		}), []string{"info tcp-half-open"}},
		{"two paths", after(tcpTunnel, func(f *Facts) {
			for i := range 2 {
				f.Tunnel.Paths = append(f.Tunnel.Paths, report.Path{ID: "x", Transport: overRFC8229, Initiator: "192.0.2.1:100", Responder: "198.51.100.1:443"})
				f.TCP = append(f.TCP, TCPFacts{Path: i + 1, SYNs: 1, SYN: at(20, 200), Open: at(20.1, 201)})
			}
		}), []string{"notice tcp-half-open"}},
		{"like it: the capture ends", after(tcpTunnel, func(f *Facts) {
			a := refusedConnect("198.51.100.1:443")
			a.Refused, a.Opened = Mark{}, at(59, 51)
			f.Attempts = []Attempt{a}
		}), nil},
	},
	"tcp-no-ike-answer": {
		{"silence", tcpUnheard, []string{"critical tcp-no-ike-answer", "warning no-answer"}},
		{"on another connection it works", after(tcpTunnel, func(f *Facts) {
			f.Tunnel.Paths = append(f.Tunnel.Paths, report.Path{ID: "path-2", Transport: overRFC8229, Initiator: "192.0.2.1:100", Responder: "198.51.100.1:443"})
			f.TCP = append(f.TCP, TCPFacts{Path: 1, SYNs: 1, SYN: at(20, 200), Open: at(20.1, 201), Prefix: at(20.2, 202), Closed: at(22, 203), ByInitiator: true})
		}), []string{"notice tcp-no-ike-answer"}},
		{"like it: the capture ends", after(tcpUnheard, func(f *Facts) { f.End, f.Tunnel.LastSeen = t0.Add(time.Second), t0.Add(time.Second) }), nil},
		{"like it: TLS answers", after(tcpUnheard, func(f *Facts) { f.TCP[0].Foreign, f.TCP[0].ForeignAt = "tls", at(0.1, 104) }),
			[]string{"critical port-owned-by-https", "warning no-answer"}},
	},
	"port-owned-by-https": {
		{"TLS alert", after(tcpUnheard, func(f *Facts) { f.TCP[0].Foreign, f.TCP[0].ForeignAt = "tls", at(0.1, 104) }),
			[]string{"critical port-owned-by-https", "warning no-answer"}},
		{"something else", after(tcpUnheard, func(f *Facts) { f.TCP[0].Foreign, f.TCP[0].ForeignAt = "other", at(0.1, 104) }),
			[]string{"critical port-owned-by-https", "warning no-answer"}},
		{"closed, while TLS is served", after(tcpUnheard, func(f *Facts) {
			f.TCP[0].Closed = at(0.3, 105)
			f.Endpoints = []Endpoint{{Server: "198.51.100.1:443", TLS: 5, First: at(1, 300), Last: at(9, 310)}}
		}), []string{"critical port-owned-by-https", "warning no-answer"}},
		{"like it: closed, and TLS is refused as well", after(tcpUnheard, func(f *Facts) {
			f.TCP[0].Closed = at(0.3, 105)
			f.Endpoints = []Endpoint{{Server: "198.51.100.1:443", TLS: 5, TLSFailed: 5, First: at(1, 300), Last: at(9, 310)}}
		}), []string{"critical tcp-no-ike-answer", "warning no-answer"}},
	},
	"https-admin-lost": {
		{"browsers are turned away", after(tcpTunnel, func(f *Facts) {
			f.Endpoints = []Endpoint{{Server: "198.51.100.1:443", TLS: 5, TLSFailed: 5, First: at(1, 300), Last: at(9, 310)}}
		}), []string{"notice https-admin-lost"}},
		{"one", after(tcpTunnel, func(f *Facts) {
			f.Endpoints = []Endpoint{{Server: "198.51.100.1:443", TLS: 1, TLSFailed: 1, First: at(1, 300), Last: at(1, 300)}}
		}), []string{"info https-admin-lost"}},
		{"like it: TLS is served on the shared port", after(tcpTunnel, func(f *Facts) {
			f.Endpoints = []Endpoint{{Server: "198.51.100.1:443", TLS: 5, TLSFailed: 1, First: at(1, 300), Last: at(9, 310)}}
		}), nil},
	},
	"zero-window": {
		{"many", onTCP(func(c *TCPFacts) {
			c.ToInitiator.ZeroWindow, c.ToResponder.Probe = happened(25, 10, 50), happened(30, 10, 50)
		}), []string{"warning zero-window"}},
		{"some", onTCP(func(c *TCPFacts) { c.ToInitiator.ZeroWindow = happened(4, 10, 50) }), []string{"notice zero-window"}},
		{"one", onTCP(func(c *TCPFacts) { c.ToInitiator.ZeroWindow = happened(1, 10, 10) }), []string{"info zero-window"}},
		{"like it: loss with an open window", onTCP(func(c *TCPFacts) { c.ToInitiator.Retransmission = happened(400, 10, 50) }), []string{"warning tcp-meltdown"}},
	},
	"tcp-meltdown": {
		{"one in four", onTCP(func(c *TCPFacts) { c.ToResponder.Retransmission = happened(400, 3, 50) }), []string{"warning tcp-meltdown"}},
		{"one in eight", onTCP(func(c *TCPFacts) { c.ToResponder.Retransmission = happened(160, 3, 50) }), []string{"notice tcp-meltdown"}},
		{"like it: one in forty", onTCP(func(c *TCPFacts) { c.ToResponder.Retransmission = happened(30, 3, 50) }), nil},
	},
	"transport-changed": {
		{"with the same SAs", after(moved, func(f *Facts) { f.Keepalives, f.Changes[0].SameSA = nil, true }), []string{"info transport-changed"}},
		{"with a new IKE SA", after(moved, func(f *Facts) { f.Keepalives = nil }), []string{"info transport-changed"}},
		{"like it: no answer on the new transport", after(moved, func(f *Facts) {
			f.Keepalives = nil
			f.Tunnel.Paths[1].Traffic.ToInitiator = report.PathTraffic{}
		}), nil},
		{"like it: from port 500 to 4500", after(upTunnel, func(f *Facts) {
			p := f.Tunnel.Paths[0]
			p.ID, p.Transport = "path-2", "udp"
			f.Tunnel.Paths = append(f.Tunnel.Paths, p)
			f.Changes = []Change{{From: "udp", To: "udp-nat-t", FromPath: 1, ToPath: 0, LastOld: at(1, 3), FirstNew: at(2, 4), SameSA: true}}
		}), nil},
	},
	"udp-tcp-fallback": {
		{"UDP in vain, then TCP", fellBack, []string{"notice udp-tcp-fallback", "notice no-answer", "notice ike-retransmission"}},
		{"like it: UDP had been answered", after(moved, func(f *Facts) { f.Keepalives = nil }), []string{"info transport-changed"}},
	},
	"tcp-fallback-failed": {
		{"refused", after(deadTunnel, func(f *Facts) { f.Attempts = []Attempt{refusedConnect("198.51.100.1:443")} }),
			[]string{"critical tcp-fallback-failed", "critical no-answer", "notice ike-retransmission", "warning tcp-connect-failed"}},
		{"no answer to SYN", after(deadTunnel, func(f *Facts) {
			a := refusedConnect("198.51.100.1:443")
			a.SYNs, a.Last, a.Refused = 4, at(22, 54), Mark{}
			f.Attempts = []Attempt{a}
		}), []string{"critical tcp-fallback-failed", "critical no-answer", "notice ike-retransmission", "warning tcp-connect-failed"}},
		{"like it: the connection was tried before", after(deadTunnel, func(f *Facts) {
			a := refusedConnect("198.51.100.1:443")
			a.First, a.Last, a.Refused = at(-30, 54), at(-30, 54), at(-29, 55)
			f.Attempts = []Attempt{a}
		}), []string{"critical no-answer", "notice ike-retransmission", "warning tcp-connect-failed"}},
	},
	"one-way-keepalives": {
		{"silent, then back on TCP", moved, []string{"warning one-way-keepalives", "info transport-changed"}},
		{"back on TCP, the old SA goes on", after(moved, func(f *Facts) {
			f.Stale = []Stale{{IKE: 0, NewIKE: 1, Packets: 20, FirstNew: at(398.803, 2205), First: at(400, 2230), Last: at(590, 2700)}}
		}), []string{"warning one-way-keepalives", "info transport-changed", "info stale-sa"}},
		{"liveness checks unanswered", after(idle, func(f *Facts) { f.Keepalives[0].IKEUnanswered = 4 }), []string{"warning one-way-keepalives"}},
		{"the repeated check belongs to it", after(idle, func(f *Facts) {
			f.Keepalives[0].IKEUnanswered = 4
			f.IKE[0].Repeats = []Repeat{sent("INFORMATIONAL", 2, "initiator", 2050, 90, 94, 101, 114)}
		}), []string{"warning one-way-keepalives", "warning ike-retransmission"}},
		{"idle: it cannot be told", idle, []string{"info one-way-keepalives"}},
		{"like it: a minute is not over", after(idle, func(f *Facts) { f.Keepalives[0].Count, f.End, f.Tunnel.LastSeen = 2, at(100, 1).Time, at(100, 1).Time }), nil},
		{"like it: a capture of one direction", after(idle, func(f *Facts) { f.Keepalives[0].OtherHadTwoWay = false }), nil},
	},
	"stale-sa": {
		{"for three minutes", after(moved, func(f *Facts) {
			f.Keepalives = nil
			f.Stale = []Stale{{IKE: 0, NewIKE: 1, Packets: 20, FirstNew: at(398.803, 2205), First: at(400, 2230), Last: at(590, 2700)}}
		}), []string{"info transport-changed", "info stale-sa"}},
		{"for five minutes and more", after(moved, func(f *Facts) {
			f.Keepalives, f.Changes = nil, nil
			f.Stale = []Stale{{IKE: 0, NewIKE: 1, Packets: 20, FirstNew: at(398.803, 2205), First: at(400, 2230), Last: at(700, 2700)}}
		}), []string{"notice stale-sa"}},
		{"like it: a rekey", after(moved, func(f *Facts) {
			f.Keepalives, f.Changes = nil, nil
			f.Tunnel.IKESAs[1].RekeyOf = "ike-1"
			f.Stale = []Stale{{IKE: 0, NewIKE: 1, Packets: 20, FirstNew: at(398.803, 2205), First: at(400, 2230), Last: at(590, 2700)}}
		}), nil},
		{"like it: the initiator still uses it as well", after(moved, func(f *Facts) {
			f.Keepalives, f.Changes = nil, nil
			f.IKE[0].LastFromInitiator = at(590, 2699)
			f.Stale = []Stale{{IKE: 0, NewIKE: 1, Packets: 20, FirstNew: at(398.803, 2205), First: at(400, 2230), Last: at(590, 2700)}}
		}), nil},
		{"like it: the responder began the other one", after(moved, func(f *Facts) {
			f.Keepalives, f.Changes = nil, nil
			f.IKE[1].Reversed = true
			f.Stale = []Stale{{IKE: 0, NewIKE: 1, Packets: 20, FirstNew: at(398.803, 2205), First: at(400, 2230), Last: at(590, 2700)}}
		}), nil},
		{"like it: a moment only", after(moved, func(f *Facts) {
			f.Keepalives, f.Changes = nil, nil
			f.Stale = []Stale{{IKE: 0, NewIKE: 1, Packets: 2, FirstNew: at(398.803, 2205), First: at(399, 2230), Last: at(400, 2240)}}
		}), nil},
	},
}

func TestOrdinaryTCPTunnelIsClean(t *testing.T) {
	f := tcpTunnel()
	for _, d := range []*TCPDirectionFacts{&f.TCP[0].ToResponder, &f.TCP[0].ToInitiator} {
		d.Retransmission, d.Probe, d.ZeroWindow = happened(12, 3, 50), happened(40, 3, 50), happened(2, 7, 8)
	}
	verdict, list := judge(t, f)
	if Worst(list).Rank() > report.SeverityInfo.Rank() {
		t.Errorf("got %v", codes(list))
	}
	if want := "Up on TCP 443 since 10:00:02 UTC; data flows both ways."; verdict != want {
		t.Errorf("verdict %q", verdict)
	}
}

func TestTCPVerdicts(t *testing.T) {
	for name, c := range map[string]struct {
		facts *Facts
		want  string
	}{
		"moved": {moved(), "Up on TCP 5500 since 10:06:39 UTC; data flows both ways. Before that on UDP 4500, where 192.0.2.1 fell silent at " +
			"10:01:00 UTC and stayed away 5 min 39 s. Likely cause: UDP got blocked between the two (medium confidence)."},
		"moved, nothing known of why": {with(moved(), func(f *Facts) { f.Keepalives = nil }), "Up on TCP 5500 since 10:06:39 UTC; data flows both ways. " +
			"Before that on UDP 4500, where 192.0.2.1 fell silent at 10:01:00 UTC and stayed away 5 min 39 s."},
		"moved from another address": {with(moved(), func(f *Facts) { f.Tunnel.Paths[1].Initiator = "192.0.2.99:58518" }), "Up on TCP 5500 since 10:06:39 UTC; " +
			"data flows both ways. Before that on UDP 4500, where 192.0.2.1 fell silent at 10:01:00 UTC and stayed away 5 min 39 s."},
		"moved at once": {with(moved(), func(f *Facts) {
			f.Keepalives, f.Changes[0].SameSA, f.Changes[0].LastOld = nil, true, at(398, 2190)
		}), "Up on TCP 5500 since 10:06:38 UTC; data flows both ways. Before that on UDP 4500 until 10:06:38 UTC."},
		"fell back": {fellBack(), "Up on TCP 443 since 10:00:02 UTC; data flows both ways. Before that IKE of 192.0.2.1 on UDP 4500 got no answer."},
		"fake TCP":  {fakeTunnel(), "Up on TCP 443 (fortinet-esp) since 10:00:02 UTC; data flows both ways."},
		"blocked": {fakeMissing(12, 0, 643), "Up on TCP 443 (fortinet-esp) since 10:00:02 UTC; data flows both ways. Only 12 of 655 ESP packets from " +
			"192.0.2.1 came here. Likely cause: a device in between enforces TCP sequence numbers (high confidence)."},
		"TCP refused": {with(deadTunnel(), func(f *Facts) { f.Attempts = []Attempt{refusedConnect("198.51.100.1:443")} }),
			"IKE_SA_INIT was sent 5 times and nothing came back here. TCP to 198.51.100.1:443 did not come up either: refused."},
		"silence on TCP": {tcpUnheard(), "IKE_SA_INIT was sent once and nothing came back here. TCP to 198.51.100.1:443 opens, but IPsec on it is not answered."},
		"TLS answers": {with(tcpUnheard(), func(f *Facts) { f.TCP[0].Foreign, f.TCP[0].ForeignAt = "tls", at(0.1, 104) }),
			"IKE_SA_INIT was sent once and nothing came back here. At 198.51.100.1:443 another service than IPsec answers on TCP."},
	} {
		t.Run(name, func(t *testing.T) {
			if got, _ := judge(t, c.facts); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// The story of a client that was cut off on UDP and came back on TCP is told
// once, under the silence.
func TestMovedIsOneStory(t *testing.T) {
	f := moved()
	f.Stale = []Stale{{IKE: 0, NewIKE: 1, Packets: 20, FirstNew: at(398.803, 2205), First: at(400, 2230), Last: at(590, 2700)}}
	_, list := judge(t, f)
	silence := find(t, list, "one-way-keepalives")
	if silence.Confidence != (report.AnomalyConfidence{Fact: report.ConfidenceHigh, Cause: report.ConfidenceMedium}) || silence.ConsequenceOf != "" {
		t.Errorf("%v, consequence of %q", silence.Confidence, silence.ConsequenceOf)
	}
	if silence.Evidence["silent_for_seconds"] != 338.8 || silence.Evidence["keepalives"] != uint64(33) || silence.Evidence["timer"] != "FortiOS (10 s)" ||
		silence.Evidence["returned_on"] != "TCP 5500" || silence.Evidence["same_address"] != true {
		t.Errorf("%v", silence.Evidence)
	}
	if silence.WiresharkFilter != "frame.number in {2164, 2167, 2199, 2200}" {
		t.Errorf("filter %s", silence.WiresharkFilter)
	}
	for _, code := range []string{"transport-changed", "stale-sa"} {
		if a := find(t, list, code); a.ConsequenceOf != silence.ID {
			t.Errorf("%s is a consequence of %q", code, a.ConsequenceOf)
		}
	}
	change := find(t, list, "transport-changed")
	if change.Evidence["gap_seconds"] != 338.8 || !strings.Contains(change.Interpretation, "inferred") {
		t.Errorf("%v: %s", change.Evidence, change.Interpretation)
	}
}

// A run that began before the new SA is not counted as if all of it came after.
func TestStaleRunThatBeganBefore(t *testing.T) {
	f := moved()
	f.Keepalives[0].Count, f.Keepalives[0].Last = 36, at(420, 2800)
	f.Stale = []Stale{{IKE: 0, NewIKE: 1, Packets: 36, FirstNew: at(398.803, 2205), First: at(70, 2167), Last: at(420, 2800)}}
	_, list := judge(t, f)
	if a := find(t, list, "stale-sa"); !strings.Contains(a.Observation, "the last of a run of 36 that began before") {
		t.Errorf("%s", a.Observation)
	}
	if a := find(t, list, "one-way-keepalives"); !strings.Contains(a.Observation, "36 keepalives from 198.51.100.1 in that time and after") {
		t.Errorf("%s", a.Observation)
	}
}

func TestWhatExplainsWhat(t *testing.T) {
	for name, c := range map[string]struct {
		facts *Facts
		links map[string]string // effect to cause
	}{
		"fell back":           {fellBack(), map[string]string{"no-answer": "udp-tcp-fallback", "ike-retransmission": "no-answer"}},
		"both fail":           {cases["tcp-fallback-failed"][0].facts(), map[string]string{"no-answer": "tcp-fallback-failed", "tcp-connect-failed": "tcp-fallback-failed"}},
		"blocked":             {fakeMissing(12, 0, 643), map[string]string{"esp-loss": "fake-tcp-blocked", "repeated-tcp-sequence": "fake-tcp-blocked"}},
		"deaf":                {deafFake(), map[string]string{"one-way-esp": "fake-tcp-blocked"}},
		"hole":                {cases["stream-gap"][1].facts(), map[string]string{"esp-loss": "stream-gap"}},
		"framing":             {cases["framing-error"][2].facts(), map[string]string{"framing-error": "stream-gap"}},
		"no prefix":           {cases["missing-stream-prefix"][1].facts(), map[string]string{"tcp-no-ike-answer": "missing-stream-prefix", "no-answer": "tcp-no-ike-answer"}},
		"TLS":                 {cases["port-owned-by-https"][0].facts(), map[string]string{"no-answer": "port-owned-by-https"}},
		"reset":               {cases["tcp-reset-midpath"][0].facts(), map[string]string{"tcp-reconnect": "tcp-reset-midpath"}},
		"reset, only guessed": {cases["tcp-reset-midpath"][1].facts(), map[string]string{"tcp-reconnect": ""}},
		"no liveness":         {cases["one-way-keepalives"][3].facts(), map[string]string{"ike-retransmission": "one-way-keepalives"}},
		"stale":               {cases["stale-sa"][0].facts(), map[string]string{"stale-sa": "transport-changed"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, list := judge(t, c.facts)
			for effect, cause := range c.links {
				if got := find(t, list, effect).ConsequenceOf; got != cause && strings.TrimSuffix(got, "-1") != cause {
					t.Errorf("%s is a consequence of %q, want %s", effect, got, cause)
				}
			}
		})
	}
}

// Where IKE was tried over TCP alone, nothing is said of UDP.
func TestSilenceOnTCPIsNotBlamedOnUDP(t *testing.T) {
	_, list := judge(t, tcpUnheard())
	for _, s := range find(t, list, "no-answer").Alternatives {
		if strings.Contains(s, "UDP") {
			t.Errorf("alternative %q", s)
		}
	}
}

func TestFixedPeriod(t *testing.T) {
	starts := func(secs ...float64) (out []time.Time) {
		for _, s := range secs {
			out = append(out, at(s, 1).Time)
		}
		return out
	}
	for name, c := range map[string]struct {
		starts []time.Time
		want   time.Duration
		timer  string
	}{
		"five minutes":   {starts(0, 300, 601, 899, 1200), 300 * time.Second, "a timer of 300 s"},
		"three waits":    {starts(0, 300, 600, 900), 0, ""},
		"one is longer":  {starts(0, 300, 600, 900, 1400), 0, ""},
		"all at once":    {starts(0, 0, 0, 0, 0), 0, ""},
		"no usual timer": {starts(0, 220, 440, 660, 880), 220 * time.Second, ""},
	} {
		got, ok := fixedPeriod(c.starts)
		if ok != (c.want > 0) || ok && got != c.want || ok && usualTimer(got) != c.timer {
			t.Errorf("%s: %v %v %q", name, got, ok, usualTimer(got))
		}
	}
}

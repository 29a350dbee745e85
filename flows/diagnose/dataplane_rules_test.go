package diagnose

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ikesniff/ikesniff/report"
)

func init() { maps.Copy(cases, dataPlaneCases) }

// upRaw is the healthy tunnel without NAT: IKE on UDP 500, raw ESP beside it.
func upRaw() *Facts {
	return with(upTunnel(), func(f *Facts) {
		ike, esp := f.Tunnel.Paths[0], f.Tunnel.Paths[0]
		ike.Transport, ike.Initiator, ike.Responder = "udp", "192.0.2.1:500", "198.51.100.1:500"
		ike.Traffic.ToResponder.ESPPackets, ike.Traffic.ToInitiator.ESPPackets = 0, 0
		esp.ID, esp.Transport, esp.Initiator, esp.Responder = "path-2", "ip", "192.0.2.1", "198.51.100.1"
		f.Tunnel.Paths = []report.Path{ike, esp}
		f.Tunnel.Transports = []string{"udp", "ip"}
		for i := range f.Tunnel.ChildSAs {
			f.Tunnel.ChildSAs[i].Source, f.Tunnel.ChildSAs[i].Destination = "192.0.2.1", "198.51.100.1"
		}
	})
}

// deafRaw is raw ESP to the responder and none back, while IKE is answered.
func deafRaw() *Facts {
	return with(upRaw(), func(f *Facts) {
		f.Tunnel.Data = report.DataToResponder
		f.Tunnel.ESPPackets.ToInitiator = 0
		f.Tunnel.Paths[1].Traffic.ToInitiator = report.PathTraffic{}
		f.Tunnel.ChildSAs, f.Children = f.Tunnel.ChildSAs[:1], f.Children[:1]
		f.OneWay = &OneWay{ToResponder: true, Packets: 1000, First: at(3, 5), Last: at(60, 2014)}
	})
}

// veryLate has packets that came behind the highest number: by these counts for
// 32, 64, 128, 256, 512, 1024.
func veryLate(lateness uint32, by ...uint64) *Facts {
	return with(late(by[0]+3, lateness), func(f *Facts) { copy(f.Children[0].LateBy[:], by) })
}

// stuckAt has packets of one size that were sent again at these waits.
func stuckAt(size int, waits ...float64) *Facts {
	return with(upTunnel(), func(f *Facts) {
		s := &Stuck{Size: size, Total: len(waits) + 1, Waits: waits, Smaller: 132, SmallerCount: 40, Back: 38, BackLargest: 132, Sent: []Mark{at(20, 300)}}
		sec := 20.0
		for i, w := range waits {
			sec += w
			s.Sent = append(s.Sent, at(sec, uint64(301+i)))
		}
		f.Children[0].Largest, f.Children[0].LargestDatagram, f.Children[0].LargestAt = 1480, 1508, at(20, 300)
		f.Children[0].Stuck = s
	})
}

// narrow has ICMP errors about size, n of them within sec seconds.
func narrow(n int, sec float64, largestAt float64) *Facts {
	return with(upTunnel(), func(f *Facts) {
		f.Children[0].Largest, f.Children[0].LargestDatagram, f.Children[0].LargestAt = 1452, 1480, at(largestAt, 500)
		f.Quotes = []Quote{{Sender: "203.0.113.9", Type: 3, Code: 4, MTU: 1400, About: "esp", ToResponder: true, Count: n, First: at(10, 400), Last: at(10+sec, 420)}}
	})
}

// cut has data packets to the responder that came in IP fragments.
func cut(n uint64) *Facts {
	return with(upTunnel(), func(f *Facts) {
		c := &f.Children[0]
		c.Fragmented, c.Largest, c.LargestDatagram = Occurrences{n, at(5, 60), at(50, 1800), 30}, 1512, 1540
	})
}

func ahTunnel() *Facts {
	return with(upRaw(), func(f *Facts) {
		for i := range f.Tunnel.ChildSAs {
			f.Tunnel.ChildSAs[i].Protocol = "ah"
		}
	})
}

func natted(f *Facts) {
	f.Tunnel.IKESAs[0].NAT, f.IKE[0].NATSeen = &report.NAT{Initiator: true}, at(0, 1)
}

// fortiGate has a FortiGate's vendor ID, and liveness checks answered.
func fortiGate(f *Facts) {
	sa := &f.Tunnel.IKESAs[0]
	sa.VendorIDs = []string{"FortiGate FortiOS 7 build 3401"}
	for i := range 4 {
		sec := float64(10 * (i + 1))
		sa.Exchanges = append(sa.Exchanges, report.Exchange{Type: "INFORMATIONAL", MessageID: uint32(i), From: "responder",
			Request: &report.Ref{Frame: uint64(900 + 2*i)}, Response: &report.Ref{Frame: uint64(901 + 2*i)}, Requests: 1, Responses: 1})
		for len(f.IKE[0].Exchanges) < len(sa.Exchanges)-1 {
			f.IKE[0].Exchanges = append(f.IKE[0].Exchanges, ExchangeFacts{})
		}
		f.IKE[0].Exchanges = append(f.IKE[0].Exchanges, ExchangeFacts{Request: Message{Mark: at(sec, uint64(900+2*i))}, Response: Message{Mark: at(sec+0.02, uint64(901+2*i))}})
	}
}

// holey misses most numbers of the initiator's data.
func holey() *Facts {
	return with(losing(900, 100), fortiGate)
}

// headOnly shows the first packets of the responder's data, and then none.
func headOnly() *Facts {
	return with(upTunnel(), func(f *Facts) {
		fortiGate(f)
		c := &f.Tunnel.ChildSAs[1]
		c.Packets, c.LastSequence = 6, 6
		f.Children[1].Last = at(3.4, 12)
		f.Tunnel.Data = report.DataToResponder
		f.OneWay = &OneWay{ToResponder: true, Packets: 990, First: at(3.5, 13), Last: at(60, 2014), OtherLast: ptr(at(3.4, 12))}
	})
}

// heads shows the first packets of n generations of Child SAs, five minutes apart.
func heads(n int) *Facts {
	return with(upTunnel(), func(f *Facts) {
		fortiGate(f)
		sas, facts := f.Tunnel.ChildSAs, f.Children
		f.Tunnel.ChildSAs, f.Children = nil, nil
		for i := range n {
			for way := range 2 {
				sec, frame := float64(300*i+3+way), uint64(2*i+way+1)
				c, x := sas[way], facts[way]
				c.Packets, c.LastSequence = 4, 4
				x.First, x.Last = at(sec, 3000+frame), at(sec+1, 3100+frame)
				f.Tunnel.ChildSAs, f.Children = append(f.Tunnel.ChildSAs, c), append(f.Children, x)
			}
		}
		f.Tunnel.Data, f.End = report.DataNone, t0.Add(time.Duration(300*n)*time.Second)
		f.Tunnel.LastSeen = f.End
	})
}

// restarted: the responder begins a new IKE SA at 100 s, and the initiator's
// data on the old SPI goes on until the given second.
func restarted(until float64) *Facts {
	return with(upRaw(), func(f *Facts) {
		old := &f.Tunnel.IKESAs[0]
		sa := *old
		sa.ID, sa.InitiatorSPI, sa.ResponderSPI, sa.FirstSeen = "ike-2", "aaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbb", t0.Add(100*time.Second)
		f.Tunnel.IKESAs = append(f.Tunnel.IKESAs, sa)
		f.IKE[0].LastFromInitiator, f.IKE[0].LastFromResponder = at(80, 2100), at(80.1, 2101)
		f.IKE = append(f.IKE, IKEFacts{
			Began: true, Answered: true, Reversed: true, Authenticated: true, ChosenAt: at(100.02, 3001), AuthenticatedAt: at(100.1, 3003),
			LastFromInitiator: at(100.05, 3002), LastFromResponder: at(100.1, 3003),
		})
		for i := range f.Tunnel.ChildSAs {
			f.Tunnel.ChildSAs[i].IKESA, f.Tunnel.ChildSAs[i].IKESABy = "ike-1", "inferred"
		}
		f.Children[0].Last, f.Children[1].Last = at(until, 4000), at(90, 2500)
		f.Tunnel.LastSeen, f.End = t0.Add(200*time.Second), t0.Add(200*time.Second)
	})
}

// told adds INVALID_SPI of the responder about the initiator's data.
func told(count int, spi string, from, to float64) func(*Facts) {
	return func(f *Facts) {
		f.Outside = append(f.Outside, ClearNotify{Type: 11, Name: "INVALID_SPI", From: "responder", Count: count, SPI: spi, First: at(from, 5000), Last: at(to, 5001)})
	}
}

var dataPlaneCases = map[string][]scenario{
	"esp-blocked": {
		{"none back, IKE alive", deafRaw, []string{"warning esp-blocked", "warning one-way-esp"}},
		{"begun before the capture", after(deafRaw, func(f *Facts) { f.Children[0].BornHere = false }), []string{"warning esp-blocked", "warning one-way-esp"}},
		{"a router forbids it", after(deafRaw, func(f *Facts) {
			f.Quotes = []Quote{{Sender: "203.0.113.9", Type: 3, Code: 13, About: "esp", ToResponder: true, Count: 40, First: at(4, 20), Last: at(50, 1700)}}
		}), []string{"warning icmp-rejected", "warning esp-blocked", "warning one-way-esp"}},
		{"like it: in UDP", after(deafRaw, func(f *Facts) { f.Tunnel.ChildSAs[0].Destination = "198.51.100.1:4500" }), []string{"warning one-way-esp"}},
		{"like it: data came back before", after(deafRaw, func(f *Facts) { f.Tunnel.ESPPackets.ToInitiator = 12 }), []string{"warning one-way-esp"}},
		{"like it: IKE is silent too", after(deafRaw, func(f *Facts) { f.IKE[0].LastFromResponder = at(2, 4) }), []string{"warning one-way-esp"}},
		{"like it: a few packets", after(deafRaw, func(f *Facts) {
			f.Tunnel.ChildSAs[0].Packets, f.OneWay.Packets = 19, 19
		}), nil},
	},
	"spi-mismatch": {
		{"INVALID_SPI about data that was seen", after(upTunnel, told(5, "c16ed423", 30, 58)), []string{"warning spi-mismatch"}},
		{"INVALID_SPI within the IKE SA, from its initiator", after(upTunnel, func(f *Facts) {
			f.IKE[0].ClearNotifies = []ClearNotify{{Type: 11, Name: "INVALID_SPI", From: "initiator", Count: 9, SPI: "200e9861", First: at(20, 400), Last: at(50, 1400)}}
		}), []string{"warning spi-mismatch"}},
		{"INVALID_SPI about the last data", after(upTunnel, told(1, "c16ed423", 60, 60)), []string{"notice spi-mismatch"}},
		{"INVALID_SPI once, data goes on another SPI", after(upTunnel, told(1, "deadbeef", 30, 30)), []string{"info spi-mismatch"}},
		{"the other side restarts, old data goes on", func() *Facts { return restarted(190) }, []string{"warning spi-mismatch"}},
		{"both", after(func() *Facts { return restarted(190) }, told(20, "c16ed423", 101, 189)), []string{"warning spi-mismatch"}},
		{"the new SA is used, too", after(func() *Facts { return restarted(190) }, func(f *Facts) {
			c, x := f.Tunnel.ChildSAs[0], f.Children[0]
			c.SPI, c.IKESA, x.First = "c16ed4ff", "ike-2", at(101, 3010)
			f.Tunnel.ChildSAs, f.Children = append(f.Tunnel.ChildSAs, c), append(f.Children, x)
		}), []string{"notice spi-mismatch"}},
		{"like it: the last packets of the old SA", func() *Facts { return restarted(108) }, nil},
		{"like it: both began within seconds, each uses its own", after(func() *Facts { return restarted(190) }, func(f *Facts) { f.Children[0].First = at(99, 5) }), nil},
		{"like it: rekeyed", after(func() *Facts { return restarted(190) }, func(f *Facts) { f.Tunnel.IKESAs[1].RekeyOf = "ike-1" }), nil},
		{"like it: two tunnels, both in use", after(func() *Facts { return restarted(190) }, func(f *Facts) { f.Children[1].Last = at(190, 3900) }), nil},
		{"like it: a client from another port", after(func() *Facts { return restarted(190) }, func(f *Facts) {
			f.Tunnel.ChildSAs[0].Destination = "198.51.100.1:4500"
			f.Tunnel.Paths[1].Transport, f.Tunnel.Paths[1].Responder = "udp-nat-t", "198.51.100.1:4501"
		}), nil},
		{"like it: another notify", after(upTunnel, func(f *Facts) {
			f.Outside = []ClearNotify{{Type: 16404, Name: "COOKIE2", From: "responder", Count: 5, First: at(30, 5000), Last: at(58, 5001)}}
		}), nil},
	},
	"esp-outside-window": {
		{"a few beyond 32", func() *Facts { return veryLate(45, 6) }, []string{"notice esp-outside-window", "notice esp-reordering"}},
		{"many beyond 64", func() *Facts { return veryLate(2100, 40, 30, 20, 10, 5, 2) }, []string{"warning esp-outside-window", "notice esp-reordering"}},
		{"like it: within 32", func() *Facts { return late(40, 31) }, []string{"notice esp-reordering"}},
	},
	"mtu-blackhole": {
		{"silence: growing waits, small ones pass", func() *Facts { return stuckAt(1480, 0.3, 0.6, 1.2, 2.4, 4.8) }, []string{"warning mtu-blackhole"}},
		{"ICMP again and again", func() *Facts { return narrow(12, 30, 9) }, []string{"warning mtu-blackhole"}},
		{"ICMP once, larger ones go on", func() *Facts { return narrow(1, 0, 40) }, []string{"warning mtu-blackhole"}},
		{"both", after(func() *Facts { return stuckAt(1480, 0.3, 0.6, 1.2, 2.4, 4.8) }, func(f *Facts) { f.Quotes = narrow(12, 30, 9).Quotes }), []string{"warning mtu-blackhole"}},
		{"IPv6", after(func() *Facts { return narrow(12, 30, 9) }, func(f *Facts) {
			f.Quotes[0].V6, f.Quotes[0].Type, f.Quotes[0].Code, f.Quotes[0].Sender = true, 2, 0, "2001:db8::9"
		}), []string{"warning mtu-blackhole"}},
		{"like it: path MTU discovery works", func() *Facts { return narrow(2, 0.5, 9) }, nil},
		{"like it: about an IKE message", after(func() *Facts { return narrow(12, 30, 9) }, func(f *Facts) { f.Quotes[0].About = "ike" }), nil},
		{"like it: small packets again and again", func() *Facts { return stuckAt(132, 0.3, 0.6, 1.2, 2.4, 4.8) }, nil},
		{"like it: at one interval", func() *Facts { return stuckAt(1480, 1, 1, 1, 1, 1, 1) }, nil},
		{"like it: nothing comes back at all", after(func() *Facts { return stuckAt(1480, 0.3, 0.6, 1.2, 2.4, 4.8) }, func(f *Facts) { f.Children[0].Stuck.Back = 0 }), nil},
		{"like it: sent again four times", func() *Facts { return stuckAt(1480, 0.3, 0.6, 1.2, 2.4) }, nil},
		{"like it: waits that grow by chance", func() *Facts { return stuckAt(1480, 0.3, 0.5, 1.2, 3.1, 5.9, 12) }, nil},
	},
	"outer-fragmentation": {
		{"a tenth of the data", func() *Facts { return cut(100) }, []string{"notice outer-fragmentation"}},
		{"and fragments are lost", after(func() *Facts { return cut(100) }, func(f *Facts) {
			f.FragmentLoss = []FragmentLoss{{ToResponder: true, Count: 7, About: "esp", First: at(9, 90), Last: at(40, 1400)}}
		}), []string{"warning outer-fragmentation"}},
		{"like it: now and then", func() *Facts { return cut(19) }, nil},
		{"like it: few of many", func() *Facts { return cut(49) }, nil},
		{"like it: IKE_AUTH in fragments", after(upTunnel, func(f *Facts) {
			f.IKE[0].Exchanges = []ExchangeFacts{{}, {Request: Message{Mark: at(1, 3), Length: 2800, Datagram: 2840, IPFragments: 2}}}
		}), nil},
	},
	"ah-through-nat": {
		{"both ways", after(ahTunnel, natted), []string{"warning ah-through-nat", "info nat-detected"}},
		{"one way", after(after(ahTunnel, natted), func(f *Facts) {
			f.Tunnel.Data = report.DataToResponder
			f.Tunnel.ESPPackets.ToInitiator = 0
			f.Tunnel.Paths[1].Traffic.ToInitiator = report.PathTraffic{}
			f.Tunnel.ChildSAs, f.Children = f.Tunnel.ChildSAs[:1], f.Children[:1]
			f.OneWay = &OneWay{ToResponder: true, Packets: 1000, First: at(3, 5), Last: at(60, 2014)}
		}), []string{"critical ah-through-nat", "warning one-way-esp", "info nat-detected"}},
		{"like it: without NAT", ahTunnel, nil},
		{"like it: ESP", after(upTunnel, natted), []string{"info nat-detected"}},
	},
	"npu-offload-suspected": {
		{"most numbers missing, IKE in full", holey, []string{"warning npu-offload-suspected", "warning esp-loss"}},
		{"first packets one way", headOnly, []string{"warning npu-offload-suspected", "warning one-way-esp"}},
		{"first packets of each SA", func() *Facts { return heads(3) }, []string{"info npu-offload-suspected"}},
		{"like it: no FortiGate", after(holey, func(f *Facts) { f.Tunnel.IKESAs[0].VendorIDs = nil }), []string{"warning esp-loss"}},
		{"like it: IKE suffers as well", after(holey, func(f *Facts) { f.Tunnel.IKESAs[0].Exchanges[3].Requests = 2 }), []string{"warning esp-loss"}},
		{"like it: single packets missing", after(holey, func(f *Facts) { f.Children[0].Gaps[0].To = f.Children[0].Gaps[0].From }), []string{"warning esp-loss"}},
		{"like it: data went both ways before", after(headOnly, func(f *Facts) {
			f.Tunnel.ChildSAs[1].Packets, f.Tunnel.ChildSAs[1].LastSequence = 600, 600
		}), []string{"warning one-way-esp"}},
		{"like it: an idle tunnel, one SA", func() *Facts { return heads(1) }, nil},
	},
}

func TestOutsideWindowSaysWhichWindowsDrop(t *testing.T) {
	_, list := judge(t, veryLate(150, 40, 30, 20))
	a := find(t, list, "esp-outside-window")
	if !slices.Equal(a.Evidence["windows_that_drop"].([]uint32), []uint32{32, 64, 128}) ||
		!slices.Equal(a.Evidence["late_by_window"].([]uint64), []uint64{40, 30, 20, 0, 0, 0}) {
		t.Errorf("%v", a.Evidence)
	}
	if !strings.Contains(a.Interpretation, "one of 128 the latest") || !strings.Contains(a.Interpretation, "A window of 64 would have dropped 30.") {
		t.Errorf("%s", a.Interpretation)
	}
	if b := find(t, list, "esp-reordering"); b.ConsequenceOf != a.ID {
		t.Errorf("esp-reordering is a consequence of %q", b.ConsequenceOf)
	}
}

// One-way data has one cause, and the chain leads to it.
func TestOneWayDataIsOneStory(t *testing.T) {
	for name, c := range map[string]struct {
		facts *Facts
		cause string
	}{
		"esp-blocked":           {deafRaw(), "esp-blocked"},
		"icmp":                  {dataPlaneCases["esp-blocked"][2].facts(), "icmp-rejected"},
		"npu-offload-suspected": {headOnly(), "npu-offload-suspected"},
		"ah-through-nat":        {dataPlaneCases["ah-through-nat"][1].facts(), "ah-through-nat"},
	} {
		_, list := judge(t, c.facts)
		if a := find(t, list, "one-way-esp"); a.ConsequenceOf != c.cause+"-1" {
			t.Errorf("%s: a consequence of %q", name, a.ConsequenceOf)
		}
		var roots []string
		for _, a := range list {
			if a.ConsequenceOf == "" && a.Severity != report.SeverityInfo {
				roots = append(roots, a.Code)
			}
		}
		if !slices.Equal(roots, []string{c.cause}) {
			t.Errorf("%s: the alarms are %v", name, roots)
		}
	}
}

// How sure a lost SA is: never above medium without the SPI.
func TestSPIMismatchIsAsSureAsItsProof(t *testing.T) {
	both := restarted(190)
	told(20, "c16ed423", 101, 189)(both)
	behindNAT := restarted(190)
	natted(behindNAT)
	for name, c := range map[string]struct {
		facts *Facts
		want  report.Confidence
	}{
		"SPI and restart": {both, report.ConfidenceHigh},
		"SPI alone":       {with(upTunnel(), told(5, "c16ed423", 30, 58)), report.ConfidenceMedium},
		"restart alone":   {restarted(190), report.ConfidenceMedium},
		"behind NAT":      {behindNAT, report.ConfidenceLow},
	} {
		_, list := judge(t, c.facts)
		if a := find(t, list, "spi-mismatch"); a.Confidence.Cause != c.want || a.Confidence.Fact != report.ConfidenceHigh {
			t.Errorf("%s: %v", name, a.Confidence)
		}
	}
}

func TestBlackholeNamesTheSizes(t *testing.T) {
	_, list := judge(t, dataPlaneCases["mtu-blackhole"][3].facts())
	a := find(t, list, "mtu-blackhole")
	for key, want := range map[string]any{"told_by": "both", "mtu": uint32(1400), "stuck_size": 1480, "largest_passed": 132, "largest_datagram": 1508} {
		if a.Evidence[key] != want {
			t.Errorf("%s: %v, want %v", key, a.Evidence[key], want)
		}
	}
	_, list = judge(t, stuckAt(1480, 0.3, 0.6, 1.2, 2.4, 4.8))
	if a := find(t, list, "mtu-blackhole"); !strings.Contains(a.Interpretation, "No ICMP message") || a.Confidence.Cause != report.ConfidenceMedium {
		t.Errorf("%v %s", a.Confidence, a.Interpretation)
	}
}

func TestBacksOff(t *testing.T) {
	for _, c := range []struct {
		waits []float64
		want  bool
	}{
		{[]float64{0.2, 0.4, 0.8, 1.6, 3.2}, true},
		{[]float64{0.204, 0.412, 0.832, 1.664, 3.328, 6.656}, true}, // Linux
		{[]float64{0.05, 0.31, 0.6, 1.2, 2.4, 4.8}, true},           // a probe first
		{[]float64{0.2, 0.4, 0.8, 1.6}, false},
		{[]float64{1, 1, 1, 1, 1, 1}, false},
		{[]float64{1, 2, 1, 2, 4, 8}, false},
		{[]float64{0.3, 0.7, 1.2, 2.8, 5}, false},
		{nil, false},
	} {
		if got := backsOff(c.waits); got != c.want {
			t.Errorf("%v: %v", c.waits, got)
		}
	}
}

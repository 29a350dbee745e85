package diagnose

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ikesniff/ikesniff/report"
)

// scenario is facts and what the rules must and must not make of them.
type scenario struct {
	name  string
	facts func() *Facts
	// want lists the anomalies, severity and code, in order; nothing else may
	// be found.
	want []string
}

// cases holds, for each code, facts in which it fires and its nearest
// look-alikes, in which it does not.
var cases = map[string][]scenario{
	"no-answer": {
		{"five requests in vain", deadTunnel, []string{"critical no-answer", "notice ike-retransmission"}},
		{"one request, long silence", func() *Facts {
			return with(deadTunnel(), func(f *Facts) { f.IKE[0].Repeats = nil })
		}, []string{"warning no-answer"}},
		{"like it: one request just before the end", func() *Facts {
			return with(deadTunnel(), func(f *Facts) { f.IKE[0].Repeats, f.End, f.Tunnel.LastSeen = nil, t0.Add(time.Second), t0 })
		}, nil},
		{"two requests, the capture ends soon after", func() *Facts {
			return with(deadTunnel(), func(f *Facts) {
				f.IKE[0].Repeats = []Repeat{sent("IKE_SA_INIT", 0, "initiator", 1, 0, 1)}
				f.End, f.Tunnel.LastSeen = t0.Add(2500*time.Millisecond), t0.Add(time.Second)
			})
		}, []string{"critical no-answer", "notice ike-retransmission"}},
		{"like it: two requests within a slow round trip", func() *Facts {
			return with(deadTunnel(), func(f *Facts) {
				f.IKE[0].Repeats = []Repeat{sent("IKE_SA_INIT", 0, "initiator", 1, 0, 0.5)}
				f.End, f.Tunnel.LastSeen = t0.Add(time.Second), t0.Add(time.Second)
			})
		}, []string{"notice ike-retransmission"}},
		{"like it: an SA that began before the capture", func() *Facts {
			return with(deadTunnel(), func(f *Facts) { f.IKE[0].Began = false })
		}, []string{"warning ike-retransmission"}},
		{"like it: cookie, then success", func() *Facts {
			return with(upTunnel(), func(f *Facts) {
				f.IKE[0].Cookie = Answer{1, at(0.01, 2), at(0.01, 2)}
				f.IKE[0].Repeats = []Repeat{sent("IKE_SA_INIT", 0, "initiator", 1, 0, 0.02)}
			})
		}, []string{"info cookie-challenge"}},
		{"like it: the capture shows one direction only", func() *Facts {
			return with(deadTunnel(), func(f *Facts) {
				f.Tunnel.IKESAs[0].ResponderSPI = "9702480b582147c9"
				f.Tunnel.IKESAs[0].Exchanges = append(f.Tunnel.IKESAs[0].Exchanges, report.Exchange{
					Type: "IKE_AUTH", MessageID: 1, From: "initiator", Request: &report.Ref{Frame: 6}, Requests: 1})
			})
		}, []string{"notice ike-retransmission"}},
		{"like it: a stray error that begins no SA", func() *Facts {
			return with(deadTunnel(), func(f *Facts) {
				f.Tunnel.IKEVersion, f.Tunnel.IKESAs[0].Version = 1, 1
				f.Tunnel.IKESAs[0].Exchanges[0].Type, f.Tunnel.IKESAs[0].Exchanges[0].Requests = "informational", 1
				f.IKE[0].Repeats = nil
			})
		}, nil},
		{"like it: a refusal is an answer", func() *Facts {
			return with(deadTunnel(), func(f *Facts) {
				f.IKE[0].Answered, f.IKE[0].Repeats = true, nil
				f.IKE[0].NoProposal = Answer{1, at(1, 2), at(1, 2)}
			})
		}, []string{"critical no-proposal-chosen"}},
		{"answered in a later attempt", func() *Facts {
			return with(upTunnel(), func(f *Facts) {
				d := deadTunnel()
				d.Tunnel.IKESAs[0].ID, d.Tunnel.IKESAs[0].InitiatorSPI = "ike-0", "aaaaaaaaaaaaaaaa"
				f.Tunnel.IKESAs = append(d.Tunnel.IKESAs, f.Tunnel.IKESAs...)
				f.IKE = append(d.IKE, f.IKE...)
			})
		}, []string{"notice no-answer", "notice ike-retransmission"}},
		{"data comes, IKE does not", func() *Facts {
			return with(upTunnel(), func(f *Facts) {
				d := deadTunnel()
				f.Tunnel.IKESAs = append(d.Tunnel.IKESAs, f.Tunnel.IKESAs...)
				f.IKE = append(d.IKE, f.IKE...)
				f.IKE[1].LastFromResponder = at(5, 9)
			})
		}, []string{"warning no-answer", "notice ike-retransmission"}},
	},
	"icmp-rejected": {
		{"port unreachable from the peer explains the silence", func() *Facts {
			return with(deadTunnel(), func(f *Facts) {
				f.Quotes = []Quote{{Sender: "198.51.100.1", Type: 3, Code: 3, About: "ike", ToResponder: true, Count: 5, First: at(0.1, 20), Last: at(45.1, 24)}}
			})
		}, []string{"critical no-answer", "critical icmp-rejected", "notice ike-retransmission"}},
		{"one host refuses all that comes", func() *Facts {
			return with(deadTunnel(), func(f *Facts) {
				f.Quotes = []Quote{
					{Sender: "198.51.100.1", Type: 3, Code: 3, About: "keepalive", ToResponder: true, Count: 2, First: at(0.1, 20), Last: at(45.1, 24)},
					{Sender: "198.51.100.1", Type: 3, Code: 3, About: "ike", ToResponder: true, Count: 3, First: at(0.2, 21), Last: at(45.2, 25)},
				}
			})
		}, []string{"critical no-answer", "critical icmp-rejected", "notice ike-retransmission"}},
		{"a filter on the way, IPv6", func() *Facts {
			return with(deadTunnel(), func(f *Facts) {
				f.Quotes = []Quote{{Sender: "2001:db8::1", V6: true, Type: 1, Code: 1, About: "ike", ToResponder: true, Count: 1, First: at(3.1, 20), Last: at(3.1, 20)}}
			})
		}, []string{"critical no-answer", "critical icmp-rejected", "notice ike-retransmission"}},
		{"refused once, works all the same", func() *Facts {
			return with(upTunnel(), func(f *Facts) {
				f.Quotes = []Quote{{Sender: "203.0.113.9", Type: 3, Code: 1, About: "esp", ToResponder: true, Count: 1, First: at(9, 20), Last: at(9, 20)}}
			})
		}, []string{"notice icmp-rejected"}},
		{"refused after the close", func() *Facts {
			return with(upTunnel(), func(f *Facts) {
				f.Tunnel.Status, f.Tunnel.Data = report.StatusClosed, report.DataNone
				f.Quotes = []Quote{{Sender: "198.51.100.1", Type: 3, Code: 3, About: "esp", ToResponder: true, Count: 2, First: at(61, 2020), Last: at(62, 2021)}}
			})
		}, []string{"notice icmp-rejected"}},
		{"refused before the close", func() *Facts {
			return with(upTunnel(), func(f *Facts) {
				f.Tunnel.Status, f.Tunnel.Data = report.StatusClosed, report.DataNone
				f.Quotes = []Quote{{Sender: "198.51.100.1", Type: 3, Code: 3, About: "esp", ToResponder: true, Count: 2, First: at(20, 2020), Last: at(62, 2021)}}
			})
		}, []string{"warning icmp-rejected"}},
		{"refused the other way: explains nothing", func() *Facts {
			return with(deadTunnel(), func(f *Facts) {
				f.Quotes = []Quote{{Sender: "192.0.2.1", Type: 3, Code: 3, About: "ike", ToResponder: false, Count: 1, First: at(3, 20), Last: at(3, 20)}}
			})
		}, []string{"critical no-answer", "warning icmp-rejected", "notice ike-retransmission"}},
		{"like it: about size and time", func() *Facts {
			return with(upTunnel(), func(f *Facts) {
				f.Quotes = []Quote{
					{Sender: "203.0.113.9", Type: 3, Code: 4, MTU: 1400, About: "esp", ToResponder: true, Count: 3, First: at(9, 20), Last: at(9, 20)},
					{Sender: "203.0.113.9", Type: 11, Code: 1, About: "esp", ToResponder: true, Count: 3, First: at(9, 20), Last: at(9, 20)},
					{Sender: "2001:db8::1", V6: true, Type: 2, About: "esp", Count: 3, First: at(9, 20), Last: at(9, 20)},
					{Sender: "2001:db8::1", V6: true, Type: 3, Code: 1, About: "esp", Count: 3, First: at(9, 20), Last: at(9, 20)},
				}
			})
		}, nil},
	},
	"address-change": {
		{"roaming", func() *Facts {
			return with(upTunnel(), func(f *Facts) {
				f.Moves = []Move{{Side: "initiator", From: "192.0.2.1:4500", To: "192.0.2.77:4500", SPI: "1d3827fc604e04cb", IKE: true, At: at(30, 800), Before: at(28, 790)}}
			})
		}, []string{"info address-change"}},
		{"a port a minute", func() *Facts {
			return with(upTunnel(), func(f *Facts) {
				for i := range 5 {
					f.Moves = append(f.Moves, Move{Side: "initiator", From: "192.0.2.1:4500", To: "192.0.2.1:30000", SPI: "c16ed423", PortOnly: true, At: at(float64(60*i), uint64(800+i))})
				}
			})
		}, []string{"notice address-change"}},
		{"like it: five changes in a day are not often", func() *Facts {
			return with(upTunnel(), func(f *Facts) {
				for i := range 5 {
					f.Moves = append(f.Moves, Move{Side: "initiator", From: "192.0.2.1:4500", To: "192.0.2.1:30000", SPI: "c16ed423", PortOnly: true, At: at(float64(20000*i), uint64(800+i))})
				}
			})
		}, []string{"info address-change"}},
		{"like it: no change", upTunnel, nil},
	},
	"nat-detected": {
		{"initiator behind NAT", func() *Facts {
			return with(upTunnel(), func(f *Facts) { f.Tunnel.IKESAs[0].NAT, f.IKE[0].NATSeen = &report.NAT{Initiator: true}, at(0, 1) })
		}, []string{"info nat-detected"}},
		{"like it: hashes that fit", func() *Facts {
			return with(upTunnel(), func(f *Facts) { f.Tunnel.IKESAs[0].NAT = &report.NAT{} })
		}, nil},
	},
	"ike-retransmission": {
		{"one, answered", func() *Facts {
			return with(upTunnel(), func(f *Facts) {
				r := sent("IKE_SA_INIT", 0, "initiator", 1, 0, 0.5)
				r.Answered = ptr(at(0.6, 3))
				f.IKE[0].Repeats = []Repeat{r}
			})
		}, []string{"notice ike-retransmission"}},
		{"liveness check never answered", func() *Facts {
			return with(upTunnel(), func(f *Facts) {
				f.IKE[0].Repeats = []Repeat{sent("INFORMATIONAL", 2, "responder", 100, 20, 24, 31.2, 44.16)}
			})
		}, []string{"warning ike-retransmission"}},
		{"nothing of the sender after it", func() *Facts {
			return with(upTunnel(), func(f *Facts) {
				f.IKE[0].Repeats = []Repeat{sent("IKE_AUTH", 1, "initiator", 3, 1, 2, 4)}
			})
		}, []string{"warning ike-retransmission"}},
		{"answer not seen, sender went on", func() *Facts {
			return with(upTunnel(), func(f *Facts) {
				f.IKE[0].Repeats = []Repeat{sent("IKE_SA_INIT", 0, "initiator", 1, 0, 0.5, 1.5)}
			})
		}, []string{"notice ike-retransmission"}},
		{"like it: another request after INVALID_KE_PAYLOAD", func() *Facts {
			return with(upTunnel(), func(f *Facts) {
				f.IKE[0].InvalidKE = Answer{1, at(0.01, 2), at(0.01, 2)}
				f.IKE[0].Repeats = []Repeat{sent("IKE_SA_INIT", 0, "initiator", 1, 0, 0.02)}
			})
		}, []string{"info dh-group-retry"}},
		{"like it: sent once", func() *Facts {
			return with(upTunnel(), func(f *Facts) { f.IKE[0].Repeats = []Repeat{sent("IKE_AUTH", 1, "initiator", 1, 0)} })
		}, nil},
	},
	"no-proposal-chosen": {
		{"refused", func() *Facts { return refusedTunnel() }, []string{"critical no-proposal-chosen"}},
		{"forged: the SA was long up", func() *Facts {
			return with(upTunnel(), func(f *Facts) { f.IKE[0].NoProposal = Answer{1, at(55, 1999), at(55, 1999)} })
		}, []string{"notice no-proposal-chosen"}},
		{"another proposal taken later", func() *Facts {
			return with(upTunnel(), func(f *Facts) {
				d := refusedTunnel()
				f.Tunnel.IKESAs = append(d.Tunnel.IKESAs, f.Tunnel.IKESAs...)
				f.IKE = append(d.IKE, f.IKE...)
			})
		}, []string{"notice no-proposal-chosen"}},
		{"like it: only the group was wrong", func() *Facts {
			return with(upTunnel(), func(f *Facts) { f.IKE[0].InvalidKE = Answer{1, at(0.01, 2), at(0.01, 2)} })
		}, []string{"info dh-group-retry"}},
	},
	"dh-group-retry": {
		{"asked for, then accepted", func() *Facts {
			return with(upTunnel(), func(f *Facts) {
				f.IKE[0].InvalidKE = Answer{1, at(0.01, 2), at(0.01, 2)}
				f.IKE[0].OfferedGroup, f.IKE[0].OfferedGroupName = 19, "ECP_256"
				f.IKE[0].RequestedGroup, f.IKE[0].RequestedGroupName = 14, "MODP_2048"
			})
		}, []string{"info dh-group-retry"}},
		{"like it: nothing after it", func() *Facts {
			return with(refusedTunnel(), func(f *Facts) {
				f.IKE[0].InvalidKE, f.IKE[0].NoProposal = f.IKE[0].NoProposal, Answer{}
				f.IKE[0].RequestedGroup = 14
			})
		}, nil},
	},
	"cookie-challenge": {
		{"challenged, then up", func() *Facts {
			return with(upTunnel(), func(f *Facts) { f.IKE[0].Cookie = Answer{1, at(0.01, 2), at(0.01, 2)} })
		}, []string{"info cookie-challenge"}},
		{"challenged and no more", func() *Facts {
			return with(refusedTunnel(), func(f *Facts) { f.IKE[0].Cookie, f.IKE[0].NoProposal = f.IKE[0].NoProposal, Answer{} })
		}, []string{"notice cookie-challenge"}},
		{"like it: silence", deadTunnel, []string{"critical no-answer", "notice ike-retransmission"}},
	},
	"aggressive-mode-psk": {
		{"hash in clear", func() *Facts { return aggressive("pre-shared key") }, []string{"info aggressive-mode-psk"}},
		{"XAUTH over a pre-shared key", func() *Facts { return aggressive("XAUTH initiator PSK") }, []string{"info aggressive-mode-psk"}},
		{"method not seen", func() *Facts { return aggressive("") }, []string{"info aggressive-mode-psk"}},
		{"like it: the hash belongs to public key encryption", func() *Facts { return aggressive("RSA encryption") }, nil},
		{"like it: signatures", func() *Facts {
			return with(aggressive("RSA signature"), func(f *Facts) { f.IKE[0].HashInClear = Mark{} })
		}, nil},
		{"like it: main mode", func() *Facts {
			return with(aggressive("pre-shared key"), func(f *Facts) { f.Tunnel.IKESAs[0].Mode = "main" })
		}, nil},
	},
	"weak-crypto": {
		{"3DES and 1024 bits", func() *Facts {
			return choosing(report.Proposal{Encryption: "3DES_CBC", Integrity: "HMAC_SHA1_96", PRF: "PRF_HMAC_SHA1", KeyExchange: "MODP_1024"})
		}, []string{"info weak-crypto"}},
		{"DES", func() *Facts {
			return choosing(report.Proposal{Encryption: "DES_CBC", Integrity: "SHA1", KeyExchange: "MODP_2048"})
		}, []string{"info weak-crypto"}},
		{"like it: weak offered, strong chosen", func() *Facts {
			return with(upTunnel(), func(f *Facts) {
				f.Tunnel.IKESAs[0].Offered = []report.Proposal{{Encryption: "AES_GCM_16-256, 3DES_CBC, DES_CBC", PRF: "PRF_HMAC_MD5, PRF_HMAC_SHA2_384", KeyExchange: "ECP_384, MODP_768"}}
			})
		}, nil},
		{"like it: SHA-1 and group 14", func() *Facts {
			return choosing(report.Proposal{Encryption: "AES_CBC-128", Integrity: "HMAC_SHA1_96", PRF: "PRF_HMAC_SHA1", KeyExchange: "MODP_2048"})
		}, nil},
	},
	"one-way-esp": {
		{"100 packets in 30 s without answer", func() *Facts { return oneWayTunnel(100, 30) }, []string{"warning one-way-esp"}},
		{"nothing at all the other way", func() *Facts {
			return with(oneWayTunnel(100, 30), func(f *Facts) {
				f.OneWay.OtherLast, f.Tunnel.IKESAs, f.IKE = nil, nil, nil
				f.Tunnel.Status = report.StatusESPOnly
				f.Tunnel.Paths[0].Traffic.ToInitiator = report.PathTraffic{}
			})
		}, []string{"notice one-way-esp"}},
		{"explained by ICMP", func() *Facts {
			return with(oneWayTunnel(100, 30), func(f *Facts) {
				f.Quotes = []Quote{{Sender: "198.51.100.1", Type: 3, Code: 3, About: "esp", ToResponder: true, Count: 9, First: at(31, 3000), Last: at(59, 3100)}}
			})
		}, []string{"warning one-way-esp", "warning icmp-rejected"}},
		{"like it: a handful of packets", func() *Facts { return oneWayTunnel(12, 30) }, nil},
		{"like it: one burst", func() *Facts { return oneWayTunnel(400, 0.3) }, nil},
	},
	"esp-loss": {
		{"one packet", func() *Facts { return losing(1, 99) }, []string{"notice esp-loss"}},
		{"below one percent", func() *Facts { return losing(50, 100000) }, []string{"notice esp-loss"}},
		{"above one percent", func() *Facts { return losing(50, 1000) }, []string{"warning esp-loss"}},
		{"the first packet of one SA", func() *Facts { return headless(1) }, []string{"notice esp-loss"}},
		{"the first packet of each SA and nothing else", func() *Facts { return headless(3) }, []string{"info esp-loss"}},
		{"the first of each SA, and another one", func() *Facts {
			return with(headless(3), func(f *Facts) { f.Tunnel.ChildSAs[0].Missing = 2 })
		}, []string{"notice esp-loss"}},
		{"like it: lost by the capture", func() *Facts {
			return with(upTunnel(), func(f *Facts) { f.Children[0].MissingByCapture = 40 })
		}, nil},
		{"like it: late packets fill the holes", func() *Facts {
			return with(upTunnel(), func(f *Facts) {
				f.Tunnel.ChildSAs[0].Reordered, f.Tunnel.ChildSAs[0].MaxLateness = 2, 3
				f.Children[0].Gaps = []Gap{{at(3, 50), at(4, 51), 7, 7}}
				f.Children[0].GapsTotal = 1
				f.Children[0].Late = Occurrences{2, at(4, 52), at(5, 60), 7}
			})
		}, []string{"notice esp-reordering"}},
	},
	"esp-duplicate": {
		{"one copy", func() *Facts {
			return with(upTunnel(), func(f *Facts) {
				f.Tunnel.ChildSAs[1].Duplicates = 1
				f.Children[1].Duplicate = Occurrences{1, at(9, 90), at(9, 90), 77}
			})
		}, []string{"notice esp-duplicate"}},
		{"like it: the capture doubles", func() *Facts {
			return with(upTunnel(), func(f *Facts) {
				f.Copies = Copies{OtherTap: 2000, First: at(0, 2), Taps: []string{"eth0 in", "eth1 out"}}
			})
		}, []string{"info duplicate-capture"}},
	},
	"esp-reordering": {
		{"one late packet", func() *Facts { return late(1, 3) }, []string{"notice esp-reordering"}},
		{"like it: in order", upTunnel, nil},
	},
	"esp-sequence-reset": {
		{"numbers begin anew", func() *Facts {
			return with(upTunnel(), func(f *Facts) {
				f.Tunnel.ChildSAs[0].Restarts = 1
				f.Children[0].Restart = Occurrences{1, at(30, 500), at(30, 500), 1}
			})
		}, []string{"warning esp-sequence-reset"}},
		{"like it: a new SPI", func() *Facts {
			return with(upTunnel(), func(f *Facts) {
				c := f.Tunnel.ChildSAs[0]
				c.SPI = "c16ed424"
				f.Tunnel.ChildSAs = append(f.Tunnel.ChildSAs, c)
				f.Children = append(f.Children, f.Children[0])
			})
		}, nil},
	},
	"duplicate-capture": {
		{"both sides of a mirror port", func() *Facts {
			return with(upTunnel(), func(f *Facts) { f.Copies = Copies{SameTap: 1, First: at(0, 2)} })
		}, []string{"info duplicate-capture"}},
		{"like it: the network doubles", func() *Facts {
			return with(upTunnel(), func(f *Facts) { f.Tunnel.ChildSAs[0].Duplicates = 1 })
		}, []string{"notice esp-duplicate"}},
	},
}

func refusedTunnel() *Facts {
	return with(deadTunnel(), func(f *Facts) {
		f.Tunnel.IKESAs[0].InitiatorSPI = "bbbbbbbbbbbbbbbb"
		f.IKE[0].Repeats, f.IKE[0].Answered = nil, true
		f.IKE[0].LastFromResponder = at(0.02, 2)
		f.IKE[0].NoProposal = Answer{1, at(0.02, 2), at(0.02, 2)}
	})
}

func aggressive(method string) *Facts {
	return with(upTunnel(), func(f *Facts) {
		f.Tunnel.IKEVersion, f.Tunnel.IKESAs[0].Version, f.Tunnel.IKESAs[0].Mode = 1, 1, "aggressive"
		f.Tunnel.IKESAs[0].Proposal.Authentication = method
		f.IKE[0].HashInClear = at(0.02, 2)
	})
}

func choosing(p report.Proposal) *Facts {
	return with(upTunnel(), func(f *Facts) { f.Tunnel.IKESAs[0].Proposal = &p })
}

func oneWayTunnel(packets uint64, sec float64) *Facts {
	return with(upTunnel(), func(f *Facts) {
		f.Tunnel.Data = report.DataToResponder
		f.OneWay = &OneWay{ToResponder: true, Packets: packets, First: at(60-sec, 1900), Last: at(60, 2014), OtherLast: ptr(at(60-sec-0.1, 1890))}
	})
}

func losing(missing, received uint64) *Facts {
	return with(upTunnel(), func(f *Facts) {
		c := &f.Tunnel.ChildSAs[0]
		c.Packets, c.Missing = received, missing
		f.Children[0].Gaps = []Gap{{at(10, 100), at(10.5, 101), 42, 42 + uint32(missing) - 1}}
		f.Children[0].GapsTotal = 1
	})
}

// headless has SAs whose number 1 was not seen.
func headless(n int) *Facts {
	return with(upTunnel(), func(f *Facts) {
		c := &f.Tunnel.ChildSAs[0]
		c.Packets, c.FirstSequence, c.LastSequence, c.Missing = 1000, 2, 1001, 1
		f.Children[0].Gaps, f.Children[0].GapsTotal = []Gap{{Before: f.Children[0].First, From: 1, To: 1}}, 1
		for range n - 1 {
			f.Tunnel.ChildSAs = append(f.Tunnel.ChildSAs, f.Tunnel.ChildSAs[0])
			f.Children = append(f.Children, f.Children[0])
		}
	})
}

func late(n uint64, lateness uint32) *Facts {
	return with(upTunnel(), func(f *Facts) {
		f.Tunnel.ChildSAs[0].Reordered, f.Tunnel.ChildSAs[0].MaxLateness = n, lateness
		f.Children[0].Late = Occurrences{n, at(4, 52), at(4, 52), 7}
	})
}

func TestRules(t *testing.T) {
	for code, list := range cases {
		for _, c := range list {
			t.Run(code+"/"+c.name, func(t *testing.T) {
				verdict, got := judge(t, c.facts())
				g := codes(got)
				slices.Sort(g)
				want := slices.Sorted(slices.Values(c.want))
				if !slices.Equal(g, want) {
					t.Errorf("got %q, want %q", g, want)
				}
				fires := slices.ContainsFunc(got, func(a report.Anomaly) bool { return a.Code == code })
				if like := strings.HasPrefix(c.name, "like it"); fires == like && !allowedAlike[code+"/"+c.name] {
					t.Errorf("fires: %v", fires)
				}
				t.Log(verdict)
				for _, a := range got {
					t.Logf("%s: %s\n%s\n%s", a.ID, a.Observation, a.Interpretation, a.WiresharkFilter)
				}
			})
		}
	}
}

// allowedAlike are look-alikes that differ by severity, not by code.
var allowedAlike = map[string]bool{"address-change/like it: five changes in a day are not often": true}

// Every code is emitted by a rule in one of the cases, and every entry of the
// catalogue has a look-alike among them.
func TestCasesCoverTheCatalogue(t *testing.T) {
	// TestFlood and TestSiteFlapping have their cases.
	emitted := map[string]bool{halfOpenFlood.Code: true, siteFlapping.Code: true}
	for code, list := range cases {
		alike := false
		for _, c := range list {
			_, got := Tunnel(c.facts())
			for _, a := range got {
				emitted[a.Code] = true
			}
			alike = alike || strings.HasPrefix(c.name, "like it")
		}
		if !alike {
			t.Errorf("%s has no look-alike", code)
		}
	}
	for _, e := range Catalogue() {
		if !emitted[e.Code] {
			t.Errorf("no rule emits %s", e.Code)
		}
		delete(emitted, e.Code)
	}
	for code := range emitted {
		t.Errorf("%s is emitted but not in the catalogue", code)
	}
}

func TestCleanTunnelHasNothingAboveInfo(t *testing.T) {
	verdict, list := judge(t, upTunnel())
	if len(list) != 0 {
		t.Errorf("got %v", codes(list))
	}
	if want := "Up on UDP 4500 since 10:00:02 UTC; data flows both ways."; verdict != want {
		t.Errorf("verdict %q", verdict)
	}
}

package diagnose

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ikesniff/ikesniff/report"
)

func init() { maps.Copy(cases, negotiationCases) }

// datagram is a message as a UDP datagram of so many bytes on these ports.
func datagram(sec float64, frame uint64, size int, src, dst uint16) Message {
	m := Message{Mark: at(sec, frame), Length: size - 28, Datagram: size, Transport: "udp", SourcePort: src, DestinationPort: dst}
	if dst == 4500 || src == 4500 {
		m.Transport, m.Length, m.Encrypted = "udp-nat-t", size-32, true
	}
	return m
}

// stuckTunnel is an IKE SA whose IKE_AUTH on UDP 4500 nobody answers.
func stuckTunnel() *Facts {
	return with(deadTunnel(), func(f *Facts) {
		sa, x := &f.Tunnel.IKESAs[0], &f.IKE[0]
		chosen := strong
		sa.ResponderSPI, sa.Proposal = "9702480b582147c9", &chosen
		sa.Exchanges = []report.Exchange{
			{Type: "IKE_SA_INIT", From: "initiator", Request: &report.Ref{Frame: 1}, Response: &report.Ref{Frame: 2}, Requests: 1, Responses: 1},
			{Type: "IKE_AUTH", MessageID: 1, From: "initiator", Request: &report.Ref{Frame: 3}, Requests: 5},
		}
		x.Answered, x.ChosenAt, x.LastFromResponder, x.LastFromInitiator = true, at(0.02, 2), at(0.02, 2), at(45.1, 7)
		x.RequestRead, x.ResponseRead = true, true
		x.FragmentationBy, x.NATTBy = [2]bool{true, true}, [2]bool{true, true}
		x.Repeats = []Repeat{sent("IKE_AUTH", 1, "initiator", 3, 0.1, 3.1, 9.1, 21.1, 45.1)}
		x.Exchanges = []ExchangeFacts{
			{Request: datagram(0, 1, 500, 500, 500), Response: datagram(0.02, 2, 450, 500, 500), LastSent: at(0, 1)},
			{Request: datagram(0.1, 3, 332, 4500, 4500), LastSent: at(45.1, 7)},
		}
		f.Tunnel.Paths = []report.Path{
			{ID: "path-1", Transport: "udp", Initiator: "192.0.2.1:500", Responder: "198.51.100.1:500", Traffic: report.Direction[report.PathTraffic]{
				ToResponder: report.PathTraffic{Packets: 1, FirstSeen: &t0, LastSeen: &t0}, ToInitiator: report.PathTraffic{Packets: 1, FirstSeen: ptr(at(0.02, 2).Time), LastSeen: ptr(at(0.02, 2).Time)}}},
			{ID: "path-2", Transport: "udp-nat-t", Initiator: "192.0.2.1:4500", Responder: "198.51.100.1:4500", Traffic: report.Direction[report.PathTraffic]{
				ToResponder: report.PathTraffic{Packets: 5, FirstSeen: ptr(at(0.1, 3).Time), LastSeen: ptr(at(45.1, 7).Time)}}},
		}
	})
}

// stuckV1 is the same with IKEv1: message 5 of main mode.
func stuckV1() *Facts {
	return with(stuckTunnel(), func(f *Facts) {
		sa, x := &f.Tunnel.IKESAs[0], &f.IKE[0]
		f.Tunnel.IKEVersion, sa.Version, sa.Mode = 1, 1, "main"
		sa.Proposal.Authentication = "pre-shared key"
		sa.Exchanges = []report.Exchange{{Type: "main mode", From: "initiator", Request: &report.Ref{Frame: 1}, Response: &report.Ref{Frame: 2}, Requests: 7, Responses: 2}}
		x.Repeats[0].Exchange, x.Repeats[0].MessageID = "main mode", 0
		x.Exchanges = x.Exchanges[:1]
		x.LastFromResponder = at(0.06, 2)
		x.Phase1 = V1Phase1{FromInitiator: 3, FromResponder: 2, Last: datagram(0.1, 3, 124, 4500, 4500), LastSendings: 5, LastBy: "initiator", LastRepeat: at(45.1, 7)}
	})
}

// aggressiveMoved is aggressive mode whose third message goes to UDP 4500, and
// quick mode behind it; the responder sends its message 2 again.
func aggressiveMoved() *Facts {
	return with(stuckV1(), func(f *Facts) {
		sa, x := &f.Tunnel.IKESAs[0], &f.IKE[0]
		sa.Mode = "aggressive"
		sa.Exchanges = []report.Exchange{
			{Type: "aggressive mode", From: "initiator", Request: &report.Ref{Frame: 1}, Response: &report.Ref{Frame: 2}, Requests: 2, Responses: 3},
			{Type: "quick mode", MessageID: 77, From: "initiator", Request: &report.Ref{Frame: 4}, Requests: 5},
		}
		x.Authenticated, x.AuthenticatedAt, x.LastFromResponder = true, at(0.1, 3), at(20, 9)
		x.Exchanges = append(x.Exchanges[:1:1], ExchangeFacts{Request: datagram(0.2, 4, 220, 4500, 4500), LastSent: at(45.2, 8)})
		x.Repeats = []Repeat{sent("quick mode", 77, "initiator", 4, 0.2, 3.2, 9.2, 21.2, 45.2)}
		x.Phase1 = V1Phase1{FromInitiator: 2, FromResponder: 1, Last: datagram(0.1, 3, 140, 4500, 4500), LastSendings: 1, LastBy: "initiator"}
	})
}

// unseenTwice are two attempts that find a NAT, are answered, and go no further
// as far as is seen.
func unseenTwice() *Facts {
	return with(stuckTunnel(), func(f *Facts) {
		sa, x := &f.Tunnel.IKESAs[0], &f.IKE[0]
		sa.NAT, sa.Exchanges = &report.NAT{Initiator: true}, sa.Exchanges[:1]
		x.Exchanges, x.Repeats, x.LastFromInitiator, x.NATSeen = x.Exchanges[:1], nil, at(0, 1), at(0, 1)
		f.Tunnel.Paths = f.Tunnel.Paths[:1]
		other, facts := *sa, *x
		other.ID, other.InitiatorSPI, other.FirstSeen = "ike-2", "aaaaaaaaaaaaaaaa", at(40, 3).Time
		other.Exchanges = slices.Clone(other.Exchanges)
		facts.LastFromInitiator, facts.LastFromResponder = at(40, 3), at(40.02, 4)
		f.Tunnel.IKESAs, f.IKE = append(f.Tunnel.IKESAs, other), append(f.IKE, facts)
	})
}

// authIn makes the pending IKE_AUTH a datagram of another size, in IP fragments.
func authIn(size, ipFragments int) func(*Facts) {
	return func(f *Facts) {
		m := &f.IKE[0].Exchanges[1].Request
		m.Datagram, m.Length, m.IPFragments = size, size-32, ipFragments
	}
}

// crossed has IKE SAs that opposite peers began, the second so many seconds
// after the first.
func crossed(apart float64) *Facts {
	return with(upTunnel(), func(f *Facts) {
		f.IKE[0].Exchanges = []ExchangeFacts{{Request: datagram(0, 1, 500, 500, 500), Response: datagram(0.03, 4, 450, 500, 500)}, {}}
		sa, x := f.Tunnel.IKESAs[0], f.IKE[0]
		sa.ID, sa.InitiatorSPI, sa.ResponderSPI, sa.FirstSeen = "ike-2", "aaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbb", at(apart, 2).Time
		x.Reversed = true
		x.Exchanges = []ExchangeFacts{{Request: datagram(apart, 2, 500, 500, 500), Response: datagram(apart+0.03, 5, 450, 500, 500)}}
		f.Tunnel.IKESAs, f.IKE = append(f.Tunnel.IKESAs, sa), append(f.IKE, x)
	})
}

// refusedGroup has an IKE_SA_INIT that the responder refuses for its group.
func refusedGroup() *Facts {
	return with(refusedTunnel(), func(f *Facts) {
		x := &f.IKE[0]
		x.InvalidKE, x.NoProposal = x.NoProposal, Answer{}
		x.OfferedGroup, x.OfferedGroupName, x.RequestedGroup, x.RequestedGroupName = 14, "MODP_2048", 20, "ECP_384"
		sa := &f.Tunnel.IKESAs[0]
		sa.Offered = []report.Proposal{{Encryption: "AES_GCM_16-256", KeyExchange: "MODP_2048, MODP_3072"}}
		sa.Exchanges = []report.Exchange{{Type: "IKE_SA_INIT", From: "initiator", Request: &report.Ref{Frame: 1}, Response: &report.Ref{Frame: 2}, Requests: 1, Responses: 1}}
		x.Exchanges = []ExchangeFacts{{Request: datagram(0, 1, 500, 500, 500), Response: datagram(0.02, 2, 66, 500, 500)}}
	})
}

// throughNAT has raw ESP, and hashes that put the initiator behind a NAT.
func throughNAT() *Facts {
	return with(upTunnel(), func(f *Facts) {
		f.Tunnel.IKESAs[0].NAT, f.IKE[0].NATSeen = &report.NAT{Initiator: true}, at(0, 1)
		f.Tunnel.Paths[0].Transport, f.Tunnel.Paths[0].Initiator, f.Tunnel.Paths[0].Responder = "ip", "192.0.2.1", "198.51.100.1"
		f.Tunnel.Transports = []string{"udp", "ip"}
	})
}

// withoutNATT has an IKEv1 SA in which a side offers no NAT traversal.
func withoutNATT(initiator, responder bool) *Facts {
	return with(upTunnel(), func(f *Facts) {
		f.Tunnel.IKEVersion, f.Tunnel.IKESAs[0].Version, f.Tunnel.IKESAs[0].Mode = 1, 1, "main"
		x := &f.IKE[0]
		x.RequestRead, x.ResponseRead, x.NATTBy = true, true, [2]bool{initiator, responder}
		x.Exchanges = []ExchangeFacts{{Request: datagram(0, 1, 200, 500, 500), Response: datagram(0.02, 2, 150, 500, 500)}}
	})
}

// inPieces has IKE_AUTH in IKE fragments, sent so many times of which so many
// lacked a piece.
func inPieces(sendings, incomplete, have, total int, answered bool) *Facts {
	base := stuckTunnel()
	if answered {
		base = upTunnel()
		base.IKE[0].Exchanges = []ExchangeFacts{{}, {Request: datagram(0.1, 3, 1208, 4500, 4500), LastSent: at(3, 6)}}
		base.Tunnel.IKESAs[0].Exchanges[1].Requests = uint64(sendings)
		if sendings > 1 {
			r := sent("IKE_AUTH", 1, "initiator", 3, 0.1, 1.1)
			r.Answered = ptr(at(2, 4))
			base.IKE[0].Repeats = []Repeat{r}
		}
	}
	m := &base.IKE[0].Exchanges[1].Request
	m.Datagram, m.Fragments, m.FragmentsTotal, m.Incomplete = 1208, have, total, incomplete
	if !answered { // something small is answered on 4500, so the port is open
		base.Tunnel.Paths[1].Traffic.ToInitiator = report.PathTraffic{Packets: 1, FirstSeen: ptr(at(50, 9).Time), LastSeen: ptr(at(50, 9).Time)}
	}
	return base
}

var negotiationCases = map[string][]scenario{
	"nat-t-port-blocked": {
		{"IKE_AUTH in vain", stuckTunnel, []string{"critical nat-t-port-blocked", "warning ike-retransmission"}},
		{"main mode, message 5 in vain", stuckV1, []string{"critical nat-t-port-blocked", "warning ike-retransmission"}},
		{"main mode, and the responder repeats message 4", after(stuckV1, func(f *Facts) { f.IKE[0].LastFromResponder = at(20, 9) }),
			[]string{"critical nat-t-port-blocked", "warning ike-retransmission"}},
		{"aggressive mode, and quick mode in vain", aggressiveMoved, []string{"critical nat-t-port-blocked", "warning ike-retransmission"}},
		{"and the initiator gives up", after(stuckTunnel, func(f *Facts) {
			f.Tunnel.IKESAs[0].Exchanges = append(f.Tunnel.IKESAs[0].Exchanges, report.Exchange{Type: "INFORMATIONAL", MessageID: 2, From: "initiator", Request: &report.Ref{Frame: 8}, Requests: 1})
			f.IKE[0].Exchanges = append(f.IKE[0].Exchanges, ExchangeFacts{Request: datagram(93, 8, 112, 4500, 4500)})
		}), []string{"critical nat-t-port-blocked", "notice ike-retransmission"}},
		{"seen near the responder: nothing follows", unseenTwice, []string{"warning nat-t-port-blocked", "info nat-detected"}},
		{"like it: one attempt that does not go on", after(unseenTwice, func(f *Facts) { f.Tunnel.IKESAs, f.IKE = f.Tunnel.IKESAs[:1], f.IKE[:1] }),
			[]string{"info nat-detected"}},
		{"like it: without a NAT", after(unseenTwice, func(f *Facts) { f.Tunnel.IKESAs[0].NAT, f.Tunnel.IKESAs[1].NAT = &report.NAT{}, &report.NAT{} }), nil},
		{"like it: the answer does not arrive", after(unseenTwice, func(f *Facts) {
			for i := range f.IKE {
				f.Tunnel.IKESAs[i].Exchanges[0].Requests = 5
			}
		}), []string{"info nat-detected"}},
		{"a later attempt made it", func() *Facts {
			return with(upTunnel(), func(f *Facts) {
				d := stuckTunnel()
				d.Tunnel.IKESAs[0].ID, d.Tunnel.IKESAs[0].InitiatorSPI = "ike-0", "aaaaaaaaaaaaaaaa"
				f.Tunnel.IKESAs, f.IKE = append(d.Tunnel.IKESAs, f.Tunnel.IKESAs...), append(d.IKE, f.IKE...)
				f.Tunnel.Paths = append(d.Tunnel.Paths, report.Path{ID: "path-3", Transport: "tcp-rfc8229", Initiator: "192.0.2.1:50000", Responder: "198.51.100.1:4500"})
				f.Tunnel.ChildSAs, f.Children = nil, nil
				f.IKE[1].AuthenticatedAt = at(55, 90)
			})
		}, []string{"warning nat-t-port-blocked", "warning ike-retransmission"}},
		{"ICMP says why", after(stuckTunnel, func(f *Facts) {
			f.Quotes = []Quote{{Sender: "203.0.113.9", Type: 3, Code: 13, About: "ike", ToResponder: true, Count: 5, First: at(0.2, 20), Last: at(45.2, 24)}}
		}), []string{"critical nat-t-port-blocked", "critical icmp-rejected", "warning ike-retransmission"}},
		{"like it: the responder spoke from that port", after(stuckTunnel, func(f *Facts) {
			f.Tunnel.Paths[1].Traffic.ToInitiator = report.PathTraffic{Packets: 1, FirstSeen: ptr(at(10, 9).Time), LastSeen: ptr(at(10, 9).Time)}
		}), []string{"warning ike-retransmission"}},
		{"like it: an earlier round of IKE_AUTH was answered there", after(stuckTunnel, func(f *Facts) {
			f.Tunnel.Paths[1].Traffic.ToInitiator = report.PathTraffic{Packets: 2, FirstSeen: ptr(at(0.05, 9).Time), LastSeen: ptr(at(0.09, 9).Time)}
		}), []string{"warning ike-retransmission"}},
		{"like it: all on one port", after(stuckTunnel, func(f *Facts) { f.IKE[0].Exchanges[1].Request = datagram(0.1, 3, 332, 500, 500) }),
			[]string{"warning ike-retransmission"}},
		{"like it: in IP fragments", after(stuckTunnel, authIn(2500, 2)), []string{"critical fragments-dropped", "warning ike-retransmission"}},
		{"like it: refused by an informational message", after(stuckV1, func(f *Facts) {
			f.Tunnel.IKESAs[0].Exchanges = append(f.Tunnel.IKESAs[0].Exchanges, report.Exchange{Type: "informational", MessageID: 77, From: "responder", Request: &report.Ref{Frame: 9}, Requests: 1})
			f.IKE[0].Exchanges = append(f.IKE[0].Exchanges, ExchangeFacts{Request: datagram(0.2, 9, 120, 4500, 4500)})
		}), []string{"critical psk-mismatch", "warning ike-retransmission"}},
		{"like it: the capture ends at once", after(stuckTunnel, func(f *Facts) {
			f.IKE[0].Repeats, f.Tunnel.IKESAs[0].Exchanges[1].Requests = nil, 1
			f.End, f.Tunnel.LastSeen = t0.Add(time.Second), t0.Add(time.Second)
		}), nil},
		{"like it: no answer from the first request on", deadTunnel, []string{"critical no-answer", "notice ike-retransmission"}},
		{"like it: data comes all the same", after(stuckTunnel, func(f *Facts) {
			up := upTunnel()
			f.Tunnel.ChildSAs, f.Children = up.Tunnel.ChildSAs, up.Children
		}), []string{"warning ike-retransmission"}},
	},
	"fragments-dropped": {
		{"IP fragments of IKE_AUTH in vain", after(stuckTunnel, authIn(2500, 2)), []string{"critical fragments-dropped", "warning ike-retransmission"}},
		{"in one datagram near the limit", after(stuckTunnel, authIn(1460, 0)), []string{"critical fragments-dropped", "warning ike-retransmission"}},
		{"proved by ICMP", after(after(stuckTunnel, authIn(2500, 2)), func(f *Facts) {
			f.Quotes = []Quote{{Sender: "198.51.100.1", Type: 11, Code: 1, About: "ike", ToResponder: true, Count: 2, First: at(30, 20), Last: at(75, 24)}}
		}), []string{"critical fragments-dropped", "warning ike-retransmission"}},
		{"only first fragments arrive", after(stuckTunnel, onlyFirst(5)), []string{"critical fragments-dropped"}},
		{"the answer in fragments, and the request again", lostAnswerTunnel, []string{"critical fragments-dropped", "notice ike-retransmission"}},
		{"later it came up", after(stuckTunnel, func(f *Facts) {
			authIn(2500, 2)(f)
			f.Tunnel.Status, f.Tunnel.Data, f.Tunnel.LastSeen = report.StatusUp, report.DataBoth, t0.Add(90*time.Second)
		}), []string{"warning fragments-dropped", "warning ike-retransmission"}},
		{"like it: one first fragment alone", after(stuckTunnel, onlyFirst(1)), nil},
		{"like it: fragments that came whole, too", after(stuckTunnel, func(f *Facts) {
			onlyFirst(2)(f)
			f.Tunnel.IKESAs[0].Exchanges = append(f.Tunnel.IKESAs[0].Exchanges, report.Exchange{Type: "IKE_AUTH", MessageID: 1, From: "initiator",
				Request: &report.Ref{Frame: 8}, Response: &report.Ref{Frame: 9}, Requests: 1, Responses: 1})
			m := datagram(50, 8, 2500, 4500, 4500)
			m.IPFragments = 2
			f.IKE[0].Exchanges = append(f.IKE[0].Exchanges, ExchangeFacts{Request: m, Response: datagram(50.1, 9, 900, 4500, 4500)})
		}), nil},
		{"like it: the capture's filter leaves fragments out", after(stuckTunnel, func(f *Facts) {
			onlyFirst(2)(f)
			up := upTunnel()
			f.Tunnel.ChildSAs, f.Children = up.Tunnel.ChildSAs, up.Children
		}), nil},
		{"like it: of ESP", after(stuckTunnel, func(f *Facts) {
			onlyFirst(5)(f)
			f.FragmentLoss[0].About = "esp"
		}), nil},
		{"like it: fragments, answered", after(upTunnel, func(f *Facts) {
			m := datagram(1.9, 3, 2500, 4500, 4500)
			m.IPFragments = 2
			f.IKE[0].Exchanges = []ExchangeFacts{{}, {Request: m, Response: datagram(2, 4, 400, 4500, 4500)}}
		}), nil},
		{"like it: small", stuckTunnel, []string{"critical nat-t-port-blocked", "warning ike-retransmission"}},
		{"like it: the answer crosses a repetition", after(lostAnswerTunnel, func(f *Facts) {
			f.IKE[0].Repeats[0].Sent, f.IKE[0].Repeats[0].Total = f.IKE[0].Repeats[0].Sent[:1], 1
		}), nil},
	},
	"ike-fragmentation-missing": {
		{"not offered by the responder, and it hurts", after(after(stuckTunnel, authIn(2500, 2)), func(f *Facts) { f.IKE[0].FragmentationBy[1] = false }),
			[]string{"critical fragments-dropped", "critical ike-fragmentation-missing", "warning ike-retransmission"}},
		{"only first fragments arrive", after(after(stuckTunnel, onlyFirst(5)), func(f *Facts) { f.IKE[0].FragmentationBy = [2]bool{} }),
			[]string{"critical fragments-dropped", "critical ike-fragmentation-missing"}},
		{"not offered by the initiator, and it works", after(largeAuth, func(f *Facts) { f.IKE[0].FragmentationBy[1] = true }), []string{"info ike-fragmentation-missing"}},
		{"offered by nobody", largeAuth, []string{"info ike-fragmentation-missing"}},
		{"IKEv1", after(stuckV1, func(f *Facts) {
			f.IKE[0].FragmentationBy = [2]bool{true, false}
			f.IKE[0].Phase1.Last.Datagram, f.IKE[0].Phase1.Last.IPFragments = 2900, 2
		}), []string{"critical fragments-dropped", "critical ike-fragmentation-missing", "warning ike-retransmission"}},
		{"like it: offered by both", after(largeAuth, func(f *Facts) { f.IKE[0].FragmentationBy = [2]bool{true, true} }), nil},
		{"like it: small messages", after(largeAuth, func(f *Facts) { f.IKE[0].Exchanges[1].Request = datagram(1.9, 3, 900, 4500, 4500) }), nil},
		{"like it: the request was cut off", after(largeAuth, func(f *Facts) { f.IKE[0].RequestRead = false }), nil},
	},
	"ike-fragment-loss": {
		{"one number never comes", func() *Facts { return inPieces(5, 5, 3, 4, false) }, []string{"critical ike-fragment-loss", "warning ike-retransmission"}},
		{"another one each time", func() *Facts { return inPieces(5, 5, 4, 4, false) }, []string{"critical ike-fragment-loss", "warning ike-retransmission"}},
		{"answered in the end", func() *Facts { return inPieces(2, 1, 4, 4, true) }, []string{"notice ike-fragment-loss", "notice ike-retransmission"}},
		{"like it: all here, sent again", func() *Facts { return inPieces(5, 0, 4, 4, false) }, []string{"warning ike-retransmission"}},
		{"like it: one missing, and answered at once", func() *Facts { return inPieces(1, 1, 3, 4, true) }, nil},
	},
	"dh-group-mismatch": {
		{"refused, then silence", refusedGroup, []string{"critical dh-group-mismatch"}},
		{"refused again and again", after(refusedGroup, func(f *Facts) {
			f.IKE[0].InvalidKE = Answer{4, at(0.02, 2), at(45.02, 9)}
			f.IKE[0].Repeats = []Repeat{sent("IKE_SA_INIT", 0, "initiator", 1, 0, 3, 9, 21)}
			f.IKE[0].Repeats[0].Answered = ptr(at(0.02, 2))
		}), []string{"critical dh-group-mismatch", "notice ike-retransmission"}},
		{"though it offers the group", after(refusedGroup, func(f *Facts) { f.Tunnel.IKESAs[0].Offered[0].KeyExchange = "MODP_2048, ECP_384" }),
			[]string{"critical dh-group-mismatch"}},
		{"like it: retried and accepted", func() *Facts {
			return with(upTunnel(), func(f *Facts) { f.IKE[0].InvalidKE = Answer{1, at(0.01, 2), at(0.01, 2)} })
		}, []string{"info dh-group-retry"}},
		{"like it: retried without an answer", after(refusedGroup, func(f *Facts) {
			f.Tunnel.IKESAs[0].Exchanges = append(f.Tunnel.IKESAs[0].Exchanges, report.Exchange{Type: "IKE_SA_INIT", From: "initiator", Request: &report.Ref{Frame: 3}, Requests: 1})
			f.IKE[0].Exchanges = append(f.IKE[0].Exchanges, ExchangeFacts{Request: datagram(0.03, 3, 500, 500, 500)})
		}), nil},
		{"like it: the capture ends right after", after(refusedGroup, func(f *Facts) { f.End, f.Tunnel.LastSeen = t0.Add(time.Second), t0.Add(time.Second) }), nil},
		{"like it: no proposal either", after(refusedGroup, func(f *Facts) { f.IKE[0].NoProposal = f.IKE[0].InvalidKE }), []string{"critical no-proposal-chosen"}},
	},
	"version-mismatch": {
		{"INVALID_MAJOR_VERSION", after(refusedTunnel, majorVersion), []string{"critical version-mismatch"}},
		{"an answer in the other version", after(refusedTunnel, func(f *Facts) {
			f.IKE[0].NoProposal = Answer{}
			f.IKE[0].OtherVersion = &OtherVersion{Major: 1, From: "responder", Count: 3, First: at(0.02, 2)}
		}), []string{"critical version-mismatch"}},
		{"both at once", after(after(refusedTunnel, majorVersion), func(f *Facts) {
			f.IKE[0].OtherVersion = &OtherVersion{Major: 1, From: "responder", Count: 1, First: at(0.02, 2)}
		}), []string{"critical version-mismatch"}},
		{"forged: the SA was long up", after(upTunnel, majorVersion), []string{"notice version-mismatch"}},
		{"like it: silence", deadTunnel, []string{"critical no-answer", "notice ike-retransmission"}},
		{"like it: a refusal out of the blue", after(refusedTunnel, func(f *Facts) {
			majorVersion(f)
			f.IKE[0].LastFromInitiator = Mark{}
		}), nil},
		{"like it: no proposal chosen", func() *Facts { return refusedTunnel() }, []string{"critical no-proposal-chosen"}},
	},
	"nat-t-unsupported": {
		{"responder without", func() *Facts { return withoutNATT(true, false) }, []string{"info nat-t-unsupported"}},
		{"both without", func() *Facts { return withoutNATT(false, false) }, []string{"info nat-t-unsupported"}},
		{"and a NAT", after(func() *Facts { return withoutNATT(true, false) }, func(f *Facts) { f.IKE[0].Exchanges[0].Request.SourcePort = 61234 }),
			[]string{"notice nat-t-unsupported"}},
		{"IKEv2", after(func() *Facts { return withoutNATT(false, true) }, func(f *Facts) { f.Tunnel.IKESAs[0].Version = 2 }), []string{"info nat-t-unsupported"}},
		{"like it: a request that nobody follows up", after(func() *Facts { return withoutNATT(false, true) }, func(f *Facts) {
			f.IKE[0].Authenticated = false
			f.Tunnel.Status, f.Tunnel.ChildSAs, f.Children = report.StatusNegotiating, nil, nil
		}), nil},
		{"like it: offered, no NAT", func() *Facts { return withoutNATT(true, true) }, nil},
		{"like it: cut off", after(func() *Facts { return withoutNATT(true, false) }, func(f *Facts) { f.IKE[0].ResponseRead = false }), nil},
		{"like it: on 4500 all the same", after(func() *Facts { return withoutNATT(true, false) }, func(f *Facts) {
			f.IKE[0].Exchanges = append(f.IKE[0].Exchanges, ExchangeFacts{Request: datagram(1, 3, 332, 4500, 4500)})
		}), nil},
		{"like it: over TCP", after(func() *Facts { return withoutNATT(true, false) }, func(f *Facts) { f.IKE[0].Exchanges[0].Request.Transport = "tcp-rfc8229" }), nil},
	},
	"nat-t-missing": {
		{"raw ESP one way", after(throughNAT, func(f *Facts) {
			f.Tunnel.Data = report.DataToResponder
			f.Tunnel.ChildSAs, f.Children = f.Tunnel.ChildSAs[:1], f.Children[:1]
			f.OneWay = &OneWay{ToResponder: true, Packets: 1000, First: at(3, 5), Last: at(60, 2014)}
			f.Tunnel.Paths[0].Traffic.ToInitiator.ESPPackets = 0
		}), []string{"warning nat-t-missing", "warning one-way-esp", "info nat-detected"}},
		{"raw ESP both ways", throughNAT, []string{"notice nat-t-missing", "info nat-detected"}},
		{"no NAT detection, and a port of a NAT", after(throughNAT, func(f *Facts) {
			f.Tunnel.IKESAs[0].NAT, f.IKE[0].NATSeen = nil, Mark{}
			f.IKE[0].RequestRead, f.IKE[0].ResponseRead = true, true
			f.IKE[0].Exchanges = []ExchangeFacts{{Request: datagram(0, 1, 500, 61234, 500)}}
		}), []string{"notice nat-t-missing", "notice nat-t-unsupported"}},
		{"like it: ESP in UDP", after(upTunnel, func(f *Facts) { f.Tunnel.IKESAs[0].NAT, f.IKE[0].NATSeen = &report.NAT{Initiator: true}, at(0, 1) }),
			[]string{"info nat-detected"}},
		{"like it: hashes that fit", after(throughNAT, func(f *Facts) { f.Tunnel.IKESAs[0].NAT = &report.NAT{} }), nil},
	},
	"simultaneous-initiation": {
		{"10 ms apart", func() *Facts { return crossed(0.01) }, []string{"info simultaneous-initiation"}},
		{"again and again", func() *Facts {
			return with(crossed(0.01), func(f *Facts) {
				f.Tunnel.IKESAs = slices.Concat(f.Tunnel.IKESAs, f.Tunnel.IKESAs)
				f.IKE = slices.Concat(f.IKE, f.IKE)
			})
		}, []string{"notice simultaneous-initiation"}},
		{"like it: after the answer", func() *Facts { return crossed(0.04) }, nil},
		{"like it: from the same side", func() *Facts { return with(crossed(0.01), func(f *Facts) { f.IKE[1].Reversed = false }) }, nil},
		{"like it: one is never answered", func() *Facts {
			return with(crossed(0.01), func(f *Facts) { f.IKE[1].Exchanges[0].Response = Message{} })
		}, nil},
		{"like it: the path was blocked for a minute", func() *Facts {
			return with(crossed(30), func(f *Facts) {
				f.IKE[0].Exchanges[0].Response.Mark = at(45, 9)
				f.IKE[1].Exchanges[0].Response.Mark = at(45.1, 10)
			})
		}, nil},
	},
	"malformed-ike": {
		{"up all the same", after(upTunnel, broken("responder")), []string{"notice malformed-ike"}},
		{"and no tunnel", after(refusedTunnel, func(f *Facts) {
			broken("initiator")(f)
			f.IKE[0].NoProposal = Answer{}
		}), []string{"warning malformed-ike"}},
		{"like it: nothing but what the capture cut", after(upTunnel, func(f *Facts) { f.IKE[0].RequestRead = false }), nil},
	},
}

func broken(from string) func(*Facts) {
	return func(f *Facts) {
		f.IKE[0].Malformed = Malformed{Count: 2, First: at(5, 40), Last: at(9, 60), From: from, Text: "payload KE claims 400 bytes where 12 are left", Offset: 60}
	}
}

func majorVersion(f *Facts) {
	f.IKE[0].NoProposal = Answer{}
	f.IKE[0].ClearNotifies = []ClearNotify{{Type: 5, Name: "INVALID_MAJOR_VERSION", From: "responder", Count: 3, First: at(0.02, 2), Last: at(20, 6)}}
}

// onlyFirst has nothing of IKE_AUTH but n first fragments.
func onlyFirst(n int) func(*Facts) {
	return func(f *Facts) {
		f.Tunnel.IKESAs[0].Exchanges, f.IKE[0].Exchanges, f.IKE[0].Repeats = f.Tunnel.IKESAs[0].Exchanges[:1], f.IKE[0].Exchanges[:1], nil
		f.FragmentLoss = []FragmentLoss{{ToResponder: true, Count: n, FirstOnly: n, About: "ike", First: at(0.1, 3), Last: at(45.1, 7)}}
	}
}

// largeAuth is a tunnel that is up though IKE_AUTH came in IP fragments.
func largeAuth() *Facts {
	return with(upTunnel(), func(f *Facts) {
		m := datagram(1.9, 3, 2500, 4500, 4500)
		m.IPFragments = 2
		f.IKE[0].Exchanges = []ExchangeFacts{{Request: datagram(0, 1, 500, 500, 500)}, {Request: m, Response: datagram(2, 4, 1300, 4500, 4500)}}
		f.IKE[0].RequestRead, f.IKE[0].ResponseRead, f.IKE[0].NATTBy = true, true, [2]bool{true, true}
	})
}

// lostAnswerTunnel: IKE_AUTH is answered in IP fragments, and sent again and
// again.
func lostAnswerTunnel() *Facts {
	return with(stuckTunnel(), func(f *Facts) {
		m := datagram(0.2, 4, 2700, 4500, 4500)
		m.IPFragments = 2
		f.IKE[0].Exchanges[1].Response = m
		x := &f.Tunnel.IKESAs[0].Exchanges[1]
		x.Response, x.Responses = &report.Ref{Frame: 4}, 5
		f.IKE[0].Repeats[0].Answered = ptr(m.Mark)
		f.IKE[0].Authenticated, f.IKE[0].AuthenticatedAt = true, m.Mark
		f.Tunnel.Paths[1].Traffic.ToInitiator = report.PathTraffic{Packets: 5, FirstSeen: ptr(m.Time), LastSeen: ptr(at(45.2, 9).Time)}
	})
}

// What a story leads to is its consequence and does not count again.
func TestNegotiationStories(t *testing.T) {
	for _, c := range []struct {
		name  string
		facts *Facts
		chain []string // effect, cause, cause of the cause
	}{
		{"port", stuckTunnel(), []string{"ike-retransmission", "nat-t-port-blocked"}},
		{"fragments", with(stuckTunnel(), authIn(2500, 2)), []string{"ike-retransmission", "fragments-dropped"}},
		{"no IKE fragmentation", with(with(stuckTunnel(), authIn(2500, 2)), func(f *Facts) { f.IKE[0].FragmentationBy[0] = false }),
			[]string{"ike-retransmission", "fragments-dropped", "ike-fragmentation-missing"}},
		{"answer in fragments", lostAnswerTunnel(), []string{"ike-retransmission", "fragments-dropped"}},
		{"IKE fragments", inPieces(5, 5, 3, 4, false), []string{"ike-retransmission", "ike-fragment-loss"}},
	} {
		_, got := judge(t, c.facts)
		for i := range len(c.chain) - 1 {
			if a := find(t, got, c.chain[i]); a.ConsequenceOf != c.chain[i+1]+"-1" {
				t.Errorf("%s: %s is a consequence of %q", c.name, a.ID, a.ConsequenceOf)
			}
		}
		if a := find(t, got, c.chain[len(c.chain)-1]); a.ConsequenceOf != "" || Worst(got) != report.SeverityCritical {
			t.Errorf("%s: the root %s is a consequence of %q, worst %s", c.name, a.ID, a.ConsequenceOf, Worst(got))
		}
	}
}

// How sure the cause is hangs on what was seen.
func TestConfidenceOfLostMessages(t *testing.T) {
	icmp := func(f *Facts) {
		f.Quotes = []Quote{{Sender: "198.51.100.1", Type: 11, Code: 1, About: "unknown", ToResponder: true, Count: 1, First: at(30, 20), Last: at(30, 20)}}
	}
	for _, c := range []struct {
		facts *Facts
		code  string
		want  report.Confidence
	}{
		{stuckTunnel(), "nat-t-port-blocked", report.ConfidenceMedium},
		{stuckV1(), "nat-t-port-blocked", report.ConfidenceLow},
		{with(stuckV1(), func(f *Facts) { f.IKE[0].LastFromResponder = at(20, 9) }), "nat-t-port-blocked", report.ConfidenceMedium},
		{with(stuckV1(), func(f *Facts) { f.Tunnel.IKESAs[0].Proposal.Authentication = "RSA signature" }), "nat-t-port-blocked", report.ConfidenceMedium},
		{with(stuckTunnel(), authIn(2500, 2)), "fragments-dropped", report.ConfidenceMedium},
		{with(stuckTunnel(), authIn(1450, 0)), "fragments-dropped", report.ConfidenceLow},
		{with(with(stuckTunnel(), authIn(2500, 2)), icmp), "fragments-dropped", report.ConfidenceHigh},
		{with(stuckTunnel(), onlyFirst(3)), "fragments-dropped", report.ConfidenceHigh},
		{refusedGroup(), "dh-group-mismatch", report.ConfidenceHigh},
		{with(refusedGroup(), func(f *Facts) { f.Tunnel.IKESAs[0].Offered[0].KeyExchange = "ECP_384" }), "dh-group-mismatch", report.ConfidenceLow},
	} {
		_, got := judge(t, c.facts)
		if a := find(t, got, c.code); a.Confidence.Cause != c.want {
			t.Errorf("%s: cause %s, want %s: %s", c.code, a.Confidence.Cause, c.want, a.Observation)
		}
	}
}

// A message that may be too large is told with the size it had, and the port is
// named as the other explanation.
func TestLargeMessageNamesThePortToo(t *testing.T) {
	_, got := judge(t, with(stuckTunnel(), authIn(1450, 0)))
	a := find(t, got, "fragments-dropped")
	if !strings.Contains(a.Observation, "1,450 bytes") || !strings.Contains(a.Observation, "500 bytes at most were answered") ||
		!slices.ContainsFunc(a.Alternatives, func(s string) bool { return strings.Contains(s, "UDP 4500 is blocked") }) {
		t.Errorf("%s\n%q", a.Observation, a.Alternatives)
	}
}

func TestVerdictOfNegotiations(t *testing.T) {
	for _, c := range []struct {
		facts *Facts
		want  string
	}{
		{stuckTunnel(), "198.51.100.1 answers on UDP 500; IKE_AUTH to UDP 4500 was sent 5 times, and nothing came back from there. Likely cause: UDP 4500 is blocked (medium confidence)."},
		{stuckV1(), "198.51.100.1 answers on UDP 500; message 5 of main mode to UDP 4500 was sent 5 times, and nothing came back from there. Likely cause: UDP 4500 is blocked, or the pre-shared keys differ (low confidence)."},
		{with(stuckTunnel(), authIn(2500, 2)), "IKE_AUTH left in 2 IP fragments, was sent 5 times, and no answer was seen here. Likely cause: the path drops IP fragments (medium confidence)."},
		{with(with(stuckTunnel(), authIn(2500, 2)), func(f *Facts) { f.IKE[0].FragmentationBy[0] = false }),
			"IKE_AUTH left in 2 IP fragments, was sent 5 times, and no answer was seen here. Likely cause: the path drops IP fragments (medium confidence). IKE fragmentation is not agreed on."},
		{with(stuckTunnel(), authIn(1450, 0)), "IKE_AUTH of 1,450 bytes was sent 5 times, and no answer was seen here. Likely cause: it is too large for the path (low confidence)."},
		{with(stuckTunnel(), onlyFirst(5)), "Of 5 large IKE messages only the first fragment came here. Likely cause: the path drops IP fragments (high confidence)."},
		{unseenTwice(), "198.51.100.1 answers on UDP 500 and finds a NAT; nothing followed here on UDP 4500. Likely cause: UDP 4500 is blocked before here (low confidence)."},
		{lostAnswerTunnel(), "IKE_AUTH was answered with 2,700 bytes, and sent again all the same, 5 times in all. Likely cause: the path drops IP fragments (medium confidence)."},
		{inPieces(5, 5, 3, 4, false), "Of IKE_AUTH in IKE fragments some are missing here in 5 of 5 sendings. Likely cause: the path drops them (medium confidence)."},
		{refusedGroup(), "198.51.100.1 asked for ECP_384 (group 20) (INVALID_KE_PAYLOAD), and 192.0.2.1 did not come back with it. Likely cause: no group in common (high confidence)."},
		{with(refusedTunnel(), majorVersion), "198.51.100.1 does not take IKEv2 of 192.0.2.1 (high confidence)."},
	} {
		if got, _ := judge(t, c.facts); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}

package diagnose

import (
	"maps"
	"testing"
	"time"

	"github.com/ikesniff/ikesniff/report"
)

func init() { maps.Copy(cases, authenticationCases) }

// gcm are the sizes of the short messages under AES-GCM, cbc under AES-CBC with
// HMAC-SHA-256-128.
var (
	gcm = Sizes{Empty: 57, Notify: 65, DeleteChild: 69}
	cbc = Sizes{Empty: 80, Notify: 80, DeleteChild: 80}
)

// said adds an exchange to the IKE SA at index i: a request at so many seconds,
// of so many bytes, and an answer, whose time is -1 for none.
func said(f *Facts, i int, kind string, id uint32, from string, at1 float64, n1 int, at2 float64, n2 int) *step {
	frame := uint64(1000*i + 10*(len(f.IKE[i].Exchanges)+1))
	protected := kind != "IKE_SA_INIT"
	x := report.Exchange{Type: kind, MessageID: id, From: from, Request: &report.Ref{Frame: frame}, Requests: 1}
	e := ExchangeFacts{Request: Message{Mark: at(at1, frame), Length: n1, Encrypted: protected, SourcePort: 4500, DestinationPort: 4500}}
	e.LastSent = e.Request.Mark
	if at2 >= 0 {
		x.Response, x.Responses = &report.Ref{Frame: frame + 1}, 1
		e.Response = Message{Mark: at(at2, frame+1), Length: n2, Encrypted: protected, SourcePort: 4500, DestinationPort: 4500}
	}
	sa, v := &f.Tunnel.IKESAs[i], &f.IKE[i]
	sa.Exchanges, v.Exchanges = append(sa.Exchanges, x), append(v.Exchanges, e)
	sa.ExchangesTotal++
	if kind == "CREATE_CHILD_SA" || kind == "quick mode" {
		v.Makings = append(v.Makings, Making{x, e})
		v.MakingsTotal++
	}
	by := func(responder bool, m Mark) {
		if last := &v.LastFromInitiator; !responder && m.Time.After(last.Time) {
			*last = m
		}
		if last := &v.LastFromResponder; responder && m.Time.After(last.Time) {
			*last = m
		}
	}
	by(from == "responder", e.Request.Mark)
	if at2 >= 0 {
		by(from != "responder", e.Response.Mark)
	}
	return &step{&v.Exchanges[len(v.Exchanges)-1], &sa.Exchanges[len(sa.Exchanges)-1]}
}

// trying is a tunnel that does not come up: one IKE SA for each start, in
// seconds, of which IKE_SA_INIT was answered.
func trying(sizes Sizes, starts ...float64) *Facts {
	f := upTunnel()
	f.Tunnel.Status, f.Tunnel.Phase1, f.Tunnel.Phase2, f.Tunnel.Data = report.StatusNegotiating, report.PhaseNegotiating, report.PhaseNegotiating, report.DataNone
	f.Tunnel.ChildSAs, f.Children, f.Tunnel.ESPPackets = nil, nil, report.Direction[uint64]{}
	sa, v := f.Tunnel.IKESAs[0], f.IKE[0]
	sa.Status, sa.Exchanges, sa.ExchangesTotal = report.StatusNegotiating, nil, 0
	v.Sizes, v.Authenticated, v.AuthenticatedAt, v.LastFromInitiator, v.LastFromResponder = sizes, false, Mark{}, Mark{}, Mark{}
	f.Tunnel.IKESAs, f.IKE = nil, nil
	for i, start := range starts {
		sa.ID, sa.InitiatorSPI, sa.FirstSeen = "ike-"+string('1'+rune(i)), "1d3827fc604e04c"+string('0'+rune(i)), at(start, 1).Time
		f.Tunnel.IKESAs, f.IKE = append(f.Tunnel.IKESAs, sa), append(f.IKE, v)
		said(f, i, "IKE_SA_INIT", 0, "initiator", start, 272, start+0.01, 280)
	}
	return f
}

// authenticated notes the answer to IKE_AUTH as the end of authentication.
func authenticated(f *Facts, i int, s *step) {
	f.IKE[i].Authenticated, f.IKE[i].AuthenticatedAt = true, s.Response.Mark
}

// refusedThrice has IKE_AUTH answered by answer bytes in each attempt.
func refusedThrice(sizes Sizes, answer int, starts ...float64) func() *Facts {
	return func() *Facts {
		f := trying(sizes, starts...)
		for i, start := range starts {
			authenticated(f, i, said(f, i, "IKE_AUTH", 1, "initiator", start+0.02, 288, start+0.04, answer))
		}
		return f
	}
}

// rejectedByInitiator has the initiator send an INFORMATIONAL right behind a whole answer.
func rejectedByInitiator(starts ...float64) func() *Facts {
	return func() *Facts {
		f := refusedThrice(gcm, 224, starts...)()
		for i, start := range starts {
			said(f, i, "INFORMATIONAL", 2, "initiator", start+0.05, gcm.Notify, start+0.07, gcm.Empty)
		}
		return f
	}
}

// aggressiveRefused has the initiator answer the second message of aggressive
// mode with an informational exchange.
func aggressiveRefused() *Facts {
	f := trying(Sizes{}, 0)
	f.Tunnel.IKEVersion, f.Tunnel.IKESAs[0].Version, f.Tunnel.IKESAs[0].Mode = 1, 1, "aggressive"
	f.Tunnel.IKESAs[0].Proposal = &report.Proposal{Encryption: "AES_CBC_256", Integrity: "SHA2-256", KeyExchange: "MODP_2048", Authentication: "RSA signature"}
	f.Tunnel.IKESAs[0].Exchanges[0].Type = "aggressive mode"
	said(f, 0, "informational", 77, "initiator", 0.02, 92, -1, 0)
	f.IKE[0].Phase1 = V1Phase1{FromInitiator: 1, FromResponder: 1, LastBy: "responder", LastSendings: 3,
		Last: Message{Mark: at(0.01, 11), Length: 424}, LastRepeat: at(2.5, 30)}
	r := sent("aggressive mode", 0, "responder", 11, 0.01, 1, 2.5)
	f.IKE[0].Repeats = []Repeat{r}
	f.IKE[0].LastFromResponder = at(2.5, 13)
	return f
}

// mainMode stops at message 5, which was sent so many times.
func mainMode(sendings int) *Facts {
	f := trying(Sizes{}, 0)
	f.Tunnel.IKEVersion, f.Tunnel.IKESAs[0].Version, f.Tunnel.IKESAs[0].Mode = 1, 1, "main"
	f.Tunnel.IKESAs[0].Proposal = &report.Proposal{Encryption: "AES_CBC_256", Integrity: "SHA2-256", KeyExchange: "MODP_2048", Authentication: "pre-shared key"}
	x := &f.Tunnel.IKESAs[0].Exchanges[0]
	x.Type, x.Requests, x.Responses = "main mode", uint64(2+sendings), 2
	f.IKE[0].Exchanges[0].Request.DestinationPort = 500
	v := &f.IKE[0]
	v.Phase1 = V1Phase1{FromInitiator: 3, FromResponder: 2, LastBy: "initiator", LastSendings: sendings,
		Last: Message{Mark: at(0.05, 5), Length: 108, Encrypted: true, DestinationPort: 500}, LastRepeat: at(0.05, 5)}
	v.LastFromInitiator = at(0.05, 5)
	if sendings > 1 {
		r := sent("main mode", 0, "initiator", 5, []float64{0.05, 3.05, 9.05, 21.05, 45.05}[:sendings]...)
		v.Repeats = []Repeat{r}
		v.Phase1.LastRepeat, v.LastFromInitiator = r.Sent[sendings-1], r.Sent[sendings-1]
	}
	return f
}

// quickMode is phase 1 of IKEv1 with one quick mode that is sent so many times
// and not answered.
func quickMode(sendings int) *Facts {
	f := mainMode(1)
	v, x := &f.IKE[0], &f.Tunnel.IKESAs[0].Exchanges[0]
	x.Requests, x.Responses = 3, 3
	v.Phase1.FromResponder, v.Phase1.LastBy = 3, "responder"
	v.Authenticated, v.AuthenticatedAt = true, at(0.07, 6)
	s := said(f, 0, "quick mode", 4711, "initiator", 0.1, 188, -1, 0)
	if sendings > 1 {
		r := sent("quick mode", 4711, "initiator", 20, []float64{0.1, 3.1, 9.1, 21.1}[:sendings]...)
		s.x.Requests, s.LastSent, v.Repeats = uint64(sendings), r.Sent[sendings-1], []Repeat{r}
		v.Makings[0] = Making{*s.x, *s.ExchangeFacts}
		v.LastFromInitiator = s.LastSent
	}
	return f
}

// eap has rounds of IKE_AUTH whose answers have these lengths, a second apart.
func eap(sizes Sizes, answers ...int) *Facts {
	f := trying(sizes, 0)
	for i, n := range answers {
		t := float64(i) + 0.1
		if n == 0 {
			said(f, 0, "IKE_AUTH", uint32(i+1), "initiator", t, 144, -1, 0)
			continue
		}
		authenticated(f, 0, said(f, 0, "IKE_AUTH", uint32(i+1), "initiator", t, 144, t+0.02, n))
	}
	return f
}

// noChildTunnel has an IKE SA that lives without data.
func noChildTunnel(sizes Sizes, answer int) *Facts {
	f := trying(sizes, 0)
	authenticated(f, 0, said(f, 0, "IKE_AUTH", 1, "initiator", 0.02, 288, 0.04, answer))
	said(f, 0, "INFORMATIONAL", 2, "initiator", 20, sizes.Empty, 20.02, sizes.Empty)
	said(f, 0, "INFORMATIONAL", 3, "initiator", 40, sizes.Empty, 40.02, sizes.Empty)
	f.Tunnel.Status, f.Tunnel.IKESAs[0].Status, f.Tunnel.Phase1, f.Tunnel.Phase2 = report.StatusUp, report.StatusUp, report.PhaseUp, report.PhaseUnknown
	return f
}

// again adds the tunnel's first IKE SA once more, so many seconds later. What lies
// inside keeps its times: the rules look at the SA's start alone.
func again(f *Facts, sec float64) *Facts {
	sa, v := f.Tunnel.IKESAs[0], f.IKE[0]
	sa.ID, sa.InitiatorSPI, sa.FirstSeen = "ike-again", "3333333333333333", sa.FirstSeen.Add(time.Duration(sec*float64(time.Second)))
	f.Tunnel.IKESAs, f.IKE = append(f.Tunnel.IKESAs, sa), append(f.IKE, v)
	return f
}

var authenticationCases = map[string][]scenario{
	"psk-mismatch": {
		{"message 5 five times", func() *Facts { return mainMode(5) }, []string{"critical psk-mismatch", "warning ike-retransmission"}},
		{"an informational exchange comes back", func() *Facts {
			return with(mainMode(1), func(f *Facts) { said(f, 0, "informational", 9, "responder", 0.07, 92, -1, 0) })
		}, []string{"critical psk-mismatch"}},
		{"from another port, and it comes back from there", func() *Facts {
			return with(mainMode(2), func(f *Facts) {
				f.IKE[0].Phase1.Last.DestinationPort = 4500
				said(f, 0, "informational", 9, "responder", 0.07, 92, -1, 0)
			})
		}, []string{"critical psk-mismatch", "notice ike-retransmission"}},
		{"a later attempt made it", func() *Facts {
			return with(mainMode(3), func(f *Facts) {
				up := upTunnel()
				up.Tunnel.IKESAs[0].ID, up.Tunnel.IKESAs[0].FirstSeen = "ike-9", at(30, 50).Time
				f.Tunnel.IKESAs, f.IKE = append(f.Tunnel.IKESAs, up.Tunnel.IKESAs[0]), append(f.IKE, up.IKE[0])
				f.Tunnel.ChildSAs, f.Children, f.Tunnel.Status = up.Tunnel.ChildSAs, up.Children, report.StatusUp
				f.Tunnel.ChildSAs[0].IKESA, f.Tunnel.ChildSAs[1].IKESA = "ike-9", "ike-9"
			})
		}, []string{"notice psk-mismatch", "notice ike-retransmission"}},
		{"twice", func() *Facts { return again(mainMode(3), 60) }, []string{"critical psk-mismatch", "warning ike-retransmission"}},
		{"like it: message 5 was lost once", func() *Facts {
			return with(mainMode(2), func(f *Facts) {
				f.IKE[0].Phase1.FromResponder, f.IKE[0].Phase1.LastBy = 3, "responder"
				f.IKE[0].Repeats[0].Answered = ptr(at(3.1, 9))
				f.IKE[0].Authenticated, f.IKE[0].AuthenticatedAt = true, at(3.1, 9)
			})
		}, []string{"notice ike-retransmission"}},
		{"like it: sent twice, and the capture ends", func() *Facts {
			return with(mainMode(2), func(f *Facts) { f.End, f.Tunnel.LastSeen = at(3.5, 9).Time, at(3.05, 9).Time })
		}, []string{"notice ike-retransmission"}},
	},
	"authentication-failed": {
		{"three attempts", refusedThrice(cbc, 80, 0, 0.7, 1.5), []string{"critical authentication-failed"}},
		{"one, AES-GCM", refusedThrice(gcm, 65, 0), []string{"critical authentication-failed"}},
		{"one, and the capture ends", func() *Facts {
			return with(refusedThrice(gcm, 65, 0)(), func(f *Facts) { f.End, f.Tunnel.LastSeen = at(0.05, 9).Time, at(0.05, 9).Time })
		}, []string{"critical authentication-failed"}},
		{"the initiator does not accept the answer, twice", rejectedByInitiator(0, 10), []string{"critical authentication-failed"}},
		{"the initiator does not accept message 2 of aggressive mode", aggressiveRefused, []string{"critical authentication-failed", "warning ike-retransmission"}},
		{"a signature in main mode is refused", func() *Facts {
			return with(mainMode(1), func(f *Facts) {
				f.Tunnel.IKESAs[0].Proposal.Authentication = "RSA signature"
				said(f, 0, "informational", 9, "responder", 0.07, 92, -1, 0)
			})
		}, []string{"critical authentication-failed"}},
		{"the last message of aggressive mode is refused, twice", func() *Facts {
			f := trying(Sizes{}, 0, 5)
			for i, start := range []float64{0, 5} {
				f.Tunnel.IKESAs[i].Version, f.Tunnel.IKESAs[i].Mode, f.Tunnel.IKESAs[i].Exchanges[0].Type = 1, "aggressive", "aggressive mode"
				f.Tunnel.IKESAs[i].Proposal = &report.Proposal{Encryption: "AES_CBC_256", KeyExchange: "MODP_2048", Authentication: "RSA signature"}
				f.IKE[i].Authenticated, f.IKE[i].AuthenticatedAt = true, at(start+0.02, 3)
				f.IKE[i].Phase1 = V1Phase1{FromInitiator: 2, FromResponder: 1, LastBy: "initiator", LastSendings: 1, Last: Message{Mark: at(start+0.02, uint64(1000*i+3)), Length: 108, Encrypted: true}}
				said(f, i, "informational", 9, "responder", start+0.04, 92, -1, 0)
			}
			return f
		}, []string{"critical authentication-failed"}},
		{"like it: a whole answer and no data", refusedThrice(cbc, 224, 0), nil},
		{"like it: the initiator closes at once, one time", rejectedByInitiator(0), nil},
		{"like it: no answer", func() *Facts {
			return with(trying(gcm, 0), func(f *Facts) { said(f, 0, "IKE_AUTH", 1, "initiator", 0.02, 288, -1, 0) })
		}, nil},
		{"like it: data flows", func() *Facts {
			return with(upTunnel(), func(f *Facts) { f.IKE[0].Sizes = gcm })
		}, nil},
	},
	"eap-rejected": {
		{"the fourth answer is short", func() *Facts { return eap(gcm, 1236, 97, 129, 65) }, []string{"warning eap-rejected"}},
		{"twice", func() *Facts { return again(eap(gcm, 1236, 97, 129, 65), 30) }, []string{"warning eap-rejected"}},
		{"and the next attempt works", func() *Facts {
			f := eap(gcm, 1236, 97, 129, 65)
			up := upTunnel()
			up.Tunnel.IKESAs[0].ID, up.Tunnel.IKESAs[0].FirstSeen = "ike-9", at(30, 50).Time
			f.Tunnel.IKESAs, f.IKE = append(f.Tunnel.IKESAs, up.Tunnel.IKESAs[0]), append(f.IKE, up.IKE[0])
			f.Tunnel.ChildSAs, f.Children, f.Tunnel.Status = up.Tunnel.ChildSAs, up.Children, report.StatusUp
			f.Tunnel.ChildSAs[0].IKESA, f.Tunnel.ChildSAs[1].IKESA = "ike-9", "ike-9"
			return f
		}, []string{"notice eap-rejected"}},
		{"like it: EAP-Success, and the client goes on", func() *Facts { return eap(gcm, 1236, 97, 129, 65, 209) }, nil},
		{"like it: the capture ends behind EAP-Success", func() *Facts {
			return with(eap(gcm, 1236, 97, 129, 65), func(f *Facts) { f.End, f.Tunnel.LastSeen = at(3.2, 9).Time, at(3.2, 9).Time })
		}, nil},
	},
	"eap-timeout": {
		{"the client does not go on, an INFORMATIONAL ends it", func() *Facts {
			return with(eap(gcm, 1236, 97, 129), func(f *Facts) { said(f, 0, "INFORMATIONAL", 0, "responder", 32, 65, 32.1, 57) })
		}, []string{"warning eap-timeout"}},
		{"nothing more for a long time", func() *Facts {
			return with(eap(gcm, 1236, 97, 129), func(f *Facts) { f.End = at(90, 99).Time })
		}, []string{"warning eap-timeout"}},
		{"two attempts", func() *Facts {
			f := trying(gcm, 0, 40)
			for i, start := range []float64{0, 40} {
				for j := range 3 {
					t := start + float64(j) + 0.1
					authenticated(f, i, said(f, i, "IKE_AUTH", uint32(j+1), "initiator", t, 144, t+0.02, 129))
				}
			}
			f.End = at(120, 999).Time
			return f
		}, []string{"warning eap-timeout"}},
		{"the gateway does not go on", func() *Facts {
			return with(eap(gcm, 1236, 97, 0), func(f *Facts) {
				s := step{&f.IKE[0].Exchanges[3], &f.Tunnel.IKESAs[0].Exchanges[3]}
				r := sent("IKE_AUTH", 3, "initiator", 100, 2.1, 6.1, 13.3)
				s.x.Requests, s.LastSent, f.IKE[0].Repeats = 3, r.Sent[2], []Repeat{r}
			})
		}, []string{"warning eap-timeout", "warning ike-retransmission"}},
		{"like it: a user who takes 25 s", func() *Facts {
			return with(eap(gcm, 1236, 97), func(f *Facts) {
				said(f, 0, "IKE_AUTH", 3, "initiator", 26, 129, 26.1, 65)
				authenticated(f, 0, said(f, 0, "IKE_AUTH", 4, "initiator", 26.2, 97, 26.3, 209))
			})
		}, nil},
		{"like it: the capture ends in the middle", func() *Facts { return eap(gcm, 1236, 97, 129) }, nil},
		{"like it: up and idle, EAP-Success seen", func() *Facts {
			return with(eap(gcm, 1236, 97, 129, 65, 209), func(f *Facts) { f.End = at(200, 99).Time })
		}, nil},
	},
	"child-refused": {
		{"the answer to IKE_AUTH has no room for a Child SA", func() *Facts { return noChildTunnel(cbc, 144) }, []string{"critical child-refused"}},
		{"and CREATE_CHILD_SA is refused", func() *Facts {
			return with(noChildTunnel(gcm, 141), func(f *Facts) {
				said(f, 0, "CREATE_CHILD_SA", 4, "initiator", 50, 209, 50.02, 65)
				said(f, 0, "CREATE_CHILD_SA", 5, "initiator", 55, 209, 55.02, 65)
			})
		}, []string{"critical child-refused"}},
		{"one of several, at once", func() *Facts {
			return with(upTunnel(), func(f *Facts) {
				f.IKE[0].Sizes = gcm
				said(f, 0, "CREATE_CHILD_SA", 2, "initiator", 2.1, 209, 2.2, 65)
			})
		}, []string{"warning child-refused"}},
		{"quick mode is refused", func() *Facts {
			return with(quickMode(1), func(f *Facts) { said(f, 0, "informational", 9, "responder", 0.2, 92, -1, 0) })
		}, []string{"critical child-refused"}},
		{"quick mode is not answered, R-U-THERE is", func() *Facts {
			return with(quickMode(4), func(f *Facts) {
				said(f, 0, "informational", 9, "initiator", 30, 92, -1, 0)
				said(f, 0, "informational", 10, "responder", 30.02, 92, -1, 0)
			})
		}, []string{"critical child-refused", "warning ike-retransmission"}},
		{"like it: idle", func() *Facts { return noChildTunnel(cbc, 224) }, nil},
		{"like it: made in a second try", func() *Facts {
			return with(noChildTunnel(gcm, 141), func(f *Facts) {
				said(f, 0, "CREATE_CHILD_SA", 4, "initiator", 50, 209, 50.02, 65)
				said(f, 0, "CREATE_CHILD_SA", 5, "initiator", 50.1, 281, 50.12, 240)
			})
		}, nil},
		{"like it: quick mode is not answered, nor is anything", func() *Facts { return quickMode(4) }, []string{"warning ike-retransmission"}},
	},
}

// What the sizes and times tell stands in the evidence.
func TestAuthenticationEvidence(t *testing.T) {
	_, list := judge(t, refusedThrice(cbc, 80, 0, 0.7, 1.5)())
	a := find(t, list, "authentication-failed")
	if a.Evidence["attempts"] != 3 || a.Evidence["refusal_bytes"] != 80 || a.Evidence["notify_bytes"] != 80 || a.Evidence["refused_by"] != "responder" {
		t.Errorf("evidence %v", a.Evidence)
	}
	if a.Confidence.Fact != report.ConfidenceHigh || a.Confidence.Cause != report.ConfidenceMedium {
		t.Errorf("confidence %v", a.Confidence)
	}
	_, list = judge(t, rejectedByInitiator(0, 10)())
	if a := find(t, list, "authentication-failed"); a.Confidence.Cause != report.ConfidenceLow || a.Evidence["refused_by"] != "initiator" {
		t.Errorf("confidence %v, evidence %v", a.Confidence, a.Evidence)
	}
	_, list = judge(t, mainMode(5))
	a = find(t, list, "psk-mismatch")
	if a.Evidence["timers"] != "FortiOS" || a.Evidence["sendings"] != 5 || a.Evidence["port_changed"] != false {
		t.Errorf("evidence %v", a.Evidence)
	}
}

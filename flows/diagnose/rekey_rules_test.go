package diagnose

import (
	"maps"
	"testing"
	"time"

	"github.com/ikesniff/ikesniff/report"
)

func init() { maps.Copy(cases, rekeyCases) }

// living is a tunnel that is up with AES-GCM, authenticated by an IKE_AUTH
// request of 288 bytes.
func living() *Facts {
	f := upTunnel()
	f.IKE[0].Sizes = gcm
	f.Tunnel.IKESAs[0].Exchanges, f.Tunnel.IKESAs[0].ExchangesTotal = nil, 0
	said(f, 0, "IKE_SA_INIT", 0, "initiator", 0, 272, 0.01, 280)
	authenticated(f, 0, said(f, 0, "IKE_AUTH", 1, "initiator", 1.9, 288, 2, 224))
	return f
}

// rekeyRefused has CREATE_CHILD_SA refused at these seconds.
func rekeyRefused(request int, secs ...float64) func() *Facts {
	return func() *Facts {
		f := living()
		for i, s := range secs {
			said(f, 0, "CREATE_CHILD_SA", uint32(i+2), "initiator", s, request, s+0.02, gcm.Notify)
		}
		return f
	}
}

// stopping ends data of both ways at so many seconds.
func stopping(f *Facts, sec float64) {
	for i := range f.Children {
		f.Children[i].Last, f.Tunnel.ChildSAs[i].LastSeen = at(sec, 1500+uint64(i)), at(sec, 1).Time
	}
	f.Tunnel.Data = report.DataNone
}

// aged has data from a second on to the age of so many seconds, and an answer of
// IKE two minutes after that.
func aged(age float64) *Facts {
	f := living()
	f.Tunnel.ChildSAs[0].PairedWith, f.Tunnel.ChildSAs[1].PairedWith = "child-2", "child-1"
	stopping(f, 2+age)
	said(f, 0, "INFORMATIONAL", 9, "responder", age+120, gcm.Empty, age+120.02, gcm.Empty)
	f.End, f.Tunnel.LastSeen = at(age+121, 1).Time, at(age+121, 1).Time
	return f
}

// nextChild adds a pair of SAs that begins at so many seconds.
func nextChild(f *Facts, sec float64, ike string) {
	for i := range 2 {
		c, x := f.Tunnel.ChildSAs[i], f.Children[i]
		c.ID, c.SPI, c.IKESA, c.FirstSeen = "child-"+string('3'+rune(i)), "d16ed42"+string('0'+rune(i)), ike, at(sec, 1).Time
		c.PairedWith = "child-" + string('4'-rune(i))
		x.First, x.Last = at(sec, 1800+uint64(i)), at(sec+30, 1900+uint64(i))
		f.Tunnel.ChildSAs, f.Children = append(f.Tunnel.ChildSAs, c), append(f.Children, x)
	}
}

var rekeyCases = map[string][]scenario{
	"rekey-failed": {
		{"refused twice, and data ends in between", func() *Facts {
			return with(rekeyRefused(480, 30, 50)(), func(f *Facts) { stopping(f, 40) })
		}, []string{"critical rekey-failed"}},
		{"refused twice, data goes on", rekeyRefused(130, 30, 40), []string{"warning rekey-failed"}},
		{"another group is asked for, again and again", func() *Facts {
			return with(living(), func(f *Facts) {
				said(f, 0, "CREATE_CHILD_SA", 2, "initiator", 30, 288, 30.02, gcm.Notify+2)
				said(f, 0, "CREATE_CHILD_SA", 3, "initiator", 40, 288, 40.02, gcm.Notify+2)
			})
		}, []string{"warning rekey-failed"}},
		{"refused once at the end", rekeyRefused(209, 58), []string{"notice rekey-failed"}},
		{"not answered, and the peer sends data", func() *Facts {
			return with(living(), func(f *Facts) {
				s := said(f, 0, "CREATE_CHILD_SA", 2, "initiator", 30, 209, -1, 0)
				r := sent("CREATE_CHILD_SA", 2, "initiator", 100, 30, 33, 39)
				s.x.Requests, s.LastSent = 3, r.Sent[2]
				f.IKE[0].Repeats, f.IKE[0].Makings[0] = []Repeat{r}, Making{*s.x, *s.ExchangeFacts}
			})
		}, []string{"warning rekey-failed", "warning ike-retransmission"}},
		{"a whole new IKE SA takes over", func() *Facts {
			return with(rekeyRefused(480, 20)(), func(f *Facts) {
				stopping(f, 25)
				sa, v := f.Tunnel.IKESAs[0], f.IKE[0]
				sa.ID, sa.InitiatorSPI, sa.FirstSeen, sa.Exchanges = "ike-2", "2222222222222222", at(27, 1).Time, nil
				v.Makings, v.MakingsTotal, v.Exchanges, v.AuthenticatedAt = nil, 0, nil, at(27.1, 1600)
				f.Tunnel.IKESAs, f.IKE = append(f.Tunnel.IKESAs, sa), append(f.IKE, v)
				nextChild(f, 28, "ike-2")
			})
		}, []string{"warning rekey-failed"}},
		{"quick mode is refused", func() *Facts {
			return with(living(), func(f *Facts) {
				f.Tunnel.IKESAs[0].Version, f.IKE[0].Sizes = 1, Sizes{}
				said(f, 0, "quick mode", 4711, "initiator", 30, 188, -1, 0)
				said(f, 0, "informational", 5, "responder", 30.02, 92, -1, 0)
			})
		}, []string{"warning rekey-failed"}},
		{"like it: another group, accepted at once", func() *Facts {
			return with(rekeyRefused(480, 30)(), func(f *Facts) {
				said(f, 0, "CREATE_CHILD_SA", 3, "initiator", 30.1, 288, 30.2, 260)
				nextChild(f, 30.4, "")
			})
		}, nil},
		{"like it: a rekey that works", func() *Facts {
			return with(living(), func(f *Facts) {
				said(f, 0, "CREATE_CHILD_SA", 2, "initiator", 30, 209, 30.02, 193)
				nextChild(f, 30.4, "")
			})
		}, nil},
		{"like it: not answered, and the peer is dead", func() *Facts {
			return with(living(), func(f *Facts) {
				s := said(f, 0, "CREATE_CHILD_SA", 2, "initiator", 30, 209, -1, 0)
				r := sent("CREATE_CHILD_SA", 2, "initiator", 100, 30, 33, 39)
				s.x.Requests, s.LastSent = 3, r.Sent[2]
				f.IKE[0].Repeats, f.IKE[0].Makings[0] = []Repeat{r}, Making{*s.x, *s.ExchangeFacts}
				f.IKE[0].LastFromResponder = at(20, 70)
				stopping(f, 29)
			})
		}, []string{"warning ike-retransmission"}},
	},
	"simultaneous-rekey": {
		{"two requests cross", func() *Facts {
			return with(living(), func(f *Facts) {
				said(f, 0, "CREATE_CHILD_SA", 2, "initiator", 30, 209, 30.02, 193)
				said(f, 0, "CREATE_CHILD_SA", 0, "responder", 30.01, 209, 30.03, 193)
				said(f, 0, "CREATE_CHILD_SA", 3, "initiator", 40, 209, 40.02, 193)
				said(f, 0, "CREATE_CHILD_SA", 1, "responder", 39.99, 209, 40.03, 193)
			})
		}, []string{"info simultaneous-rekey"}},
		{"two quick modes cross", func() *Facts {
			return with(living(), func(f *Facts) {
				f.Tunnel.IKESAs[0].Version = 1
				said(f, 0, "quick mode", 4711, "initiator", 30, 188, 30.02, 188)
				said(f, 0, "quick mode", 4712, "responder", 30.01, 188, 30.03, 188)
			})
		}, []string{"info simultaneous-rekey"}},
		{"like it: one after the other", func() *Facts {
			return with(living(), func(f *Facts) {
				said(f, 0, "CREATE_CHILD_SA", 2, "initiator", 30, 209, 30.02, 193)
				said(f, 0, "CREATE_CHILD_SA", 0, "responder", 30.03, 209, 30.05, 193)
			})
		}, nil},
		{"like it: two of one side", func() *Facts {
			return with(living(), func(f *Facts) {
				said(f, 0, "CREATE_CHILD_SA", 2, "initiator", 30, 209, 30.02, 193)
				said(f, 0, "CREATE_CHILD_SA", 3, "initiator", 30.01, 209, 30.03, 193)
			})
		}, nil},
	},
	"child-not-renewed": {
		{"an hour, and no more", func() *Facts { return aged(3595) }, []string{"warning child-not-renewed"}},
		{"renewed with the next data", func() *Facts {
			return with(aged(3595), func(f *Facts) {
				nextChild(f, 4000, "")
				f.End, f.Tunnel.LastSeen = at(4100, 1).Time, at(4100, 1).Time
				said(f, 0, "CREATE_CHILD_SA", 5, "initiator", 3999, 209, 3999.02, 193)
			})
		}, []string{"notice child-not-renewed"}},
		{"like it: at no usual age", func() *Facts { return aged(3000) }, nil},
		{"like it: renewed in time", func() *Facts {
			return with(aged(3595), func(f *Facts) { nextChild(f, 3590, "") })
		}, nil},
		{"like it: asked for, by a request without an answer here", func() *Facts {
			return with(aged(3595), func(f *Facts) { said(f, 0, "CREATE_CHILD_SA", 5, "initiator", 3590, 209, -1, 0) })
		}, nil},
		{"like it: a few packets an hour", func() *Facts {
			return with(aged(3595), func(f *Facts) { f.Tunnel.ChildSAs[0].Packets, f.Tunnel.ChildSAs[1].Packets = 40, 40 })
		}, nil},
		{"like it: IKE is gone, too", func() *Facts {
			return with(aged(3595), func(f *Facts) { f.IKE[0].Exchanges = f.IKE[0].Exchanges[:2] })
		}, nil},
	},
}

// The length of a request tells whether it holds a key exchange.
func TestKeyExchangeByLength(t *testing.T) {
	for request, want := range map[int]any{480: "present", 130: "absent", 300: nil} {
		_, list := judge(t, rekeyRefused(request, 30, 40)())
		if got := find(t, list, "rekey-failed").Evidence["key_exchange"]; got != want {
			t.Errorf("%d bytes: %v, want %v", request, got, want)
		}
	}
}

// Sizes alone carry low confidence; data that ends carries more.
func TestRekeyConfidence(t *testing.T) {
	_, list := judge(t, rekeyRefused(209, 30)())
	if a := find(t, list, "rekey-failed"); a.Confidence.Cause != report.ConfidenceLow {
		t.Errorf("one refusal: %v", a.Confidence)
	}
	_, list = judge(t, with(rekeyRefused(209, 30, 50)(), func(f *Facts) { stopping(f, 40) }))
	a := find(t, list, "rekey-failed")
	if a.Confidence.Cause != report.ConfidenceMedium || a.Evidence["last_data"] != t0.Add(40*time.Second).Format(time.RFC3339Nano) {
		t.Errorf("data ends: %v, %v", a.Confidence, a.Evidence)
	}
}

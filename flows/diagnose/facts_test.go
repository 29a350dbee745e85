package diagnose

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ikesniff/ikesniff/report"
)

var t0 = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)

// at is a mark so many seconds after t0, in a frame of source 0.
func at(sec float64, frame uint64) Mark {
	return Mark{Time: t0.Add(time.Duration(sec * float64(time.Second))), Ref: report.Ref{Frame: frame}}
}

func ptr[T any](v T) *T { return &v }

// sent is a repeated request, sent at these seconds, from frame on.
func sent(exchange string, id uint32, from string, frame uint64, secs ...float64) Repeat {
	r := Repeat{Exchange: exchange, MessageID: id, From: from, Total: len(secs)}
	for i, s := range secs {
		r.Sent = append(r.Sent, at(s, frame+uint64(i)))
	}
	return r
}

var strong = report.Proposal{Encryption: "AES_GCM_16-256", PRF: "PRF_HMAC_SHA2_384", KeyExchange: "ECP_384"}

// upTunnel is a healthy IKEv2 tunnel with data both ways, seen from its birth.
func upTunnel() *Facts {
	path := report.Path{ID: "path-1", Transport: "udp-nat-t", Initiator: "192.0.2.1:4500", Responder: "198.51.100.1:4500", State: report.PathInUse}
	last := t0.Add(60 * time.Second)
	path.Traffic.ToResponder = report.PathTraffic{Packets: 1010, ESPPackets: 1000, FirstSeen: &t0, LastSeen: &last}
	path.Traffic.ToInitiator = report.PathTraffic{Packets: 1005, ESPPackets: 1000, FirstSeen: &t0, LastSeen: &last}
	chosen := strong
	return &Facts{
		Tunnel: &report.Tunnel{
			Initiator: "192.0.2.1", Responder: "198.51.100.1", InitiatorKnown: true, IKEVersion: 2,
			Status: report.StatusUp, Phase1: report.PhaseUp, Phase2: report.PhaseUp, Data: report.DataBoth,
			FirstSeen: t0, LastSeen: last, Transports: []string{"udp-nat-t"},
			Paths: []report.Path{path},
			IKESAs: []report.IKESA{{
				ID: "ike-1", InitiatorSPI: "1d3827fc604e04cb", ResponderSPI: "9702480b582147c9", Version: 2,
				Status: report.StatusUp, FirstSeen: t0, LastSeen: last, Proposal: &chosen, Offered: []report.Proposal{strong},
				Exchanges: []report.Exchange{
					{Type: "IKE_SA_INIT", From: "initiator", Request: &report.Ref{Frame: 1}, Response: &report.Ref{Frame: 2}, Requests: 1, Responses: 1},
					{Type: "IKE_AUTH", MessageID: 1, From: "initiator", Request: &report.Ref{Frame: 3}, Response: &report.Ref{Frame: 4}, Requests: 1, Responses: 1},
				}, ExchangesTotal: 2, Messages: 4,
			}},
			ChildSAs: []report.ChildSA{
				{ID: "child-1", SPI: "c16ed423", Protocol: "esp", Source: "192.0.2.1", Destination: "198.51.100.1", FirstSeen: t0, LastSeen: last,
					SequenceHealth: report.SequenceHealth{Packets: 1000, FirstSequence: 1, LastSequence: 1000, MissingExact: true}},
				{ID: "child-2", SPI: "200e9861", Protocol: "esp", Source: "198.51.100.1", Destination: "192.0.2.1", FirstSeen: t0, LastSeen: last,
					SequenceHealth: report.SequenceHealth{Packets: 1000, FirstSequence: 1, LastSequence: 1000, MissingExact: true}},
			},
			ESPPackets: report.Direction[uint64]{ToResponder: 1000, ToInitiator: 1000},
		},
		IKE: []IKEFacts{{
			Began: true, Answered: true, ChosenAt: at(0.02, 2), Authenticated: true, AuthenticatedAt: at(2, 4),
			LastFromInitiator: at(50, 1990), LastFromResponder: at(50.1, 1991),
		}},
		Children: []ChildFacts{
			{ToResponder: true, BornHere: true, First: at(3, 5), Last: at(60, 2014)},
			{ToResponder: false, BornHere: true, First: at(3.1, 6), Last: at(60, 2015)},
		},
		End: last,
	}
}

// deadTunnel is an IKE_SA_INIT that nobody answers, with FortiOS's timers.
func deadTunnel() *Facts {
	last := t0.Add(45 * time.Second)
	return &Facts{
		Tunnel: &report.Tunnel{
			Initiator: "192.0.2.1", Responder: "198.51.100.1", InitiatorKnown: true, IKEVersion: 2,
			Status: report.StatusFailed, Phase1: report.PhaseFailed, Phase2: report.PhaseDown, Data: report.DataNone,
			FirstSeen: t0, LastSeen: last,
			IKESAs: []report.IKESA{{
				ID: "ike-1", InitiatorSPI: "1d3827fc604e04cb", ResponderSPI: "0000000000000000", Version: 2,
				Status: report.StatusFailed, FirstSeen: t0, LastSeen: last, Offered: []report.Proposal{strong},
				Exchanges: []report.Exchange{{Type: "IKE_SA_INIT", From: "initiator", Request: &report.Ref{Frame: 1}, Requests: 5}},
			}},
		},
		IKE: []IKEFacts{{
			Began: true, LastFromInitiator: at(45, 5),
			Repeats: []Repeat{sent("IKE_SA_INIT", 0, "initiator", 1, 0, 3, 9, 21, 45)},
		}},
		End: t0.Add(100 * time.Second),
	}
}

// with changes facts in place.
func with(f *Facts, change func(*Facts)) *Facts {
	change(f)
	return f
}

// judge runs the rules and checks what every answer must be like.
func judge(t *testing.T, f *Facts) (string, []report.Anomaly) {
	t.Helper()
	verdict, list := Tunnel(f)
	if verdict == "" || !strings.HasSuffix(verdict, ".") || strings.Contains(verdict, "%!") || strings.Contains(verdict, "..") {
		t.Errorf("verdict %q is no sentence", verdict)
	}
	checkAnomalies(t, list)
	return verdict, list
}

func checkAnomalies(t *testing.T, list []report.Anomaly) {
	t.Helper()
	ids := map[string]bool{}
	for _, a := range list {
		if ids[a.ID] {
			t.Errorf("ID %q twice", a.ID)
		}
		ids[a.ID] = true
	}
	for i, a := range list {
		e, ok := Lookup(a.Code)
		if !ok {
			t.Errorf("code %q is not in the catalogue", a.Code)
		}
		if !strings.HasPrefix(a.ID, a.Code+"-") {
			t.Errorf("ID %q of code %q", a.ID, a.Code)
		}
		for what, s := range map[string]string{"title": a.Title, "observation": a.Observation, "interpretation": a.Interpretation} {
			if s == "" || strings.Contains(s, "%!") || what != "title" && !strings.HasSuffix(s, ".") {
				t.Errorf("%s: %s is %q", a.ID, what, s)
			}
		}
		if a.Severity.Rank() < 0 || !confident(a.Confidence.Fact) || !confident(a.Confidence.Cause) {
			t.Errorf("%s: severity %q, confidence %v", a.ID, a.Severity, a.Confidence)
		}
		if a.Alternatives == nil || a.Unknown == nil || len(a.Advice) == 0 || len(a.Commands) == 0 || a.Refs == nil || a.Evidence == nil {
			t.Errorf("%s is incomplete: %+v", a.ID, a)
		}
		if len(a.Refs) > maxRefs || a.Count == 0 || a.LastSeen.Before(a.FirstSeen) || a.FirstSeen.Location() != time.UTC {
			t.Errorf("%s: %d refs, count %d, %v to %v", a.ID, len(a.Refs), a.Count, a.FirstSeen, a.LastSeen)
		}
		for _, r := range a.Refs {
			if r.Role == "" || r.Frame == 0 && r.Line == 0 {
				t.Errorf("%s: ref %+v", a.ID, r)
			}
		}
		for k := range a.Evidence {
			if !slices.ContainsFunc(e.Evidence, func(d EvidenceKey) bool { return d.Name == k }) {
				t.Errorf("%s: evidence %q is not declared", a.ID, k)
			}
		}
		if c := a.ConsequenceOf; c != "" && (!ids[c] || c == a.ID) {
			t.Errorf("%s is a consequence of %q", a.ID, c)
		}
		if _, err := json.Marshal(a); err != nil {
			t.Errorf("%s: %v", a.ID, err)
		}
		if i > 0 {
			p := list[i-1]
			if p.Severity.Rank() < a.Severity.Rank() || p.Severity == a.Severity && p.FirstSeen.After(a.FirstSeen) {
				t.Errorf("%s stands after %s", a.ID, p.ID)
			}
		}
	}
}

func confident(c report.Confidence) bool {
	return c == report.ConfidenceLow || c == report.ConfidenceMedium || c == report.ConfidenceHigh
}

// find returns the anomaly of a code, and fails if there is not exactly one.
func find(t *testing.T, list []report.Anomaly, code string) report.Anomaly {
	t.Helper()
	var found []report.Anomaly
	for _, a := range list {
		if a.Code == code {
			found = append(found, a)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d anomalies of code %s in %v", len(found), code, codes(list))
	}
	return found[0]
}

func codes(list []report.Anomaly) []string {
	out := []string{}
	for _, a := range list {
		out = append(out, fmt.Sprintf("%s %s", a.Severity, a.Code))
	}
	return out
}

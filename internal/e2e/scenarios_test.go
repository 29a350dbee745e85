package e2e

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ikesniff/ikesniff/internal/capgen"
	"github.com/ikesniff/ikesniff/report"
)

// TestScenarios compares reports with what the makers of the captures know to
// be in them.
func TestScenarios(t *testing.T) {
	for _, s := range capgen.Scenarios() {
		t.Run(s.Name, func(t *testing.T) {
			r := analyze(t, 2, filepath.Join(captures, s.Name)).Collect()
			want := s.Expect

			if want.Unreadable {
				if r.Complete || r.Sources[0].Complete || r.Sources[0].Error == "" {
					t.Errorf("part of the file cannot be read, but the report says complete %v, error %q", r.Complete, r.Sources[0].Error)
				}
			} else {
				if !r.Complete || r.Sources[0].Error != "" {
					t.Errorf("the file can be read, but the report is not complete: %q, error %q", r.IncompleteBecause, r.Sources[0].Error)
				}
				if r.Totals.Packets != uint64(want.Frames) {
					t.Errorf("%d packets, want %d", r.Totals.Packets, want.Frames)
				}
			}
			if noted := r.Sources[0].Note != ""; noted != want.CutShort {
				t.Errorf("note %q; the last record is cut short: %v", r.Sources[0].Note, want.CutShort)
			}
			if len(r.Tunnels) != want.Tunnels {
				t.Errorf("%d tunnels, want %d", len(r.Tunnels), want.Tunnels)
			}

			above, info := codes(r)
			if diff := cmp.Diff(list(want.Codes), above); diff != "" {
				t.Errorf("anomalies above info (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(list(want.Info), info); diff != "" {
				t.Errorf("anomalies of severity info (-want +got):\n%s", diff)
			}

			got := count(r)
			if got.ike != want.IKE {
				t.Errorf("%d IKE messages, want %d", got.ike, want.IKE)
			}
			if got.keepalives != want.Keepalives {
				t.Errorf("%d keepalives, want %d", got.keepalives, want.Keepalives)
			}
			if diff := cmp.Diff(counts(want.ESP), got.esp); diff != "" {
				t.Errorf("ESP packets by SPI (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(counts(want.AH), got.ah); diff != "" {
				t.Errorf("AH packets by SPI (-want +got):\n%s", diff)
			}
		})
	}
}

// list is never nil, so that none and nil compare equal.
func list(s []string) []string { return append([]string{}, s...) }

func counts(m map[string]int) map[string]int {
	if m == nil {
		return map[string]int{}
	}
	return m
}

// codes lists the codes of a report, each once and sorted, consequences of
// other anomalies included.
func codes(r *report.Report) (above, info []string) {
	above, info = []string{}, []string{}
	add := func(anomalies []report.Anomaly) {
		for _, a := range anomalies {
			into := &info
			if a.Severity.Rank() > report.SeverityInfo.Rank() {
				into = &above
			}
			if !slices.Contains(*into, a.Code) {
				*into = append(*into, a.Code)
			}
		}
	}
	add(r.Anomalies)
	for _, t := range r.Tunnels {
		add(t.Anomalies)
	}
	slices.Sort(above)
	slices.Sort(info)
	return above, info
}

// messages counts what a report says its tunnels carried, and the floods of
// unfinished initiators that are in no tunnel.
type messages struct {
	ike, keepalives int
	esp, ah         map[string]int
}

func count(r *report.Report) messages {
	m := messages{esp: map[string]int{}, ah: map[string]int{}}
	for _, a := range r.Anomalies {
		if a.Code == "half-open-flood" {
			m.ike += int(a.Evidence["attempts"].(uint64) + a.Evidence["answers"].(uint64))
		}
	}
	for _, t := range r.Tunnels {
		m.ike += int(t.IKEMessages.Initiator + t.IKEMessages.Responder)
		for _, p := range t.Paths {
			m.keepalives += int(p.Traffic.ToResponder.Keepalives + p.Traffic.ToInitiator.Keepalives)
		}
		for _, sa := range t.ChildSAs {
			if sa.Protocol == "ah" {
				m.ah[sa.SPI] += int(sa.Packets)
			} else {
				m.esp[sa.SPI] += int(sa.Packets)
			}
		}
	}
	return m
}

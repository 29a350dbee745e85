package monitor

import (
	"time"

	"github.com/ikesniff/ikesniff/report"
)

// Whole takes the anomalies that only all tunnels together show, as of now, and
// tells those that are new or graver.
func (m *Monitor) Whole(now time.Time, list []report.Anomaly) {
	for i := range list {
		a := &list[i]
		k := a.Code + " " + a.FirstSeen.String() // numbers change with what comes before
		s := m.whole[k]
		if s == nil {
			s = &standing{}
			m.whole[k] = s
			m.anomalies[a.Code]++
		} else if a.Severity.Rank() <= s.anomaly.Severity.Rank() {
			s.anomaly, s.seen = a, now
			continue
		}
		s.anomaly, s.seen = a, now
		m.add(report.Change{Kind: report.ChangeAnomaly, Time: now, Severity: a.Severity, Text: a.Title + ": " + a.Observation, Anomaly: a})
	}
	for k, s := range m.whole {
		if now.Sub(s.seen) >= time.Hour {
			delete(m.whole, k)
		}
	}
}

package monitor

import (
	"cmp"
	"slices"
	"time"

	"github.com/ikesniff/ikesniff/report"
)

// settleFor is how long an anomaly must be away before that is told: counts go up
// and down around thresholds.
const settleFor = 30 * time.Second

// standing is an anomaly that was told of.
type standing struct {
	anomaly *report.Anomaly
	seen    time.Time // when a judgement had it last
}

// anomaliesOf tells which anomalies of a tunnel are new, graver, or gone.
func (m *Monitor) anomaliesOf(now time.Time, r *row, t *report.Tunnel) {
	for i := range t.Anomalies {
		a := &t.Anomalies[i]
		s := r.standing[a.ID]
		fresh := s == nil
		if fresh {
			s = &standing{}
			r.standing[a.ID] = s
			m.anomalies[a.Code]++
		}
		if fresh || a.Severity.Rank() > s.anomaly.Severity.Rank() {
			m.add(report.Change{Kind: report.ChangeAnomaly, Time: now, TunnelID: t.ID, Severity: a.Severity,
				Text: a.Title + ": " + a.Observation, Tunnel: t, Anomaly: a})
		}
		s.anomaly, s.seen = a, now
	}
	var gone []*report.Anomaly
	for id, s := range r.standing {
		if now.Sub(s.seen) >= settleFor {
			delete(r.standing, id)
			gone = append(gone, s.anomaly)
		}
	}
	slices.SortFunc(gone, func(a, b *report.Anomaly) int { return cmp.Compare(a.ID, b.ID) })
	for _, a := range gone {
		m.add(report.Change{Kind: report.ChangeCleared, Time: now, TunnelID: t.ID, Severity: a.Severity,
			Text: a.Title + ": no longer so", Tunnel: t, Anomaly: a})
	}
	r.latest = latest(t)
}

// latest is the anomaly above info that was found last and still stands, of
// several the gravest. Consequences of others are left out.
func latest(t *report.Tunnel) *report.Anomaly {
	var best *report.Anomaly
	for i := range t.Anomalies {
		a := &t.Anomalies[i]
		if a.ConsequenceOf != "" || a.Severity.Rank() <= report.SeverityInfo.Rank() {
			continue
		}
		if best == nil || cmp.Or(a.LastSeen.Compare(best.LastSeen), cmp.Compare(a.Severity.Rank(), best.Severity.Rank())) > 0 {
			best = a
		}
	}
	return best
}

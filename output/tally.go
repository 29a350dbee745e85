package output

import (
	"slices"

	"github.com/ikesniff/ikesniff/report"
)

// Tally counts the tunnels and anomalies of a report. Anomalies that are the
// consequence of another one are not counted.
type Tally struct {
	Tunnels    uint64
	Clean      uint64 // tunnels with nothing above info
	BothWays   uint64 // tunnels with data both ways at the end
	ByStatus   map[report.Status]uint64
	BySeverity map[report.Severity]uint64
}

// Count goes through s and counts.
func Count(s *report.Stream) *Tally {
	var t Tally
	for range t.Watch(s).Tunnels {
	}
	return &t
}

// Watch returns s such that t counts whenever its tunnels are gone through, so
// that one pass both writes a report and tells what was in it. Each pass begins
// anew.
func (t *Tally) Watch(s *report.Stream) *report.Stream {
	out := *s
	out.Tunnels = func(yield func(*report.Tunnel) bool) {
		*t = newTally(s.Head.Anomalies)
		for tunnel := range s.Tunnels {
			t.add(tunnel)
			if !yield(tunnel) {
				return
			}
		}
	}
	return &out
}

// Worst is the highest severity counted, "" if there was no anomaly.
func (t *Tally) Worst() report.Severity {
	worst := report.Severity("")
	for s := range t.BySeverity {
		if s.Rank() > worst.Rank() {
			worst = s
		}
	}
	return worst
}

func newTally(capture []report.Anomaly) Tally {
	t := Tally{ByStatus: map[report.Status]uint64{}, BySeverity: map[report.Severity]uint64{}}
	t.addAnomalies(capture)
	return t
}

func (t *Tally) add(tunnel *report.Tunnel) {
	t.Tunnels++
	t.ByStatus[tunnel.Status]++
	if tunnel.Data == report.DataBoth {
		t.BothWays++
	}
	if Trouble(tunnel.Anomalies).Rank() <= report.SeverityInfo.Rank() {
		t.Clean++
	}
	t.addAnomalies(tunnel.Anomalies)
}

func (t *Tally) addAnomalies(list []report.Anomaly) {
	for i := range list {
		if list[i].ConsequenceOf == "" {
			t.BySeverity[list[i].Severity]++
		}
	}
}

// Trouble is the highest severity of a tunnel's list. What another anomaly of
// the list explains is left out; what a gateway's explains is not, for the tunnel
// suffers from it all the same.
func Trouble(list []report.Anomaly) report.Severity {
	worst := worstOf(list)
	for i := range list {
		a := &list[i]
		if a.ConsequenceOf != "" && a.Severity.Rank() > worst.Rank() &&
			!slices.ContainsFunc(list, func(c report.Anomaly) bool { return c.ID == a.ConsequenceOf }) {
			worst = a.Severity
		}
	}
	return worst
}

// worstOf is the highest severity of a list, consequences aside.
func worstOf(list []report.Anomaly) report.Severity {
	worst := report.Severity("")
	for i := range list {
		if list[i].ConsequenceOf == "" && list[i].Severity.Rank() > worst.Rank() {
			worst = list[i].Severity
		}
	}
	return worst
}

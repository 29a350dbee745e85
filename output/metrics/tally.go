package metrics

import (
	"time"

	"github.com/ikesniff/ikesniff/report"
)

// These values of labels are there in every scrape, with 0 where there is none.
var (
	statuses = []string{
		string(report.StatusUp), string(report.StatusNegotiating), string(report.StatusFailed),
		string(report.StatusSilent), string(report.StatusClosed), string(report.StatusESPOnly),
	}
	transports = []string{"udp", "udp-nat-t", "ip", "tcp-rfc8229", "tcp-fortinet-esp", "tcp-cisco"}
	severities = []string{
		string(report.SeverityInfo), string(report.SeverityNotice),
		string(report.SeverityWarning), string(report.SeverityCritical),
	}
	verdicts = []string{"ipsec", "ignored", "malformed"}
)

// tally counts the tunnels of a snapshot.
type tally struct {
	status, transport, severity map[string]uint64
	lastSeen                    time.Time
}

func tallyRows(rows []report.Row) tally {
	t := tally{status: zero(statuses), transport: zero(transports), severity: zero(severities)}
	for i := range rows {
		row := &rows[i]
		t.transport[row.Transport]++
		if row.Tunnel == nil {
			continue
		}
		t.status[string(row.Tunnel.Status)]++
		if row.Tunnel.LastSeen.After(t.lastSeen) {
			t.lastSeen = row.Tunnel.LastSeen
		}
		for k := range row.Tunnel.Anomalies {
			if a := &row.Tunnel.Anomalies[k]; a.ConsequenceOf == "" {
				t.severity[string(a.Severity)]++
			}
		}
	}
	return t
}

func zero(keys []string) map[string]uint64 {
	m := make(map[string]uint64, len(keys))
	for _, k := range keys {
		m[k] = 0
	}
	return m
}

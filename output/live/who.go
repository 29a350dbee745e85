package live

import (
	"github.com/ikesniff/ikesniff/output"
	"github.com/ikesniff/ikesniff/report"
)

// peers names the ends of a tunnel, "" if there is none.
func peers(o *output.Options, t *report.Tunnel) string {
	if t == nil {
		return ""
	}
	return output.Safe(o.Host(t.Initiator)) + " " + output.Arrow(t) + " " + output.Safe(o.Host(t.Responder))
}

// shortID is as much of a tunnel's id as tells it from others; --tunnel takes it.
func shortID(id string) string { return output.Safe(id[:min(len(id), 8)]) }

// severityOf is the severity of a change; one that has none is no more than info.
func severityOf(c *report.Change) report.Severity {
	if c.Severity.Rank() < 0 {
		return report.SeverityInfo
	}
	return c.Severity
}

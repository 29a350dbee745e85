package diagnose

import (
	"slices"
	"testing"

	"github.com/ikesniff/ikesniff/report"
)

// A set holds every code of the catalogue, and gives them back in its order.
func TestCodeSet(t *testing.T) {
	var all codeSet
	var want []string
	for _, e := range slices.Backward(Catalogue()) {
		all.add(e.Code)
		want = append(want, e.Code)
	}
	slices.Reverse(want)
	all.add("no-such-code")
	if got := slices.Collect(all.codes()); !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

// A tunnel is in trouble if it failed or has a warning of its own. One that fell
// silent may be at rest; one that is up again has what its gateway suffered behind it.
func TestResult(t *testing.T) {
	warning := report.Anomaly{ID: "dpd-failed-1", Code: "dpd-failed", Severity: report.SeverityWarning}
	explained := warning
	explained.ConsequenceOf = "site-flapping-1"
	for name, c := range map[string]struct {
		status          report.Status
		anomaly         *report.Anomaly
		troubled, sound bool
	}{
		"up":                    {report.StatusUp, nil, false, true},
		"up with a warning":     {report.StatusUp, &warning, true, false},
		"up again":              {report.StatusUp, &explained, false, true},
		"at rest":               {report.StatusSilent, nil, false, false},
		"gone with its gateway": {report.StatusSilent, &explained, true, false},
		"failed":                {report.StatusFailed, nil, true, false},
		"negotiating":           {report.StatusNegotiating, nil, false, false},
	} {
		u := &report.Tunnel{Status: c.status}
		if c.anomaly != nil {
			u.Anomalies = []report.Anomaly{*c.anomaly}
		}
		if r := ResultOf(u); r.troubled() != c.troubled || r.sound() != c.sound {
			t.Errorf("%s: in trouble %v, sound %v", name, r.troubled(), r.sound())
		}
	}
}

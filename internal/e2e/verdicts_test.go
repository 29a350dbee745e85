package e2e

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ikesniff/ikesniff/report"
)

// TestVerdicts compares the sentences that the reports of all captures say with
// testdata/verdicts.txt, which is there to be read aloud: they must be short, true,
// and in the words of the field.
func TestVerdicts(t *testing.T) {
	var b strings.Builder
	for _, name := range captureFiles(t, captures) {
		r := analyze(t, 2, filepath.Join(captures, name)).Collect()
		if len(r.Tunnels)+len(r.Anomalies) == 0 {
			continue
		}
		fmt.Fprintf(&b, "%s\n", name)
		for i := range r.Gateways {
			fmt.Fprintf(&b, "  gateway %s: %s\n", r.Gateways[i].Address, r.Gateways[i].Comparison)
		}
		sentences(&b, "  ", r.Anomalies)
		said := map[string]bool{}
		for _, u := range r.Tunnels {
			var one strings.Builder
			fmt.Fprintf(&one, "  %s\n", u.Verdict)
			sentences(&one, "    ", u.Anomalies)
			// Many tunnels alike but for their addresses say it once.
			key := strings.NewReplacer(u.Initiator, "initiator", u.Responder, "responder").Replace(one.String())
			if !said[key] {
				b.WriteString(one.String())
			}
			said[key] = true
		}
		b.WriteByte('\n')
	}
	compareText(t, filepath.Join("..", "..", "testdata", "verdicts.txt"), b.String())
}

func sentences(b *strings.Builder, indent string, list []report.Anomaly) {
	for i := range list {
		a := &list[i]
		follows := ""
		if a.ConsequenceOf != "" {
			follows = " (" + a.ConsequenceOf + ")"
		}
		fmt.Fprintf(b, "%s%s %s%s: %s\n%s  %s\n", indent, a.Severity, a.Code, follows, a.Observation, indent, a.Interpretation)
	}
}

// lineDiff is "" for equal texts.
func lineDiff(a, b string) string {
	if a == b {
		return ""
	}
	return cmp.Diff(strings.Split(a, "\n"), strings.Split(b, "\n"))
}

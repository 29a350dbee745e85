package diagnose

import (
	"slices"
	"testing"
	"time"

	"github.com/ikesniff/ikesniff/report"
)

func TestNumber(t *testing.T) {
	a := func(id, code string, s report.Severity, sec int, cause string) report.Anomaly {
		m := t0.Add(time.Duration(sec) * time.Second)
		return report.Anomaly{ID: id, Code: code, Severity: s, FirstSeen: m, LastSeen: m, ConsequenceOf: cause}
	}
	list := []report.Anomaly{
		a("0", "esp-loss", report.SeverityWarning, 30, ""),
		a("1", "esp-loss", report.SeverityNotice, 10, ""),
		a("2", "no-answer", report.SeverityCritical, 20, "3"),
		a("3", "icmp-rejected", report.SeverityCritical, 20, ""),
		a("4", "cookie-challenge", report.SeverityInfo, 0, ""),
	}
	Number(list)
	var ids []string
	for _, x := range list {
		ids = append(ids, x.ID)
	}
	// esp-loss-1 is the earlier one, though the graver one stands before it.
	want := []string{"icmp-rejected-1", "no-answer-1", "esp-loss-2", "esp-loss-1", "cookie-challenge-1"}
	if !slices.Equal(ids, want) {
		t.Errorf("got %v, want %v", ids, want)
	}
	if list[1].ConsequenceOf != "icmp-rejected-1" {
		t.Errorf("the link went astray: %q", list[1].ConsequenceOf)
	}
	again := slices.Clone(list)
	Number(again)
	for i := range list {
		if again[i].ID != list[i].ID || again[i].ConsequenceOf != list[i].ConsequenceOf {
			t.Errorf("numbering again changes %s to %s", list[i].ID, again[i].ID)
		}
	}
}

// The order in which a capture's floods are found must not show.
func TestNumberDoesNotDependOnTheOrder(t *testing.T) {
	x, y := floodFacts(), floodFacts()
	y.Responder = "203.0.113.3"
	one := []report.Anomaly{FloodAnomaly(x), FloodAnomaly(y)}
	two := []report.Anomaly{FloodAnomaly(y), FloodAnomaly(x)}
	Number(one)
	Number(two)
	for i := range one {
		if one[i].ID != two[i].ID || one[i].Observation != two[i].Observation {
			t.Errorf("%d: %s %q, %s %q", i, one[i].ID, one[i].Observation, two[i].ID, two[i].Observation)
		}
	}
	if one[0].ID == one[1].ID {
		t.Error("two floods with one ID")
	}
}

func TestWorst(t *testing.T) {
	if got := Worst(nil); got != "" {
		t.Errorf("nothing: %q", got)
	}
	list := []report.Anomaly{
		{Severity: report.SeverityCritical, ConsequenceOf: "icmp-rejected-1"},
		{Severity: report.SeverityInfo}, {Severity: report.SeverityNotice},
	}
	if got := Worst(list); got != report.SeverityNotice {
		t.Errorf("got %q", got)
	}
}

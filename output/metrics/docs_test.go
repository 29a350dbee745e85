package metrics

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
)

var update = flag.Bool("update", false, "write the table of docs/metrics.md anew")

const page = "../../docs/metrics.md"

// table lists all metrics in Markdown.
func table() string {
	var b strings.Builder
	b.WriteString("| metric | type | labels | meaning |\n|---|---|---|---|\n")
	for _, f := range families() {
		kind, labels, help := "gauge", "", f.help
		if f.kind == prometheus.CounterValue {
			kind = "counter"
		}
		if len(f.labels) > 0 {
			labels = "`" + strings.Join(f.labels, "`, `") + "`"
		}
		if f.note != "" {
			help += " There " + f.note + "."
		}
		b.WriteString("| `" + f.name + "` | " + kind + " | " + labels + " | " + help + " |\n")
	}
	b.WriteString("\n| label | values |\n|---|---|\n")
	for _, l := range []struct {
		name   string
		values []string
	}{
		{"status", statuses}, {"transport", transports}, {"severity", severities}, {"verdict", verdicts},
	} {
		b.WriteString("| `" + l.name + "` | `" + strings.Join(l.values, "`, `") + "` |\n")
	}
	b.WriteString("| `code` | the codes of [anomalies.md](anomalies.md) |\n")
	b.WriteString("| `interface` | the name of an interface; of a stream the name of its file, or `-` |\n")
	b.WriteString("| `sink` | `stdout`, `output` (of `-o`), `packets` (of `-w`), `report` (of `--report`) |\n")
	return b.String()
}

func TestPageListsAllMetrics(t *testing.T) {
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	const begin, end = "<!-- table -->\n", "<!-- /table -->\n"
	before, rest, ok := strings.Cut(string(text), begin)
	said, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatal("docs/metrics.md has no place for the table")
	}
	if diff := cmp.Diff(said, table()); diff == "" {
		return
	} else if !*update {
		t.Fatalf("docs/metrics.md is not what there is (-page +metrics); go test ./output/metrics -update writes it anew:\n%s", diff)
	}
	if err := os.WriteFile(page, []byte(before+begin+table()+end+after), 0o666); err != nil {
		t.Fatal(err)
	}
}

package diagnose

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write docs/anomalies.md anew")

func TestMarkdownIsUpToDate(t *testing.T) {
	name := filepath.Join("..", "..", "docs", "anomalies.md")
	want := MarkdownCatalogue()
	if *update {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, string(got)); d != "" {
		t.Errorf("docs/anomalies.md is not what the catalogue says; run go test ./flows/diagnose -update\n%s", d)
	}
}

func TestExplain(t *testing.T) {
	for _, e := range append(Catalogue(), Entry{}) {
		text := Explain(e.Code)
		for _, line := range strings.Split(text, "\n") {
			if len(line) > explainWidth && len(strings.Fields(line)) > 2 {
				t.Errorf("%s: %d columns: %s", e.Code, len(line), line)
			}
			if strings.TrimRight(line, " ") != line {
				t.Errorf("%s: blank at the end of %q", e.Code, line)
			}
		}
		if e.Code == "" {
			continue
		}
		flat := strings.Join(strings.Fields(text), " ")
		for _, s := range append([]string{e.Code, e.Title, e.Explanation, e.OnTheWire, e.Causes, e.Grading, e.Evidence[0].Meaning}, e.Advice...) {
			if !strings.Contains(flat, strings.Join(strings.Fields(s), " ")) {
				t.Errorf("%s: lacks %q", e.Code, s)
			}
		}
		if !strings.Contains(Explain(""), e.Code) {
			t.Errorf("the overview lacks %s", e.Code)
		}
	}
	if got := Explain("no-such-code"); got != "" {
		t.Errorf("an unknown code is explained: %q", got)
	}
}

var codeForm = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)+$`)

// Every entry says all that there is to say, once.
func TestCatalogueIsComplete(t *testing.T) {
	seen, rows := map[string]bool{}, map[int]string{}
	for _, e := range Catalogue() {
		if !codeForm.MatchString(e.Code) || seen[e.Code] {
			t.Errorf("code %q", e.Code)
		}
		seen[e.Code] = true
		if e.Severity.Rank() < 0 {
			t.Errorf("%s: severity %q", e.Code, e.Severity)
		}
		if e.Title == "" || strings.HasSuffix(e.Title, ".") || len(e.LookAlikes) == 0 || len(e.Advice) == 0 ||
			len(e.Commands) == 0 || len(e.Evidence) == 0 || len(e.References) == 0 {
			t.Errorf("%s: something is missing", e.Code)
		}
		for _, s := range append([]string{e.Explanation, e.OnTheWire, e.Causes}, append(e.LookAlikes, e.Advice...)...) {
			if !strings.HasSuffix(s, ".") || strings.Contains(s, "  ") {
				t.Errorf("%s: no sentence: %q", e.Code, s)
			}
		}
		for _, s := range e.Commands {
			if product, command, ok := strings.Cut(s, ": "); !ok || product == "" || command == "" {
				t.Errorf("%s: command %q names no product", e.Code, s)
			}
		}
		keys := map[string]bool{}
		for _, k := range e.Evidence {
			if k.Name == "" || k.Unit == "" || k.Meaning == "" || keys[k.Name] {
				t.Errorf("%s: evidence %+v", e.Code, k)
			}
			keys[k.Name] = true
		}
		for _, r := range e.References {
			if r.RFC == 0 || r.About == "" {
				t.Errorf("%s: reference %+v", e.Code, r)
			}
		}
		for _, r := range e.Rows {
			if rows[r] != "" {
				t.Errorf("row %d belongs to %s and %s", r, rows[r], e.Code)
			}
			rows[r] = e.Code
		}
	}
	if _, ok := Lookup("no-such-code"); ok {
		t.Error("Lookup finds what is not there")
	}
}

// Every declared evidence key is emitted somewhere, or the documentation
// promises what never comes.
func TestEvidenceKeysAreEmitted(t *testing.T) {
	emitted := map[string]bool{}
	note := func(code string, evidence map[string]any) {
		for k := range evidence {
			emitted[code+" "+k] = true
		}
	}
	for _, list := range cases {
		for _, c := range list {
			_, got := Tunnel(c.facts())
			for _, a := range got {
				note(a.Code, a.Evidence)
			}
		}
	}
	for _, f := range rareEvidence() {
		_, got := Tunnel(f)
		for _, a := range got {
			note(a.Code, a.Evidence)
		}
	}
	note(halfOpenFlood.Code, FloodAnomaly(floodFacts()).Evidence)
	note(siteFlapping.Code, SiteFlapping(flappingSite()).Evidence)
	for _, e := range Catalogue() {
		for _, k := range e.Evidence {
			if !emitted[e.Code+" "+k.Name] {
				t.Errorf("%s: %s is declared and never emitted", e.Code, k.Name)
			}
		}
	}
}

package metrics

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The queries that docs/metrics.md gives as examples.
func TestPageAsksForWhatThereIs(t *testing.T) {
	k := whatThereIs(t)
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(text), "## What to ask")
	section, _, _ = strings.Cut(section, "\n## ")
	queries := regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(section, -1)
	if len(queries) < 5 {
		t.Fatalf("only %d queries found", len(queries))
	}
	for _, q := range queries {
		if err := k.check(q[1]); err != nil {
			t.Errorf("%s: %v", q[1], err)
		}
	}
}

func TestDashboardShowsWhatThereIs(t *testing.T) {
	k := whatThereIs(t)
	text, err := os.ReadFile("../../docs/grafana/ikesniff.json")
	if err != nil {
		t.Fatal(err)
	}
	var dashboard struct {
		Templating struct{ List []struct{ Name string } }
		Panels     []struct {
			ID      int
			Type    string
			Title   string
			GridPos struct{ X, Y, W, H int }
			Targets []struct{ Expr, LegendFormat string }
		}
	}
	if err := json.Unmarshal(text, &dashboard); err != nil {
		t.Fatal(err)
	}
	variables := []string{"__rate_interval"}
	for _, v := range dashboard.Templating.List {
		variables = append(variables, v.Name)
	}
	legend := regexp.MustCompile(`{{(\w+)}}`)
	variable := regexp.MustCompile(`\$(\w+)`)
	queries, ids, taken := 0, map[int]bool{}, map[[2]int]string{}
	for _, p := range dashboard.Panels {
		if ids[p.ID] {
			t.Errorf("%s: its id is that of another panel", p.Title)
		}
		ids[p.ID] = true
		for x := p.GridPos.X; x < p.GridPos.X+p.GridPos.W; x++ {
			for y := p.GridPos.Y; y < p.GridPos.Y+p.GridPos.H; y++ {
				if other := taken[[2]int{x, y}]; other != "" || x >= 24 {
					t.Fatalf("%s lies over %q or beside the grid", p.Title, other)
				}
				taken[[2]int{x, y}] = p.Title
			}
		}
		for _, target := range p.Targets {
			queries++
			if err := k.check(target.Expr); err != nil {
				t.Errorf("%s: %s: %v", p.Title, target.Expr, err)
			}
			for _, v := range variable.FindAllStringSubmatch(target.Expr, -1) {
				if !slices.Contains(variables, v[1]) {
					t.Errorf("%s: %s: there is no variable %s", p.Title, target.Expr, v[1])
				}
			}
			for _, l := range legend.FindAllStringSubmatch(target.LegendFormat, -1) {
				if !regexp.MustCompile(`by \([^)]*\b`+l[1]+`\b`).MatchString(target.Expr) && l[1] != "instance" {
					t.Errorf("%s: the legend's %s is not in %s", p.Title, l[1], target.Expr)
				}
			}
		}
	}
	if queries < 20 {
		t.Errorf("only %d queries found", queries)
	}
}

// rule is an alert.
type rule struct{ name, expr, severity, wait, summary, description string }

// readRules reads a file of alerts. It takes the plain part of YAML that such a
// file needs, and refuses every other line.
func readRules(text string) ([]rule, error) {
	var rules []rule
	block := false // within an expr of several lines
	seen := map[string]bool{}
	for n, line := range strings.Split(text, "\n") {
		trimmed := strings.TrimSpace(line)
		indent := len(line) - len(strings.TrimLeft(line, " "))
		key, value, _ := strings.Cut(strings.TrimPrefix(trimmed, "- "), ":")
		value = strings.TrimSpace(value)
		place := fmt.Sprintf("%d:%s", indent, key)
		var r *rule
		if len(rules) > 0 {
			r = &rules[len(rules)-1]
		}
		if block && indent >= 10 {
			r.expr += " " + trimmed
			continue
		}
		block = false
		if trimmed == "" || indent == 0 && strings.HasPrefix(trimmed, "#") {
			continue
		}
		switch place {
		case "0:groups", "4:rules":
			continue
		case "2:name":
			if !strings.HasPrefix(trimmed, "- ") {
				return nil, fmt.Errorf("line %d: a group is an item of a list", n+1)
			}
			continue
		case "6:alert":
			if !strings.HasPrefix(trimmed, "- ") {
				return nil, fmt.Errorf("line %d: a rule is an item of a list", n+1)
			}
			rules, seen = append(rules, rule{name: value}), map[string]bool{}
			continue
		}
		if r == nil || seen[place] {
			return nil, fmt.Errorf("line %d: %q is out of place, or there twice", n+1, key)
		}
		seen[place] = true
		var err error
		switch place {
		case "8:expr":
			if r.expr = value; value == "|" {
				r.expr, block = "", true
			}
		case "8:for":
			r.wait = value
		case "8:labels", "8:annotations":
		case "10:severity":
			r.severity = value
		case "10:summary":
			r.summary, err = strconv.Unquote(value)
		case "10:description":
			r.description, err = strconv.Unquote(value)
		default:
			err = fmt.Errorf("%q is not expected here", line)
		}
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n+1, err)
		}
	}
	return rules, nil
}

func TestAlertsAskForWhatThereIs(t *testing.T) {
	k := whatThereIs(t)
	text, err := os.ReadFile("../../docs/prometheus/alerts.yml")
	if err != nil {
		t.Fatal(err)
	}
	rules, err := readRules(string(text))
	if err != nil {
		t.Fatal(err)
	}
	if len(rules) < 10 {
		t.Errorf("only %d rules found", len(rules))
	}
	names := map[string]bool{}
	templates := regexp.MustCompile(`{{.*?}}`)
	template := regexp.MustCompile(`^{{ \$(?:labels\.(\w+)|value \| humanize(?:Duration|Percentage)?) }}$`)
	for _, r := range rules {
		if names[r.name] || !strings.HasPrefix(r.name, "Ikesniff") {
			t.Errorf("%s: the name is no good, or there twice", r.name)
		}
		names[r.name] = true
		if err := k.check(r.expr); err != nil {
			t.Errorf("%s: %s: %v", r.name, r.expr, err)
		}
		if r.severity != "warning" && r.severity != "critical" || r.summary == "" || r.description == "" {
			t.Errorf("%s: severity %q, summary %q, description %q", r.name, r.severity, r.summary, r.description)
		}
		if r.wait != "" && !regexp.MustCompile(`^[0-9]+[smh]$`).MatchString(r.wait) {
			t.Errorf("%s: for %q", r.name, r.wait)
		}
		for _, found := range templates.FindAllString(r.summary+r.description, -1) {
			m := template.FindStringSubmatch(found)
			if m == nil {
				t.Errorf("%s: %s is not understood", r.name, found)
				continue
			}
			if label := m[1]; label != "" && !slices.ContainsFunc(strings.FieldsFunc(r.expr, func(c rune) bool {
				return c != '_' && (c < 'a' || c > 'z')
			}), func(metric string) bool { _, ok := k.labels[metric]; return ok && k.hasLabel(metric, label) }) {
				t.Errorf("%s: %s has no label %s", r.name, r.expr, label)
			}
		}
	}
}

func TestReadRulesRefuses(t *testing.T) {
	const good = "groups:\n  - name: x\n    rules:\n      - alert: X\n        expr: |\n          a\n            + b\n        for: 1m\n        labels:\n          severity: warning\n"
	rules, err := readRules(good)
	if err != nil || len(rules) != 1 || rules[0] != (rule{name: "X", expr: " a + b", wait: "1m", severity: "warning"}) {
		t.Fatalf("%+v, %v", rules, err)
	}
	for _, bad := range []string{
		good + "        for: 2m\n", good + "        fro: 2m\n", good + "         for: 2m\n", good + "          summary: x\n",
		strings.Replace(good, "- alert", "  alert", 1), strings.Replace(good, "groups:", "group:", 1), good + "\t\n\tfor: 1m",
	} {
		if rules, err := readRules(bad); err == nil {
			t.Errorf("%q: %+v", bad, rules)
		}
	}
}

package metrics

import (
	"errors"
	"fmt"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/ikesniff/ikesniff/flows/diagnose"
)

// known is what queries may use: labels by metric, and the values of labels that
// have a fixed set of them.
type known struct {
	labels   map[string][]string
	counters map[string]bool
	values   map[string][]string
}

func whatThereIs(t *testing.T) *known {
	t.Helper()
	k := &known{labels: map[string][]string{"up": nil}, counters: map[string]bool{}, values: map[string][]string{
		"status": statuses, "transport": transports, "severity": severities, "verdict": verdicts,
	}}
	for _, e := range diagnose.Catalogue() {
		k.values["code"] = append(k.values["code"], e.Code)
	}
	e := New(options)
	e.Set(full())
	families, err := e.Registry().Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		k.labels[f.GetName()] = nil
		k.counters[f.GetName()] = f.GetType().String() == "COUNTER"
		for _, l := range f.Metric[0].Label {
			k.labels[f.GetName()] = append(k.labels[f.GetName()], l.GetName())
		}
	}
	if runtime.GOOS != "linux" { // fewer of them there
		for _, name := range []string{"process_resident_memory_bytes", "process_cpu_seconds_total"} {
			k.labels[name], k.counters[name] = nil, strings.HasSuffix(name, "_total")
		}
	}
	return k
}

// hasLabel tells whether a metric has a label; Prometheus adds two to each.
func (k *known) hasLabel(metric, label string) bool {
	return label == "instance" || label == "job" || slices.Contains(k.labels[metric], label)
}

var (
	token = regexp.MustCompile(`^(?:\s+|"[^"]*"|\[[^\]]*\]|[0-9]+(?:\.[0-9]+)?(?:ms|[smhdwy])?|[A-Za-z_:][A-Za-z0-9_:]*|=~|!~|==|!=|<=|>=|[-+*/%^(){},=<>])`)
	word  = regexp.MustCompile(`^[A-Za-z_:]`)
)

var (
	functions   = []string{"rate", "increase", "time", "max_over_time"}
	aggregators = []string{"sum", "min", "max"}
	grouping    = []string{"by", "without", "on", "ignoring"}
	operators   = []string{"and", "or", "unless", "offset"}
)

// check tells what is wrong with a query, as far as names go. It knows as much
// of the language as is used here, and refuses the rest.
func (k *known) check(query string) error {
	var tokens []string
	for rest := query; rest != ""; {
		m := token.FindString(rest)
		if m == "" {
			return fmt.Errorf("not understood: %s", rest)
		}
		if rest = rest[len(m):]; strings.TrimSpace(m) != "" {
			tokens = append(tokens, m)
		}
	}
	tokens = append(tokens, "", "", "")
	var metrics, grouped []string
	depth := 0
	for i := 0; tokens[i] != ""; i++ {
		s := tokens[i]
		switch {
		case s == "(":
			depth++
		case s == ")":
			if depth--; depth < 0 {
				return errors.New("a parenthesis too many")
			}
		case !word.MatchString(s) || slices.Contains(operators, s) || slices.Contains(aggregators, s):
		case slices.Contains(grouping, s):
			for i += 2; tokens[i] != ")" && tokens[i] != ""; i++ {
				if tokens[i] != "," {
					grouped = append(grouped, tokens[i])
				}
			}
		case tokens[i+1] == "(":
			if !slices.Contains(functions, s) {
				return fmt.Errorf("no function %s", s)
			}
		default:
			if _, ok := k.labels[s]; !ok {
				return fmt.Errorf("no metric %s", s)
			}
			metrics = append(metrics, s)
			before := tokens[max(0, i-2)]
			if tokens[i+1] == "{" {
				n, err := k.checkLabels(s, tokens[i+2:])
				if err != nil {
					return err
				}
				i += 2 + n
			}
			ranged := strings.HasPrefix(tokens[i+1], "[") && (before == "rate" || before == "increase")
			if k.counters[s] != ranged {
				return fmt.Errorf("%s: rate and increase are for counters, and counters for them", s)
			}
		}
	}
	if depth != 0 {
		return errors.New("a parenthesis is missing")
	}
	for _, label := range grouped {
		if !slices.ContainsFunc(metrics, func(m string) bool { return k.hasLabel(m, label) }) {
			return fmt.Errorf("none of %q has the label %s", metrics, label)
		}
	}
	return nil
}

// checkLabels checks the part of a selector behind its "{", and tells at which
// token it ends.
func (k *known) checkLabels(metric string, tokens []string) (end int, err error) {
	for i := 0; ; i += 4 {
		label, op, value := tokens[i], tokens[i+1], strings.Trim(tokens[i+2], `"`)
		if !k.hasLabel(metric, label) {
			return 0, fmt.Errorf("%s has no label %s", metric, label)
		}
		words := []string{value}
		if op == "=~" || op == "!~" {
			words = strings.Split(value, "|")
		}
		for _, w := range words {
			if fixed := k.values[label]; fixed != nil && !slices.Contains(fixed, w) {
				return 0, fmt.Errorf("%s is never %q", label, w)
			}
		}
		switch tokens[i+3] {
		case "}":
			return i + 3, nil
		case ",":
		default:
			return 0, fmt.Errorf("%s: labels end with %q", metric, tokens[i+3])
		}
	}
}

// The check itself: it must see what is wrong.
func TestCheckOfQueries(t *testing.T) {
	k := whatThereIs(t)
	for query, want := range map[string]string{
		`sum by (status) (ikesniff_tunnels{status=~"up|failed", instance="x"}) > 0.5`: "",
		`rate(ikesniff_evictions_total{job="x"}[5m]) / 2`:                             "",
		`ikesniff_tunnels{status="up"} offset 15m < 1`:                                "",
		`ikesniff_tunnel`:                                                   "no metric ikesniff_tunnel",
		`sum by (state) (ikesniff_tunnels)`:                                 `none of ["ikesniff_tunnels"] has the label state`,
		`ikesniff_tunnels{state="up"}`:                                      "ikesniff_tunnels has no label state",
		`ikesniff_tunnels{status="upp"}`:                                    `status is never "upp"`,
		`increase(ikesniff_anomalies_total{code=~"esp-loss|esp-lost"}[5m])`: `code is never "esp-lost"`,
		`ikesniff_evictions_total > 0`:                                      "ikesniff_evictions_total: rate and increase are for counters, and counters for them",
		`rate(ikesniff_tunnels[5m])`:                                        "ikesniff_tunnels: rate and increase are for counters, and counters for them",
		`rates(ikesniff_evictions_total[5m])`:                               "no function rates",
		`(ikesniff_tunnels`:                                                 "a parenthesis is missing",
		`ikesniff_tunnels)`:                                                 "a parenthesis too many",
		`ikesniff_tunnels # x`:                                              "not understood: # x",
	} {
		got := ""
		if err := k.check(query); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s: %q, want %q", query, got, want)
		}
	}
}

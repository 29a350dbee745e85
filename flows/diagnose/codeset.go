package diagnose

import (
	"iter"
	"slices"

	"github.com/ikesniff/ikesniff/report"
)

// codeSet is a set of codes, a bit for each entry of the catalogue: a run with
// very many tunnels keeps some of them for each.
type codeSet [2]uint64

// places are the places of the codes in the catalogue.
var places = func() map[string]int {
	m := make(map[string]int, len(catalogue))
	for i, e := range catalogue {
		m[e.Code] = i
	}
	return m
}()

func (s *codeSet) add(code string) {
	if i, ok := places[code]; ok {
		s[i/64] |= 1 << (i % 64)
	}
}

func (s *codeSet) join(o codeSet) {
	for i := range s {
		s[i] |= o[i]
	}
}

func (s codeSet) meet(o codeSet) codeSet {
	for i := range s {
		s[i] &= o[i]
	}
	return s
}

// codes yields the members in the order of the catalogue.
func (s codeSet) codes() iter.Seq[string] {
	return func(yield func(string) bool) {
		for i, e := range catalogue {
			if s[i/64]>>(i%64)&1 == 1 && !yield(e.Code) {
				return
			}
		}
	}
}

// Result is what a tunnel comes down to for the comparison with others.
type Result struct {
	Status report.Status
	Data   report.Data
	codes  [4]codeSet // by rank of severity; without what they explain of each other
}

// ResultOf takes what is needed out of a finished tunnel.
func ResultOf(t *report.Tunnel) Result {
	r := Result{Status: t.Status, Data: t.Data}
	for i := range t.Anomalies {
		a := &t.Anomalies[i]
		// What the gateway's anomaly explains is over in a tunnel that is up again.
		explained := a.ConsequenceOf != "" && (t.Status == report.StatusUp ||
			slices.ContainsFunc(t.Anomalies, func(c report.Anomaly) bool { return c.ID == a.ConsequenceOf }))
		if rank := a.Severity.Rank(); !explained && rank >= 0 {
			r.codes[rank].add(a.Code)
		}
	}
	return r
}

// above joins the codes of a severity and all graver ones.
func (r *Result) above(least report.Severity) (s codeSet) {
	for rank := least.Rank(); rank < len(r.codes); rank++ {
		s.join(r.codes[rank])
	}
	return s
}

// troubled tells whether something is wrong with the tunnel, sound whether it
// works. One that still negotiates, was closed, or fell silent without a sign that
// anybody misses it, is neither: it may be at rest.
func (r *Result) troubled() bool {
	return r.Status == report.StatusFailed || r.above(report.SeverityWarning) != codeSet{}
}

func (r *Result) sound() bool {
	return !r.troubled() && (r.Status == report.StatusUp || r.Status == report.StatusESPOnly && r.Data == report.DataBoth)
}

package diagnose

import (
	"slices"
	"strings"
	"time"

	"github.com/ikesniff/ikesniff/report"
)

// maxRefs bounds the references of one anomaly.
const maxRefs = 16

// finding is an anomaly in the making.
type finding struct {
	report.Anomaly
	cause *finding // what explains it, nil if it stands alone
	lost  lost
	spis  []string // terms of the filter that is used where frames cannot be
}

// lost names packets that did not arrive, for an ICMP error to explain.
type lost struct {
	kind        string // as Quote.About; "" if the finding is of another sort
	toResponder bool
	from, to    time.Time
}

// finding starts an anomaly of the entry's kind with the catalogue's texts.
func (e *Entry) finding(n uint64, first, last time.Time) *finding {
	f := &finding{}
	f.Code, f.Title, f.Severity = e.Code, e.Title, e.Severity
	f.Confidence = report.AnomalyConfidence{Fact: report.ConfidenceHigh, Cause: report.ConfidenceMedium}
	f.Advice = slices.Clone(e.Advice)
	f.Commands = slices.Clone(e.Commands)
	f.Count = max(n, 1)
	f.FirstSeen, f.LastSeen = first, last
	f.Evidence = map[string]any{}
	return f
}

// say sets the two sentences that every anomaly has.
func (f *finding) say(observation, interpretation string) {
	f.Observation, f.Interpretation = observation, interpretation
}

// or adds other explanations, orUnknown what this capture cannot tell.
func (f *finding) or(s ...string)        { f.Alternatives = append(f.Alternatives, s...) }
func (f *finding) orUnknown(s ...string) { f.Unknown = append(f.Unknown, s...) }

// fill puts an address or SPI in the place that the commands leave for it.
func (f *finding) fill(placeholder, value string) {
	if value == "" || strings.Contains(value, " ") { // "the responder": not an address
		return
	}
	for i, c := range f.Commands {
		f.Commands[i] = strings.ReplaceAll(c, placeholder, value)
	}
}

// ref points at a packet and its part in the story.
func (f *finding) ref(m Mark, role string) {
	if !m.set() || len(f.Refs) == maxRefs {
		return
	}
	for _, r := range f.Refs {
		if r.Ref == m.Ref {
			return
		}
	}
	f.Refs = append(f.Refs, report.RoleRef{Ref: m.Ref, Role: role})
}

// refs points at the first and last packets of a list, at most n of them.
func (f *finding) refs(marks []Mark, role string, n int) {
	if len(marks) > n {
		marks = slices.Concat(marks[:n-n/2], marks[len(marks)-n/2:])
	}
	for _, m := range marks {
		f.ref(m, role)
	}
}

// finish completes an anomaly: lists that are there if empty, times within
// what was seen, and the filter.
func (f *finding) finish(l *look) {
	if f.FirstSeen.IsZero() {
		f.FirstSeen = l.t.FirstSeen
	}
	if f.LastSeen.IsZero() {
		f.LastSeen = l.t.LastSeen
	}
	if f.LastSeen.Before(f.FirstSeen) {
		f.LastSeen = f.FirstSeen
	}
	f.FirstSeen, f.LastSeen = f.FirstSeen.UTC(), f.LastSeen.UTC()
	for _, s := range []*[]string{&f.Alternatives, &f.Unknown, &f.Advice, &f.Commands} {
		if *s == nil {
			*s = []string{}
		}
	}
	if f.Refs == nil {
		f.Refs = []report.RoleRef{}
	}
	f.WiresharkFilter = filter(f.Refs, f.spis)
}

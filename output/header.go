package output

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ikesniff/ikesniff/report"
)

// sourcesShown is how many inputs get lines of their own; incomplete ones do in
// any case, up to as many again.
const sourcesShown = 10

// header tells what was read and what of it was not IPsec.
func (p *printer) header(r *report.Report) {
	var left uint64
	shown, bad := 0, 0
	for i := range r.Sources {
		s := &r.Sources[i]
		switch {
		case shown < sourcesShown:
			shown++
		case !s.Complete && bad < sourcesShown:
			bad++
		default:
			left++
			continue
		}
		p.source(i, s)
	}
	if left > 0 {
		p.text("", fmt.Sprintf("and %s; all in all %s", plural(left, "more source"), plural(r.Totals.Packets, "packet")))
	}
	for _, why := range r.IncompleteBecause {
		if !slices.ContainsFunc(r.Sources, func(s report.Source) bool { return s.Error != "" && strings.Contains(why, s.Error) }) {
			p.text(p.paint("INCOMPLETE")+": ", why)
		}
	}
	p.vantage(r.Sources)
	if s := totals(r.Totals); s != "" {
		p.text("", s)
	}
	if p.opt.Verbose && len(r.Totals.Encapsulations) > 0 {
		var list []string
		for _, k := range sortedKeys(r.Totals.Encapsulations) {
			list = append(list, k+" "+Number(r.Totals.Encapsulations[k]))
		}
		p.text("Wrapped in: ", strings.Join(list, ", "))
	}
}

// source writes one input: name, packets, times, whether all of it was read.
func (p *printer) source(i int, s *report.Source) {
	name := elideFront(s.Name, 60)
	if p.several {
		name = fmt.Sprintf("[%d] %s", i+1, name)
	}
	span := ""
	if s.FirstSeen != nil && s.LastSeen != nil {
		span = p.clock.span(*s.FirstSeen, *s.LastSeen)
	}
	state := "complete"
	if !s.Complete {
		state = p.paint("INCOMPLETE")
	}
	drops := "drops: unknown"
	if s.Dropped != nil {
		drops = "drops: " + Number(*s.Dropped)
	}
	packets := plural(s.Packets, "packet")
	if s.Filtered > 0 {
		packets += " (" + Number(s.Filtered) + " left out by the filter)"
	}
	fields := []string{name, packets, span, state + "; " + drops}
	lines := flow(fields, "   ", p.width)
	if len(lines) > 1 {
		lines = flow(fields, "   ", p.width-4)
	}
	p.line(strings.Join(lines, "\n    "))
	if s.Error != "" {
		p.text("    because: ", s.Error)
	}
	if s.Note != "" {
		p.text("    note: ", s.Note)
	}
}

// vantage says where the captures were taken, once for all that agree.
func (p *printer) vantage(sources []report.Source) {
	said := map[string]bool{}
	for i := range sources {
		v := sources[i].Vantage
		if v == nil {
			continue
		}
		where := "beside " + v.Near
		if n := p.nameOf(v.Near); n != "" {
			where += " (" + n + ")"
		}
		if v.Near == "middle" {
			where = "in the middle"
		}
		if v.Because != "" {
			where += " (" + strings.TrimSuffix(v.Because, ".") + ")"
		}
		if v.Confidence != report.ConfidenceHigh && v.Confidence != "" {
			where += " [" + string(v.Confidence) + "]"
		}
		if said[where] || len(said) == 4 {
			continue
		}
		said[where] = true
		p.text("Vantage: ", where+`. "Not seen" means not seen HERE.`)
	}
}

// totals is the sentence about packets that are in no tunnel, "" if there is
// nothing but such packets: then the answer says so in its own words.
func totals(t report.Totals) string {
	var parts []string
	switch {
	case t.IPsecPackets == 0:
	case t.IPsecPackets == t.Packets:
		parts = append(parts, "All packets are IPsec")
	default:
		parts = append(parts, plural(t.IgnoredPackets, "packet")+" "+are(t.IgnoredPackets)+" not IPsec")
	}
	add := func(n uint64, format string) {
		if n > 0 {
			parts = append(parts, fmt.Sprintf(format, Number(n)))
		}
	}
	add(t.UndecidedPackets, "%s undecided")
	add(t.MalformedPackets, "%s malformed")
	add(t.TruncatedPackets, "%s cut short by the capture")
	add(t.IncompleteDatagrams, "%s IP datagrams with fragments missing")
	add(t.Evicted, "%s evicted to bound memory, so counts are lower bounds")
	add(t.Forgotten, "%s IKE SAs, SPIs and paths forgotten, for they were silent for long")
	if len(parts) == 0 {
		return ""
	}
	return strings.Join(parts, "; ") + "."
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

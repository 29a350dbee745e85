package output

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ikesniff/ikesniff/report"
)

// capture writes the anomalies of the capture as a whole that are above info.
func (p *printer) capture(list []report.Anomaly) {
	if worstOf(list).Rank() <= report.SeverityInfo.Rank() {
		return
	}
	p.blank()
	p.text("", "CAPTURE, not one tunnel alone:")
	p.anomalies(0, slices.DeleteFunc(slices.Clone(list), func(a report.Anomaly) bool {
		return a.ConsequenceOf == "" && a.Severity.Rank() <= report.SeverityInfo.Rank()
	}), "   ")
}

// anomalies writes those of one tunnel (number n; 0 is the capture): a block for
// each above info, the worst first, then a line for each info. Consequences are
// folded into what they follow from.
func (p *printer) anomalies(n int, list []report.Anomaly, indent string) {
	var own []report.Anomaly
	follows := map[string][]report.Anomaly{}
	for _, a := range list {
		if a.ConsequenceOf == "" {
			own = append(own, a)
		} else {
			follows[a.ConsequenceOf] = append(follows[a.ConsequenceOf], a)
		}
	}
	slices.SortStableFunc(own, func(a, b report.Anomaly) int { return b.Severity.Rank() - a.Severity.Rank() })
	for _, a := range own {
		if a.Severity.Rank() <= report.SeverityInfo.Rank() {
			p.info(indent+p.paint("INFO")+"  ", a)
		} else {
			p.block(n, a, follows[a.ID], indent)
		}
		delete(follows, a.ID)
	}
	for _, id := range sortedKeys(follows) {
		p.text(indent, "Explained by "+id+", not counted again: "+codes(follows[id]))
	}
}

// block writes one anomaly in full. What it means and what to do is told once:
// a later tunnel with the same points back to the first.
func (p *printer) block(n int, a report.Anomaly, follows []report.Anomaly, indent string) {
	p.fields(indent+p.paint(strings.ToUpper(string(a.Severity)))+" ", a.Code,
		"fact: "+string(a.Confidence.Fact), "cause: "+string(a.Confidence.Cause))
	indent += "  "
	seen := a.Observation
	if seen == "" {
		seen = a.Title
	}
	p.text(indent+"Seen    ", seen)
	if first, ok := p.toldBefore(n, a); ok {
		p.text(indent+"        ", "Meaning, other causes and what to do: as for "+first+".")
	} else {
		p.meaning(a, indent)
	}
	if len(follows) > 0 {
		p.text(indent, "Also explained by this, not counted again: "+codes(follows))
	}
	if a.WiresharkFilter != "" {
		p.text(indent, "Wireshark"+p.sourceMarks(a.Refs)+": "+a.WiresharkFilter)
	} else if refs := p.refs(a.Refs, 8); refs != "" {
		p.text(indent, "Packets: "+refs)
	}
}

// meaning writes cause, other causes, what is unknown, and what to do.
func (p *printer) meaning(a report.Anomaly, indent string) {
	list := func(word string, items []string, numbered bool) {
		for i, item := range items {
			if item == "" {
				continue
			}
			first := fmt.Sprintf("%s%-7s ", indent, word)
			if numbered && len(items) > 1 {
				first += fmt.Sprintf("%d. ", i+1)
			}
			p.text(first, item)
			word = ""
		}
	}
	list(causeWord(a.Confidence.Cause), []string{a.Interpretation}, false)
	list("Or", a.Alternatives, false)
	list("Unknown", []string{strings.Join(a.Unknown, "; ")}, false)
	list("Do", a.Advice, true)
	list("Run", a.Commands, false)
}

// sourceMarks names the sources whose packet numbers a filter has, if there is
// more than one source.
func (p *printer) sourceMarks(list []report.RoleRef) string {
	marks := ""
	for _, r := range list {
		if m := p.sourceMark(r.Source); m != "" && !strings.Contains(marks, m) {
			marks += " " + m
		}
	}
	return marks
}

// causeWord puts the confidence of a cause into the word before it.
func causeWord(c report.Confidence) string {
	switch c {
	case report.ConfidenceHigh:
		return "Means"
	case report.ConfidenceMedium:
		return "Likely"
	}
	return "Perhaps"
}

// toldBefore says where the same meaning was printed already, and remembers it.
func (p *printer) toldBefore(n int, a report.Anomaly) (where string, ok bool) {
	if p.opt.Verbose || a.Interpretation == "" && len(a.Advice) == 0 {
		return "", false
	}
	key := strings.Join(slices.Concat([]string{a.Code, string(a.Confidence.Cause), a.Interpretation},
		a.Alternatives, a.Unknown, a.Advice, a.Commands), "\n")
	first, ok := p.told[key]
	if !ok {
		p.told[key] = n
		return "", false
	}
	switch first {
	case n:
		return "the same code above", true
	case 0:
		return "the capture", true
	}
	return fmt.Sprintf("#%d", first), true
}

func codes(list []report.Anomaly) string {
	var out []string
	for _, a := range list {
		s := a.Code
		if a.Count > 1 {
			s += " (" + Number(a.Count) + ")"
		}
		out = append(out, s)
	}
	return strings.Join(out, ", ")
}

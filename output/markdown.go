package output

import (
	"fmt"
	"io"
	"strings"

	"github.com/ikesniff/ikesniff/report"
)

// Markdown writes what goes into a ticket: sources, the summary sentence, the
// table of tunnels and a line for each anomaly above info of those shown.
func Markdown(w io.Writer, s *report.Stream, o Options) error {
	o.Color = false
	head := safe(s.Head)
	p := newPrinter(w, o, &head)
	tally, shown := p.collect(s)

	for i := range head.Sources {
		x := &head.Sources[i]
		span := ""
		if x.FirstSeen != nil && x.LastSeen != nil {
			span = ", " + p.clock.span(*x.FirstSeen, *x.LastSeen)
		}
		state := ", complete"
		if !x.Complete {
			state = ", incomplete: " + x.Error
		}
		p.linef("- %s", markdown(fmt.Sprintf("%s: %s%s%s", x.Name, plural(x.Packets, "packet"), span, state)))
	}
	p.blank()
	if s := totals(head.Totals); s != "" {
		p.line(markdown(s))
		p.blank()
	}
	p.line("**" + markdown(p.summaryLine(tally)) + "**")
	if len(shown) > 0 {
		p.blank()
		p.markdownTable(shown)
	}
	p.blank()
	p.rest(tally, shown)
	p.blank()
	gateways, _ := s.Gateways()
	p.markdownGateways(safe(gateways))
	p.markdownAnomalies("capture", head.Anomalies)
	for i, t := range shown {
		p.markdownAnomalies(fmt.Sprintf("tunnel %d", i+1), t.Anomalies)
	}
	return p.flush()
}

func (p *printer) markdownTable(shown []*report.Tunnel) {
	p.line("| # | Peers (-\\> from initiator) | Transport | Phase 1 | Phase 2 | ESP -\\> | ESP \\<- | Missing | State | Verdict |")
	p.line("|--:|---|---|---|---|--:|--:|--:|---|---|")
	for i, t := range shown {
		m := MissingOf(t)
		cells := []string{
			fmt.Sprint(i + 1), p.host(t.Initiator) + " " + Arrow(t) + " " + p.host(t.Responder), transportSummary(t),
			string(t.Phase1), string(t.Phase2), Number(t.ESPPackets.ToResponder), Number(t.ESPPackets.ToInitiator),
			m.ToResponder.String() + " / " + m.ToInitiator.String(), label(t), t.Verdict,
		}
		for j := range cells {
			cells[j] = markdown(cells[j])
		}
		p.line("| " + strings.Join(cells, " | ") + " |")
	}
}

// markdownGateways has a line for each gateway with tunnels in trouble, and one
// for each of the first few others.
func (p *printer) markdownGateways(list []report.Gateway) {
	list = byTrouble(list)
	for i := range list[:min(len(list), gatewaysShown)] {
		g := &list[i]
		p.linef("- gateway %s, %s: %s", markdown(p.peer(g.Address)), g.Role, markdown(g.Comparison))
	}
	if len(list) > 0 {
		p.blank()
	}
}

func (p *printer) markdownAnomalies(where string, list []report.Anomaly) {
	for _, a := range list {
		if a.ConsequenceOf != "" || a.Severity.Rank() <= report.SeverityInfo.Rank() {
			continue
		}
		refs := p.refs(a.Refs, 6)
		if refs != "" {
			refs = " (" + refs + ")"
		}
		p.linef("- %s, %s: **%s** %s", where, a.Severity, markdown(a.Code), markdown(a.Observation+refs))
	}
}

// markdown escapes what Markdown or HTML in it would take for markup. The text
// must be Safe: a line end would end a table row.
func markdown(s string) string {
	var b strings.Builder
	for _, r := range s {
		if strings.ContainsRune("\\`*_{}[]<>|#&~$", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

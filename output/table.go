package output

import (
	"fmt"
	"io"
	"strings"

	"github.com/ikesniff/ikesniff/report"
)

// Table writes the answer for people: what was read, one sentence, the tunnels
// that need attention first, and the detail of those with something above info
// (of a single tunnel in any case). No line is wider than 100 columns.
func Table(w io.Writer, s *report.Stream, o Options) error {
	head := safe(s.Head)
	p := newPrinter(w, o, &head)
	tally, shown := p.collect(s)
	p.header(&head)
	if tally.Tunnels == 0 {
		p.nothing(&head, s.Nearby)
		p.capture(head.Anomalies)
		return p.flush()
	}
	p.summary(tally)
	if tally.Tunnels > 1 && len(shown) > 0 {
		p.blank()
		p.tunnels(shown)
	}
	p.rest(tally, shown)
	gateways, total := s.Gateways()
	p.gateways(safe(gateways), total)
	p.infos(tally, shown, head.Anomalies)
	p.capture(head.Anomalies)
	for i, t := range shown {
		if detailed(tally, t) {
			p.blank()
			p.detail(i+1, t)
		}
	}
	p.limits(shown)
	return p.flush()
}

// collect goes through the stream once, counts all tunnels and keeps those to
// show.
func (p *printer) collect(s *report.Stream) (*Tally, []*report.Tunnel) {
	var tally Tally
	keep := top{n: p.opt.top()}
	for t := range tally.Watch(s).Tunnels {
		if !p.opt.Problems || Trouble(t.Anomalies).Rank() > report.SeverityInfo.Rank() {
			keep.add(t)
		}
	}
	shown := keep.sorted()
	for i, t := range shown {
		shown[i] = safe(t)
	}
	return &tally, shown
}

// detailed says whether a tunnel gets a block of its own.
func detailed(tally *Tally, t *report.Tunnel) bool {
	return tally.Tunnels == 1 || worstOf(t.Anomalies).Rank() > report.SeverityInfo.Rank()
}

// summary writes the one sentence.
func (p *printer) summary(t *Tally) { p.text("", p.summaryLine(t)) }

func (p *printer) summaryLine(t *Tally) string {
	if t.Tunnels == 0 {
		return "No tunnel found; " + p.severities(t) + "."
	}
	var status []string
	for i := len(statusOrder) - 1; i >= 0; i-- {
		if n := t.ByStatus[statusOrder[i]]; n > 0 {
			status = append(status, Number(n)+" "+p.paint(string(statusOrder[i])))
		}
	}
	line := plural(t.Tunnels, "tunnel") + ": " + strings.Join(status, ", ") + "; " + p.severities(t) + "."
	if t.BothWays == t.Tunnels && t.Worst().Rank() <= report.SeverityInfo.Rank() {
		subject := "All carry"
		if t.Tunnels == 1 {
			subject = "It carries"
		}
		line += " " + subject + " data both ways at the end. Nothing above info."
	}
	return line
}

// severities lists what was found, the worst first.
func (p *printer) severities(t *Tally) string {
	var list []string
	for _, s := range []report.Severity{
		report.SeverityCritical, report.SeverityWarning, report.SeverityNotice, report.SeverityInfo,
	} {
		if n := t.BySeverity[s]; n > 0 {
			list = append(list, Number(n)+" "+p.paint(string(s)))
		}
	}
	if len(list) == 0 {
		return "no anomaly"
	}
	return strings.Join(list, ", ")
}

// rest tells of the tunnels that are not shown.
func (p *printer) rest(tally *Tally, shown []*report.Tunnel) {
	more := tally.Tunnels - uint64(len(shown))
	if more == 0 {
		return
	}
	clean := tally.Clean
	for _, t := range shown {
		if Trouble(t.Anomalies).Rank() <= report.SeverityInfo.Rank() {
			clean--
		}
	}
	line := Number(more) + " more, "
	if len(shown) == 0 {
		line = "Not shown: " + plural(more, "tunnel") + ", "
	}
	switch {
	case clean == more && more == 1:
		line += "clean"
	case clean == more:
		line += "all clean"
	case clean == 0:
		line += "each with something above info"
	default:
		line += fmt.Sprintf("%s with something above info, %s clean", Number(more-clean), Number(clean))
	}
	if clean < more || !p.opt.Problems {
		line += fmt.Sprintf("  (--top %d shows all)", tally.Tunnels)
	}
	p.text(" ", line)
}

// limits says what nobody can read from a capture alone.
func (p *printer) limits(shown []*report.Tunnel) {
	for _, t := range shown {
		for i := range t.IKESAs {
			if t.IKESAs[i].Decrypted {
				return
			}
		}
	}
	p.blank()
	p.text("", "Not judged without keys: identities, selectors, inner traffic. Loss past this point: not visible.")
}

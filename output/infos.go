package output

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ikesniff/ikesniff/report"
)

// infoLines is how many single info lines there are before those of one code
// are drawn together.
const infoLines = 12

// infos writes a line for each info of the tunnels that have no block of their
// own, and for those of the capture.
func (p *printer) infos(tally *Tally, shown []*report.Tunnel, capture []report.Anomaly) {
	type entry struct {
		tunnel int // 0 is the capture
		a      report.Anomaly
	}
	var list []entry
	add := func(n int, anomalies []report.Anomaly) {
		for _, a := range anomalies {
			if a.ConsequenceOf == "" && a.Severity == report.SeverityInfo {
				list = append(list, entry{n, a})
			}
		}
	}
	add(0, capture)
	for i, t := range shown {
		if !detailed(tally, t) {
			add(i+1, t.Anomalies)
		}
	}
	if len(list) == 0 {
		return
	}
	p.blank()
	if len(list) <= infoLines {
		for _, e := range list {
			where := ""
			if e.tunnel > 0 {
				where = fmt.Sprintf("#%d", e.tunnel)
			}
			p.info(fmt.Sprintf(" %s  %-3s ", p.paint("info"), where), e.a)
		}
		return
	}
	var order []string
	tunnels := map[string][]string{}
	title := map[string]string{}
	for _, e := range list {
		if title[e.a.Code] == "" {
			order = append(order, e.a.Code)
			title[e.a.Code] = e.a.Title
		}
		if where := fmt.Sprintf("#%d", e.tunnel); e.tunnel > 0 && !slices.Contains(tunnels[e.a.Code], where) {
			tunnels[e.a.Code] = append(tunnels[e.a.Code], where)
		}
	}
	for _, code := range order {
		where := tunnels[code]
		if len(where) > 6 {
			where = append(where[:5:5], fmt.Sprintf("and %d more", len(where)-5))
		}
		first := fmt.Sprintf(" %s  ", p.paint("info"))
		tail := "  " + strings.Join(where, " ")
		p.line(first + Elide(code+": "+title[code], p.width-Width(first)-Width(tail)) + tail)
	}
}

// info writes one anomaly on one line: code, what was seen, packet numbers. It
// says as much of what was seen as fits: all, the first sentence, the title, or
// the beginning of the title.
func (p *printer) info(first string, a report.Anomaly) {
	tail := p.refs(a.Refs, 3)
	if tail != "" {
		tail = "  " + tail
	}
	room := p.width - Width(first) - Width(tail) - Width(a.Code) - 2
	sentence, _, _ := strings.Cut(a.Observation, ". ")
	for _, s := range []string{a.Observation, sentence, a.Title} {
		if s = strings.TrimSuffix(s, "."); s != "" && Width(s) <= room {
			p.line(first + a.Code + ": " + s + tail)
			return
		}
	}
	rest := a.Title
	if rest == "" {
		rest = a.Observation
	}
	p.line(first + Elide(a.Code+": "+rest, p.width-Width(first)-Width(tail)) + tail)
}

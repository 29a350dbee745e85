package live

import (
	"fmt"
	"strings"

	"github.com/ikesniff/ikesniff/output"
)

// layout is how the lines of a frame are shared out.
type layout struct {
	header []string
	table  int // lines of rows, or of a tunnel's detail
	log    int
	per    int // lines a row
}

func (m *model) layout() layout {
	most := 3
	switch {
	case m.height < 9:
		most = 1
	case m.height < 20:
		most = 2
	}
	l := layout{header: flow(m.header(), m.width, most), per: 2}
	rest := max(m.height-len(l.header)-2, 1) // without rule and footer
	if m.detail.open {
		l.table = rest
		return l
	}
	rest = max(rest-1, 1) // the table's head
	l.log = min(max(rest/4, 1), 10)
	l.table = rest - l.log
	if len(m.rows) == 0 || m.flat(l.table) {
		l.per = 1
	}
	if need := max(len(m.rows)*l.per, 1); need < l.table {
		l.table = need
	}
	l.table -= l.table % l.per
	l.log = rest - l.table
	return l
}

// visible is how many rows are shown.
func (m *model) visible() int {
	l := m.layout()
	return max(l.table/l.per, 1)
}

// render draws the whole screen: height lines of at most width cells.
func (m *model) render() string {
	l := m.layout()
	lines := l.header
	if m.detail.open {
		body := m.detail.visible(m, l.table)
		lines = append(lines, body...)
		lines = append(lines, make([]string, l.table-len(body))...)
		lines = append(lines, m.rule(m.detailRule(len(body))), m.footer(detailKeys))
	} else {
		n := m.visible()
		m.scroll(n)
		lines = append(lines, m.tableHead(l.per))
		body := m.tableRows(n, l.per)
		body = body[:min(len(body), l.table)]
		lines = append(lines, body...)
		lines = append(lines, make([]string, l.table-len(body))...)
		lines = append(lines, m.rule(m.tableRule(n)))
		log := m.logLines(l.log)
		lines = append(lines, log...)
		lines = append(lines, make([]string, l.log-len(log))...)
		lines = append(lines, m.footer(tableKeys))
	}
	if len(lines) > m.height { // too low for everything: the head has what matters
		lines = lines[:max(m.height, 0)]
	}
	for i, line := range lines {
		lines[i] = strings.TrimRight(crop(line, m.width), " ")
	}
	return strings.Join(lines, "\n")
}

// scroll keeps the cursor among the n rows shown.
func (m *model) scroll(n int) {
	if m.cursor >= 0 {
		m.top = max(min(m.top, m.cursor), m.cursor-n+1)
	}
	m.top = max(min(m.top, len(m.rows)-n), 0)
}

// rule is a line across, with words in it.
func (m *model) rule(words string) string {
	line := "-- " + words + " "
	return line + strings.Repeat("-", max(m.width-output.Width(line), 0))
}

func (m *model) tableRule(n int) string {
	words := fmt.Sprintf("%d-%d of %s by %s", min(m.top+1, len(m.rows)), min(m.top+n, len(m.rows)),
		output.Number(uint64(len(m.rows))), m.order)
	if m.cursor < 0 {
		return words
	}
	r := m.row(m.cursor)
	words += " -- " + peers(&m.opt, r.Tunnel) + "  " + shortID(r.Tunnel.ID)
	if a := r.Latest; a != nil {
		words += "  " + string(a.Severity) + " " + output.Safe(a.Code+": "+a.Title)
	}
	return words
}

func (m *model) detailRule(n int) string {
	words := fmt.Sprintf("lines %d-%d of %d", m.detail.top+1, m.detail.top+n, len(m.detail.lines))
	if m.detail.gone {
		words += " -- forgotten; this was known last"
	}
	return words
}

var detailKeys = []string{"q end", "esc back", "p pause", "arrows PgUp PgDn Home End move"}

var tableKeys = []string{"q end", "enter detail", "s sort", "p pause", "arrows PgUp PgDn move",
	"v r l t a sort by severity rate loss time address"}

// footer has the keys that find room.
func (m *model) footer(keys []string) string {
	var fields []field
	for _, k := range keys {
		if k == "p pause" && m.paused {
			k = "p go on"
		}
		fields = append(fields, field{text: k})
	}
	line := flow(fields, m.width, 1)[0]
	return field{line + blanks(m.width-output.Width(line)), m.code(sgrReverse)}.painted()
}

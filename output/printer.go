package output

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/ikesniff/ikesniff/report"
)

// printer writes lines no wider than width.
type printer struct {
	w     *bufio.Writer
	width int
	opt   Options
	clock clock
	// live: the capture goes on, so what is known last is not how it ended.
	live bool
	// several: there is more than one source, so packet numbers name theirs.
	several bool
	// told remembers what was explained in full, and at which tunnel, so that
	// the same advice is not printed for each of many alike.
	told map[string]int
	err  error
}

func newPrinter(w io.Writer, o Options, head *report.Report) *printer {
	return &printer{
		w:       bufio.NewWriter(w),
		width:   lineWidth,
		opt:     o,
		clock:   newClock(o, head.Sources),
		several: len(head.Sources) > 1,
		told:    map[string]int{},
	}
}

func (p *printer) line(s string) {
	if p.err == nil {
		_, p.err = p.w.WriteString(strings.TrimRight(s, " ") + "\n")
	}
}

func (p *printer) blank() { p.line("") }

func (p *printer) linef(format string, args ...any) { p.line(fmt.Sprintf(format, args...)) }

// text writes a paragraph: first leads its first line, the others are indented
// to match.
func (p *printer) text(first, paragraph string) {
	first = Elide(first, p.width/2)
	indent := strings.Repeat(" ", Width(first))
	for _, l := range wrap(paragraph, p.width-Width(first)) {
		p.line(first + l)
		first = indent
	}
}

// fields writes fields three spaces apart, on more than one line if need be.
func (p *printer) fields(first string, fields ...string) {
	first = Elide(first, p.width/2)
	indent := strings.Repeat(" ", Width(first))
	for _, l := range flow(fields, "   ", p.width-Width(first)) {
		p.line(first + l)
		first = indent
	}
}

func (p *printer) grid(g *grid) {
	lines, err := g.render()
	if p.err == nil {
		p.err = err
	}
	for _, l := range lines {
		p.line(l)
	}
}

func (p *printer) flush() error {
	if p.err != nil {
		return p.err
	}
	return p.w.Flush()
}

// ref writes a place: #812, or [2]#812 in the second of several sources, L7 for
// line 7 of a text.
func (p *printer) ref(r report.Ref) string {
	s := p.sourceMark(r.Source)
	if r.Frame == 0 && r.Line > 0 {
		return s + "L" + frame(r.Line)
	}
	return s + "#" + frame(r.Frame)
}

// sourceMark is the number of a source as the header shows it, "" if there is
// but one.
func (p *printer) sourceMark(source int) string {
	if !p.several {
		return ""
	}
	return fmt.Sprintf("[%d]", source+1)
}

// frame writes a packet number as Wireshark takes it, without separators.
func frame(n uint64) string {
	if n > 99_999_999_999 {
		return compact(n, 0)
	}
	return fmt.Sprint(n)
}

// refs writes the first few places of an anomaly, the last too if some are left
// out.
func (p *printer) refs(list []report.RoleRef, most int) string {
	var out []string
	seen := map[string]bool{}
	for _, r := range list {
		s := p.ref(r.Ref)
		if !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	if len(out) > most {
		out = append(out[:most-1:most-1], "..", out[len(out)-1])
	}
	return strings.Join(out, " ")
}

package output

import (
	"regexp"
	"slices"
	"strings"
)

// grid is a table without rules: columns two spaces apart. Cells may have
// several lines. They must be Safe: tablewriter passes control characters
// through.
type grid struct {
	indent int
	heads  []string
	right  []bool // columns aligned to the right
	rows   [][]string
	height int // lines of all rows
	marks  []mark
}

// mark is a word to colour once its line is laid out. tablewriter must not see
// colours: it would add resets of its own.
type mark struct {
	line, column, offset int // offset in cells within the column
	word, coloured       string
}

// column adds a column aligned to the left, number one to the right.
func (g *grid) column(head string) { g.heads, g.right = append(g.heads, head), append(g.right, false) }
func (g *grid) number(head string) { g.heads, g.right = append(g.heads, head), append(g.right, true) }

// add adds a row. Words painted in it must stand in columns aligned to the left.
func (g *grid) add(cells ...string) {
	high := 1
	for i, cell := range cells {
		if strings.Contains(cell, "\x1b") {
			cells[i] = g.unpaint(cell, i)
		}
		high = max(high, 1+strings.Count(cell, "\n"))
	}
	g.rows = append(g.rows, cells)
	g.height += high
}

// painted is what paint makes of a word.
var painted = regexp.MustCompile("\x1b\\[[0-9;]+m(.*?)\x1b\\[0m")

// unpaint takes the colours from a cell and remembers where they were.
func (g *grid) unpaint(cell string, column int) string {
	lines := strings.Split(cell, "\n")
	for i, line := range lines {
		for m := painted.FindStringSubmatchIndex(line); m != nil; m = painted.FindStringSubmatchIndex(line) {
			word := line[m[2]:m[3]]
			g.marks = append(g.marks, mark{g.height + i, column, Width(line[:m[0]]), word, line[m[0]:m[1]]})
			line = line[:m[0]] + word + line[m[1]:]
		}
		lines[i] = line
	}
	return strings.Join(lines, "\n")
}

// widths are those of the columns.
func (g *grid) widths() []int {
	w := make([]int, len(g.heads))
	for i, head := range g.heads {
		w[i] = Width(head)
		for _, row := range g.rows {
			for line := range strings.SplitSeq(row[i], "\n") {
				w[i] = max(w[i], Width(line))
			}
		}
	}
	return w
}

// width is that of the widest line that render would write.
func (g *grid) width() int {
	total := g.indent + 2*(len(g.heads)-1)
	for _, w := range g.widths() {
		total += w
	}
	return total
}

// render returns the lines.
func (g *grid) render() ([]string, error) {
	l := layouts.Get().(*layout)
	defer layouts.Put(l)
	text, err := l.lay(g)
	if err != nil {
		return nil, err
	}
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	g.colour(lines[1:])
	for i, line := range lines {
		lines[i] = strings.TrimRight(strings.Repeat(" ", g.indent)+line, " ")
	}
	return lines, nil
}

// colour paints the marked words in the lines below the header. The last mark
// of a line comes first, so that the places of the others stay.
func (g *grid) colour(lines []string) {
	w := g.widths()
	for _, m := range slices.Backward(g.marks) {
		at := m.offset
		for _, before := range w[:m.column] {
			at += before + 2
		}
		head, rest := "", lines[m.line]
		if at > 0 {
			head, rest = cut(rest, at)
		}
		if after, ok := strings.CutPrefix(rest, m.word); ok {
			lines[m.line] = head + m.coloured + after
		}
	}
}

// fitting is the first grid that is no wider than a line, else the last.
func (p *printer) fitting(grids ...func() *grid) *grid {
	var g *grid
	for _, build := range grids {
		if g = build(); g.width() <= p.width {
			break
		}
	}
	return g
}

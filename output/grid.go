package output

import (
	"bytes"
	"strings"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"
)

// grid is a table without rules: columns two spaces apart. Cells may have
// several lines. They must be Safe: tablewriter passes control characters
// through.
type grid struct {
	indent int
	heads  []string
	right  []bool // columns aligned to the right
	rows   [][]string
}

// column adds a column aligned to the left, number one to the right.
func (g *grid) column(head string) { g.heads, g.right = append(g.heads, head), append(g.right, false) }
func (g *grid) number(head string) { g.heads, g.right = append(g.heads, head), append(g.right, true) }

func (g *grid) add(cells ...string) { g.rows = append(g.rows, cells) }

// width is that of the widest line that render would write.
func (g *grid) width() int {
	total := g.indent + 2*(len(g.heads)-1)
	for i, head := range g.heads {
		w := width(head)
		for _, row := range g.rows {
			for line := range strings.SplitSeq(row[i], "\n") {
				w = max(w, width(line))
			}
		}
		total += w
	}
	return total
}

// render returns the lines. Streaming mode is not used: it takes widths from
// the first row and cuts the rest. Trimming, wrapping and the rewriting of
// headers are off for the same reason: cells come out as they went in.
func (g *grid) render() ([]string, error) {
	aligns := make([]tw.Align, len(g.right))
	for i, right := range g.right {
		aligns[i] = tw.AlignLeft
		if right {
			aligns[i] = tw.AlignRight
		}
	}
	var buf bytes.Buffer
	t := tablewriter.NewTable(&buf,
		tablewriter.WithRenderer(renderer.NewBlueprint(tw.Rendition{
			Borders:  tw.BorderNone,
			Symbols:  tw.NewSymbols(tw.StyleNone),
			Settings: tw.Settings{Separators: tw.SeparatorsNone, Lines: tw.LinesNone},
		})),
		tablewriter.WithHeaderAutoFormat(tw.Off),
		tablewriter.WithRowAutoFormat(tw.Off),
		tablewriter.WithHeaderAutoWrap(tw.WrapNone),
		tablewriter.WithRowAutoWrap(tw.WrapNone),
		tablewriter.WithTrimSpace(tw.Off),
		tablewriter.WithAutoHide(tw.Off),
		tablewriter.WithPadding(tw.Padding{Right: "  ", Overwrite: true}),
		tablewriter.WithHeaderAlignmentConfig(tw.CellAlignment{PerColumn: aligns}),
		tablewriter.WithRowAlignmentConfig(tw.CellAlignment{PerColumn: aligns}),
	)
	t.Header(g.heads)
	for _, row := range g.rows {
		if err := t.Append(row); err != nil {
			return nil, err
		}
	}
	if err := t.Render(); err != nil {
		return nil, err
	}
	lines := strings.Split(strings.TrimSuffix(buf.String(), "\n"), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight(strings.Repeat(" ", g.indent)+line, " ")
	}
	return lines, nil
}

// fitting is the first grid that is no wider than a line, else the last.
func fitting(grids ...func() *grid) *grid {
	var g *grid
	for _, build := range grids {
		if g = build(); g.width() <= lineWidth {
			break
		}
	}
	return g
}

package output

import (
	"bytes"
	"reflect"
	"sync"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/pkg/twcache"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"
)

// layout lays out grids, one after the other. A tablewriter.Table takes 0.4 MB
// from the beginning, for what cells that are no strings would need: reports of
// many grids use one again, with less of that.
type layout struct {
	buf   bytes.Buffer
	table *tablewriter.Table
}

var layouts = sync.Pool{New: func() any { return newLayout() }}

// newLayout makes one. Streaming mode is not used: it takes widths from the first
// row and cuts the rest. Trimming, wrapping and the rewriting of headers are off
// for the same reason: cells come out as they went in.
func newLayout() *layout {
	l := &layout{}
	l.table = tablewriter.NewTable(&l.buf,
		tablewriter.WithStringerCacheCustom(twcache.NewLRU[reflect.Type, reflect.Value](1)),
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
	)
	return l
}

// lay returns the header and the rows of a grid as text.
func (l *layout) lay(g *grid) (string, error) {
	aligns := make([]tw.Align, len(g.right))
	for i, right := range g.right {
		aligns[i] = tw.AlignLeft
		if right {
			aligns[i] = tw.AlignRight
		}
	}
	l.buf.Reset()
	l.table.Reset()
	l.table.Options(
		tablewriter.WithHeaderAlignmentConfig(tw.CellAlignment{PerColumn: aligns}),
		tablewriter.WithRowAlignmentConfig(tw.CellAlignment{PerColumn: aligns}),
	)
	l.table.Header(g.heads)
	for _, row := range g.rows {
		if err := l.table.Append(row); err != nil {
			return "", err
		}
	}
	if err := l.table.Render(); err != nil {
		return "", err
	}
	return l.buf.String(), nil
}

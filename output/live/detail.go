package live

import (
	"bytes"
	"strings"

	"github.com/ikesniff/ikesniff/output"
	"github.com/ikesniff/ikesniff/report"
)

// block is the detail of one tunnel.
type block struct {
	open   bool
	gone   bool // the tunnel is forgotten, and this is what was known last
	tunnel *report.Tunnel
	width  int
	lines  []string
	top    int
}

// show lays out the tunnel of a row, if that is not what is there.
func (b *block) show(m *model, r *report.Row) {
	if b.tunnel == r.Tunnel && b.width == m.width {
		return
	}
	b.tunnel, b.width = r.Tunnel, m.width
	var buf bytes.Buffer
	if err := output.Detail(&buf, r.Tunnel, m.opt, max(m.width, 40)); err != nil {
		buf.WriteString(output.Safe(err.Error()))
	}
	b.lines = strings.Split(strings.TrimRight(buf.String(), "\n"), "\n")
}

// refresh follows the tunnel into a new snapshot.
func (b *block) refresh(m *model) {
	if !b.open {
		return
	}
	if b.gone = m.cursor < 0; !b.gone {
		b.show(m, m.row(m.cursor))
	}
}

// visible are the lines that n find room for.
func (b *block) visible(m *model, n int) []string {
	if b.width != m.width { // resized
		b.show(m, &report.Row{Tunnel: b.tunnel})
	}
	b.top = max(min(b.top, len(b.lines)-n), 0)
	return b.lines[b.top:min(b.top+n, len(b.lines))]
}

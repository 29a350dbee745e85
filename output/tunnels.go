package output

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ikesniff/ikesniff/report"
)

// tunnels writes the table of tunnels, one line each if that fits, else two or
// three.
func (p *printer) tunnels(shown []*report.Tunnel) {
	state := slices.ContainsFunc(shown, func(t *report.Tunnel) bool {
		return label(t) != string(report.StatusUp) && label(t) != string(report.StatusESPOnly)
	})
	p.grid(p.fitting(
		func() *grid { return p.flatTunnels(shown, state) },
		func() *grid { return p.stackedTunnels(shown, state) },
		func() *grid { return p.narrowTunnels(shown, state, true) },
		func() *grid { return p.narrowTunnels(shown, state, false) },
	))
}

// flatTunnels has one line a tunnel.
func (p *printer) flatTunnels(shown []*report.Tunnel, state bool) *grid {
	g := &grid{}
	g.number(" #")
	g.column("PEERS (-> from initiator)")
	g.column("TRANSPORT")
	g.column("P1")
	g.column("P2")
	if state {
		g.column("STATE")
	}
	g.number("ESP ->")
	g.number("ESP <-")
	g.column("MISSING")
	g.column("LAST -> / <-")
	for i, t := range shown {
		m, last := MissingOf(t), lastSeen(t)
		row := []string{
			fmt.Sprintf("%2d", i+1),
			p.host(t.Initiator) + " " + Arrow(t) + " " + p.host(t.Responder),
			transportSummary(t), p.phase(t.Phase1), p.phase(t.Phase2),
		}
		if state {
			row = append(row, p.paint(label(t)))
		}
		g.add(append(row,
			Number(t.ESPPackets.ToResponder), Number(t.ESPPackets.ToInitiator),
			m.ToResponder.String()+" / "+m.ToInitiator.String(),
			p.lastRefs(last.ToResponder, last.ToInitiator))...)
	}
	return g
}

// stackedTunnels has a line for each direction of a tunnel.
func (p *printer) stackedTunnels(shown []*report.Tunnel, state bool) *grid {
	g := &grid{}
	g.number(" #")
	g.column("PEERS (-> from initiator)")
	g.column("TRANSPORT")
	g.column("P1")
	g.column("P2")
	if state {
		g.column("STATE")
	}
	p.directionColumns(g)
	for i, t := range shown {
		row := []string{
			fmt.Sprintf("%2d", i+1),
			p.host(t.Initiator) + "\n" + Arrow(t) + " " + p.host(t.Responder),
			strings.Join(wrap(transportSummary(t), 20), "\n"), p.phase(t.Phase1), p.phase(t.Phase2),
		}
		if state {
			row = append(row, p.paint(label(t)))
		}
		g.add(append(row, p.directionCells(t)...)...)
	}
	return g
}

// narrowTunnels moves transport and state below the peers: with long addresses
// this fits, and without the packet numbers it does with any.
func (p *printer) narrowTunnels(shown []*report.Tunnel, state, last bool) *grid {
	g := &grid{}
	g.number(" #")
	g.column("PEERS (-> from initiator), TRANSPORT")
	g.column("P1")
	g.column("P2")
	p.directionColumns(g)
	if !last {
		g.heads, g.right = g.heads[:len(g.heads)-1], g.right[:len(g.right)-1]
	}
	for i, t := range shown {
		peers := Elide(p.host(t.Initiator), 39) + "\n" + Arrow(t) + " " + Elide(p.host(t.Responder), 39)
		below := Elide(transportSummary(t), 31)
		if state {
			below = p.paint(label(t)) + "  " + below
		}
		cells := append([]string{fmt.Sprintf("%2d", i+1), peers + "\n" + below, p.phase(t.Phase1), p.phase(t.Phase2)},
			p.directionCells(t)...)
		g.add(cells[:len(g.heads)]...)
	}
	return g
}

// directionColumns and directionCells show a direction a line.
func (p *printer) directionColumns(g *grid) {
	g.column("")
	g.number("ESP")
	g.number("MISSING")
	g.number("LAST")
}

func (p *printer) directionCells(t *report.Tunnel) []string {
	m, last := MissingOf(t), lastSeen(t)
	return []string{
		"->\n<-",
		compact(t.ESPPackets.ToResponder, 10) + "\n" + compact(t.ESPPackets.ToInitiator, 10),
		m.ToResponder.text(9) + "\n" + m.ToInitiator.text(9),
		p.lastRef(last.ToResponder) + "\n" + p.lastRef(last.ToInitiator),
	}
}

// lastRef is the packet number of the last packet one way.
func (p *printer) lastRef(t *report.PathTraffic) string {
	if t == nil {
		return "-"
	}
	return p.ref(*t.LastRef)
}

// lastRefs is both in one cell; a source that is the same is named once.
func (p *printer) lastRefs(a, b *report.PathTraffic) string {
	second := p.lastRef(b)
	if a != nil && b != nil && a.LastRef.Source == b.LastRef.Source {
		second = strings.TrimPrefix(second, p.sourceMark(b.LastRef.Source))
	}
	return p.lastRef(a) + " " + second
}

// phase is the short word for a phase.
func (p *printer) phase(x report.Phase) string {
	switch x {
	case report.PhaseUnknown:
		return "?"
	case report.PhaseNegotiating:
		return p.paint("neg")
	case report.PhaseFailed:
		return p.paint("fail")
	}
	return p.paint(Elide(string(x), 6))
}

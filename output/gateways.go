package output

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ikesniff/ikesniff/report"
)

// gatewaysShown is how many gateways the table compares unless asked for all.
const gatewaysShown = 5

// gateways compares the tunnels of each address that is an end of several:
// those with tunnels in trouble first.
func (p *printer) gateways(list []report.Gateway, total int) {
	if len(list) == 0 {
		return
	}
	list = byTrouble(list)
	shown := len(list)
	if !p.opt.Verbose {
		shown = min(shown, gatewaysShown)
	}
	p.blank()
	p.text("", "GATEWAYS: the tunnels of one address, compared")
	for i := range list[:shown] {
		p.gateway(&list[i])
	}
	if more := max(total, len(list)) - shown; more > 0 {
		line := " " + Number(uint64(more)) + " more"
		if len(list) > shown {
			line += "  (-v shows more)"
		}
		p.line(line)
	}
}

// byTrouble puts gateways with tunnels in trouble first, and leaves the rest in
// the order of the report.
func byTrouble(list []report.Gateway) []report.Gateway {
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b report.Gateway) int {
		switch x, y := a.Troubled > 0, b.Troubled > 0; {
		case x == y:
			return 0
		case x:
			return -1
		}
		return 1
	})
	return list
}

func (p *printer) gateway(g *report.Gateway) {
	role := string(g.Role)
	if g.Role == report.RoleUnknown {
		role = "role unknown"
	}
	p.fields(" ", p.peer(g.Address), role+" ("+g.RoleBecause+")", plural(g.Tunnels, "tunnel")+": "+p.statuses(g.ByStatus))
	p.text("   ", g.Comparison)
	if len(g.Transports) > 1 {
		var ways []string
		for _, t := range g.Transports[:min(len(g.Transports), 6)] {
			ways = append(ways, gatewayForm(t)+" "+Number(t.Tunnels)+inTrouble(t.Troubled))
		}
		p.fields("   by transport  ", ways...)
	}
	if codes := sharedText(g); len(codes) > 0 {
		p.fields("   above info    ", codes...)
	}
	if g.PeersTotal > 1 {
		p.fields("   peers         ", p.peerList(g)...)
	}
}

// statuses lists what is there, what needs attention first.
func (p *printer) statuses(c report.StatusCounts) string {
	var out []string
	for _, s := range statusOrder {
		if n := statusCount(c, s); n > 0 {
			out = append(out, Number(n)+" "+p.paint(string(s)))
		}
	}
	return strings.Join(out, ", ")
}

func statusCount(c report.StatusCounts, s report.Status) uint64 {
	switch s {
	case report.StatusUp:
		return c.Up
	case report.StatusNegotiating:
		return c.Negotiating
	case report.StatusFailed:
		return c.Failed
	case report.StatusSilent:
		return c.Silent
	case report.StatusClosed:
		return c.Closed
	case report.StatusESPOnly:
		return c.ESPOnly
	}
	return 0
}

func gatewayForm(t report.GatewayTransport) string {
	if t.Port == 0 {
		return TransportWord(t.Transport)
	}
	return TransportWord(t.Transport) + " " + fmt.Sprint(t.Port)
}

func inTrouble(n uint64) string {
	if n == 0 {
		return ""
	}
	return " (" + Number(n) + " in trouble)"
}

// sharedText tells how many of the tunnels have each code above info.
func sharedText(g *report.Gateway) []string {
	var out []string
	for _, c := range g.Shared {
		if c.Severity.Rank() > report.SeverityInfo.Rank() {
			out = append(out, fmt.Sprintf("%s %s of %s", c.Code, Number(c.Count), Number(c.Of)))
		}
	}
	return out
}

// peersShown is how many peers of a gateway have their address printed; those
// in trouble come first.
const peersShown = 6

func (p *printer) peerList(g *report.Gateway) []string {
	shown := peersShown
	if p.opt.Verbose {
		shown = len(g.Peers)
	}
	var out []string
	for i := range g.Peers[:min(shown, len(g.Peers))] {
		x := &g.Peers[i]
		var words []string
		if x.Role != report.RoleUnknown {
			words = append(words, string(x.Role))
		}
		for _, s := range statusOrder {
			if n := statusCount(x.ByStatus, s); n > 0 && s != report.StatusUp && s != report.StatusESPOnly {
				words = append(words, p.paint(string(s)))
			}
		}
		if x.Tunnels > 1 {
			words = append(words, plural(x.Tunnels, "tunnel"))
		}
		s := p.host(x.Address)
		if len(words) > 0 {
			s += " (" + strings.Join(words, ", ") + ")"
		}
		out = append(out, s)
	}
	if more := g.PeersTotal - len(out); more > 0 {
		out = append(out, Number(uint64(more))+" more")
	}
	return out
}

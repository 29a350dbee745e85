package output

import (
	"strings"

	"github.com/ikesniff/ikesniff/report"
)

// nearbyShown is how many kinds of other traffic the answer "no tunnel" lists.
const nearbyShown = 8

// nothing answers where there is no tunnel to show: what there was instead, and
// what to try.
func (p *printer) nothing(r *report.Report, nearby []report.Nearby) {
	if sel := p.opt.Selection; !sel.Empty() {
		if sel.String() == "--problems" {
			p.text("", "No tunnel has anything above info.")
		} else {
			p.text("", "No tunnel matches "+Safe(sel.String())+".")
		}
		return
	}
	t := r.Totals
	switch {
	case t.Packets == 0:
		p.text("", "No tunnel found: there is no packet to look at.")
		return
	case t.IPsecPackets > 0:
		p.text("", "No tunnel found, though "+plural(t.IPsecPackets, "packet")+" "+are(t.IPsecPackets)+" IPsec: "+
			plural(t.IKEMessages, "IKE message")+", "+Number(t.ESPPackets)+" ESP, "+Number(t.AHPackets)+" AH, "+
			plural(t.Keepalives, "keepalive")+".")
	default:
		p.text("", "No tunnel found: none of the packets is IKE, ESP or AH, neither over TCP nor over UDP or raw IP.")
	}
	if len(nearby) > 0 {
		g := grid{indent: 1}
		g.column("WHAT CAME CLOSEST")
		g.number("COUNT")
		g.column("FIRST")
		for i, n := range nearby {
			if i == nearbyShown {
				break
			}
			g.add(strings.Join(wrap(Safe(n.What), 60), "\n"), compact(n.Packets, 20), p.ref(n.First))
		}
		p.blank()
		p.grid(&g)
	}
	p.blank()
	p.line("Try  --udp-port N, if IKE or ESP is expected on another UDP port than 500 and 4500")
	p.line("     --tcp-port N, if it is expected in TCP")
	p.line("     a capture on the outer interface, where packets are encrypted already")
	p.line("     a capture filter that keeps UDP 500 and 4500, the TCP port in use, IP protocols 50 and 51,")
	p.line("     and IP fragments")
}

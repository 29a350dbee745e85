package output

import (
	"fmt"
	"strings"

	"github.com/ikesniff/ikesniff/report"
)

// associations writes the IKE SAs and child SAs of a tunnel (-v).
func (p *printer) associations(t *report.Tunnel) {
	if len(t.IKESAs) > 0 {
		g := grid{indent: 3}
		g.column("IKE SA, SPIS")
		g.column("STATUS")
		g.number("MESSAGES")
		g.column("PROPOSAL")
		for i := range t.IKESAs {
			sa := &t.IKESAs[i]
			g.add(Elide(sa.InitiatorSPI, 16)+" "+Elide(sa.ResponderSPI, 16), p.paint(string(sa.Status)), compact(sa.Messages, 10),
				strings.Join(wrap(Elide(proposal(sa.Proposal), 300), 34), "\n"))
		}
		p.blank()
		p.grid(&g)
	}
	if len(t.ChildSAs) > 0 {
		p.blank()
		p.grid(childGrid(t))
	}
}

func childGrid(t *report.Tunnel) *grid {
	g := &grid{indent: 3}
	g.column("CHILD SA")
	g.column("")
	g.number("PACKETS")
	g.number("BYTES")
	g.column("SEQUENCE")
	g.number("MISSING")
	g.number("DUPL")
	g.number("REORD")
	g.column("PAIR")
	for i := range t.ChildSAs {
		c := &t.ChildSAs[i]
		way := "<-"
		if toResponder(t, c) {
			way = "->"
		}
		g.add(strings.ToUpper(c.Protocol)+" "+Elide(c.SPI, 8), way,
			compact(c.Packets, 9), compact(c.Bytes, 9), fmt.Sprintf("%d-%d", c.FirstSequence, c.LastSequence),
			Missing{c.Missing, !c.MissingExact, true}.text(9), compact(c.Duplicates, 7), compact(c.Reordered, 7),
			pairedSPI(t, c))
	}
	return g
}

// pairedSPI is the SPI of the child SA that goes the other way.
func pairedSPI(t *report.Tunnel, c *report.ChildSA) string {
	for i := range t.ChildSAs {
		if t.ChildSAs[i].ID == c.PairedWith {
			return Elide(t.ChildSAs[i].SPI, 8)
		}
	}
	return "-"
}

// proposal names the chosen algorithms.
func proposal(x *report.Proposal) string {
	if x == nil {
		return "not seen"
	}
	var out []string
	for _, s := range []string{x.Encryption, x.Integrity, x.PRF, x.KeyExchange,
		strings.Join(x.AdditionalKeyExchanges, " + "), x.Authentication} {
		if s != "" {
			out = append(out, s)
		}
	}
	return strings.Join(out, ", ")
}

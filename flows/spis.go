package flows

import (
	"cmp"
	"slices"

	"github.com/ikesniff/ikesniff/report"
)

const (
	// usedWithin is how near the last data of its direction a child SA must have
	// been used to count as in use: a minute spans the moments of a rekey, and
	// several child SAs that take turns.
	usedWithin = 60e9
	// maxInUse bounds them; more than a few live side by side in no usual tunnel.
	maxInUse = 4
)

// spisInUse finds the SPIs that each side used last.
func (g *group) spisInUse() report.SPIs {
	out := report.SPIs{ToResponder: g.childrenInUse(true), ToInitiator: g.childrenInUse(false)}
	var last *ikeLine
	for _, l := range g.ikes {
		if last == nil || l.latest().compare(last.latest()) > 0 {
			last = l
		}
	}
	if last != nil {
		out.IKEInitiator = last.spiI.String()
		if last.spiR != 0 {
			out.IKEResponder = last.spiR.String()
		}
	}
	return out
}

func (g *group) childrenInUse(toResponder bool) []string {
	var list []*child
	var end mark
	for _, c := range g.children {
		if g.toResponder(c) == toResponder {
			list = append(list, c)
			end = later(end, c.last)
		}
	}
	list = slices.DeleteFunc(list, func(c *child) bool { return end.time-c.last.time > usedWithin || c.ended() })
	slices.SortStableFunc(list, func(a, b *child) int {
		return cmp.Or(b.first.compare(a.first), cmp.Compare(a.head().spi, b.head().spi))
	})
	out := []string{}
	for _, c := range list {
		if s := spiString(c.head().spi); len(out) < maxInUse && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// ended tells whether a new IKE SA was negotiated from the beginning after the
// last packet of the child SA: that ends it.
func (c *child) ended() bool {
	n := c.ike
	return n != nil && n.after != nil && !n.after.rekey && n.after.authDone.set() && c.last.compare(n.after.authDone) < 0
}

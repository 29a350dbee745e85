package flows

import (
	"cmp"
	"net/netip"
	"slices"

	"github.com/ikesniff/ikesniff/capture"
	"github.com/ikesniff/ikesniff/flows/diagnose"
	"github.com/ikesniff/ikesniff/reassembly"
	"github.com/ikesniff/ikesniff/report"
)

// Input is what the report says of the run beside its tunnels.
type Input struct {
	Sources    []capture.SourceInfo
	Interfaces []string // the run's table, that Tap.Interface indexes
	Totals     report.Totals
	Version    string
	Nearby     []report.Nearby
	// Endpoints is what else was seen at TCP ports, by server.
	Endpoints []reassembly.Endpoint
	// End is the time of the last packet, in nanoseconds since the Unix epoch.
	End      int64
	vantages []*report.Vantage // of Sources, nil where not known
	// Because says why the report is incomplete, beside what Sources say.
	Because []string
}

// floodAbove is how many unfinished initiators towards one responder are a
// flood.
const floodAbove = 16

// Merge is stage 2: it makes the report of the trackers' state. The result does
// not depend on how pairs of addresses were shared out among them.
//
// It reads that state as long as tunnels are taken from the report, and changes
// nothing that a later Merge would show: when the report has been used up, the
// trackers may take further events.
func Merge(trackers []*Tracker, in Input) *report.Stream {
	b, groups, floods := merge(trackers, &in)
	sites := sitesOf(groups)
	flaps := siteFlaps(groups, sites, in.End)
	head := b.head(floods, flaps)
	b.outages = outages(flaps, groups, head.Anomalies)
	c := newComparison(groups, sites, flaps, &in)
	tunnels := func(yield func(*report.Tunnel) bool) {
		var m memory
		for i, g := range groups {
			t := b.tunnel(g, &m)
			c.note(i, t)
			if !yield(t) {
				return
			}
		}
		c.whole = true
	}
	return &report.Stream{
		Head:    head,
		Nearby:  in.Nearby,
		Tunnels: tunnels,
		Compare: func() ([]report.Gateway, int) {
			return c.gateways(func() { tunnels(func(*report.Tunnel) bool { return true }) })
		},
	}
}

// merge finds the tunnels and floods.
func merge(trackers []*Tracker, in *Input) (*builder, []*group, []*diagnose.Flood) {
	fl := floodsOf(trackers)
	var pairs []*pair
	for _, t := range trackers {
		for _, p := range t.pairs {
			if !fl.empties(p) {
				pairs = append(pairs, p)
			}
		}
		in.Totals.Evicted += t.evicted
	}
	slices.SortFunc(pairs, comparePairStates)
	for _, p := range pairs {
		p.settle()
	}
	in.vantages = vantages(pairs, len(in.Sources))
	b := &builder{in: in, attempts: attemptsOf(trackers, fl), losses: lossesOf(trackers)}
	// The trackers are not looked at any more: where nobody else needs them, their
	// tables are garbage when memory for the tunnels is wanted.
	return b, groupPairs(pairs, fl), fl.facts()
}

// groupPairs finds the tunnels of pairs that are in canonical order.
func groupPairs(pairs []*pair, fl *floods) []*group {
	lines, strays := gatherIKE(pairs, fl)
	index := indexPaths(pairs)
	linkIKE(lines, index)
	var children []*child
	for _, p := range pairs {
		children = append(children, childrenOf(p)...)
	}
	slices.SortFunc(children, func(a, b *child) int {
		if c := a.first.compare(b.first); c != 0 {
			return c
		}
		return compareStreams(a.head(), b.head())
	})
	assignChildren(children, lines)
	children = joinAcross(children)
	return placeStrays(groupTunnels(lines, children), strays)
}

// comparePairStates is the canonical order of pairs.
func comparePairStates(a, b *pair) int {
	if c := a.first.compare(b.first); c != 0 {
		return c
	}
	return comparePairs(a.key, b.key)
}

// settle puts the lists of a pair in canonical order and decides which taps
// saw everything twice.
func (p *pair) settle() {
	slices.SortFunc(p.paths, func(a, b *path) int {
		if c := a.firstUse().compare(b.firstUse()); c != 0 {
			return c
		}
		return comparePathKeys(a, b)
	})
	for i, x := range p.paths {
		x.index = int32(i)
		slices.SortFunc(x.taps, func(a, b *pathTap) int { return compareTaps(a.tap, b.tap) })
	}
	slices.SortFunc(p.quotes, func(a, b *quoteSum) int { return a.first.compare(b.first) })
	p.findMirrors()
}

func (p *path) firstUse() mark {
	var m mark
	for _, at := range p.taps {
		m = earlier(m, earlier(at.dir[fromA].first, at.dir[fromB].first))
	}
	return m
}

func comparePathKeys(a, b *path) int {
	if c := comparePairs(a.pair.key, b.pair.key); c != 0 {
		return c
	}
	return cmp.Or(cmp.Compare(a.transport, b.transport), cmp.Compare(a.portA, b.portA), cmp.Compare(a.portB, b.portB))
}

// findMirrors marks the taps at which most packets of the pair were captured
// twice, as a mirror port copying both directions does (then other traffic is
// doubled, too); a network doubles a few.
func (p *pair) findMirrors() {
	type tally struct{ all, maybe uint64 }
	byTap := map[tapKey]*tally{}
	for _, x := range p.paths {
		for _, at := range x.taps {
			k := tapKey(at.tap)
			t := byTap[k]
			if t == nil {
				t = &tally{}
				byTap[k] = t
			}
			for d := range at.dir {
				t.all += at.dir[d].all.ike + at.dir[d].all.esp
				maybe := at.dir[d].copied().maybe
				t.maybe += maybe.ike + maybe.esp
			}
		}
	}
	for _, x := range p.paths {
		for _, at := range x.taps {
			t := byTap[tapKey(at.tap)]
			at.mirrored = t.maybe >= 2 && t.maybe*2 >= t.all-t.maybe
		}
	}
}

// floods are the responders that are flooded, and what is left out of tunnels
// for that.
type floods struct {
	sums map[netip.Addr]*floodSum
	// all takes every unfinished initiator for part of one, without summing up.
	all bool
}

// has tells whether an IKE SA is part of a flood.
func (f *floods) has(sa *ikeSA) bool {
	return (f.all || len(f.sums) > 0 && f.sums[sa.responderAddr()] != nil) && sa.oneShot()
}

// empties tells whether a flood is all there is of a pair.
func (f *floods) empties(p *pair) bool {
	return len(f.sums) > 0 && len(p.streams) == 0 && !slices.ContainsFunc(p.ikes, func(sa *ikeSA) bool { return !f.has(sa) })
}

// floodsOf sums up the unfinished initiators towards responders that have more
// than floodAbove of them. Those that were folded and are not part of a flood
// come back into their pairs, as they were; the trackers fold them again.
func floodsOf(trackers []*Tracker) *floods {
	count := map[netip.Addr]uint64{}
	for _, t := range trackers {
		for _, f := range t.half.folded {
			count[f.responder.Addr()]++
		}
		for a, o := range t.half.over {
			count[a] += o.attempts
		}
		for _, p := range t.pairs {
			for _, sa := range p.ikes {
				if sa.oneShot() {
					count[sa.responderAddr()]++
				}
			}
		}
	}
	fl := &floods{sums: map[netip.Addr]*floodSum{}}
	for a, n := range count {
		if n > floodAbove {
			fl.sums[a] = &floodSum{sources: map[netip.Addr]struct{}{}}
		}
	}
	for _, t := range trackers {
		fl.addFolded(t)
		for a, o := range t.half.over {
			if f := fl.sums[a]; f != nil {
				f.overflow(o)
			}
		}
		fl.addOpen(t)
	}
	return fl
}

// facts are those of all floods, in order of time.
func (f *floods) facts() []*diagnose.Flood {
	var out []*diagnose.Flood
	for a, sum := range f.sums {
		out = append(out, sum.fact(a))
	}
	slices.SortFunc(out, func(x, y *diagnose.Flood) int {
		return cmp.Or(x.First.Time.Compare(y.First.Time), cmp.Compare(x.Responder, y.Responder))
	})
	return out
}

// initiatorEnd is the initiator's endpoint on the path that was seen first.
func (sa *ikeSA) initiatorEnd() netip.AddrPort {
	a, b := sa.paths[0].path.ends()
	if sa.initFromA {
		return a
	}
	return b
}

func (sa *ikeSA) responderAddr() netip.Addr {
	if sa.initFromA {
		return sa.pair.key.B
	}
	return sa.pair.key.A
}

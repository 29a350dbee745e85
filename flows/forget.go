package flows

import (
	"net/netip"
	"slices"
)

// A run without end forgets what was idle for long. The latest IKE SA of a
// tunnel stays as long as anything of the tunnel is alive: it may be idle for a
// day while data flows.

// heritage is what a tunnel keeps of IKE SAs or SPIs that were forgotten: who it
// is.
type heritage struct {
	id                   string
	initiator, responder netip.Addr
	known, reversed      bool
}

// heritage of the group, nil if it has its first IKE SA or SPI still.
func (g *group) heritage() *heritage {
	if len(g.ikes) > 0 {
		return g.ikes[0].heir
	}
	return g.children[0].head().path.heir()
}

// sweepEvery is how often what lies beside the pairs is looked through for what
// is old, in ns.
const sweepEvery = 600e9

// sweep forgets folded initiators and losses of before a time.
func (f *Follower) sweep(before int64) {
	for k, x := range f.t.half.folded {
		if later(x.sent, x.cookie.last).time < before {
			delete(f.t.half.folded, k)
			f.forgotten++
		}
	}
	for k, l := range f.t.losses {
		if l.last.time < before {
			delete(f.t.losses, k)
		}
	}
	for k, c := range f.t.asked.m {
		if later(c.lastSYN, later(c.open, c.unused)).time < before {
			delete(f.t.asked.m, k)
		}
	}
	f.t.asked.thin()
	// A pair of which only a path is left, as where a connection ends after its
	// tunnel was forgotten, is part of no tunnel that would take it along.
	for _, p := range f.t.pairs {
		if p.last < before && len(p.ikes)+len(p.streams) == 0 {
			f.prunePair(p, before)
		}
	}
}

// prune forgets what was idle since before, of a tunnel that goes on or as a
// whole.
func (f *Follower) prune(g *group, before int64) {
	x := &heritage{id: g.id, initiator: g.initiator, responder: g.responder, known: g.known}
	pairs := g.pairs()
	whole := g.last.time < before
	for _, c := range g.children {
		if !whole && c.last.time >= before {
			continue
		}
		for _, s := range c.streams {
			f.t.forgetStream(s)
			s.path.pair.streams = deleteOne(s.path.pair.streams, s)
			f.forgotten++
		}
	}
	for i, l := range g.ikes {
		if !whole && (l.latest().time >= before || i == len(g.ikes)-1) {
			continue
		}
		for _, sa := range l.parts {
			f.t.forgetIKE(sa)
			sa.pair.removeIKE(sa)
			f.forgotten++
		}
	}
	for _, sa := range g.outside {
		if sa.latest().time < before {
			f.t.forgetIKE(sa)
			sa.pair.removeIKE(sa)
			f.forgotten++
		}
	}
	for _, p := range pairs {
		f.prunePair(p, before)
	}
	g.inherit(x)
}

// inherit leaves the tunnel's identity to the first of its parts that is left.
func (g *group) inherit(x *heritage) {
	for _, l := range g.ikes {
		if slices.Contains(l.parts[0].pair.ikes, l.parts[0]) {
			x.reversed = l.reversed
			for _, sa := range l.parts {
				sa.refuse().heir = x
			}
			return
		}
	}
	if len(g.ikes) > 0 {
		return
	}
	for _, c := range g.children {
		if slices.Contains(c.head().path.pair.streams, c.head()) {
			for _, s := range c.streams {
				s.path.rare().heir = x
			}
			return
		}
	}
}

// prunePair forgets the paths and ICMP errors of a pair that were idle since
// before, and the pair if it has nothing else.
func (f *Follower) prunePair(p *pair, before int64) {
	used := map[*path]bool{}
	for _, s := range p.streams {
		used[s.path] = true
	}
	for _, sa := range p.ikes {
		for i := range sa.paths {
			used[sa.paths[i].path] = true
		}
	}
	for _, x := range slices.Clone(p.paths) {
		if !used[x] && x.lastUse().time < before {
			p.removePath(x)
			f.t.forgetPath(x)
			f.forgotten++
		}
	}
	p.quotes = slices.DeleteFunc(p.quotes, func(q *quoteSum) bool { return q.last.time < before })
	if len(p.ikes)+len(p.streams)+len(p.paths)+len(p.quotes) == 0 && f.t.pairs[p.key] == p {
		delete(f.t.pairs, p.key)
	}
}

// deleteOne takes v out of a list in which order means nothing.
func deleteOne[T comparable](l []T, v T) []T {
	i := slices.Index(l, v)
	if i < 0 {
		return l
	}
	var none T
	l[i] = l[len(l)-1]
	l[len(l)-1] = none
	return l[:len(l)-1]
}

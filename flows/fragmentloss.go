package flows

import (
	"cmp"
	"slices"

	"github.com/ikesniff/ikesniff/dissect"
	"github.com/ikesniff/ikesniff/flows/diagnose"
	"github.com/ikesniff/ikesniff/reassembly"
)

// lossKey is what datagrams that never became whole are counted by. Ports are 0
// where the first fragment, which has them, was not seen, and for raw ESP.
type lossKey struct {
	pair         reassembly.Pair
	tap          dissect.Tap
	portA, portB uint16
	dir          uint8
	about        lossAbout
}

type lossAbout uint8

const (
	aboutIKE lossAbout = iota
	aboutESP
	aboutUnknown
)

var aboutNames = [...]string{"ike", "esp", "unknown"}

// loss counts them.
type loss struct {
	count, firstOnly int
	first, last      mark
}

// maxLosses bounds the kinds of losses that a tracker counts.
const maxLosses = 1 << 14

// fragment counts a datagram that never became whole. It may be of a pair that
// nothing else was seen of, yet or any more, so it is kept beside the pairs.
func (t *Tracker) fragment(e *reassembly.Event) {
	k := lossKey{pair: e.Pair(), tap: e.Tap}
	k.dir, k.portA, k.portB = orient(k.pair, e.Src, e.Dst)
	switch {
	case e.Transport == reassembly.TransportIP:
		k.about = aboutESP // the IP header says so
	case e.QuotedUnknown:
		k.about = aboutUnknown
	case e.Message == reassembly.MessageIKE:
		k.about = aboutIKE
	default:
		k.about = aboutESP
	}
	l := t.losses[k]
	if l == nil {
		if len(t.losses) >= maxLosses {
			t.evicted++
			return
		}
		if t.losses == nil {
			t.losses = map[lossKey]*loss{}
		}
		l = &loss{}
		t.losses[k] = l
	}
	l.count++
	if !e.QuotedUnknown && e.Fragments == 1 {
		l.firstOnly++
	}
	l.first = earlier(l.first, mark{e.FirstTime, e.FirstRef})
	l.last = later(l.last, mark{e.Time, e.Ref})
}

// lossesOf gathers the losses of all trackers by pair of addresses.
func lossesOf(trackers []*Tracker) map[reassembly.Pair][]lossEntry {
	out := map[reassembly.Pair][]lossEntry{}
	for _, t := range trackers {
		for k, l := range t.losses {
			out[k.pair] = append(out[k.pair], lossEntry{k, l})
		}
	}
	return out
}

type lossEntry struct {
	lossKey
	*loss
}

// fragmentLoss tells what was lost between the peers on the tunnel's paths. What
// several taps saw counts as the one that saw most.
func (g *group) fragmentLoss(n *naming, all map[reassembly.Pair][]lossEntry) []diagnose.FragmentLoss {
	if len(all) == 0 {
		return nil
	}
	type kind struct {
		toResponder bool
		about       lossAbout
	}
	type place struct {
		kind
		tap dissect.Tap
	}
	sums := map[place]loss{}
	seen := map[reassembly.Pair]bool{}
	for _, p := range n.paths {
		if seen[p.pair.key] {
			continue
		}
		seen[p.pair.key] = true
		for _, x := range all[p.pair.key] {
			if !n.hasPorts(p.pair, x.portA, x.portB) {
				continue
			}
			k := place{kind{g.fromInitiator(p, x.dir), x.about}, x.tap}
			s := sums[k]
			sums[k] = loss{s.count + x.count, s.firstOnly + x.firstOnly, earlier(s.first, x.first), later(s.last, x.last)}
		}
	}
	best := map[kind]loss{}
	for k, s := range sums {
		o := best[k.kind]
		best[k.kind] = loss{max(o.count, s.count), max(o.firstOnly, s.firstOnly), earlier(o.first, s.first), later(o.last, s.last)}
	}
	var out []diagnose.FragmentLoss
	for k, s := range best {
		out = append(out, diagnose.FragmentLoss{
			ToResponder: k.toResponder, Count: s.count, FirstOnly: s.firstOnly, About: aboutNames[k.about],
			First: s.first.fact(), Last: s.last.fact(),
		})
	}
	slices.SortFunc(out, func(a, b diagnose.FragmentLoss) int {
		if a.ToResponder != b.ToResponder {
			if a.ToResponder {
				return -1
			}
			return 1
		}
		return cmp.Compare(a.About, b.About)
	})
	return out
}

// hasPorts tells whether the tunnel uses these ports of a pair; none are known
// of what came without its first fragment.
func (n *naming) hasPorts(p *pair, a, b uint16) bool {
	return a == 0 && b == 0 || slices.ContainsFunc(n.paths, func(x *path) bool {
		return x.pair == p && x.portA == a && x.portB == b
	})
}

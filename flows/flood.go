package flows

import (
	"cmp"
	"net/netip"
	"slices"

	"github.com/ikesniff/ikesniff/dissect/ike"
	"github.com/ikesniff/ikesniff/flows/diagnose"
)

// floodSum sums up the unfinished initiators towards one responder.
type floodSum struct {
	sources           map[netip.Addr]struct{}
	attempts, answers uint64
	first, last       mark
	early             []floodSource // by first message, at most floodEarliest
	inexact           bool
}

type floodSource struct {
	at        mark
	initiator netip.AddrPort
	spi       ike.SPI
}

// floodEarliest is how many initiators of a flood are named.
const floodEarliest = 8

func (f *floodSum) add(initiator netip.AddrPort, spi ike.SPI, first, last mark, answers uint64) {
	if _, ok := f.sources[initiator.Addr()]; !ok {
		if len(f.sources) < maxFolded {
			f.sources[initiator.Addr()] = struct{}{}
		} else {
			f.inexact = true
		}
	}
	f.attempts++
	f.answers += answers
	f.first, f.last = earlier(f.first, first), later(f.last, last)
	s := floodSource{first, initiator, spi}
	if len(f.early) == floodEarliest && compareSources(f.early[floodEarliest-1], s) < 0 {
		return
	}
	i, _ := slices.BinarySearchFunc(f.early, s, compareSources)
	f.early = slices.Insert(f.early, i, s)
	f.early = f.early[:min(len(f.early), floodEarliest)]
}

func compareSources(a, b floodSource) int {
	return cmp.Or(a.at.compare(b.at), a.initiator.Compare(b.initiator), cmp.Compare(a.spi, b.spi))
}

// overflow adds what was counted only; its sources are not known one by one.
func (f *floodSum) overflow(o *overflow) {
	f.attempts += o.attempts
	f.answers += o.answers
	f.first, f.last = earlier(f.first, o.first), later(f.last, o.last)
	f.inexact = true
}

func (f *floodSum) fact(responder netip.Addr) *diagnose.Flood {
	out := &diagnose.Flood{
		Responder: responder.String(), Sources: uint64(len(f.sources)), SourcesExact: !f.inexact,
		Attempts: f.attempts, Answers: f.answers, Cookies: f.answers,
		First: f.first.fact(), Last: f.last.fact(),
	}
	for _, s := range f.early {
		out.Earliest = append(out.Earliest, diagnose.FloodSource{Address: s.initiator.String(), SPI: s.spi.String(), At: s.at.fact()})
	}
	return out
}

// addFolded adds what was folded to its flood, or brings it back into its pair.
func (f *floods) addFolded(t *Tracker) {
	for k, x := range t.half.folded {
		if sum := f.sums[x.responder.Addr()]; sum != nil {
			sum.add(x.initiator, k.spi, x.first, later(x.sent, x.cookie.last), uint64(x.cookie.count))
			continue
		}
		delete(t.half.folded, k)
		t.half.again(t.unfold(k, x))
	}
}

// addOpen adds the unfinished initiators that were not folded yet.
func (f *floods) addOpen(t *Tracker) {
	if len(f.sums) == 0 {
		return
	}
	for _, p := range t.pairs {
		for _, sa := range p.ikes {
			if f.has(sa) {
				f.sums[sa.responderAddr()].add(sa.initiatorEnd(), sa.spiI, sa.first, sa.latest(), uint64(sa.cookie.count))
			}
		}
	}
}

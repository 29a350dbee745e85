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

// leave empties the folded initiators: into a flood, or back into the tracker.
func (h *halfOpen) leave(t *Tracker, floods map[netip.Addr]*floodSum) {
	for k, x := range h.folded {
		if f := floods[x.responder.Addr()]; f != nil {
			f.add(x.initiator, k.spi, x.first, later(x.sent, x.cookie.last), uint64(x.cookie.count))
		} else {
			t.unfold(k, x)
		}
	}
	h.folded = nil
}

// leaveFloods takes the unfinished initiators that were not folded yet out of
// the pairs they are in.
func (t *Tracker) leaveFloods(floods map[netip.Addr]*floodSum) {
	for key, p := range t.pairs {
		for i := 0; i < len(p.ikes); {
			sa := p.ikes[i]
			f := floods[sa.responderAddr()]
			if f == nil || !sa.oneShot() {
				i++
				continue
			}
			f.add(sa.initiator, sa.spiI, sa.first, sa.last, uint64(sa.cookie.count))
			p.removeIKE(sa)
			t.forgetIKE(sa)
		}
		if len(p.ikes)+len(p.streams) == 0 {
			delete(t.pairs, key)
		}
	}
}

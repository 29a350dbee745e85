package flows

import (
	"slices"

	"github.com/ikesniff/ikesniff/dissect/ike"
)

// ikeLine is one IKE SA in stage 2: what every pair saw of it, in one.
type ikeLine struct {
	*ikeSA           // merged, or the only one
	parts  []*ikeSA  // by first message
	only   [1]*ikeSA // room for one, which most have
	spread bool      // seen between more than one pair of addresses
	twice  bool      // at the same time, as on both sides of a NAT

	before, after *ikeLine // the SA it replaced, the one that replaced it
	twin          *ikeLine // the SA that the other peer began at the same time, if that was first
	rekey         bool     // it replaced before by a rekey (else by a new IKE_SA_INIT)
	doubt         bool     // several SAs could have been the one before
	reversed      bool     // its initiator is the tunnel's responder
	children      []*child
	tunnel        *group
	number        int // in the tunnel, as it is named
}

// gatherIKE joins the IKE SAs of all pairs by their SPIs. Notifies that belong
// to none stay apart, what is part of a flood is left out.
func gatherIKE(pairs []*pair, fl *floods) (out []*ikeLine, strays []*ikeSA) {
	type key struct{ i, r ike.SPI }
	var all []*ikeSA
	for _, p := range pairs {
		for _, sa := range p.ikes {
			if !fl.has(sa) {
				all = append(all, sa)
			}
		}
	}
	slices.SortFunc(all, compareIKE)
	all, strays = takeStrays(all)
	bySPI := make(map[key]*ikeLine, len(all))
	open := make(map[ike.SPI][]*ikeLine, len(all)) // lines by initiator SPI
	for _, sa := range all {
		k := key{sa.spiI, sa.spiR}
		l := bySPI[k]
		if l == nil {
			for _, o := range open[sa.spiI] {
				// A request seen on one side of a NAT only, or not yet answered.
				if (sa.spiR == 0 || o.spiR == 0) && sharesAddress(o.parts[0].pair, sa.pair) && o.parts[0].pair != sa.pair {
					l = o
					break
				}
			}
		}
		if l == nil || l.parts[0].pair == sa.pair {
			l = &ikeLine{}
			l.parts = l.only[:0]
			out = append(out, l)
			open[sa.spiI] = append(open[sa.spiI], l)
		}
		l.parts = append(l.parts, sa)
		if l.ikeSA == nil {
			l.ikeSA = sa
		} else {
			l.twice = l.twice || sameTime(l.ikeSA, sa)
			l.ikeSA = mergeIKE(l.ikeSA, sa)
			l.spread = true
		}
		if l.spiR != 0 {
			bySPI[key{l.spiI, l.spiR}] = l
		} else if bySPI[k] == nil {
			bySPI[k] = l
		}
	}
	return out, strays
}

func sharesAddress(a, b *pair) bool {
	return a.key.A == b.key.A || a.key.A == b.key.B || a.key.B == b.key.A || a.key.B == b.key.B
}

func compareIKE(a, b *ikeSA) int {
	if c := a.first.compare(b.first); c != 0 {
		return c
	}
	if c := comparePairs(a.pair.key, b.pair.key); c != 0 {
		return c
	}
	if a.spiI != b.spiI {
		if a.spiI < b.spiI {
			return -1
		}
		return 1
	}
	if a.spiR < b.spiR {
		return -1
	}
	return 1
}

// sameTime tells whether b, which came after a, is the same messages seen at
// another place.
func sameTime(a, b *ikeSA) bool {
	return b.first.time-a.first.time <= copyWithin || b.first.time < a.latest().time && near(a.first.time, b.first.time)
}

// mergeIKE makes one of what two pairs saw of an IKE SA; a came first. Where
// the two overlap in time the same messages were seen twice (on both sides of
// a NAT) and the larger counts stand; where one follows the other (MOBIKE) they
// are added.
func mergeIKE(a, b *ikeSA) *ikeSA {
	m := *a
	twice := sameTime(a, b)
	if m.spiR == 0 {
		m.spiR = b.spiR
	}
	if m.mode == 0 {
		m.mode = b.mode
	}
	m.began = a.began || b.began
	for s := range 2 {
		m.lastBy[s] = later(a.lastBy[s], b.lastBy[s])
		m.messages[s] = combine(twice, a.messages[s], b.messages[s])
		if m.vendors[s] == nil {
			m.vendors[s] = b.vendors[s]
		}
		m.live[s] = mergeLive(twice, a.live[s], b.live[s])
	}
	m.copies = mergeCopies(twice, a, b)
	m.paths = append(slices.Clone(a.paths), b.paths...)
	if m.offered == nil {
		m.offered = b.offered
	}
	if m.chosen == nil {
		m.chosen, m.chosenAt, m.protection = b.chosen, b.chosenAt, b.protection
	}
	if m.print == 0 {
		m.print = b.print
	}
	m.nat.known = a.nat.known || b.nat.known
	m.nat.initiator = a.nat.initiator || b.nat.initiator
	m.nat.responder = a.nat.responder || b.nat.responder
	m.nat.at = earlier(a.nat.at, b.nat.at)
	m.refused = mergeRefused(twice, a.refused, b.refused)
	m.offeredGroup = max(a.offeredGroup, b.offeredGroup)
	m.phase1 = mergePhase1(twice, a.phase1, b.phase1)
	m.abilities.merge(&b.abilities)
	m.unusual = mergeUnusual(twice, a.unusual, b.unusual)
	m.probes = mergeProbes(twice, a.probes, b.probes)
	m.makings = mergeMakings(twice, a.makings, b.makings)
	m.authDone = earlier(a.authDone, b.authDone)
	m.confirmed = earlier(a.confirmed, b.confirmed)
	m.exchanges = mergeExchanges(twice, a.exchanges, b.exchanges)
	m.births = ends[birth]{}
	births := append(a.births.all(), b.births.all()...)
	slices.SortStableFunc(births, func(x, y birth) int { return x.at.compare(y.at) })
	for i, x := range births {
		if i == 0 || !twice || x.typ != births[i-1].typ || x.at.time-births[i-1].at.time > copyWithin {
			m.births.add(x)
		}
	}
	return &m
}

// mergeCopies counts the messages that were seen twice, at one pair or at both.
func mergeCopies(twice bool, a, b *ikeSA) *copiedIKE {
	if !twice && a.copies == nil && b.copies == nil {
		return nil
	}
	m, other := a.copied(), b.copied()
	for s := range m.maybe {
		m.maybe[s] = combine(twice, m.maybe[s], other.maybe[s])
	}
	if twice {
		m.otherTap += other.otherTap + min(a.messages[0]+a.messages[1], b.messages[0]+b.messages[1])
		m.first = earlier(m.first, b.first)
	}
	return &m
}

func combine[T uint32 | uint64](twice bool, a, b T) T {
	if twice {
		return max(a, b)
	}
	if a+b < a {
		return ^T(0) // as far as that goes
	}
	return a + b
}

func mergeAnswer(twice bool, a, b answer) answer {
	return answer{int(combine(twice, uint64(a.count), uint64(b.count))), earlier(a.first, b.first), later(a.last, b.last)}
}

func mergeLive(twice bool, a, b liveness) liveness {
	if twice {
		if b.answered > a.answered {
			return b
		}
		return a
	}
	m := liveness{requests: combine(false, a.requests, b.requests), answered: combine(false, a.answered, b.answered)}
	for _, l := range []liveness{a, b} {
		for _, v := range l.sample {
			if len(m.sample) == 0 || v < m.min {
				m.min = v
			}
			m.max = max(m.max, v, l.max)
			if len(m.sample) < maxSamples {
				m.sample = append(m.sample, v)
			}
		}
	}
	return m
}

// mergeExchanges merges two lists; an exchange that both have, told by type,
// message ID and side, becomes one.
func mergeExchanges(twice bool, a, b ends[exchange]) ends[exchange] {
	list := a.all()
	for _, y := range b.all() {
		i := slices.IndexFunc(list, func(x exchange) bool {
			return x.typ == y.typ && x.id == y.id && x.from == y.from && (x.digest == y.digest || x.id != 0)
		})
		if i < 0 {
			list = append(list, y)
			continue
		}
		x := &list[i]
		x.details = x.details.copy()
		x.requests = combine(twice, x.requests, y.requests)
		x.responses = combine(twice, x.responses, y.responses)
		x.request, x.lastSent = earlier(x.request, y.request), later(x.lastSent, y.lastSent)
		x.response = earlier(x.response, y.response)
		if x.rtt < 0 {
			x.rtt = y.rtt
		}
		for _, n := range y.notifies {
			x.notify(n)
		}
		x.mergeRepeats(twice, &y)
		for side := range x.message {
			x.message[side].merge(&y.message[side])
		}
		x.mergeFragments(&y)
		x.watch = mergeWatch(x.watch, y.watch)
	}
	slices.SortStableFunc(list, func(x, y exchange) int { return x.begun().compare(y.begun()) })
	var m ends[exchange]
	for _, x := range list {
		m.add(x)
	}
	m.total = max(m.total, a.total, b.total)
	return m
}

// begun is the first that was seen of an exchange.
func (x *exchange) begun() mark { return earlier(x.request, x.response) }

package flows

import (
	"cmp"
	"net/netip"
	"slices"

	"github.com/ikesniff/ikesniff/flows/diagnose"
	"github.com/ikesniff/ikesniff/report"
)

const (
	// flapWithin is how near each other tunnels must fall silent, or come back, to
	// do so together: tunnels with little data speak every few seconds only.
	flapWithin = 10e9
	// flapSilence is how long a side must be silent for that to be an outage: what
	// plans a change takes less.
	flapSilence = 5e9
	// flapLeast is how many tunnels it takes. Two may do it by accident.
	flapLeast = 3
)

// fall is an ending of one of a gateway's tunnels that could be part of an outage.
type fall struct {
	group    int32
	at       int // in the group's endings
	quiet    mark
	back     mark
	spoke    bool // the other side went on: it was not at rest
	gateway  bool // it is the gateway that fell silent first
	returned bool
}

// outageKey names an ending.
type outageKey struct {
	group int32
	at    int
}

// siteFlap is a gateway's flapping with the falls of each event.
type siteFlap struct {
	addr  netip.Addr
	fact  diagnose.SiteFlap
	falls [][]fall // of each event
	of    []diagnose.SiteEvent
}

// siteFlaps finds the gateways whose tunnels fell silent or came back together.
// What one gateway explains is not held against another.
func siteFlaps(groups []*group, sites []*site, end int64) []*siteFlap {
	var endings [][]ending // by group
	told := map[outageKey]bool{}
	var out []*siteFlap
	for _, s := range sites {
		if len(s.groups) < flapLeast || s.peers < 2 {
			continue
		}
		var falls []fall
		var firsts, lasts []int64
		for _, i := range s.groups {
			g := groups[i]
			firsts, lasts = append(firsts, g.first.time), append(lasts, g.last.time)
			if endings == nil {
				endings = make([][]ending, len(groups))
			}
			list := endings[i]
			if list == nil {
				list = g.endings(end)
				endings[i] = list
			}
			for at := range list {
				if f, ok := g.fall(&list[at], s, end); ok && !told[outageKey{i, at}] {
					f.group, f.at = i, at
					falls = append(falls, f)
				}
			}
		}
		if len(falls) < flapLeast {
			continue
		}
		slices.Sort(firsts)
		slices.Sort(lasts)
		x := &siteFlap{addr: s.addr, fact: diagnose.SiteFlap{Gateway: s.addr.String()}}
		falls = x.find(groups, s, falls, firsts, lasts, false)
		x.find(groups, s, slices.DeleteFunc(falls, func(f fall) bool { return !f.returned }), firsts, lasts, true)
		if len(x.falls) == 0 {
			continue
		}
		for _, event := range x.falls {
			for _, f := range event {
				told[outageKey{f.group, f.at}] = true
			}
		}
		events := slices.Clone(x.of)
		slices.SortStableFunc(events, func(a, b diagnose.SiteEvent) int { return a.FirstSilent.Time.Compare(b.FirstSilent.Time) })
		if len(events) > 2*keep {
			events = slices.Delete(events, keep, len(events)-keep)
		}
		x.fact.Events = events
		out = append(out, x)
	}
	return out
}

// fall tells whether an ending may be part of an outage: a side was silent for
// some time before anything else came, and the change was not planned.
func (g *group) fall(e *ending, s *site, end int64) (fall, bool) {
	quiet, other, side := e.quiet()
	until := end
	f := fall{quiet: quiet, gateway: (g.initiator == s.addr) == (side == sideInitiator)}
	if e.began != nil {
		until = e.began.first.time
	}
	f.spoke = other.set() && other.time-quiet.time >= flapSilence || e.began != e.back
	if e.back != nil {
		f.back, f.returned = e.back.first, true
	}
	return f, quiet.set() && !e.overlap && until-quiet.time >= flapSilence
}

// find takes events out of falls, by when they fell silent or by when they came
// back, and returns the falls that are left.
func (x *siteFlap) find(groups []*group, s *site, falls []fall, firsts, lasts []int64, byReturn bool) []fall {
	at := func(f *fall) mark {
		if byReturn {
			return f.back
		}
		return f.quiet
	}
	slices.SortFunc(falls, func(a, b fall) int { return cmp.Or(at(&a).compare(at(&b)), cmp.Compare(a.group, b.group)) })
	var left []fall
	j := 0
	for i := 0; i < len(falls); {
		from := at(&falls[i]).time
		for j = max(j, i); j < len(falls) && at(&falls[j]).time-from <= flapWithin; j++ {
		}
		if x.event(groups, s, falls[i:j], firsts, lasts, byReturn) {
			i = j
			continue
		}
		// On by a second, so that no fall is looked at more than ten times.
		for ; i < j && at(&falls[i]).time-from < 1e9; i++ {
			left = append(left, falls[i])
		}
	}
	return left
}

// event judges the falls of one window, and notes them if they are an outage of
// most tunnels that were in use.
func (x *siteFlap) event(groups []*group, s *site, falls []fall, firsts, lasts []int64, byReturn bool) bool {
	if len(falls) < flapLeast {
		return false
	}
	from, to := falls[0].quiet, falls[0].quiet
	for i := range falls {
		from, to = earlier(from, falls[i].quiet), later(to, falls[i].quiet)
	}
	before := upTo(firsts, from.time)              // tunnels that had begun
	gone := upTo(lasts, to.time+flapWithin)        // tunnels that were over soon after
	if 4*len(falls) < 3*(before-gone-len(falls)) { // a cheap bound
		return false
	}
	e := diagnose.SiteEvent{FirstSilent: from.fact(), LastSilent: to.fact(), ByReturn: byReturn}
	seen, peers := map[int32]bool{}, map[string]bool{}
	spoke, ongoing := 0, 0
	var firstBack, lastBack mark
	for i := range falls {
		f := &falls[i]
		if seen[f.group] {
			continue
		}
		seen[f.group] = true
		peers[groups[f.group].other(s.addr).String()] = true
		if groups[f.group].last.time > to.time+flapWithin && groups[f.group].first.time <= from.time {
			ongoing++
		}
		if f.spoke {
			spoke++
			if f.gateway {
				e.GatewaySilent++
			} else {
				e.PeerSilent++
			}
		}
		if f.returned {
			e.Returned++
			firstBack, lastBack = earlier(firstBack, f.back), later(lastBack, f.back)
		}
	}
	e.Tunnels, e.Peers = len(seen), len(peers)
	e.Of = e.Tunnels + max(0, before-gone-ongoing)
	e.FirstBack, e.LastBack = firstBack.fact(), lastBack.fact()
	// Most of those in use, with more than one peer, and most of them not at rest.
	if e.Tunnels < flapLeast || e.Peers < 2 || 4*e.Tunnels < 3*e.Of || 2*spoke < e.Tunnels {
		return false
	}
	x.fact.EventsTotal++
	x.falls, x.of = append(x.falls, slices.Clone(falls)), append(x.of, e)
	return true
}

// upTo counts the entries of a sorted list that are not above t.
func upTo(sorted []int64, t int64) int {
	n, _ := slices.BinarySearch(sorted, t+1)
	return n
}

// outages gives each tunnel the outages that it was part of, under the names that
// the gateways' anomalies got.
func outages(flaps []*siteFlap, groups []*group, named []report.Anomaly) map[*group][]diagnose.Outage {
	ids := map[string]diagnose.Outage{}
	for i := range named {
		if gateway, ok := diagnose.FlappingGateway(&named[i]); ok {
			ids[gateway] = diagnose.Outage{ID: named[i].ID, Severity: named[i].Severity, Gateway: gateway}
		}
	}
	out := map[*group][]diagnose.Outage{}
	for _, x := range flaps {
		for i, event := range x.falls {
			for _, f := range event {
				o := ids[x.fact.Gateway]
				o.Tunnels, o.Of, o.From = x.of[i].Tunnels, x.of[i].Of, toTime(f.quiet.time)
				if f.returned {
					o.To = toTime(f.back.time)
				}
				g := groups[f.group]
				out[g] = append(out[g], o)
			}
		}
	}
	return out
}

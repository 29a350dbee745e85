package flows

import (
	"cmp"
	"net/netip"
	"slices"

	"github.com/ikesniff/ikesniff/flows/diagnose"
	"github.com/ikesniff/ikesniff/report"
)

// maxGateways bounds the gateways that the report compares.
const maxGateways = 256

// site is an address that is an end of several tunnels.
type site struct {
	addr   netip.Addr
	groups []int32 // indices, in report order
	peers  int
}

// sitesOf finds the gateways among the ends of tunnels, those with most tunnels
// first. An address whose only peer has more tunnels, or the same ones and
// answers them, is told of with that peer.
func sitesOf(groups []*group) []*site {
	by := map[netip.Addr]*site{}
	note := func(a netip.Addr, i int) {
		s := by[a]
		if s == nil {
			s = &site{addr: a}
			by[a] = s
		}
		s.groups = append(s.groups, int32(i))
	}
	for i, g := range groups {
		note(g.initiator, i)
		if g.responder != g.initiator {
			note(g.responder, i)
		}
	}
	var out []*site
	for _, s := range by {
		if len(s.groups) < 2 {
			continue
		}
		first := groups[s.groups[0]]
		only, one := first.other(s.addr), true
		peers := map[netip.Addr]struct{}{}
		for _, i := range s.groups {
			p := groups[i].other(s.addr)
			one = one && p == only
			peers[p] = struct{}{}
		}
		s.peers = len(peers)
		if n := len(by[only].groups); one && (n > len(s.groups) || first.responder != s.addr) {
			continue
		}
		out = append(out, s)
	}
	slices.SortFunc(out, func(a, b *site) int {
		return cmp.Or(cmp.Compare(len(b.groups), len(a.groups)), a.addr.Compare(b.addr))
	})
	return out
}

// other is the end of the tunnel that a is not.
func (g *group) other(a netip.Addr) netip.Addr {
	if g.initiator == a {
		return g.responder
	}
	return g.initiator
}

// comparison gathers, while tunnels are built one by one, what is needed to
// compare them when all have been.
type comparison struct {
	groups []*group
	sites  []*site
	flaps  map[netip.Addr]*diagnose.SiteFlap
	// results are the different ones, of the place that which has for a group: most
	// tunnels come down to one of few.
	results []diagnose.Result
	which   []int32
	places  map[diagnose.Result]int32
	whole   bool // results has all of them
	in      *Input
}

// newComparison of groups; without gateways it keeps nothing.
func newComparison(groups []*group, sites []*site, flaps []*siteFlap, in *Input) *comparison {
	c := &comparison{groups: groups, sites: sites, in: in, flaps: map[netip.Addr]*diagnose.SiteFlap{}}
	for _, x := range flaps {
		c.flaps[x.addr] = &x.fact
	}
	if len(sites) > 0 {
		c.which, c.places = make([]int32, len(groups)), map[diagnose.Result]int32{}
	}
	return c
}

func (c *comparison) note(i int, t *report.Tunnel) {
	if c.which == nil {
		return
	}
	r := diagnose.ResultOf(t)
	at, ok := c.places[r]
	if !ok {
		at = int32(len(c.results))
		c.places[r] = at
		c.results = append(c.results, r)
	}
	c.which[i] = at
}

// gateways makes the summaries of those with most tunnels. build makes all
// tunnels once, where that was not done.
func (c *comparison) gateways(build func()) (list []report.Gateway, total int) {
	list = []report.Gateway{}
	if len(c.sites) > 0 && !c.whole {
		build()
	}
	for _, s := range c.sites[:min(len(c.sites), maxGateways)] {
		members := make([]diagnose.Member, 0, len(s.groups))
		for _, i := range s.groups {
			members = append(members, c.groups[i].member(s.addr, c.results[c.which[i]], c.in.Interfaces))
		}
		list = append(list, diagnose.Gateway(s.addr.String(), members, c.flaps[s.addr]))
	}
	return list, len(c.sites)
}

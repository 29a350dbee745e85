package flows

import (
	"container/heap"
	"net/netip"
	"slices"
	"time"

	"github.com/ikesniff/ikesniff/dissect/ike"
	"github.com/ikesniff/ikesniff/reassembly"
	"github.com/ikesniff/ikesniff/report"
)

// Follower keeps the tunnels of one Tracker judged while events come in, for a
// run that has no end. It judges those pairs of addresses again to which
// something happened, and those of which silence has become telling, each
// together with the pairs that may share a tunnel with it: what it says of a
// tunnel is what Merge would say of it then, but for what only all tunnels
// together show (floods, outages of a gateway).
//
// It also forgets what was idle for long, so that memory follows what is alive.
// Like the Tracker it reads no clock and belongs to the same goroutine.
type Follower struct {
	t      *Tracker
	forget int64 // ns
	links  links

	queue       []*pair // touched, in order
	limit       int     // how many of them belong to this round
	known       map[*pair]*followed
	timers      timers
	attempts    map[reassembly.Pair][]*connection
	losses      map[reassembly.Pair][]lossEntry
	gatheredFor int64 // when attempts and losses were gathered
	swept       int64
	forgotten   uint64
	memory      memory
}

// followed is what a Follower remembers of a pair that it has judged.
type followed struct {
	pair *pair
	due  int64     // when its timer rings
	at   int       // in timers, -1 if not there
	ids  []string  // of the tunnels it was part of
	half []ike.SPI // its unfinished IKE SAs, which the tracker may fold
}

// Judgement is what became of the tunnels of some pairs of addresses.
type Judgement struct {
	Tunnels []Judged
	// Gone are tunnels that were judged before and are part of another now, or
	// have another id. Forgotten are those that were idle for too long.
	Gone, Forgotten []string
}

// Judged is a tunnel with the endpoints that it was seen between, and the numbers
// of ESP and AH missing each way.
type Judged struct {
	Tunnel  *report.Tunnel
	Ends    []Ends
	Missing report.Direction[uint64]
}

// Ends are two endpoints in no order; ports are 0 for raw ESP and AH.
type Ends struct{ A, B netip.AddrPort }

// DefaultForget is how long a tunnel may be idle before a Follower forgets it.
const DefaultForget = 24 * time.Hour

// NewFollower follows a Tracker that has taken no event yet. forget is how long
// something may be idle before it is forgotten; 0 stands for DefaultForget.
func NewFollower(t *Tracker, forget time.Duration) *Follower {
	if forget <= 0 {
		forget = DefaultForget
	}
	f := &Follower{t: t, forget: int64(forget), links: links{}, known: map[*pair]*followed{}}
	t.follow = f
	return f
}

// Forgotten counts IKE SAs, SPIs and paths that were idle for too long. They are
// not among the evicted: nothing was given up for lack of memory.
func (f *Follower) Forgotten() uint64 { return f.forgotten }

func (f *Follower) touch(p *pair) {
	p.touched = true
	f.queue = append(f.queue, p)
}

// gatherEvery is how often what lies beside the pairs is gathered again, in ns.
const gatherEvery = 5e9

// Round begins a round at time now: what has been touched until now will be
// judged once by Next. What the last round left comes first. It returns the ids
// of tunnels of which the Tracker has evicted all that it knew.
func (f *Follower) Round(now int64) (evicted []string) {
	for len(f.timers) > 0 && f.timers[0].due <= now {
		evicted = append(evicted, f.wake(heap.Pop(&f.timers).(*followed), now)...)
	}
	f.limit = len(f.queue)
	if now-f.gatheredFor >= gatherEvery {
		f.gatheredFor = now
		f.attempts, f.losses = nil, nil
		if t := []*Tracker{f.t}; len(f.t.asked.m)+len(f.t.losses) > 0 {
			f.attempts, f.losses = attemptsOf(t, &floods{}), lossesOf(t)
		}
	}
	if now-f.swept >= sweepEvery {
		f.swept = now
		f.sweep(now - f.forget)
	}
	return evicted
}

// Next judges the next pair of the round, and returns false at the round's end.
// Of in, Interfaces and Endpoints are used.
func (f *Follower) Next(now int64, in *Input) (Judgement, bool) {
	for f.limit > 0 {
		p := f.queue[0]
		f.queue[0] = nil
		f.queue = f.queue[1:]
		f.limit--
		if !p.touched {
			continue // with another one
		}
		if f.t.pairs[p.key] != p {
			p.touched = false
			continue // forgotten, folded or evicted meanwhile
		}
		return f.judge(p, now, in), true
	}
	if len(f.queue) == 0 {
		f.queue = nil
	}
	return Judgement{}, false
}

// judge makes the tunnels of p and of the pairs that may share some with it.
func (f *Follower) judge(p *pair, now int64, in *Input) Judgement {
	pairs := f.links.component(p)
	slices.SortFunc(pairs, comparePairStates)
	var before []string
	for _, x := range pairs {
		x.touched = false
		x.settle()
		if k := f.known[x]; k != nil {
			before = append(before, k.ids...)
		}
	}
	input := Input{Interfaces: in.Interfaces, Endpoints: in.Endpoints, End: now}
	b := &builder{in: &input, attempts: f.attempts, losses: f.losses}
	groups := groupPairs(pairs, f.floods())
	var out Judgement
	alive := map[string]bool{}
	old := now - f.forget
	for _, g := range groups {
		alive[g.id] = true
		if g.last.time < old {
			out.Forgotten = append(out.Forgotten, g.id)
			continue
		}
		t := b.tunnel(g, &f.memory)
		out.Tunnels = append(out.Tunnels, Judged{t, g.ends(), g.missing(t)})
	}
	slices.Sort(before)
	for _, id := range slices.Compact(before) {
		if !alive[id] {
			out.Gone = append(out.Gone, id)
		}
	}
	for _, g := range groups {
		if g.first.time < old {
			f.prune(g, old)
		}
	}
	f.remember(pairs, groups, now)
	return out
}

// unfinishedAtMost is how many IKE SAs may be unfinished before they are left to
// the report, which knows floods.
const unfinishedAtMost = 4 * floodAbove

func (f *Follower) floods() *floods {
	h := &f.t.half
	return &floods{all: len(h.queue)-h.head+len(h.folded) > unfinishedAtMost}
}

// remember notes what the pairs are part of, and when silence will tell something
// of them.
func (f *Follower) remember(pairs []*pair, groups []*group, now int64) {
	ids := map[*pair][]string{}
	for _, g := range groups {
		for _, p := range g.pairs() {
			ids[p] = append(ids[p], g.id)
		}
		for _, sa := range g.outside {
			if !slices.Contains(ids[sa.pair], g.id) {
				ids[sa.pair] = append(ids[sa.pair], g.id)
			}
		}
	}
	for _, p := range pairs {
		if f.t.pairs[p.key] != p {
			if k := f.known[p]; k != nil {
				k.ids = nil // pruned away, which has been told
			}
			delete(f.known, p)
			continue
		}
		k := f.known[p]
		if k == nil {
			if len(ids[p]) == 0 {
				continue // nothing of it is shown
			}
			k = &followed{pair: p, at: -1}
			f.known[p] = k
		}
		k.ids, k.half = ids[p], k.half[:0]
		for _, sa := range p.ikes {
			if sa.oneShot() {
				k.half = append(k.half, sa.spiI)
			}
		}
		f.arm(k, groups, now)
	}
}

// missing sums up the numbers missing each way, of the tunnel made of the group.
func (g *group) missing(t *report.Tunnel) (sum report.Direction[uint64]) {
	for i, c := range g.children {
		if g.toResponder(c) {
			sum.ToResponder += t.ChildSAs[i].Missing
		} else {
			sum.ToInitiator += t.ChildSAs[i].Missing
		}
	}
	return sum
}

// ends are the endpoints of a group's paths.
func (g *group) ends() []Ends {
	var out []Ends
	add := func(p *path) {
		a, b := p.ends()
		if e := (Ends{a, b}); !slices.Contains(out, e) {
			out = append(out, e)
		}
	}
	for _, l := range g.ikes {
		for i := range l.paths {
			add(l.paths[i].path)
		}
	}
	for _, c := range g.children {
		for _, s := range c.streams {
			add(s.path)
		}
	}
	return out
}

// AnomaliesOf judges all tunnels of the trackers together and returns what only
// that shows: floods, and outages of gateways.
func AnomaliesOf(trackers []*Tracker, in Input) []report.Anomaly {
	b, groups, floods := merge(trackers, &in)
	return b.head(floods, siteFlaps(groups, sitesOf(groups), in.End)).Anomalies
}

package flows

import (
	"slices"

	"github.com/ikesniff/ikesniff/dissect/ike"
	"github.com/ikesniff/ikesniff/flows/diagnose"
	"github.com/ikesniff/ikesniff/reassembly"
)

// Requests that look for life. Those of IKEv2 are exchanges: an answer has the
// message ID of its request. In IKEv1 each message is an exchange of its own
// (RFC 3706 5.3); there an informational message of the other side answers
// what was asked before it.

// probeV2 watches the other side from an INFORMATIONAL request on, until that is
// answered.
func (t *Tracker) probeV2(sa *ikeSA, x *exchange) {
	if x.response.set() || !x.message[x.from].encrypted {
		return
	}
	x.own().watch = t.watchFor(sa, x.from)
}

// probed ends the watch when the answer has come.
func (x *exchange) probed(sa *ikeSA) {
	if x.watch == nil {
		return
	}
	x.watch.done = true
	x.watch = nil
	if x.onlyNotifies() && len(x.notifies) == 0 {
		x.details = noDetails
	}
	for i := range sa.paths {
		sa.paths[i].path.unwatch()
	}
}

// runV1 is a run of encrypted informational messages of one side and one length.
type runV1 struct {
	side     uint8
	answered bool // a like one had been answered before
	length   uint32
	requests int
	sent     ends[mark] // all but the last
	last     mark
	watch    *watch
}

// probesV1 are those of one IKE SA.
type probesV1 struct {
	open     [2]*runV1
	answered [2]bool
	done     []*runV1 // that got no answer, at most maxRuns
}

const (
	maxRuns = 8
	// runGap is how long after one request the next one still belongs to its run:
	// the delay that peers wait before they ask again is shorter.
	runGap = 120e9
)

// probeV1 takes one encrypted informational message of IKEv1; again tells that it
// was sent before.
func (t *Tracker) probeV1(sa *ikeSA, e *reassembly.Event, side uint8, now mark, again bool) {
	if sa.probes == nil {
		sa.probes = &probesV1{}
	}
	p := sa.probes
	if p.open[1-side] != nil {
		p.heard(1 - side)
		return
	}
	r := p.open[side]
	if r != nil && (r.length != uint32(e.Length) || now.time-r.last.time > runGap) {
		p.end(r)
		r = nil
	}
	if r == nil {
		r = &runV1{side: side, answered: p.answered[side], length: uint32(e.Length), watch: t.watchFor(sa, side)}
		p.open[side] = r
	} else {
		r.sent.add(r.last)
	}
	if !again {
		r.requests++
	}
	r.last = now
}

// heard ends a side's run: its last request was answered, those before were not.
func (p *probesV1) heard(side uint8) {
	r := p.open[side]
	p.answered[side] = true
	p.open[side] = nil
	r.watch.done = true
	if r.sent.total < 2 {
		return
	}
	r.requests = max(r.requests-1, 1)
	r.sent, r.last = withoutLast(r.sent)
	p.keep(r)
}

// end ends a run that another begins after.
func (p *probesV1) end(r *runV1) {
	p.open[r.side] = nil
	r.watch.done = true
	if r.sent.total > 0 {
		p.keep(r)
	}
}

func (p *probesV1) keep(r *runV1) {
	if len(p.done) == maxRuns {
		p.done = append(p.done[:0], p.done[1:]...)
	}
	p.done = append(p.done, r)
}

// withoutLast takes the newest entry off a list.
func withoutLast(l ends[mark]) (rest ends[mark], last mark) {
	all := l.all()
	var out ends[mark]
	for _, m := range all[:len(all)-1] {
		out.add(m)
	}
	out.total = l.total - 1
	return out, all[len(all)-1]
}

func (p *probesV1) all() []*runV1 {
	if p == nil {
		return nil
	}
	out := append([]*runV1(nil), p.done...)
	for _, r := range p.open {
		if r != nil {
			out = append(out, r)
		}
	}
	return out
}

// mergeProbes makes one of what two pairs of addresses saw. Of what both saw at
// the same time the fuller list stands.
func mergeProbes(twice bool, a, b *probesV1) *probesV1 {
	x, y := a.all(), b.all()
	switch {
	case len(x)+len(y) == 0:
		return nil
	case !twice:
		return &probesV1{done: append(x, y...)}
	case len(y) > len(x):
		return &probesV1{done: y}
	}
	return &probesV1{done: x}
}

// probeFacts tells the rules of the requests that look for life and got no
// answer, in order.
func (n *ikeLine) probeFacts() []diagnose.ProbeRun {
	var out []diagnose.ProbeRun
	list := n.exchanges.list
	if len(list) == 2*keep {
		list = n.exchanges.all()
	}
	for i := range list {
		x := &list[i]
		if x.typ != ike.ExchangeInformational || x.watch == nil || x.response.set() {
			continue
		}
		r := diagnose.ProbeRun{From: sideNames[x.from], Requests: 1, Total: int(x.requests), AnsweredBefore: n.answeredBefore(list, i)}
		if len(x.repeats) > 0 {
			r.Sent = marks(&x.repeats[0].sent)
		} else {
			r.Sent = []diagnose.Mark{x.request.fact()}
		}
		n.around(&r, x.watch, 1-x.from, x.request)
		out = append(out, r)
	}
	for _, p := range n.probes.all() {
		if !n.protection.probeLength(int(p.length)) {
			continue
		}
		r := diagnose.ProbeRun{From: sideNames[p.side], V1: true, Requests: p.requests, Total: int(p.sent.total) + 1, AnsweredBefore: p.answered}
		sent := p.sent
		first := p.last
		for i, m := range sent.all() {
			if i == 0 {
				first = m
			}
			r.Sent = append(r.Sent, m.fact())
		}
		r.Sent = append(r.Sent, p.last.fact())
		if len(r.Sent) > 2*keep {
			r.Sent = append(r.Sent[:keep], r.Sent[len(r.Sent)-keep:]...)
		}
		n.around(&r, p.watch, 1-p.side, first)
		out = append(out, r)
	}
	slices.SortStableFunc(out, func(a, b diagnose.ProbeRun) int { return a.Sent[0].Time.Compare(b.Sent[0].Time) })
	return out
}

// answeredBefore tells whether an INFORMATIONAL request of the same side had an
// answer before the one at i. Not all exchanges are kept, but all are counted.
func (n *ikeLine) answeredBefore(list []exchange, i int) bool {
	answered := n.live[list[i].from].answered
	for j := i + 1; j < len(list) && answered > 0; j++ {
		if x := &list[j]; x.typ == list[i].typ && x.from == list[i].from && x.response.set() {
			answered--
		}
	}
	return answered > 0
}

// around adds what the asked side sent before and after a run that began at
// first. Child SAs on paths that came up later are looked up.
func (n *ikeLine) around(r *diagnose.ProbeRun, w *watch, side uint8, first mark) {
	x := *w
	for _, c := range n.children {
		if n.childFrom(c) != side {
			continue
		}
		for _, s := range c.streams {
			if s.first.compare(first) > 0 {
				x.data = earlier(x.data, s.first)
			}
			if s.last.compare(first) < 0 {
				x.before = later(x.before, s.last)
			}
		}
	}
	x.after = earlier(x.after, x.data)
	r.OtherLast, r.OtherAfter, r.ESPAfter = x.before.fact(), x.after.fact(), x.data.fact()
}

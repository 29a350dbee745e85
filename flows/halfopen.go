package flows

import (
	"net/netip"
	"slices"

	"github.com/ikesniff/ikesniff/dissect"
	"github.com/ikesniff/ikesniff/dissect/ike"
	"github.com/ikesniff/ikesniff/reassembly"
)

const (
	// foldAfter is how long an unfinished initiator is idle before its state is
	// folded, in nanoseconds.
	foldAfter = 30e9
	// maxFolded bounds the folded initiators; further ones are only counted.
	maxFolded = 200_000
)

// halfOpen folds the IKE SAs of initiators that sent one first message and
// were heard of no more: a flood makes very many. Nothing the report would
// show is lost: an SA that comes to life again is restored as it was, and so
// are those that turn out not to be part of a flood.
type halfOpen struct {
	queue  []waiting // unfinished SAs in the order they began or were put back
	head   int
	folded map[foldKey]*folded
	over   map[netip.Addr]*overflow
}

// waiting is an unfinished SA and when to look at it, in nanoseconds since the
// Unix epoch.
type waiting struct {
	sa  *ikeSA
	due int64
}

// foldKey finds a folded SA as the Tracker finds one that is not: by pair of
// addresses and SPI, whatever the ports.
type foldKey struct {
	pair reassembly.Pair
	spi  ike.SPI
}

// folded is what stays of an unfinished IKE SA.
type folded struct {
	initiator, responder netip.AddrPort
	version              uint8
	mode                 ike.ExchangeType
	typ                  ike.ExchangeType
	transport            reassembly.Transport
	tap                  dissect.Tap
	id                   uint32
	digest               uint64
	print                uint64
	group                uint16
	first, sent          mark
	cookie               answer
	rtt                  int64
	offered              *offer
	vendors              [2]*vendors
	notifies             []uint16
	message              [2]message
	abilities            abilities
	unusual              *unusual
	nat                  natView
	traffic              [2]counts // by side, if the path went with the SA
	withPath             bool
}

// overflow counts what found no place among the folded.
type overflow struct {
	attempts, answers uint64
	first, last       mark
}

// oneShot tells whether the initiator has sent one first message and got no
// answer but a cookie. The same SPI sent again is a real client waiting.
func (sa *ikeSA) oneShot() bool {
	return sa.opened() && sa.began && sa.spiR == 0 && sa.messages[sideInitiator] == 1 && sa.exchanges.total == 1 &&
		sa.messages[sideResponder] == uint64(sa.cookie.count) && sa.invalidKE.count+sa.proposal.count == 0 &&
		sa.chosen == nil && sa.copies == nil && len(sa.paths) == 1
}

// opened tells whether the first exchange is one that begins an IKE SA, and its
// request came in one piece and in clear: of others more would have to be kept.
func (sa *ikeSA) opened() bool {
	if len(sa.exchanges.list) == 0 || sa.authDone.set() || sa.hashInClear.set() {
		return false
	}
	x := &sa.exchanges.list[0]
	return (x.typ == exchangeSAInit || isPhase1(x.typ)) && x.requests == 1 && x.fragments == nil
}

// note remembers an SA that may be unfinished, and folds what is idle.
func (h *halfOpen) note(t *Tracker, sa *ikeSA, now int64) {
	if sa.exchanges.total == 1 && sa.messages[0]+sa.messages[1] == 1 && sa.began {
		if len(h.queue)-h.head > 2*t.cfg.MaxSAs+1024 {
			h.thin(t)
		}
		h.queue = append(h.queue, waiting{sa, sa.first.time + foldAfter})
	}
	h.sweep(t, now)
}

// again puts an SA that was brought back into the queue, to be folded once more.
func (h *halfOpen) again(sa *ikeSA) {
	h.queue = append(h.queue, waiting{sa, sa.latest().time + foldAfter})
}

// thin takes SAs out of the queue that were evicted meanwhile, so that it is
// bounded as they are.
func (h *halfOpen) thin(t *Tracker) {
	h.queue = slices.DeleteFunc(h.queue[h.head:], func(w waiting) bool { return t.ikes[w.sa.ikeKey] != w.sa })
	h.head = 0
}

// sweep folds the SAs at the head of the queue that were idle long enough. One
// that was heard of meanwhile goes to the back, until it is due again: later
// than now, so that a sweep comes to an end.
func (h *halfOpen) sweep(t *Tracker, now int64) {
	for h.head < len(h.queue) {
		sa, due := h.queue[h.head].sa, h.queue[h.head].due
		if due > now {
			break
		}
		h.queue[h.head] = waiting{}
		h.head++
		switch {
		case !sa.oneShot() || t.ikes[sa.ikeKey] != sa:
		case sa.latest().time+foldAfter > now:
			h.queue = append(h.queue, waiting{sa, sa.latest().time + foldAfter})
		default:
			h.fold(t, sa)
		}
	}
	if h.head > 1024 && h.head*2 > len(h.queue) {
		h.queue = append([]waiting(nil), h.queue[h.head:]...)
		h.head = 0
	}
}

func (h *halfOpen) fold(t *Tracker, sa *ikeSA) {
	path := sa.paths[0].path
	initiator, responder := path.ends()
	initDir := uint8(fromA)
	if !sa.initFromA {
		initiator, responder = responder, initiator
		initDir = fromB
	}
	x := &sa.exchanges.list[0]
	p := sa.pair
	p.removeIKE(sa)
	t.forgetIKE(sa)
	withPath := pathOnlyOf(path, sa)
	tap := path.taps[0]
	if withPath {
		p.removePath(path)
		t.forgetPath(path)
	}
	if len(p.ikes)+len(p.paths)+len(p.streams)+len(p.quotes) == 0 {
		delete(t.pairs, p.key)
	}
	if len(h.folded) >= maxFolded {
		h.overflow(t, responder.Addr(), sa)
		return
	}
	f := &folded{
		initiator: initiator, responder: responder,
		version: sa.version, mode: sa.mode, typ: x.typ, transport: path.transport, tap: tap.tap, id: x.id,
		digest: x.digest, print: sa.print, group: x.group, first: sa.first, sent: x.request,
		cookie: sa.cookie, rtt: x.rtt, offered: sa.offered, vendors: sa.vendors, notifies: x.notifies,
		nat: sa.nat, withPath: withPath, message: x.message, abilities: sa.abilities, unusual: sa.unusual,
	}
	f.traffic[sideInitiator] = tap.dir[initDir].all
	f.traffic[sideResponder] = tap.dir[1-initDir].all
	if h.folded == nil {
		h.folded = map[foldKey]*folded{}
	}
	h.folded[foldKey{p.key, sa.spiI}] = f
}

func (h *halfOpen) overflow(t *Tracker, responder netip.Addr, sa *ikeSA) {
	if h.over == nil {
		h.over = map[netip.Addr]*overflow{}
	}
	o := h.over[responder]
	if o == nil {
		o = &overflow{}
		h.over[responder] = o
	}
	o.attempts++
	o.answers += uint64(sa.cookie.count)
	o.first = earlier(o.first, sa.first)
	o.last = later(o.last, sa.latest())
	t.evicted++
}

// pathOnlyOf tells whether all that the path carried are messages of sa.
func pathOnlyOf(p *path, sa *ikeSA) bool {
	if len(p.taps) != 1 || p.tcp != nil {
		return false
	}
	var n uint64
	for i := range p.taps[0].dir {
		n += p.taps[0].dir[i].all.ike
		if p.taps[0].dir[i].all.ike != p.taps[0].dir[i].all.packets {
			return false
		}
	}
	return n == sa.messages[0]+sa.messages[1]
}

// restore brings back the SA that a message belongs to, if it was folded.
func (h *halfOpen) restore(t *Tracker, k ikeKey) *ikeSA {
	if len(h.folded) == 0 {
		return nil
	}
	fk := foldKey{k.pair.key, k.spiI}
	f := h.folded[fk]
	if f == nil {
		return nil
	}
	delete(h.folded, fk)
	return t.unfold(fk, f)
}

// unfold makes the SA again, with its pair and path where they went with it.
func (t *Tracker) unfold(k foldKey, f *folded) *ikeSA {
	e := reassembly.Event{Src: f.initiator, Dst: f.responder, Transport: f.transport, Tap: f.tap,
		Time: f.first.time, FirstTime: f.first.time, Ref: f.first.ref, FirstRef: f.first.ref}
	p, at, dir := t.path(&e)
	p.pair.first = earlier(p.pair.first, f.first)
	if f.withPath {
		at.restore(dir, f)
		p.real[dir] = later(p.real[dir], f.sent)
		p.real[1-dir] = later(p.real[1-dir], f.cookie.last)
	}
	sa := &ikeSA{
		ikeKey: ikeKey{p.pair, k.spi, 0}, version: f.version, mode: f.mode, initFromA: dir == fromA,
		first: f.first, began: true,
		lastBy:   [2]mark{f.sent, f.cookie.last},
		messages: [2]uint64{1, uint64(f.cookie.count)}, offered: f.offered, vendors: f.vendors,
		abilities: f.abilities, unusual: f.unusual, print: f.print, nat: f.nat, refused: noRefused, offeredGroup: f.group,
		paths: []ikePath{{path: p, first: f.sent, bySide: [2]mark{f.sent, f.cookie.last}}},
	}
	if f.cookie.count > 0 {
		sa.refuse().cookie = f.cookie
	}
	sa.exchanges.add(exchange{typ: f.typ, id: f.id, from: sideInitiator, digest: f.digest, print: f.print,
		group: f.group, request: f.sent, lastSent: f.sent, response: f.cookie.first, requests: 1,
		responses: uint32(f.cookie.count), rtt: f.rtt, message: f.message, details: &details{notifies: f.notifies}})
	if f.version == 1 && isPhase1(f.typ) {
		sa.phase1 = &phase1{
			seen: []phase1Message{{f.digest, sideInitiator, f.sent}},
			last: f.message[sideInitiator], again: f.sent, count: 1,
		}
	}
	p.pair.addIKE(sa)
	t.ikes[sa.ikeKey] = sa
	if t.follow != nil {
		t.follow.links.add(linkOfIKE(sa), p.pair)
	}
	return sa
}

// restore puts back the traffic of a path that was folded with its only SA.
func (at *pathTap) restore(dir uint8, f *folded) {
	i, r := &at.dir[dir], &at.dir[1-dir]
	i.all.plus(f.traffic[sideInitiator])
	i.first, i.last = earlier(i.first, f.sent), later(i.last, f.sent)
	if f.cookie.count > 0 {
		r.all.plus(f.traffic[sideResponder])
		r.first, r.last = earlier(r.first, f.cookie.first), later(r.last, f.cookie.last)
	}
}

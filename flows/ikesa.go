package flows

import (
	"github.com/ikesniff/ikesniff/dissect/ike"
	"github.com/ikesniff/ikesniff/reassembly"
)

// ikeKey finds an IKE SA in its pair. While the responder's SPI is not known
// it is zero; the SA stays findable under that key.
type ikeKey struct {
	pair       *pair
	spiI, spiR ike.SPI
}

// ikeSA is one IKE SA as seen between one pair of addresses.
type ikeSA struct {
	ikeKey
	index   int32 // in pair.ikes
	version uint8
	mode    ike.ExchangeType // IKEv1: main or aggressive, 0 while not known
	began   bool             // its first message was captured
	// initFromA: the initiator is the pair's A end. For IKEv1 met midway, whoever
	// spoke first is taken for it.
	initFromA bool

	first     mark
	lastBy    [2]mark // by side
	messages  [2]uint64
	exchanges ends[exchange]
	ids       [2]idBound // IKEv2: of the exchanges that a side began, but IKE_SA_INIT
	paths     []ikePath

	offered      *offer
	chosen       *offer
	chosenAt     mark
	protection   protection // by the chosen transforms
	vendors      [2]*vendors
	print        uint64 // fingerprint of the initiator's first message
	nat          natView
	offeredGroup uint16
	abilities    abilities
	live         [2]liveness
	phase1       *phase1 // IKEv1
	unusual      *unusual
	probes       *probesV1
	makings      *ends[exchange]
	*refused     // never nil

	authDone  mark // IKE_AUTH or phase 1 has both sides' last message
	births    ends[birth]
	confirmed mark // an answered exchange well after IKE_AUTH

	recent messageRing
	copies *copiedIKE // nil if nothing was captured twice
}

// copiedIKE counts the messages of an IKE SA that were captured before.
type copiedIKE struct {
	maybe    [2]uint64 // copies that the network may have made, by side
	otherTap uint64    // messages seen again at another tap
	sure     uint64    // and at the same tap, TTL one less
	first    mark
}

// copied returns the counts of copies, to be read.
func (sa *ikeSA) copied() copiedIKE {
	if sa.copies == nil {
		return copiedIKE{}
	}
	return *sa.copies
}

// latest is the last message; an IKE SA has one of a side at least.
func (sa *ikeSA) latest() mark { return later(sa.lastBy[0], sa.lastBy[1]) }

// birth is a completed exchange that makes child SAs.
type birth struct {
	at  mark
	typ ike.ExchangeType
}

// answer counts one kind of answer in clear.
type answer struct {
	count       int
	first, last mark
}

func (a *answer) add(m mark) {
	a.count++
	a.first = earlier(a.first, m)
	a.last = later(a.last, m)
}

// ikePath is a path that an IKE SA used.
type ikePath struct {
	path   *path
	first  mark
	bySide [2]mark // last message of each side
}

// last is the last message on the path.
func (x *ikePath) last() mark { return later(x.bySide[0], x.bySide[1]) }

// messageRing remembers the last messages of an IKE SA, at all taps.
type messageRing struct {
	copyRing
	tap [copyDepth]tapNumber
}

// confirmAfter is how long after IKE_AUTH an answered INFORMATIONAL exchange
// proves the SA: before, it may be the initiator rejecting the responder's
// authentication (RFC 7296 2.21.2).
const confirmAfter = 2e9

func (t *Tracker) ike(e *reassembly.Event) {
	m, err := ike.Parse(e.Data, e.Length)
	if err != nil && m.Length == 0 && m.InitiatorSPI == 0 {
		return
	}
	p, at, dir := t.path(e)
	sa := t.ikeSA(p.pair, &m, e, dir)
	now := mark{e.Time, e.Ref}
	if m.ResponderSPI == 0 && !sa.began {
		sa.beganLate(&m, e, dir)
	}
	side := sa.side(&m, dir)

	d := digest(e)
	tap := t.taps.of(e.Tap)
	kind, other := sa.copyOf(e, d, tap)
	at.dir[dir].add(e, kind)
	if p.tcp != nil {
		p.tcp.spoke(dir, now)
	}
	sa.seenOn(p, now, side)
	p.spoke(dir, now)
	if kind != copyNone || other {
		if sa.copies == nil {
			sa.copies = &copiedIKE{first: now}
		}
		switch c := sa.copies; {
		case other:
			c.otherTap++
		case kind == copySure:
			c.sure++
		default:
			c.maybe[side]++
		}
		return
	}
	if p.watches != nil {
		p.sign(dir, now, false)
	}
	sa.recent.tap[sa.recent.push(e, d)] = tap
	sa.messages[side]++
	sa.lastBy[side] = later(sa.lastBy[side], now)
	if x := damage(&m, e, err); x != nil {
		sa.broken(x, side, now)
	}
	if m.Version.Major != sa.version {
		sa.spokeOther(&m, side, now)
	}
	if sa.version == 1 {
		t.v1(sa, &m, e, side)
	} else {
		t.v2(sa, &m, e, side)
	}
	t.half.note(t, sa, now.time)
}

// ikeSA finds or makes the SA of a message.
func (t *Tracker) ikeSA(p *pair, m *ike.Message, e *reassembly.Event, dir uint8) *ikeSA {
	k := ikeKey{p, m.InitiatorSPI, m.ResponderSPI}
	if sa := t.ikes[k]; sa != nil {
		return sa
	}
	open := ikeKey{p, m.InitiatorSPI, 0}
	half := t.ikes[open]
	if half == nil || half.spiR != 0 {
		half = t.half.restore(t, k)
	}
	if half != nil {
		if k.spiR != 0 && adopts(m) {
			half.ikeKey = k
			t.ikes[k] = half
		}
		return half
	}
	sa := &ikeSA{ikeKey: k, version: m.Version.Major, first: mark{e.FirstTime, e.FirstRef}, refused: noRefused}
	sa.exchanges.list = make([]exchange, 0, 2) // few have less, if they come to anything
	sa.began = m.ResponderSPI == 0
	fromInitiator := true
	if m.V2() {
		fromInitiator = m.FromInitiator()
	}
	sa.initFromA = (dir == fromA) == fromInitiator
	p.addIKE(sa)
	t.ikes[k] = sa
	if t.follow != nil {
		t.follow.links.add(linkOfIKE(sa), p)
	}
	if t.ikes[open] == nil {
		t.ikes[open] = sa
	}
	t.bound(p)
	return sa
}

// beganLate takes the first message of an SA whose answer was seen before it:
// segments of the two directions overtake each other in captures.
func (sa *ikeSA) beganLate(m *ike.Message, e *reassembly.Event, dir uint8) {
	sa.began, sa.version = true, m.Version.Major
	sa.first = earlier(sa.first, mark{e.FirstTime, e.FirstRef})
	fromInitiator := m.V1() || m.FromInitiator()
	sa.initFromA = (dir == fromA) == fromInitiator
}

// adopts tells whether the responder's SPI of m is that of the SA to be: an
// error or cookie in answer to the first request may carry one that is never
// used again (RFC 7296 2.6).
func adopts(m *ike.Message) bool {
	if m.ExchangeType != ike.ExchangeSAInit {
		return true
	}
	for w := m.Walk(); w.Next(); {
		if w.Payload().Type == ike.PayloadSA {
			return true
		}
	}
	return false
}

// side tells which side of the SA sent m.
func (sa *ikeSA) side(m *ike.Message, dir uint8) uint8 {
	fromInitiator := (dir == fromA) == sa.initFromA
	if m.V2() {
		fromInitiator = m.FromInitiator()
	}
	if fromInitiator {
		return sideInitiator
	}
	return sideResponder
}

// copyOf tells whether the message was captured before: at the same tap, or
// (other) at another one.
func (sa *ikeSA) copyOf(e *reassembly.Event, d uint64, tap tapNumber) (k copyKind, other bool) {
	r := &sa.recent
	for i := range int(r.used) {
		if !r.near(i, e, d) {
			continue
		}
		if r.tap[i] != tap {
			return copyNone, true
		}
		if k := copyByTTL(e.TTL, r.ttl[i]); k != copyNone {
			return k, false
		}
	}
	return copyNone, false
}

// maxIKEPaths bounds the paths kept for one IKE SA.
const maxIKEPaths = 64

func (sa *ikeSA) seenOn(p *path, now mark, side uint8) {
	for i := range sa.paths {
		if x := &sa.paths[i]; x.path == p {
			x.bySide[side] = later(x.bySide[side], now)
			return
		}
	}
	if len(sa.paths) < maxIKEPaths {
		x := ikePath{path: p, first: now}
		x.bySide[side] = now
		sa.paths = append(sa.paths, x)
	}
}

// find returns the latest exchange for which match says yes.
func (sa *ikeSA) find(match func(*exchange) bool) *exchange {
	var found *exchange
	sa.exchanges.newestFirst(func(x *exchange) bool {
		if match(x) {
			found = x
			return false
		}
		return true
	})
	return found
}

package flows

import (
	"cmp"
	"slices"

	"github.com/ikesniff/ikesniff/reassembly"
)

// Config of a Tracker; zero values stand for the defaults.
type Config struct {
	// MaxSAs bounds IKE SAs, SPIs and paths in memory (default 2,000,000).
	MaxSAs int
}

const (
	defaultMaxSAs = 2_000_000
	cacheSize     = 1 << 12
)

// Tracker is stage 1 for the pairs of addresses it is given.
type Tracker struct {
	cfg      Config
	pairs    map[reassembly.Pair]*pair
	paths    map[pathKey]*path
	streams  map[streamKey]*stream
	ikes     map[ikeKey]*ikeSA
	half     halfOpen
	asked    asked
	losses   map[lossKey]*loss
	offers   interner
	taps     tapNumbers
	plain    plain  // reused for each message
	scratch  []byte // likewise
	notifies []uint16
	// cache finds the stream of an ESP packet without hashing its whole key, and
	// recent the path of other events.
	cache  [cacheSize]*stream
	recent recentPaths

	lost    uint64 // packets that the capture lost so far
	evicted uint64
	// follow is set where somebody follows the tunnels while events come in.
	follow *Follower
}

// NewTracker returns an empty Tracker.
func NewTracker(cfg Config) *Tracker {
	if cfg.MaxSAs <= 0 {
		cfg.MaxSAs = defaultMaxSAs
	}
	return &Tracker{
		cfg:     cfg,
		pairs:   map[reassembly.Pair]*pair{},
		paths:   map[pathKey]*path{},
		streams: map[streamKey]*stream{},
		ikes:    map[ikeKey]*ikeSA{},
	}
}

// Event takes one event. It keeps no reference to e or its bytes.
func (t *Tracker) Event(e *reassembly.Event) {
	switch e.Kind {
	case reassembly.KindMessage:
		switch e.Message {
		case reassembly.MessageESP, reassembly.MessageAH:
			t.esp(e)
		case reassembly.MessageIKE:
			t.ike(e)
		case reassembly.MessageKeepalive:
			t.keepalive(e)
		}
	case reassembly.KindQuote:
		t.quote(e)
	case reassembly.KindFragment:
		t.fragment(e)
	case reassembly.KindLoss:
		t.lost += e.Lost
	case reassembly.KindTransport:
		t.transport(e)
	case reassembly.KindForeign:
		t.foreign(e)
	}
}

// Evicted counts the IKE SAs, SPIs, paths and the like that were given up to stay
// within a bound.
func (t *Tracker) Evicted() uint64 { return t.evicted }

// Advance tells the time when nothing else does.
func (t *Tracker) Advance(now int64) { t.half.sweep(t, now) }

func (t *Tracker) esp(e *reassembly.Event) {
	slot := &t.cache[(e.SPI^e.SPI>>16)%cacheSize]
	s := *slot
	if s == nil || !s.has(e) {
		s = t.stream(e)
		*slot = s
	}
	t.touch(s.path.pair, e.Time)
	s.add(e, t.lost)
}

// touch notes that something happened to a pair.
func (t *Tracker) touch(p *pair, now int64) {
	p.last = max(p.last, now)
	if t.follow != nil && !p.touched {
		t.follow.touch(p)
	}
}

func (t *Tracker) stream(e *reassembly.Event) *stream {
	p, at, dir := t.path(e)
	k := streamKey{at, e.SPI, e.Message, dir}
	if s := t.streams[k]; s != nil {
		return s
	}
	s := &stream{streamKey: k, path: p, lost: t.lost, last: mark{e.Time, e.Ref}}
	if c := p.tcp; c != nil && c.holes[dir] > 0 {
		s.lost += c.holes[dir]
		s.unusual().hole = c.hole[dir]
	}
	t.streams[k] = s
	p.pair.streams = append(p.pair.streams, s)
	if t.follow != nil {
		t.follow.links.add(linkOfStream(s), p.pair)
	}
	t.bound(p.pair)
	return s
}

func (t *Tracker) keepalive(e *reassembly.Event) {
	p, at, dir := t.path(e)
	k := at.lastKeepalive(dir).seen(e)
	if isTCP(e.Transport) {
		k = copyNone // several may share a segment
	}
	at.dir[dir].add(e, k)
	if k == copyNone {
		p.alone(dir).add(mark{e.Time, e.Ref})
		if p.watches != nil {
			p.sign(dir, mark{e.Time, e.Ref}, false)
		}
	}
}

// pair returns the state of the event's pair of addresses.
func (t *Tracker) pair(e *reassembly.Event) *pair {
	k := e.Pair()
	p := t.pairs[k]
	if p == nil {
		p = &pair{key: k, first: mark{e.FirstTime, e.FirstRef}, last: e.Time}
		t.pairs[k] = p
	}
	t.touch(p, e.Time)
	return p
}

// findPath returns the path and tap of the event, and its direction, and makes
// them where they are new.
func (t *Tracker) findPath(e *reassembly.Event) (*path, *pathTap, uint8) {
	pr := t.pair(e)
	dir, a, b := orient(pr.key, e.Src, e.Dst)
	k := pathKey{pr, e.Transport, a, b}
	p := t.paths[k]
	if p == nil {
		t.bound(pr)
		p = newPath(k, e.Tap)
		t.paths[k] = p
		if isTCP(e.Transport) {
			p.connection(t)
		}
		p.index = int32(len(pr.paths))
		pr.paths = append(pr.paths, p)
	}
	for _, at := range p.taps {
		if at.tap == e.Tap {
			return p, at, dir
		}
	}
	at := &pathTap{tap: e.Tap, index: int32(len(p.taps))}
	p.taps = append(p.taps, at)
	return p, at, dir
}

// bound evicts the pairs that were idle longest when there is too much state.
// The pair in hand stays.
func (t *Tracker) bound(inHand *pair) {
	if max(len(inHand.ikes), len(inHand.streams), len(inHand.paths)) > maxPerPair {
		inHand.shrink(t)
	}
	if len(t.streams)+len(t.ikes)+len(t.paths) <= t.cfg.MaxSAs {
		return
	}
	all := make([]*pair, 0, len(t.pairs))
	for _, p := range t.pairs {
		if p != inHand {
			all = append(all, p)
		}
	}
	slices.SortFunc(all, func(a, b *pair) int {
		if c := cmp.Compare(a.last, b.last); c != 0 {
			return c
		}
		return comparePairs(a.key, b.key)
	})
	// A tenth at once, so that the cost of sorting is shared.
	for _, p := range all[:(len(all)+9)/10] {
		t.drop(p)
	}
}

// drop forgets a pair and counts what it takes along.
func (t *Tracker) drop(p *pair) {
	t.evicted += uint64(len(p.ikes) + len(p.streams) + len(p.paths))
	for _, s := range p.streams {
		t.forgetStream(s)
	}
	for _, sa := range p.ikes {
		t.forgetIKE(sa)
	}
	for _, x := range p.paths {
		t.forgetPath(x)
	}
	delete(t.pairs, p.key)
	// What waits to be looked at again, as a half-open IKE SA, still knows the pair.
	p.ikes, p.streams, p.paths = nil, nil, nil
}

func comparePairs(a, b reassembly.Pair) int {
	if c := a.A.Compare(b.A); c != 0 {
		return c
	}
	return a.B.Compare(b.B)
}

// quoteSum sums up ICMP errors of one kind from one sender about one flow.
type quoteSum struct {
	quoteKey
	mtu         uint32
	count       int
	first, last mark
}

type quoteKey struct {
	sender    string
	v6        bool
	typ, code uint8
	message   reassembly.MessageKind
	unknown   bool
	dir       uint8
	portA     uint16
	portB     uint16
	spi       uint32
	transport reassembly.Transport
}

// maxQuotes bounds the kinds of ICMP errors kept for a pair.
const maxQuotes = 32

func (t *Tracker) quote(e *reassembly.Event) {
	p := t.pair(e)
	dir, a, b := orient(p.key, e.Src, e.Dst)
	q := &e.Quote
	k := quoteKey{q.Sender.String(), q.V6, q.Type, q.Code, e.Message, e.QuotedUnknown, dir, a, b, e.SPI, e.Transport}
	m := mark{e.Time, e.Ref}
	for _, x := range p.quotes {
		if x.quoteKey == k {
			x.count++
			x.last = later(x.last, m)
			x.mtu = max(x.mtu, q.MTU)
			return
		}
	}
	if len(p.quotes) >= maxQuotes {
		t.evicted++
		return
	}
	p.quotes = append(p.quotes, &quoteSum{quoteKey: k, mtu: q.MTU, count: 1, first: m, last: m})
}

package flows

import (
	"net/netip"
	"slices"

	"github.com/ikesniff/ikesniff/dissect"
	"github.com/ikesniff/ikesniff/reassembly"
)

// pair is the stage 1 state of two addresses.
type pair struct {
	key   reassembly.Pair
	first mark
	last  int64
	// touched: it waits to be judged (Follower).
	touched bool

	paths   []*path
	ikes    []*ikeSA
	streams []*stream
	quotes  []*quoteSum
}

// The lists of a pair are unordered; an entry knows its place in them.

func (p *pair) addIKE(sa *ikeSA) {
	sa.index = int32(len(p.ikes))
	p.ikes = append(p.ikes, sa)
}

func (p *pair) removeIKE(sa *ikeSA) {
	n := len(p.ikes) - 1
	p.ikes[sa.index] = p.ikes[n]
	p.ikes[sa.index].index = sa.index
	p.ikes[n] = nil
	p.ikes = p.ikes[:n]
}

func (p *pair) removePath(x *path) {
	n := len(p.paths) - 1
	p.paths[x.index] = p.paths[n]
	p.paths[x.index].index = x.index
	p.paths[n] = nil
	p.paths = p.paths[:n]
}

// pathKey finds a path: one transport between two endpoints of a pair.
type pathKey struct {
	pair         *pair
	transport    reassembly.Transport
	portA, portB uint16 // of pair.key.A and pair.key.B
}

// path is one transport between two endpoints, seen at one tap or several.
type path struct {
	pathKey
	index int32 // in pair.paths
	taps  []*pathTap
	tail  *tail       // noTail while there was no data
	tcp   *connection // of TCP paths
	// lonely counts the keepalives each way since the last other packet of the
	// other side, nil if none ever came; real marks the last such packet each way.
	lonely *[2]tally
	// watches wait for the next packet each way; nil if none ever did.
	watches *[2][]*watch
	real    [2]mark
	aside   *pathAside // nil while there is nothing in it
}

// pathAside is what few paths have.
type pathAside struct {
	// runs are those of large packets for which packets each way are counted.
	runs [2][]*stuck
	// heir is set where ESP without IKE carries on a tunnel whose first SPIs were
	// forgotten.
	heir *heritage
}

// rare returns what few paths have, to be written to.
func (p *path) rare() *pathAside {
	if p.aside == nil {
		p.aside = &pathAside{}
	}
	return p.aside
}

func (p *path) heir() *heritage {
	if p.aside == nil {
		return nil
	}
	return p.aside.heir
}

// newPath makes a path together with the first tap that sees it: most have no
// other.
func newPath(k pathKey, tap dissect.Tap) *path {
	n := &struct {
		path
		one  pathTap
		list [1]*pathTap
	}{}
	n.pathKey, n.one.tap, n.tail = k, tap, noTail
	n.list[0] = &n.one
	n.taps = n.list[:]
	return &n.path
}

// alone is the path's count of keepalives one way, made on demand.
func (p *path) alone(dir uint8) *tally {
	if p.lonely == nil {
		p.lonely = &[2]tally{}
	}
	return &p.lonely[dir]
}

// inVain returns the count of keepalives one way since the other side was heard.
func (p *path) inVain(dir uint8) tally {
	if p.lonely == nil {
		return tally{}
	}
	return p.lonely[dir]
}

// spoke notes a packet that is no keepalive: the other side's keepalives before
// it were not sent into silence.
func (p *path) spoke(dir uint8, m mark) {
	p.real[dir] = m
	if p.lonely != nil && p.lonely[1-dir].n > 0 {
		p.lonely[1-dir] = tally{}
	}
}

// Directions of a path: from its A end to its B end, or back.
const (
	fromA = 0
	fromB = 1
)

// ends returns the path's endpoints; ports are 0 for raw ESP and AH.
func (p *path) ends() (a, b netip.AddrPort) {
	return netip.AddrPortFrom(p.pair.key.A, p.portA), netip.AddrPortFrom(p.pair.key.B, p.portB)
}

// orient tells the direction of a packet and the ports at the pair's A and B
// ends. Where both ends have one address the smaller port is the A end.
func orient(k reassembly.Pair, src, dst netip.AddrPort) (dir uint8, portA, portB uint16) {
	swap := src.Addr() != k.A
	if k.A == k.B {
		swap = src.Port() > dst.Port()
	}
	if swap {
		return fromB, dst.Port(), src.Port()
	}
	return fromA, src.Port(), dst.Port()
}

// pathTap is what one tap saw of a path.
type pathTap struct {
	tap   dissect.Tap
	index int32 // in path.taps as they came up
	dir   [2]traffic
	// keepalive is the last one each way, nil if there was none.
	keepalive *[2]lastKeepalive
	// mirrored: this tap saw the pair's packets twice, so that the copies that
	// may be the network's are the capture's. Stage 2 decides it.
	mirrored bool
}

// lastKeepalive is that of one direction, made on demand.
func (at *pathTap) lastKeepalive(dir uint8) *lastKeepalive {
	if at.keepalive == nil {
		at.keepalive = &[2]lastKeepalive{}
	}
	return &at.keepalive[dir]
}

// keepalives are the first and the last one of a direction.
func (at *pathTap) keepalives(dir uint8) (first, last mark) {
	if at.keepalive == nil {
		return mark{}, mark{}
	}
	return at.keepalive[dir].first, at.keepalive[dir].last
}

// counts are those of one direction.
type counts struct{ packets, bytes, ike, esp, keepalives uint64 }

// add counts a message.
func (c *counts) add(e *reassembly.Event) {
	c.packets += uint64(e.Packets)
	c.bytes += uint64(e.IPLength)
	switch e.Message {
	case reassembly.MessageIKE:
		c.ike++
	case reassembly.MessageESP, reassembly.MessageAH:
		c.esp++
	case reassembly.MessageKeepalive:
		c.keepalives++
	}
}

func (c *counts) plus(o counts) {
	c.packets += o.packets
	c.bytes += o.bytes
	c.ike += o.ike
	c.esp += o.esp
	c.keepalives += o.keepalives
}

func (c *counts) minus(o counts) {
	c.packets -= o.packets
	c.bytes -= o.bytes
	c.ike -= o.ike
	c.esp -= o.esp
	c.keepalives -= o.keepalives
}

// traffic counts one direction at one tap. all holds every packet captured;
// sure are those of them that are certainly one packet captured twice (their
// TTL is one less), maybe those alike in IP ID, bytes and TTL: captured twice
// or doubled by the network, which only the share of them can tell.
type traffic struct {
	all         counts
	first, last mark
	copies      *copyCounts
	hops        hops
}

// copyCounts are nil in traffic while nothing was captured twice.
type copyCounts struct{ sure, maybe counts }

// copied returns the counts of copies, to be read.
func (t *traffic) copied() copyCounts {
	if t.copies == nil {
		return copyCounts{}
	}
	return *t.copies
}

// copy counts what was captured before.
func (t *traffic) copy(k copyKind, c counts) {
	if k == copyNone {
		return
	}
	if t.copies == nil {
		t.copies = &copyCounts{}
	}
	if k == copySure {
		t.copies.sure.plus(c)
	} else {
		t.copies.maybe.plus(c)
	}
}

func (t *traffic) add(e *reassembly.Event, k copyKind) {
	t.hops.see(e)
	t.all.add(e)
	if k != copyNone {
		var c counts
		c.add(e)
		t.copy(k, c)
	}
	m := mark{e.Time, e.Ref}
	t.first.soonest(m)
	t.last.latest(m)
}

// net returns the counts without what was captured twice.
func (t *traffic) net(mirrored bool) counts {
	c, twice := t.all, t.copied()
	c.minus(twice.sure)
	if mirrored {
		c.minus(twice.maybe)
	}
	return c
}

// tail is the run of data packets one way since the last one the other way.
// It spans the taps of a path: one that tells directions apart sees either way
// at a tap of its own.
type tail struct {
	dir         uint8
	packets     [tailTaps]uint64 // by tap
	first, last mark
	otherLast   mark
}

const tailTaps = 4

// noTail is never written to.
var noTail = &tail{}

// data notes a data packet.
func (p *path) data(dir uint8, tap int32, m mark) {
	if p.tail == noTail {
		p.tail = &tail{}
	}
	p.tail.add(dir, tap, m)
}

func (t *tail) add(dir uint8, tap int32, m mark) {
	if !t.last.set() || t.dir != dir {
		t.otherLast = t.last
		t.dir, t.first, t.packets = dir, m, [tailTaps]uint64{}
	}
	t.packets[tap%tailTaps]++
	t.last = m
}

// count is how many packets the run has, as the tap that saw most counted.
func (t *tail) count() uint64 { return slices.Max(t.packets[:]) }

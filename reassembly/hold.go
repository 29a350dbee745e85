package reassembly

import (
	"net/netip"
	"slices"

	"github.com/ikesniff/ikesniff/capture"
	"github.com/ikesniff/ikesniff/dissect"
)

const (
	maxHeldMessages = 16
	maxHeldBytes    = 32 << 10 // per flow
	maxIdleHolds    = 64       // kept for reuse
)

// hold keeps the messages of one UDP flow that has no verdict yet.
type hold struct {
	key  tuple
	ends [2]netip.AddrPort // a message of direction 0 goes from ends[0] to ends[1]
	natt bool
	msgs []heldMessage
	buf  []byte
	evidence
	newer, older *hold // by last message
}

// heldMessage is what an Event needs beyond its flow.
type heldMessage struct {
	arrival         uint64
	time, firstTime int64
	ref, firstRef   capture.Ref
	tap             dissect.Tap
	encap           dissect.Encap
	kind            MessageKind
	ttl             uint8
	direction       uint8
	hasIPID         bool
	ipid            uint32
	begin, end      int // of the captured bytes in buf
	length          int
	packets         int
	ipLength        int
	fragments       int
}

func (h *hold) full(payload int) bool {
	return len(h.msgs) >= maxHeldMessages || len(h.msgs) > 0 && len(h.buf)+payload > maxHeldBytes
}

// keep copies a datagram's message.
func (h *hold) keep(d *dissect.Datagram, kind MessageKind, direction int, arrival uint64) {
	m := heldMessage{
		arrival: arrival, time: d.Time, firstTime: d.Time, ref: d.Ref, firstRef: d.Ref,
		tap: d.Tap, encap: d.Encap, kind: kind, ttl: d.TTL, direction: uint8(direction),
		hasIPID: d.HasIPID, ipid: d.IPID, length: d.PayloadLength,
		packets: d.Packets, ipLength: d.IPLength, fragments: d.Fragments,
		begin: len(h.buf),
	}
	if d.Fragments > 0 {
		m.firstTime, m.firstRef = d.FirstTime, d.FirstRef
	}
	h.buf = append(h.buf, d.Payload...)
	m.end = len(h.buf)
	h.msgs = append(h.msgs, m)
}

// holds is the list of all holds of a Classifier, by last use, with the number
// of bytes they keep.
type holds struct {
	newest, oldest *hold
	bytes          int
	idle           []*hold
}

func (s *holds) open(key tuple, src, dst netip.AddrPort, direction int, natt bool) *hold {
	var h *hold
	if n := len(s.idle); n > 0 {
		h = s.idle[n-1]
		s.idle = s.idle[:n-1]
		*h = hold{msgs: h.msgs[:0], buf: h.buf[:0]}
	} else {
		h = new(hold)
	}
	h.key, h.natt = key, natt
	h.ends = [2]netip.AddrPort{src, dst}
	if direction == 1 {
		h.ends = [2]netip.AddrPort{dst, src}
	}
	s.link(h)
	return h
}

// close ends a hold; its messages are gone.
func (s *holds) close(h *hold) {
	s.unlink(h)
	s.bytes -= len(h.buf)
	if len(s.idle) < maxIdleHolds {
		s.idle = append(s.idle, h)
	}
}

func (s *holds) touch(h *hold) {
	if s.newest != h {
		s.unlink(h)
		s.link(h)
	}
}

func (s *holds) link(h *hold) {
	h.newer, h.older = nil, s.newest
	if s.newest != nil {
		s.newest.newer = h
	} else {
		s.oldest = h
	}
	s.newest = h
}

func (s *holds) unlink(h *hold) {
	if h.newer != nil {
		h.newer.older = h.older
	} else {
		s.newest = h.older
	}
	if h.older != nil {
		h.older.newer = h.newer
	} else {
		s.oldest = h.newer
	}
	h.newer, h.older = nil, nil
}

// hold keeps a message until its flow has a verdict, or judges the flow now.
// It counts the datagram unless it keeps it.
func (c *Classifier) hold(d *dissect.Datagram, u *udpFlow, kind MessageKind) {
	h := u.held()
	if h == nil {
		u.ensure(c)
		h = c.holds.open(u.key, d.Src, d.Dst, u.direction, u.natt)
		u.flow.hold = h
	}
	c.holds.touch(h)
	if kind == MessageESP {
		h.add(u.direction, d.Payload, d.PayloadLength)
		v := h.judge(u.natt)
		if v == verdictOpen && h.full(len(d.Payload)) {
			v = h.conclude(u.natt)
		}
		if v != verdictOpen {
			c.decide(d, u, v)
			return
		}
	} else if h.full(0) {
		// Keepalives alone never decide; those beyond the limit go uncounted.
		c.undecided(d)
		return
	}
	before := len(h.buf)
	h.keep(d, kind, u.direction, c.arrivals)
	c.holds.bytes += len(h.buf) - before
	for c.holds.bytes > c.cfg.MaxHeldBytes {
		c.counters.Evicted++
		c.abandon(c.holds.oldest)
	}
}

// decide ends the hold of a flow with the verdict that datagram d brought.
func (c *Classifier) decide(d *dissect.Datagram, u *udpFlow, v verdict) {
	switch v {
	case verdictIPsec:
		c.becomeIPsec(u, ConfidenceMedium)
		c.acceptESP(d, u, ConfidenceMedium)
	case verdictForeign:
		c.becomeForeign(u)
		c.ignore(d)
	case verdictUnclear:
		c.dropHold(u.flow, true)
		u.flow.verdict = verdictForeign
		c.undecided(d)
	}
}

// release emits what a hold kept, as it came.
func (c *Classifier) release(h *hold, conf Confidence) {
	for i := range h.msgs {
		c.emitHeld(h, &h.msgs[i], conf)
	}
	c.holds.close(h)
}

// discard counts what a hold kept as ignored.
func (c *Classifier) discard(h *hold, undecided bool) {
	for i := range h.msgs {
		m := &h.msgs[i]
		c.counters.IgnoredPackets += uint64(m.packets)
		if undecided {
			c.counters.UndecidedPackets += uint64(m.packets)
		}
		src, dst := h.ends[m.direction], h.ends[1-m.direction]
		switch {
		case m.kind == MessageKeepalive:
			c.nearby.note(NearKeepalive, src, dst, c.serverPort(src, dst), m.time, m.ref, m.packets)
		case undecided:
			c.nearby.note(NearESP, src, dst, c.serverPort(src, dst), m.time, m.ref, m.packets)
		case h.natt:
			c.nearby.note(NearNotIPsec, src, dst, c.serverPort(src, dst), m.time, m.ref, m.packets)
		}
	}
	c.holds.close(h)
}

// abandon judges a hold by what it has, because memory is short, and forgets
// its flow.
func (c *Classifier) abandon(h *hold) {
	key := h.key
	c.conclude(h)
	c.flows.remove(key, key.hash())
}

// conclude ends a hold to which nothing will be added.
func (c *Classifier) conclude(h *hold) {
	switch h.evidence.conclude(h.natt) {
	case verdictIPsec:
		c.release(h, ConfidenceLow)
	case verdictForeign:
		c.discard(h, false)
	default:
		c.discard(h, true)
	}
}

// finishHolds concludes all holds. Messages come out in the order in which the
// datagrams came, whatever flow they belong to.
func (c *Classifier) finishHolds() {
	type ref struct {
		h *hold
		m *heldMessage
	}
	var out []ref
	var accepted []*hold
	for h := c.holds.oldest; h != nil; {
		next := h.newer
		switch h.evidence.conclude(h.natt) {
		case verdictIPsec:
			accepted = append(accepted, h)
			for i := range h.msgs {
				out = append(out, ref{h, &h.msgs[i]})
			}
		case verdictForeign:
			c.discard(h, false)
		default:
			c.discard(h, true)
		}
		h = next
	}
	slices.SortFunc(out, func(a, b ref) int {
		if a.m.arrival < b.m.arrival {
			return -1
		}
		return 1
	})
	for _, r := range out {
		c.emitHeld(r.h, r.m, ConfidenceLow)
	}
	for _, h := range accepted {
		c.holds.close(h)
	}
}

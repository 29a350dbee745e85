package flows

import (
	"encoding/binary"
	"math/bits"

	"github.com/ikesniff/ikesniff/reassembly"
)

// copyKind tells whether a packet is another one captured once more.
type copyKind uint8

const (
	copyNone copyKind = iota
	copyMaybe
	copySure
)

// A packet is captured twice within copyWithin, and among the last copyDepth
// packets of its SA.
const (
	copyWithin = 50e6 // nanoseconds
	copyDepth  = 8
)

// lastKeepalive tells a keepalive captured twice: all of them are alike but for
// their IP ID.
type lastKeepalive struct {
	time        int64
	ipid        uint32
	ttl         uint8
	first, last mark
}

func (l *lastKeepalive) seen(e *reassembly.Event) copyKind {
	before := *l
	now := mark{e.Time, e.Ref}
	*l = lastKeepalive{e.Time, e.IPID, e.TTL, earlier(l.first, now), now}
	if dt := e.Time - before.time; before.ttl == 0 || dt > copyWithin || dt < -copyWithin || before.ipid != e.IPID {
		return copyNone
	}
	return copyByTTL(e.TTL, before.ttl)
}

// copied counts the packets of a stream that were captured before: see traffic.
type copied struct {
	sure, maybe, maybeBytes uint64
	first, last             mark
	number                  uint32 // of the first
}

func (c *copied) add(kind copyKind, e *reassembly.Event) {
	m := mark{e.Time, e.Ref}
	if !c.first.set() {
		c.first, c.number = m, e.Sequence
	}
	c.last = m
	if kind == copySure {
		c.sure++
	} else {
		c.maybe++
		c.maybeBytes += uint64(e.Length)
	}
}

// copyRing remembers the last packets of one SA at one tap. There is one for
// each SPI, so it is kept small: times as distances from a base, and half of
// each digest.
type copyRing struct {
	base   int64
	after  [copyDepth]int32 // nanoseconds; gone for no packet
	digest [copyDepth]uint32
	ttl    [copyDepth]uint8
	next   uint8
	used   uint8
}

const (
	gone = -1 << 31
	// ringSpan is how far from the base times may lie; packets farther from a new
	// one are forgotten, for they can be no copies of what comes.
	ringSpan = 1e9
)

// content tells messages apart: IKE by all its bytes, ESP and AH by their
// length, their beginning and their end, where ESP has its integrity check
// value.
func content(e *reassembly.Event) uint64 {
	h := uint64(e.Length)
	if e.Message == reassembly.MessageIKE {
		d := e.Data
		for ; len(d) >= 8; d = d[8:] {
			h = stir(h, binary.LittleEndian.Uint64(d))
		}
		for _, b := range d {
			h = stir(h, uint64(b))
		}
		return h
	}
	if d := e.Data; len(d) >= 8 {
		h ^= binary.LittleEndian.Uint64(d[len(d)-8:]) * 0x9e3779b97f4a7c15
		h = h<<17 | h>>47
		h ^= binary.LittleEndian.Uint64(d) * 0xbf58476d1ce4e5b9
	}
	return h * 0x94d049bb133111eb
}

// stir adds a word to a hash.
func stir(h, word uint64) uint64 {
	hi, lo := bits.Mul64(h^word^0x9e3779b97f4a7c15, 0xbf58476d1ce4e5b9)
	return hi ^ lo
}

// digest tells packets apart: by content and IP ID.
func digest(e *reassembly.Event) uint64 {
	return content(e) ^ uint64(e.IPID)*0xd6e8feb86659fd93
}

func half(digest uint64) uint32 { return uint32(digest ^ digest>>32) }

// find looks for the packet among the last ones.
func (r *copyRing) find(e *reassembly.Event, d uint64) copyKind {
	for i := range int(r.used) {
		if !r.near(i, e, d) {
			continue
		}
		if k := copyByTTL(e.TTL, r.ttl[i]); k != copyNone {
			return k
		}
	}
	return copyNone
}

// near tells whether entry i has the digest of a packet and lies about its time.
func (r *copyRing) near(i int, e *reassembly.Event, d uint64) bool {
	if r.digest[i] != half(d) || r.after[i] == gone {
		return false
	}
	dt := e.Time - r.base - int64(r.after[i])
	return dt <= copyWithin && dt >= -copyWithin
}

// copyByTTL tells two captures of one packet by its TTL there and here.
func copyByTTL(here, there uint8) copyKind {
	switch here {
	case there:
		return copyMaybe
	case there - 1, there + 1:
		return copySure
	}
	return copyNone
}

// push adds a packet in place of the oldest and returns its place.
func (r *copyRing) push(e *reassembly.Event, d uint64) int {
	after := e.Time - r.base
	if after > ringSpan || after < -ringSpan {
		r.rebase(e.Time)
		after = 0
	}
	i := int(r.next)
	r.after[i], r.digest[i], r.ttl[i] = int32(after), half(d), e.TTL
	r.next = (r.next + 1) % copyDepth
	r.used = max(r.used, uint8(i)+1)
	return i
}

// rebase makes a new base and forgets what is far from it.
func (r *copyRing) rebase(base int64) {
	for i := range r.after[:r.used] {
		if r.after[i] == gone {
			continue
		}
		after := r.base + int64(r.after[i]) - base
		if after > ringSpan || after < -ringSpan {
			after = gone
		}
		r.after[i] = int32(after)
	}
	r.base = base
}

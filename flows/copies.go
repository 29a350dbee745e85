package flows

import (
	"encoding/binary"

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
	switch e.TTL {
	case before.ttl:
		return copyMaybe
	case before.ttl - 1, before.ttl + 1:
		return copySure
	}
	return copyNone
}

// copyRing remembers the last packets of one SA at one tap.
type copyRing struct {
	entry [copyDepth]struct {
		time   int64
		digest uint64
		ttl    uint8
	}
	next uint8
}

// content tells messages apart: IKE by all its bytes, ESP and AH by their
// length, their beginning and their end, where ESP has its integrity check
// value.
func content(e *reassembly.Event) uint64 {
	h := uint64(e.Length)
	if e.Message == reassembly.MessageIKE {
		for _, b := range e.Data { // FNV-1a
			h = (h ^ uint64(b)) * 0x100000001b3
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

// digest tells packets apart: by content and IP ID.
func digest(e *reassembly.Event) uint64 {
	return content(e) ^ uint64(e.IPID)*0xd6e8feb86659fd93
}

// find looks for the packet among the last ones.
func (r *copyRing) find(e *reassembly.Event, d uint64) copyKind {
	for i := range r.entry {
		x := &r.entry[i]
		if x.digest != d || x.time == 0 && x.digest == 0 {
			continue
		}
		if dt := e.Time - x.time; dt > copyWithin || dt < -copyWithin {
			continue
		}
		switch e.TTL {
		case x.ttl:
			return copyMaybe
		case x.ttl - 1, x.ttl + 1:
			return copySure
		}
	}
	return copyNone
}

func (r *copyRing) push(e *reassembly.Event, d uint64) {
	x := &r.entry[r.next]
	x.time, x.digest, x.ttl = e.Time, d, e.TTL
	r.next = (r.next + 1) % copyDepth
}

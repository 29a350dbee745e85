package flows

import (
	"slices"
)

// maxPerPair bounds the IKE SAs, the SPIs and the paths of one pair each, so
// that two hosts alone cannot fill the memory.
const maxPerPair = 1 << 16

// shrink evicts what was idle longest in a pair that holds too much.
func (p *pair) shrink(t *Tracker) {
	p.ikes = oldestOut(p.ikes, func(sa *ikeSA) mark { return sa.latest() }, func(sa *ikeSA) {
		t.evicted++
		t.forgetIKE(sa)
	})
	for i, sa := range p.ikes {
		sa.index = int32(i)
	}
	p.streams = oldestOut(p.streams, func(s *stream) mark { return s.last }, func(s *stream) {
		t.evicted++
		t.forgetStream(s)
	})
	p.paths = oldestOut(p.paths, (*path).lastUse, func(x *path) {
		t.evicted++
		t.forgetPath(x)
	})
	for i, x := range p.paths {
		x.index = int32(i)
	}
}

func (p *path) lastUse() mark {
	var m mark
	for _, at := range p.taps {
		m = later(m, later(at.dir[fromA].last, at.dir[fromB].last))
	}
	return m
}

// oldestOut drops the older half of a list that has outgrown maxPerPair.
func oldestOut[T any](l []T, last func(T) mark, drop func(T)) []T {
	if len(l) <= maxPerPair {
		return l
	}
	slices.SortFunc(l, func(a, b T) int { return last(a).compare(last(b)) })
	n := len(l) / 2
	for _, v := range l[:n] {
		drop(v)
	}
	return slices.Clone(l[n:])
}

func (t *Tracker) forgetIKE(sa *ikeSA) {
	delete(t.ikes, sa.ikeKey)
	if t.follow != nil {
		t.follow.links.remove(linkOfIKE(sa), sa.pair)
	}
	if open := (ikeKey{sa.pair, sa.spiI, 0}); t.ikes[open] == sa {
		delete(t.ikes, open)
	}
}

func (t *Tracker) forgetStream(s *stream) {
	delete(t.streams, s.streamKey)
	if t.follow != nil {
		t.follow.links.remove(linkOfStream(s), s.path.pair)
	}
	if slot := &t.cache[(s.spi^s.spi>>16)%cacheSize]; *slot == s {
		*slot = nil
	}
}

package flows

import (
	"slices"

	"github.com/ikesniff/ikesniff/reassembly"
)

// watch tells what one side sent around a request to it: last before, first
// after, and its first data after.
type watch struct {
	before, after, data mark
	done                bool // nobody wants to know any more
}

// maxWatches bounds those that wait on a path for one direction.
const maxWatches = 32

// watchFor begins to watch the other side of an IKE SA from a request on, on all
// paths where its packets may come: those of IKE, other transports between the
// same ports, and raw ESP and AH.
func (t *Tracker) watchFor(sa *ikeSA, from uint8) *watch {
	w := &watch{before: sa.lastBy[1-from]}
	dir := uint8(fromB)
	if sa.initFromA == (from == sideResponder) {
		dir = fromA
	}
	var seen [maxIKEPaths]*path
	n := 0
	add := func(p *path) {
		if p == nil || n == len(seen) {
			return
		}
		for _, x := range seen[:n] {
			if x == p {
				return
			}
		}
		seen[n] = p
		n++
		w.before = later(w.before, p.lastFrom(dir))
		p.watch(dir, w)
	}
	for i := range sa.paths {
		k := sa.paths[i].path.pathKey
		for tr := reassembly.TransportUDP; tr <= reassembly.TransportCisco; tr++ {
			k.transport = tr
			add(t.paths[k])
		}
	}
	add(t.paths[pathKey{pair: sa.pair, transport: reassembly.TransportIP}])
	return w
}

// lastFrom is the last packet in a direction.
func (p *path) lastFrom(dir uint8) mark {
	m := p.real[dir]
	for _, at := range p.taps {
		_, last := at.keepalives(dir)
		m = later(m, last)
	}
	return m
}

func (p *path) watch(dir uint8, w *watch) {
	if p.watches == nil {
		p.watches = &[2][]*watch{}
	}
	l := slices.DeleteFunc(p.watches[dir], func(w *watch) bool { return w.done })
	if len(l) == maxWatches {
		l = append(l[:0], l[1:]...)
	}
	p.watches[dir] = append(l, w)
}

// unwatch lets go of the watches that are done. Most paths then have none.
func (p *path) unwatch() {
	if p.watches == nil {
		return
	}
	waiting := 0
	for dir, l := range p.watches {
		p.watches[dir] = slices.DeleteFunc(l, func(w *watch) bool { return w.done })
		waiting += len(p.watches[dir])
	}
	if waiting == 0 {
		p.watches = nil
	}
}

// sign tells the watches of a direction of a packet.
func (p *path) sign(dir uint8, m mark, data bool) {
	l := p.watches[dir]
	kept := l[:0]
	for _, w := range l {
		if w.done {
			continue
		}
		if !w.after.set() {
			w.after = m
		}
		if data && !w.data.set() {
			w.data = m
		}
		if !w.data.set() {
			kept = append(kept, w)
		}
	}
	clear(l[len(kept):])
	p.watches[dir] = kept
}

func mergeWatch(a, b *watch) *watch {
	if a == nil || b == nil {
		if a == nil {
			return b
		}
		return a
	}
	return &watch{before: later(a.before, b.before), after: earlier(a.after, b.after), data: earlier(a.data, b.data)}
}

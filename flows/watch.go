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
	if len(sa.pair.paths) <= fewPaths {
		sa.eachPathAround(add)
	} else {
		t.findPathsAround(sa, add)
	}
	return w
}

// fewPaths is how many paths of a pair are looked through sooner than looked up.
const fewPaths = 8

// eachPathAround calls f with the paths where packets of an IKE SA's peers may
// come.
func (sa *ikeSA) eachPathAround(f func(*path)) {
	for _, p := range sa.pair.paths {
		if p.transport == reassembly.TransportIP || sa.between(p.portA, p.portB) {
			f(p)
		}
	}
}

// findPathsAround is eachPathAround for a pair that has many paths, and calls f
// with nil, too.
func (t *Tracker) findPathsAround(sa *ikeSA, f func(*path)) {
	for i := range sa.paths {
		k := sa.paths[i].path.pathKey
		for tr := reassembly.TransportUDP; tr <= reassembly.TransportCisco; tr++ {
			k.transport = tr
			f(t.paths[k])
		}
	}
	f(t.paths[pathKey{pair: sa.pair, transport: reassembly.TransportIP}])
}

// between tells whether a path of the IKE SA has these ports.
func (sa *ikeSA) between(portA, portB uint16) bool {
	for i := range sa.paths {
		if p := sa.paths[i].path; p.portA == portA && p.portB == portB {
			return true
		}
	}
	return false
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
	if len(l) == 0 {
		return
	}
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

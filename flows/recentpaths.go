package flows

import (
	"net/netip"

	"github.com/ikesniff/ikesniff/dissect"
	"github.com/ikesniff/ikesniff/reassembly"
)

// recentPaths remembers which path the events of two endpoints belong to.
// Every frame of fake TCP, and every keepalive, has such an event: its path is
// found without hashing addresses twice.
type recentPaths [1 << 10]recentPath

type recentPath struct {
	src, dst  netip.AddrPort
	tap       dissect.Tap
	transport reassembly.Transport
	dir       uint8
	path      *path // nil if the place is empty
	at        *pathTap
}

// place returns where a path with these ports would be. Ports of clients tell
// paths apart well enough.
func (r *recentPaths) place(src, dst uint16, tr reassembly.Transport) *recentPath {
	i := uint32(src)*3 + uint32(dst)
	return &r[(i^i>>10+uint32(tr))%uint32(len(r))]
}

// path returns the path and tap of the event, and its direction.
func (t *Tracker) path(e *reassembly.Event) (*path, *pathTap, uint8) {
	r := t.recent.place(e.Src.Port(), e.Dst.Port(), e.Transport)
	if r.path != nil && r.transport == e.Transport && r.tap == e.Tap && sameEnd(&r.src, &e.Src) && sameEnd(&r.dst, &e.Dst) {
		t.touch(r.path.pair, e.Time)
		return r.path, r.at, r.dir
	}
	p, at, dir := t.findPath(e)
	*r = recentPath{src: e.Src, dst: e.Dst, tap: e.Tap, transport: e.Transport, dir: dir, path: p, at: at}
	return p, at, dir
}

// forgetPath takes a path out of the tables. Its pair lets go of it by itself.
func (t *Tracker) forgetPath(p *path) {
	delete(t.paths, p.pathKey)
	for _, ports := range [...][2]uint16{{p.portA, p.portB}, {p.portB, p.portA}} {
		if r := t.recent.place(ports[0], ports[1], p.transport); r.path == p {
			*r = recentPath{}
		}
	}
}

// sameEnd compares endpoints, ports first: they differ more often.
func sameEnd(a, b *netip.AddrPort) bool {
	return a.Port() == b.Port() && a.Addr() == b.Addr()
}

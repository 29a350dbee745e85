package flows

import "github.com/ikesniff/ikesniff/reassembly"

// pathIndex finds the streams that may belong to the IKE SAs of a path: those
// between the same endpoints and, for IKE on UDP 500, raw ESP and AH of the pair.
type pathIndex struct {
	on map[endsKey][]*stream
}

func indexPaths(pairs []*pair) *pathIndex {
	x := &pathIndex{on: map[endsKey][]*stream{}}
	for _, p := range pairs {
		var raw []*stream
		for _, s := range p.streams {
			k := s.path.endsKey()
			x.on[k] = append(x.on[k], s)
			if s.path.transport == reassembly.TransportIP {
				raw = append(raw, s)
			}
		}
		if raw == nil {
			continue
		}
		for _, y := range p.paths {
			if y.transport == reassembly.TransportUDP {
				k := y.endsKey()
				x.on[k] = append(x.on[k], raw...)
			}
		}
	}
	return x
}

func (x *pathIndex) streams(p *path) []*stream { return x.on[p.endsKey()] }

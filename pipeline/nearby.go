package pipeline

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/ikesniff/ikesniff/capture"
	"github.com/ikesniff/ikesniff/reassembly"
	"github.com/ikesniff/ikesniff/report"
)

// maxNearbyTCP is how many lines of TCP the answer "no tunnel" has.
const maxNearbyTCP = 8

// nearbyTCP says which TCP ports could have been meant for IPsec: those where
// nobody answered, and those where TLS was spoken, for IKE may hide in it.
func nearbyTCP(endpoints []reassembly.Endpoint) []report.Nearby {
	type key struct {
		port uint16
		what string
	}
	type sum struct {
		key
		connections uint64
		time        int64
		ref         capture.Ref
	}
	by := map[key]*sum{}
	note := func(e *reassembly.Endpoint, what string, n uint64) {
		if n == 0 {
			return
		}
		k := key{e.Server.Port(), what}
		s := by[k]
		if s == nil {
			s = &sum{key: k, time: e.FirstTime, ref: e.FirstRef}
			by[k] = s
		}
		s.connections += n
		if e.FirstTime < s.time || e.FirstTime == s.time && e.FirstRef < s.ref {
			s.time, s.ref = e.FirstTime, e.FirstRef
		}
	}
	for i := range endpoints {
		e := &endpoints[i]
		note(e, "connections asked for and never answered", e.Unanswered)
		note(e, "connections refused", e.Refused)
		note(e, "connections that speak TLS, which could hide IKE", e.TLS)
	}
	list := make([]*sum, 0, len(by))
	for _, s := range by {
		list = append(list, s)
	}
	slices.SortFunc(list, func(a, b *sum) int {
		return cmp.Or(cmp.Compare(b.connections, a.connections), cmp.Compare(a.port, b.port), cmp.Compare(a.what, b.what))
	})
	var out []report.Nearby
	for _, s := range list[:min(len(list), maxNearbyTCP)] {
		out = append(out, report.Nearby{
			What:    fmt.Sprintf("TCP port %d: %s", s.port, s.what),
			Packets: s.connections,
			First:   report.Ref{Source: s.ref.Source(), Frame: s.ref.Number()},
		})
	}
	return out
}

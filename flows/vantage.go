package flows

import (
	"fmt"
	"net/netip"

	"github.com/ikesniff/ikesniff/report"
)

// enoughHops is how many packets of an address it takes to judge its distance: a
// single one may be forged, or an ICMP error's kind of exception.
const enoughHops = 3

// undiminished tells whether a TTL is one that hosts and gateways send with, so
// that no router was passed. Nobody is 64 hops away, so 64 is not a worn 128.
func undiminished(ttl uint8) bool { return ttl == 64 || ttl == 128 || ttl == 255 }

// vantages judges for each source where it was captured, by the TTLs of IPsec
// packets: beside an end whose packets come with theirs undiminished while those
// of its peers do not, or in the middle where all are diminished. Where both ends
// are near, or too little was seen, it says nothing: nil.
func vantages(pairs []*pair, sources int) []*report.Vantage {
	seen := make([]map[netip.Addr]*hop, sources)
	ends := make([]map[*pair]struct{}, sources)
	for _, p := range pairs {
		for _, x := range p.paths {
			for _, at := range x.taps {
				for dir := range at.dir {
					from := [2]netip.Addr{fromA: p.key.A, fromB: p.key.B}[dir]
					at.dir[dir].hops.each(func(h hop) {
						i := int(h.source)
						if i >= sources {
							return
						}
						if seen[i] == nil {
							seen[i], ends[i] = map[netip.Addr]*hop{}, map[*pair]struct{}{}
						}
						ends[i][p] = struct{}{}
						sum := seen[i][from]
						if sum == nil {
							sum = &hop{}
							seen[i][from] = sum
						}
						sum.most = max(sum.most, h.most)
						sum.packets = min(sum.packets+h.packets, 1<<30)
					})
				}
			}
		}
	}
	out := make([]*report.Vantage, sources)
	for i := range out {
		out[i] = vantageOf(seen[i], ends[i])
	}
	return out
}

// vantageOf judges one source.
func vantageOf(seen map[netip.Addr]*hop, pairs map[*pair]struct{}) *report.Vantage {
	ttl := func(a netip.Addr) (ttl uint8, known bool) {
		h := seen[a]
		if h == nil || h.packets < enoughHops {
			return 0, false
		}
		return h.most, true
	}
	judged, far := 0, 0            // pairs of which both ends are known; both far
	beside := map[netip.Addr]int{} // pairs in which this end alone is near
	for p := range pairs {
		a, knownA := ttl(p.key.A)
		b, knownB := ttl(p.key.B)
		if !knownA || !knownB {
			continue
		}
		judged++
		switch nearA, nearB := undiminished(a), undiminished(b); {
		case nearA && !nearB:
			beside[p.key.A]++
		case nearB && !nearA:
			beside[p.key.B]++
		case !nearA:
			far++
		}
	}
	if judged == 0 {
		return nil
	}
	if far == judged {
		return &report.Vantage{Near: "middle", Confidence: report.ConfidenceHigh, Because: "all TTLs diminished"}
	}
	var best netip.Addr
	for a, n := range beside {
		if m := beside[best]; n > m || n == m && a.Less(best) {
			best = a
		}
	}
	n := beside[best]
	if n*2 <= judged {
		return nil
	}
	v := &report.Vantage{Near: best.String(), Confidence: report.ConfidenceHigh}
	if n < judged {
		v.Confidence = report.ConfidenceMedium
	}
	v.Because = fmt.Sprintf("its TTL undiminished: %d", seen[best].most)
	return v
}

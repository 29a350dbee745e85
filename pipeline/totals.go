package pipeline

import (
	"fmt"

	"github.com/ikesniff/ikesniff/dissect"
	"github.com/ikesniff/ikesniff/flows"
	"github.com/ikesniff/ikesniff/reassembly"
	"github.com/ikesniff/ikesniff/report"
)

// encapNames are the names that reports use, by the bits of dissect.Encap.
var encapNames = map[dissect.Encap]string{
	dissect.EncapVLAN:   "vlan",
	dissect.EncapQinQ:   "qinq",
	dissect.EncapMPLS:   "mpls",
	dissect.EncapPPPoE:  "pppoe",
	dissect.EncapGRE:    "gre",
	dissect.EncapERSPAN: "erspan",
	dissect.EncapVXLAN:  "vxlan",
	dissect.EncapGENEVE: "geneve",
	dissect.EncapIPIP:   "ipip",
}

// sureEnd is how long after its last packet a capture may say that it ended, in
// ns: more than a week of silence is rather a wrong clock.
const sureEnd = 7 * 24 * 3600e9

// input collects what the merge needs beside the trackers.
func input(r *reader, workers []*worker, version string) flows.Input {
	in := flows.Input{
		Sources:    r.src.Info(),
		Interfaces: r.src.Interfaces(),
		Totals:     totals(r, workers),
		Version:    version,
	}
	endpoints := make([][]reassembly.Endpoint, len(workers))
	for i, w := range workers {
		endpoints[i] = w.classifier.Endpoints()
	}
	in.Endpoints = reassembly.MergeEndpoints(endpoints...)
	in.Nearby = append(nearby(workers), nearbyTCP(in.Endpoints)...)
	for _, s := range in.Sources {
		if s.Packets > 0 {
			in.End = max(in.End, s.LastTime)
			if s.EndTime-s.LastTime < sureEnd {
				in.End = max(in.End, s.EndTime)
			}
		}
	}
	return in
}

// totals sums up what the reader, the defragmenter and the workers counted:
// every packet is in one of ipsec, ignored and malformed.
func totals(r *reader, workers []*worker) report.Totals {
	var c reassembly.Counters
	var messages [4]uint64
	for _, w := range workers {
		c.Add(w.classifier.Counters())
		for kind, n := range w.messages {
			messages[kind] += n
		}
	}
	f := r.whole.Counters()
	return report.Totals{
		Packets:             r.counts.packets,
		IPsecPackets:        c.IPsecPackets + f.IPsecPackets,
		IgnoredPackets:      r.counts.ignored + c.IgnoredPackets + f.IgnoredPackets,
		MalformedPackets:    r.counts.malformed,
		TruncatedPackets:    r.counts.truncated,
		UndecidedPackets:    c.UndecidedPackets + f.UndecidedPackets,
		IKEMessages:         messages[reassembly.MessageIKE],
		ESPPackets:          messages[reassembly.MessageESP],
		AHPackets:           messages[reassembly.MessageAH],
		Keepalives:          messages[reassembly.MessageKeepalive],
		TCPConnections:      c.TCPConnections,
		IgnoredForgotten:    c.IgnoredForgotten,
		Evicted:             c.Evicted + f.Evicted,
		IncompleteDatagrams: f.IncompleteDatagrams,
		Encapsulations:      encapsulations(&r.counts),
	}
}

func encapsulations(c *counts) map[string]uint64 {
	out := map[string]uint64{}
	for bit, n := range c.encapsulations {
		if n > 0 {
			out[encapNames[dissect.Encap(1)<<bit]] = n
		}
	}
	return out
}

// nearby says in words what came closest to being IPsec.
func nearby(workers []*worker) []report.Nearby {
	lists := make([][]reassembly.Near, len(workers))
	for i, w := range workers {
		lists[i] = w.classifier.Nearby()
	}
	var out []report.Nearby
	for _, n := range reassembly.MergeNearby(lists...) {
		out = append(out, report.Nearby{
			What:    nearText(n),
			Packets: n.ToServer + n.FromServer,
			First:   report.Ref{Source: n.FirstRef.Source(), Frame: n.FirstRef.Number()},
		})
	}
	return out
}

func nearText(n reassembly.Near) string {
	way := ""
	switch {
	case n.FromServer == 0:
		way = ", one way: nothing came back"
	case n.ToServer == 0:
		way = ", one way: from that port only"
	}
	switch n.Kind {
	case reassembly.NearESP:
		return fmt.Sprintf("UDP port %d: could be ESP, too little to tell%s", n.Port, way)
	case reassembly.NearKeepalive:
		return fmt.Sprintf("UDP port %d: single bytes ff, like NAT keepalives%s", n.Port, way)
	}
	return fmt.Sprintf("UDP port %d: no IKE or ESP in it%s", n.Port, way)
}

func trackers(workers []*worker) []*flows.Tracker {
	out := make([]*flows.Tracker, len(workers))
	for i, w := range workers {
		out[i] = w.tracker
	}
	return out
}

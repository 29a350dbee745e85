package flows

import (
	"fmt"
	"slices"
	"time"

	"github.com/ikesniff/ikesniff/flows/diagnose"
	"github.com/ikesniff/ikesniff/reassembly"
	"github.com/ikesniff/ikesniff/report"
)

// builder puts groups into the report's words. It changes nothing but what it
// makes, so a tunnel can be built any number of times.
type builder struct {
	in       *Input
	attempts map[reassembly.Pair][]*connection
	losses   map[reassembly.Pair][]lossEntry
	outages  map[*group][]diagnose.Outage
}

// head makes the report but for its tunnels.
func (b *builder) head(floods []*diagnose.Flood, flaps []*siteFlap) report.Report {
	r := report.Report{
		SchemaVersion:     report.SchemaVersion,
		Generator:         report.Generator{Name: "ikesniff", Version: b.in.Version},
		Complete:          true,
		IncompleteBecause: []string{},
		Sources:           []report.Source{},
		Totals:            b.in.Totals,
		Tunnels:           []*report.Tunnel{},
		Gateways:          []report.Gateway{},
		Anomalies:         []report.Anomaly{},
	}
	if r.Totals.Encapsulations == nil {
		r.Totals.Encapsulations = map[string]uint64{}
	}
	for i, s := range b.in.Sources {
		out := report.Source{
			Name: s.Name, Format: s.Format, Packets: s.Packets, Bytes: s.Bytes, Filtered: s.Filtered, Snaplen: s.Snaplen,
			Interfaces: append([]string{}, s.Interfaces...), Complete: s.Complete, Error: s.Err, Note: s.Note,
		}
		if s.Packets > 0 {
			out.FirstSeen, out.LastSeen = timePointer(s.FirstTime), timePointer(s.LastTime)
		}
		if i < len(b.in.vantages) {
			out.Vantage = b.in.vantages[i]
		}
		if s.DroppedKnown {
			d := s.Dropped
			out.Dropped = &d
		}
		if !s.Complete {
			r.IncompleteBecause = append(r.IncompleteBecause, s.Err)
		}
		r.Sources = append(r.Sources, out)
	}
	r.IncompleteBecause = append(r.IncompleteBecause, b.in.Because...)
	if n := r.Totals.Evicted; n > 0 {
		r.IncompleteBecause = append(r.IncompleteBecause,
			fmt.Sprintf("%d entries of state were given up to stay within the memory bound: counts are lower bounds", n))
	}
	r.Complete = len(r.IncompleteBecause) == 0
	for _, f := range floods {
		r.Anomalies = append(r.Anomalies, diagnose.FloodAnomaly(f))
	}
	for _, x := range flaps {
		r.Anomalies = append(r.Anomalies, diagnose.SiteFlapping(&x.fact))
	}
	diagnose.Number(r.Anomalies)
	return r
}

func timePointer(ns int64) *time.Time {
	t := toTime(ns)
	return &t
}

// tunnel makes one tunnel of the report.
func (b *builder) tunnel(g *group, m *memory) *report.Tunnel {
	t, f := b.describe(g, m)
	t.Verdict, t.Anomalies = diagnose.Tunnel(f)
	if t.Anomalies == nil {
		t.Anomalies = []report.Anomaly{}
	}
	return t
}

// describe makes a tunnel without its verdict, and the facts for that, which lie
// in m.
func (b *builder) describe(g *group, m *memory) (*report.Tunnel, *diagnose.Facts) {
	g.pairChildren()
	n := &m.names
	n.name(g)
	t := &report.Tunnel{
		ID: g.id, Initiator: g.initiator.String(), Responder: g.responder.String(), InitiatorKnown: g.known,
		FirstSeen: toTime(g.first.time), LastSeen: toTime(g.last.time),
		Transports: []string{}, Events: []report.TimelineEvent{},
		Paths:  make([]report.Path, 0, len(n.paths)),
		IKESAs: make([]report.IKESA, 0, len(g.ikes)), ChildSAs: make([]report.ChildSA, 0, len(g.children)),
		Anomalies: []report.Anomaly{},
	}
	if len(g.ikes) > 0 {
		t.IKEVersion = int(g.ikes[len(g.ikes)-1].version)
	}
	g.states(t, b.in.End)
	for _, p := range n.paths {
		if name := p.transport.String(); !slices.Contains(t.Transports, name) {
			t.Transports = append(t.Transports, name)
		}
		t.Paths = append(t.Paths, g.path(p, n, b.in.End))
	}
	f := m.next()
	f.Tunnel, f.End = t, toTime(b.in.End)
	f.IKE = slices.Grow(f.IKE, len(g.ikes))
	f.Children = slices.Grow(f.Children, len(g.children))
	for _, l := range g.ikes {
		t.IKESAs = append(t.IKESAs, b.ike(l))
		f.IKE = append(f.IKE, diagnose.IKEFacts{})
		l.fact(&f.IKE[len(f.IKE)-1], m)
		by := [2]*uint64{&t.IKEMessages.Initiator, &t.IKEMessages.Responder}
		for side, c := range l.counted() {
			if l.reversed {
				side = 1 - side
			}
			*by[side] += c
		}
	}
	for _, sa := range g.outside {
		for side, c := range (&ikeLine{ikeSA: sa}).counted() {
			if g.strayFrom(sa, uint8(side)) == sideInitiator {
				t.IKEMessages.Initiator += c
			} else {
				t.IKEMessages.Responder += c
			}
		}
	}
	for _, c := range g.children {
		f.Children = append(f.Children, diagnose.ChildFacts{})
		fact := &f.Children[len(f.Children)-1]
		t.ChildSAs = append(t.ChildSAs, b.child(g, c, n, fact, m))
		sa := &t.ChildSAs[len(t.ChildSAs)-1]
		if fact.ToResponder {
			t.ESPPackets.ToResponder += sa.Packets
			t.ESPBytes.ToResponder += sa.Bytes
		} else {
			t.ESPPackets.ToInitiator += sa.Packets
			t.ESPBytes.ToInitiator += sa.Bytes
		}
	}
	t.SPIs = g.spisInUse()
	t.Links = g.links(n)
	g.facts(f, b.in.Interfaces, m)
	f.Outside = g.outsideFacts()
	f.FragmentLoss = g.fragmentLoss(n, b.losses)
	g.tcpFacts(f, n, b)
	f.Endings, f.Outages = g.endingFacts(b.in.End, f.Endings), b.outages[g]
	m.events = g.timeline(t, f, m.events[:0])
	return t, f
}

// links says why the parts of a tunnel were put together.
func (g *group) links(n *naming) []report.Link {
	out := make([]report.Link, 0, len(g.ikes)+len(g.children))
	for _, l := range g.ikes {
		if before := l.previous(); before != nil {
			out = append(out, report.Link{From: before.name(), To: l.name(), By: "endpoint-and-fingerprint", Confidence: report.ConfidenceMedium})
		}
		if l.spread {
			for _, p := range l.paths[1:] {
				if p.path.pair != l.paths[0].path.pair {
					out = append(out, report.Link{From: n.path(l.paths[0].path), To: n.path(p.path), By: "ike-spi", Confidence: report.ConfidenceHigh})
				}
			}
		}
	}
	for _, c := range g.children {
		if c.ike != nil {
			conf := report.ConfidenceHigh
			if !c.sure || !c.born.set() {
				conf = report.ConfidenceMedium
			}
			out = append(out, report.Link{From: c.ike.name(), To: c.name(), By: "child-of", Confidence: conf})
		}
		if len(c.streams) == 1 {
			continue
		}
		first := c.head().path
		seen := map[*path]bool{first: true}
		for _, s := range c.streams[1:] {
			if !seen[s.path] {
				seen[s.path] = true
				out = append(out, report.Link{From: n.path(first), To: n.path(s.path), By: "esp-spi", Confidence: report.ConfidenceHigh})
			}
		}
	}
	return out
}

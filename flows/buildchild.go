package flows

import (
	"net/netip"

	"github.com/ikesniff/ikesniff/flows/diagnose"
	"github.com/ikesniff/ikesniff/reassembly"
	"github.com/ikesniff/ikesniff/report"
)

// child describes a child SA and fills in its facts.
func (b *builder) child(g *group, c *child, n *naming, f *diagnose.ChildFacts, m *memory) report.ChildSA {
	s := c.head()
	src, dst := s.ends()
	out := report.ChildSA{
		ID: c.name(), SPI: spiString(s.spi), Protocol: "esp",
		Source: endpoint(src), Destination: endpoint(dst),
		FirstSeen: toTime(c.first.time), LastSeen: toTime(c.last.time),
		Observations: make([]report.Observation, 0, len(c.streams)),
	}
	if s.message == reassembly.MessageAH {
		out.Protocol = "ah"
	}
	if c.ike != nil {
		out.IKESA, out.IKESABy = c.ike.name(), "inferred"
	}
	if c.pair != nil {
		out.PairedWith = c.pair.name()
	}
	for _, s := range c.streams {
		out.Observations = append(out.Observations, report.Observation{
			Path: n.path(s.path), Tap: tapName(s.at.tap, b.in.Interfaces), SequenceHealth: s.health(),
		})
	}
	best := c.best()
	out.SequenceHealth = c.health(best)
	*f = diagnose.ChildFacts{
		ToResponder: g.toResponder(c), BornHere: c.fromTheFirst(), First: c.first.fact(), Last: c.last.fact(),
	}
	gaps := 1
	for _, s := range best {
		if o := s.seq.irregular; o != nil {
			gaps += o.gaps.kept()
		}
	}
	f.Gaps = m.gaps.take(gaps)
	for i, s := range best {
		s.fact(f, i == 0)
	}
	return out
}

// doubled tells how many of the stream's possible copies were the network's.
func (s *stream) doubled() uint64 {
	if s.at.mirrored {
		return 0
	}
	return s.copied().maybe
}

// health puts one stream's counts into the report's words.
func (s *stream) health() report.SequenceHealth {
	q, x := &s.seq, s.seq.rare()
	h := report.SequenceHealth{
		Packets: s.packets, Bytes: s.bytes, FirstSequence: q.first, LastSequence: q.high,
		Missing: q.missing, MissingExact: !q.inexact, Duplicates: x.duplicates + s.doubled(),
		Reordered: x.reordered, MaxLateness: x.lateness, SequenceJumps: x.jumps, Restarts: x.restarts,
	}
	if !s.at.mirrored {
		twice := s.copied()
		h.Packets += twice.maybe
		h.Bytes += twice.maybeBytes
	}
	return h
}

// best picks the streams whose counts are those of the SA: of those that
// overlap in time the one that saw most, of those that follow one another all.
func (c *child) best() []*stream {
	if len(c.streams) == 1 {
		return c.streams
	}
	var out []*stream
	for _, s := range c.streams {
		if len(out) == 0 {
			out = append(out, s)
			continue
		}
		last := out[len(out)-1]
		switch {
		case follows(last, s):
			out = append(out, s)
		case s.packets > last.packets:
			out[len(out)-1] = s
		}
	}
	return out
}

// fromTheFirst tells whether the SA's numbers are known from 1: its birth was
// captured, and no hole of the TCP stream lies between that and its first packet.
func (c *child) fromTheFirst() bool {
	return c.born.set() && c.head().holed().compare(c.born) <= 0
}

// health adds up the streams that best picked.
func (c *child) health(best []*stream) report.SequenceHealth {
	h := best[0].health()
	if c.fromTheFirst() && h.FirstSequence > 1 {
		h.Missing += uint64(h.FirstSequence - 1)
	}
	for i, s := range best[1:] {
		x := s.health()
		if step := int64(int32(s.seq.first - best[i].seq.high)); step > 1 && step < jumpAt {
			h.Missing += uint64(step - 1)
		} else if step >= jumpAt {
			h.SequenceJumps++
		}
		h.Packets += x.Packets
		h.Bytes += x.Bytes
		h.LastSequence = x.LastSequence
		h.Missing += x.Missing
		h.MissingExact = h.MissingExact && x.MissingExact
		h.Duplicates += x.Duplicates
		h.Reordered += x.Reordered
		h.MaxLateness = max(h.MaxLateness, x.MaxLateness)
		h.SequenceJumps += x.SequenceJumps
		h.Restarts += x.Restarts
	}
	return h
}

// fact adds a stream's evidence.
func (s *stream) fact(f *diagnose.ChildFacts, first bool) {
	q := &s.seq
	if first && f.BornHere && q.first > 1 {
		f.Gaps = append(f.Gaps, diagnose.Gap{Before: s.first.fact(), From: 1, To: q.first - 1})
		f.GapsTotal++
	}
	s.sizeFacts(f)
	f.MissingByCapture += q.rare().byCapture
	if n := s.doubled(); n > 0 {
		addOccurrence(&f.Duplicate, n, &occurrence{s.copied().first, s.copied().last, s.copied().number})
	}
	o := q.irregular
	if o == nil {
		return
	}
	o.gaps.each(func(x *gap) {
		f.Gaps = append(f.Gaps, diagnose.Gap{After: x.after.fact(), Before: x.before.fact(), From: x.from, To: x.to})
	})
	f.GapsTotal += int(o.gaps.total)
	addOccurrence(&f.Duplicate, o.duplicates, &o.dup)
	addOccurrence(&f.Late, o.reordered, &o.late)
	addOccurrence(&f.Restart, o.restarts, &o.restart)
	for i, n := range o.lateBy {
		f.LateBy[i] += n
	}
}

// sizeFacts adds what the lengths of a stream's packets tell.
func (s *stream) sizeFacts(f *diagnose.ChildFacts) {
	s.largest.fact(f)
	if x := s.uncommon; x != nil {
		addOccurrence(&f.Fragmented, x.fragmented.n, &x.fragmented.occurrence)
	}
	if r := s.longest(); r != nil && (f.Stuck == nil || int(r.sent.total) > f.Stuck.Total) {
		f.Stuck = r.fact()
	}
}

func addOccurrence(o *diagnose.Occurrences, n uint64, x *occurrence) {
	if n == 0 || !x.first.set() {
		return
	}
	first, last := x.first.fact(), x.last.fact()
	if o.Count == 0 || first.Time.Before(o.First.Time) {
		o.First, o.Sequence = first, x.number
	}
	if o.Count == 0 || last.Time.After(o.Last.Time) {
		o.Last = last
	}
	o.Count += n
}

// initiatorEnd is the endpoint of a path at the tunnel's initiator.
func (g *group) initiatorEnd(p *path) (initiator, responder netip.AddrPort) {
	a, b := p.ends()
	if g.initiatorIsA(p) {
		return a, b
	}
	return b, a
}

func spiString(spi uint32) string {
	const digits = "0123456789abcdef"
	var b [8]byte
	for i := range b {
		b[i] = digits[spi>>(28-4*i)&15]
	}
	return string(b[:])
}

package monitor

import (
	"cmp"
	"slices"
	"time"

	"github.com/ikesniff/ikesniff/flows"
	"github.com/ikesniff/ikesniff/report"
)

// Monitor remembers the tunnels that it was told of.
type Monitor struct {
	rows    map[string]*row
	order   []*row // by first_seen, then id
	changed bool   // order must be made anew
	changes []report.Change
	left    uint64 // changes that found no room

	seen, forgotten uint64
	missing         uint64
	anomalies       map[string]uint64
	whole           map[string]*standing // of no tunnel, by code and beginning
}

// row is a tunnel with what is needed to compare and to count.
type row struct {
	tunnel    *report.Tunnel
	judged    time.Time
	standing  map[string]*standing // anomalies by id
	rate      report.Direction[report.Rate]
	losses    report.Direction[losses]
	missing   uint64 // of all child SAs, as of the last judgement
	latest    *report.Anomaly
	transport string
	port      uint16
}

// maxChanges bounds the changes that wait to be taken.
const maxChanges = 1 << 14

// New returns a Monitor that knows no tunnel.
func New() *Monitor {
	return &Monitor{rows: map[string]*row{}, anomalies: map[string]uint64{}, whole: map[string]*standing{}}
}

// Judged takes what became of some tunnels at time now.
func (m *Monitor) Judged(now time.Time, j *flows.Judgement) {
	gone := m.take(j.Gone)
	for i := range j.Tunnels {
		t := j.Tunnels[i].Tunnel
		r := m.rows[t.ID]
		if r == nil {
			r = m.begin(now, t, gone)
		}
		m.compare(now, r, &j.Tunnels[i])
	}
	for _, r := range gone { // of which nothing is left: they are part of another now
		m.merged(now, r, j)
	}
	for _, id := range j.Forgotten {
		m.forget(now, id, "nothing was heard of it for long: forgotten")
	}
}

// Evicted takes the ids of tunnels that were given up for lack of memory.
func (m *Monitor) Evicted(now time.Time, ids []string) {
	for _, id := range ids {
		m.forget(now, id, "given up to stay within the memory bound")
	}
}

// take takes out the rows of tunnels that have no id of their own any more.
func (m *Monitor) take(ids []string) []*row {
	var out []*row
	for _, id := range ids {
		if r := m.rows[id]; r != nil {
			delete(m.rows, id)
			m.changed = true
			out = append(out, r)
		}
	}
	return out
}

// begin makes the row of a tunnel with a new id: that of a tunnel of the same
// peers that has another id now, if there is one.
func (m *Monitor) begin(now time.Time, t *report.Tunnel, gone []*row) *row {
	m.changed = true
	for i, r := range gone {
		if r != nil && samePeers(r.tunnel, t) {
			gone[i] = nil
			m.rows[t.ID] = r
			m.add(report.Change{Kind: report.ChangeLinked, Time: now, TunnelID: t.ID, Was: r.tunnel.ID,
				Text: "goes by another id, as earlier parts of it came to light", Tunnel: t})
			return r
		}
	}
	r := &row{standing: map[string]*standing{}}
	m.rows[t.ID] = r
	m.seen++
	return r
}

func samePeers(a, b *report.Tunnel) bool {
	return a.Initiator == b.Initiator && a.Responder == b.Responder || a.Initiator == b.Responder && a.Responder == b.Initiator
}

// merged tells that a tunnel is part of another now.
func (m *Monitor) merged(now time.Time, r *row, j *flows.Judgement) {
	if r == nil {
		return
	}
	c := report.Change{Kind: report.ChangeLinked, Time: now, Was: r.tunnel.ID, Text: "is part of another tunnel now"}
	for i := range j.Tunnels {
		if t := j.Tunnels[i].Tunnel; samePeers(t, r.tunnel) || len(j.Tunnels) == 1 {
			c.TunnelID, c.Tunnel = t.ID, t
			break
		}
	}
	m.add(c)
}

func (m *Monitor) forget(now time.Time, id, why string) {
	r := m.rows[id]
	if r == nil {
		return
	}
	delete(m.rows, id)
	m.changed = true
	m.forgotten++
	m.add(report.Change{Kind: report.ChangeForgotten, Time: now, TunnelID: id, Text: why, Tunnel: r.tunnel})
}

func (m *Monitor) add(c report.Change) {
	if len(m.changes) >= maxChanges {
		m.left++
		return
	}
	if c.Severity == "" {
		c.Severity = report.SeverityInfo
	}
	m.changes = append(m.changes, c)
}

// Note adds a change that concerns no tunnel.
func (m *Monitor) Note(c report.Change) { m.add(c) }

// Changes returns what happened since the last call, in the order in which it was
// found, and how many changes found no room besides.
func (m *Monitor) Changes() (list []report.Change, left uint64) {
	list, left = m.changes, m.left
	m.changes, m.left = nil, 0
	return list, left
}

// Rows returns all tunnels at time now, in order of first_seen, then id. What was
// not judged within fresh has no rate: nothing has come.
func (m *Monitor) Rows(now time.Time, fresh time.Duration) []report.Row {
	if m.changed {
		m.changed = false
		m.order = m.order[:0]
		for _, r := range m.rows {
			m.order = append(m.order, r)
		}
		slices.SortFunc(m.order, func(a, b *row) int {
			return cmp.Or(a.tunnel.FirstSeen.Compare(b.tunnel.FirstSeen), cmp.Compare(a.tunnel.ID, b.tunnel.ID))
		})
	}
	out := make([]report.Row, len(m.order))
	for i, r := range m.order {
		out[i] = report.Row{Tunnel: r.tunnel, Judged: r.judged, Transport: r.transport, Port: r.port, Latest: r.latest}
		if now.Sub(r.judged) <= fresh {
			out[i].Rate = r.rate
		}
		out[i].Loss.ToResponder = r.losses.ToResponder.share(now)
		out[i].Loss.ToInitiator = r.losses.ToInitiator.share(now)
	}
	return out
}

// Count fills in what the Monitor has counted.
func (m *Monitor) Count(c *report.Counters) {
	c.TunnelsSeen, c.TunnelsForgotten, c.Missing = m.seen, m.forgotten, m.missing
	c.Anomalies = make(map[string]uint64, len(m.anomalies))
	for code, n := range m.anomalies {
		c.Anomalies[code] = n
	}
}

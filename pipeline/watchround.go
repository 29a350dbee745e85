package pipeline

import (
	"fmt"
	"time"

	"github.com/ikesniff/ikesniff/flows"
	"github.com/ikesniff/ikesniff/report"
)

const (
	// share is how much of the time may go into judging: one part in so many.
	// Packets wait in the ring meanwhile.
	share = 5
	// slice is for how long tunnels are judged in one go.
	slice = 20 * time.Millisecond
	// listEvery is how often the servers of other protocols are listed.
	listEvery = 10 * time.Second
	// wholeEvery is how often all tunnels are looked at together, and wholeShare
	// one in how many parts of the time that may take.
	wholeEvery = time.Minute
	wholeShare = 50
	// shown is how many rounds old a rate may be.
	shown = 3
)

// rounds remembers how long a round took.
type rounds struct {
	began time.Time
	took  time.Duration // the last one, from its beginning to its end
}

// round judges the tunnels to which something happened; what does not fit into
// a slice of time goes on later.
func (w *watcher) round(now int64, wall time.Time) {
	at := time.Unix(0, now).UTC()
	if !w.within {
		w.within, w.rounds.began = true, wall
		w.reader.whole.Advance(now)
		w.worker.tracker.Advance(now)
		w.begin(at, now)
	}
	if wall.Sub(w.listed) >= listEvery {
		w.endpoints, w.listed = w.worker.classifier.Endpoints(), wall
	}
	done := w.judge(now, at, wall)
	end := w.opt.Now()
	if done {
		w.within = false
		w.rounds.took = end.Sub(w.rounds.began)
		w.next = latest(w.rounds.began.Add(w.opt.Every), end.Add((share-1)*end.Sub(wall)))
	} else {
		w.next = end.Add((share - 1) * end.Sub(wall))
	}
	if done && !wall.Before(w.whole) {
		w.together(at, now)
	}
	if w.keeper != nil && done {
		w.keeper.flush()
	}
	if done || end.Sub(w.published) >= w.opt.Every {
		w.publish(at, end, true)
	}
}

// begin begins a round of the follower.
func (w *watcher) begin(at time.Time, now int64) {
	evicted := w.follower.Round(now)
	w.monitor.Evicted(at, evicted)
	if w.keeper != nil {
		w.keeper.evicted(evicted)
	}
}

// judge judges until the round or the slice is at its end, and tells whether the
// round is.
func (w *watcher) judge(now int64, at, began time.Time) (done bool) {
	in := flows.Input{Interfaces: w.src.Interfaces(), Endpoints: w.endpoints}
	for n := 1; ; n++ {
		j, ok := w.follower.Next(now, &in)
		if !ok {
			return true
		}
		w.monitor.Judged(at, &j)
		if w.keeper != nil {
			w.keeper.judged(&j)
		}
		if n%16 == 0 && w.opt.Now().Sub(began) >= slice {
			return false
		}
	}
}

// together looks for what only all tunnels together show.
func (w *watcher) together(at time.Time, now int64) {
	began := w.opt.Now()
	list := flows.AnomaliesOf(trackers(w.reports()), flows.Input{End: now})
	w.monitor.Whole(at, list)
	end := w.opt.Now()
	w.whole = end.Add(max(wholeEvery, wholeShare*end.Sub(began)))
}

func latest(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// finish tells what the last packets changed.
func (w *watcher) finish() {
	now, wall := w.clock.look()
	at := time.Unix(0, now).UTC()
	w.begin(at, now)
	for !w.judge(now, at, wall) {
		wall = w.opt.Now()
	}
	if w.keeper != nil {
		w.keeper.flush()
	}
	w.publish(at, wall, false)
}

// publish hands out the state of the run.
func (w *watcher) publish(at, wall time.Time, running bool) {
	w.published = wall
	if w.opt.Publish == nil {
		return
	}
	s := &report.Snapshot{Time: at, Started: w.started.UTC(), Running: running, Interfaces: []report.InterfaceState{}}
	w.count(&s.Counters)
	if w.opt.Source != nil {
		for _, c := range w.opt.Source(s) {
			w.monitor.Note(c)
		}
	}
	w.monitor.Count(&s.Counters)
	s.Rows = w.monitor.Rows(at, shown*max(w.opt.Every, w.rounds.took))
	changes, left := w.monitor.Changes()
	if left > 0 {
		w.left += left
		changes = append(changes, report.Change{Kind: report.ChangeCapture, Time: at, Severity: report.SeverityWarning,
			Text: fmt.Sprintf("too much happened at once: %d events are left out (%d in all); counts and reports are complete", left, w.left)})
	}
	s.Counters.ChangesLeft = w.left
	w.opt.Publish(s, changes)
	// Rows cost time, too, where there are very many.
	if t := w.opt.Now(); t.Sub(wall) > w.opt.Every/share {
		w.published = t.Add(share * t.Sub(wall))
	}
}

// count fills in what reader and worker have counted.
func (w *watcher) count(c *report.Counters) {
	t := totals(w.reader, w.reports())
	*c = report.Counters{
		Packets: t.Packets, IPsecPackets: t.IPsecPackets, IgnoredPackets: t.IgnoredPackets, MalformedPackets: t.MalformedPackets,
		TruncatedPackets: t.TruncatedPackets, UndecidedPackets: t.UndecidedPackets,
		IKEMessages: t.IKEMessages, ESPPackets: t.ESPPackets, AHPackets: t.AHPackets, Keepalives: t.Keepalives,
		TCPConnections: t.TCPConnections, IgnoredForgotten: t.IgnoredForgotten, Evicted: t.Evicted + w.worker.tracker.Evicted(),
		Bytes: w.reader.counts.bytes,
	}
}

package pipeline

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/ikesniff/ikesniff/capture"
	"github.com/ikesniff/ikesniff/flows"
	"github.com/ikesniff/ikesniff/monitor"
	"github.com/ikesniff/ikesniff/reassembly"
	"github.com/ikesniff/ikesniff/report"
)

// WatchOptions are those of a run that has no end. Workers and Progress are not
// used: packets are analyzed where they are read, which costs less than handing
// them over. All functions are called in the caller's goroutine.
type WatchOptions struct {
	Options
	// Every is how often tunnels are judged and published; 0 stands for a second.
	// With very many tunnels it takes longer, for judging gets no more than a
	// fifth of the time.
	Every time.Duration
	// Forget is how long a tunnel may be idle before it is forgotten; 0 stands for
	// flows.DefaultForget.
	Forget time.Duration
	// Count ends the run after so many packets, if not 0.
	Count uint64
	// Now is the clock; nil stands for time.Now.
	Now func() time.Time

	// Event is lent every event.
	Event func(*reassembly.Event)
	// Publish gets the state after each round, and what happened since the last.
	// It may keep both.
	Publish func(*report.Snapshot, []report.Change)
	// Source adds to a snapshot what only the source and the outputs know, and
	// returns what happened to them.
	Source func(*report.Snapshot) []report.Change
	// Keep gets the packets that belong to tunnels.
	Keep func(*Kept)
	// Stop makes the source come to its end. It is called when ctx is done.
	Stop func()
	// Reports are requests for a report in between. Each function is called with
	// one, and must have used it up when it returns.
	Reports <-chan func(*report.Stream)
}

// drainFor is how long a source may take to come to its end.
const drainFor = 2 * time.Second

// Watch follows the tunnels in src until it ends, ctx is done or Count is
// reached, and returns the report of what it remembers then. Being stopped is
// what ends such a run: the report is no less complete for it.
func Watch(ctx context.Context, src capture.Source, opt WatchOptions) (*report.Stream, error) {
	if src == nil {
		return nil, errors.New("pipeline: no source")
	}
	w := newWatcher(src, opt)
	stopped := w.run(ctx)
	w.reader.whole.Flush()
	w.worker.classifier.Finish()
	w.finish()

	in := w.input()
	if stopped != "" {
		in.Because = append(in.Because, stopped)
	}
	return flows.Merge(trackers(w.reports()), in), nil
}

// watcher is a run without end.
type watcher struct {
	opt      WatchOptions
	src      capture.Source
	reader   *reader
	worker   *worker
	follower *flows.Follower
	monitor  *monitor.Monitor
	keeper   *keeper // nil where packets are not kept
	clock    clock

	started   time.Time
	next      time.Time // of the next round, or part of one
	published time.Time
	within    bool // a round is not finished
	rounds    rounds
	whole     time.Time // when all tunnels are looked at together again
	endpoints []reassembly.Endpoint
	listed    time.Time // when endpoints were listed
	left      uint64    // changes that found no room
}

func newWatcher(src capture.Source, opt WatchOptions) *watcher {
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.Every <= 0 {
		opt.Every = time.Second
	}
	classify := reassembly.Config{UDPPorts: opt.UDPPorts, TCPPorts: opt.TCPPorts}
	var track flows.Config
	opt.Limits.share(1, &classify, &track)
	w := &watcher{opt: opt, src: src, worker: newWorker(classify, track), monitor: monitor.New(), clock: clock{now: opt.Now}}
	w.follower = flows.NewFollower(w.worker.tracker, opt.Forget)
	w.worker.also = opt.Event
	if opt.Keep != nil {
		w.keeper = newKeeper(src, opt.Keep)
		w.worker.also = w.event
	}
	w.reader = newReader(src, newCrew([]*worker{w.worker}, [2]int{}), classify)
	w.started = opt.Now()
	w.next = w.started.Add(opt.Every)
	w.whole = w.started.Add(wholeEvery)
	return w
}

func (w *watcher) event(e *reassembly.Event) {
	w.keeper.event(e)
	if w.opt.Event != nil {
		w.opt.Event(e)
	}
}

// lookEvery is after how many packets the clock is looked at while packets come
// without a pause; a power of two.
const lookEvery = 1 << 8

// run reads until the end, and returns "" or the reason why it came too early.
func (w *watcher) run(ctx context.Context) string {
	var until time.Time // after ctx was done
	for {
		err := w.src.Next(&w.reader.packet)
		switch {
		case err == nil:
			w.take(&w.reader.packet)
			if n := w.reader.counts.packets; n == w.opt.Count {
				return ""
			} else if n%lookEvery != 0 {
				continue
			}
		case !errors.Is(err, capture.ErrIdle):
			if !until.IsZero() || errors.Is(err, io.EOF) {
				return ""
			}
			return readError(ctx, err)
		}
		capture, wall := w.clock.look()
		if !wall.Before(w.next) {
			w.round(capture, wall)
		}
		select {
		case f := <-w.opt.Reports:
			w.inBetween(capture, f)
		default:
		}
		switch {
		case ctx.Err() == nil:
		case w.opt.Stop == nil || !until.IsZero() && wall.After(until):
			return ""
		case until.IsZero():
			until = wall.Add(drainFor)
			w.opt.Stop()
		}
	}
}

// take sends one packet on its way.
func (w *watcher) take(p *capture.Packet) {
	w.clock.saw(p.Time)
	if w.keeper != nil {
		w.keeper.begin(p)
		w.reader.next(p)
		w.keeper.end()
		return
	}
	w.reader.next(p)
}

// inBetween makes a report while the run goes on.
func (w *watcher) inBetween(now int64, f func(*report.Stream)) {
	in := w.input()
	in.End = max(in.End, now)
	f(flows.Merge(trackers(w.reports()), in))
}

func (w *watcher) reports() []*worker { return []*worker{w.worker} }

// input is what a report says beside tunnels. Time has gone on since the last
// packet.
func (w *watcher) input() flows.Input {
	in := input(w.reader, w.reports(), w.opt.Version)
	in.Totals.Forgotten = w.follower.Forgotten()
	now, _ := w.clock.look()
	in.End = max(in.End, now)
	return in
}

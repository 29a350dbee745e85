package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync/atomic"
	"time"

	"github.com/ikesniff/ikesniff/internal/privilege"
	"github.com/ikesniff/ikesniff/output"
	view "github.com/ikesniff/ikesniff/output/live"
	"github.com/ikesniff/ikesniff/output/message"
	"github.com/ikesniff/ikesniff/output/metrics"
	"github.com/ikesniff/ikesniff/pipeline"
	"github.com/ikesniff/ikesniff/reassembly"
	"github.com/ikesniff/ikesniff/report"
)

// summaryEvery is how often events sum up what tunnels carried.
const summaryEvery = time.Minute

// session is what a run of sniff has open.
type session struct {
	*sniffing
	origin   *origin
	lines    *lineSink   // nil with a screen, or where only the report is printed
	packets  *packetSink // nil without -w
	report   *reportSink // nil without --report
	exporter *metrics.Exporter
	screen   *view.Screen
	failing  failing

	text    *view.Lines
	events  *view.Events
	ike     *message.Lister
	buf     []byte
	summed  time.Time
	reports chan func(*report.Stream)
	last    *report.Snapshot

	printing atomic.Bool // a report in between
}

// perform captures until the end, and prints the report.
func (s *sniffing) perform(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if s.duration > 0 {
		ctx, cancel = context.WithTimeout(ctx, s.duration)
		defer cancel()
	}
	r := &session{sniffing: s, summed: time.Now(), reports: make(chan func(*report.Stream), 4)}
	var listener net.Listener
	var err error
	if r.origin, err = s.openOrigin(ctx); err != nil {
		return err
	}
	defer r.origin.Close()
	if s.metrics != "" { // before privileges go: a low port may need them
		if listener, err = net.Listen("tcp", s.metrics); err != nil {
			return failf("--metrics: %w; choose another address", err)
		}
	}
	if s.read == "" || s.user != "" {
		if err := privilege.Drop(s.user); err != nil {
			return &failure{err}
		}
	}
	if err := r.openSinks(); err != nil {
		return err
	}
	stop := r.background(ctx, cancel, listener)
	stream, err := r.watch(ctx, cancel)
	stop()
	if err != nil {
		return &failure{err}
	}
	return r.end(stream)
}

func (r *session) openSinks() (err error) {
	if !r.sniffing.screen && r.format != "json" {
		if r.lines, err = r.openLines(); err != nil {
			return err
		}
	}
	switch {
	case r.sniffing.screen:
		r.screen = view.NewScreen(r.keys(), r.stdout, r.show)
	case r.format == "table":
		r.text = view.NewLines(r.show, time.Now())
	case r.format == "ndjson":
		r.events = view.NewEvents()
		r.ike = message.New(r.lines.whole(), message.Options{Format: message.FormatNDJSON, Prompt: true, Start: func() int64 { return 0 }})
	}
	if r.keep != nil {
		if r.packets, err = r.openPackets(); err != nil {
			return err
		}
	}
	if r.sniffing.report != "" {
		if err := creatable(r.sniffing.report); err != nil {
			return err
		}
		r.report = newReportSink(r.sniffing.report)
	}
	if r.metrics != "" {
		r.exporter = metrics.New(metrics.Options{Codes: codes(), Version: programVersion(), Revision: revision()})
	}
	return nil
}

// keys is where a screen reads them, nil where standard input has packets.
func (r *session) keys() io.Reader {
	if r.read == "-" {
		return nil
	}
	return r.stdin
}

// background begins what goes on beside capturing, and returns what ends it.
func (r *session) background(ctx context.Context, end func(), listener net.Listener) (stop func()) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	served := make(chan struct{})
	go func() {
		defer close(served)
		if listener == nil {
			return
		}
		if err := r.exporter.Serve(ctx, listener); err != nil {
			fmt.Fprintln(r.stderr, "ikesniff: the server of --metrics ended: "+output.Safe(err.Error()))
		}
	}()
	timed := make(chan struct{})
	go func() {
		defer close(timed)
		r.onSignals(ctx, end)
	}()
	return func() {
		cancel()
		<-served
		<-timed
	}
}

// watch captures, and shows the view where there is one.
func (r *session) watch(ctx context.Context, cancel func()) (*report.Stream, error) {
	opt := r.watching()
	if r.screen == nil {
		r.begins()
		r.endUnread(ctx, cancel)
		return pipeline.Watch(ctx, r.origin, opt)
	}
	type result struct {
		stream *report.Stream
		err    error
	}
	done := make(chan result, 1)
	shown, hide := context.WithCancel(context.WithoutCancel(ctx))
	defer hide()
	go func() {
		s, err := pipeline.Watch(ctx, r.origin, opt)
		done <- result{s, err}
		hide()
	}()
	err := r.screen.Run(shown)
	cancel() // the user ended it, or the terminal is gone
	got := <-done
	if err != nil && !errors.Is(err, context.Canceled) {
		fmt.Fprintln(r.stderr, "ikesniff: the view ended: "+output.Safe(err.Error()))
	}
	return got.stream, got.err
}

// endUnread ends the run when whoever read its lines has gone, as head does,
// unless it has something else to do.
func (r *session) endUnread(ctx context.Context, cancel func()) {
	if r.lines == nil || r.packets != nil || r.report != nil || r.exporter != nil {
		return
	}
	go func() {
		select {
		case <-r.lines.Gone():
			cancel()
		case <-ctx.Done():
		}
	}()
}

// watching is how packets are followed.
func (r *session) watching() pipeline.WatchOptions {
	opt := r.sniffing.run
	opt.Stop, opt.Reports = r.origin.stop, r.reports
	opt.Publish, opt.Source = r.publish, r.describe
	if r.ike != nil {
		opt.Event = func(e *reassembly.Event) {
			if e.Kind == reassembly.KindMessage && e.Message == reassembly.MessageIKE {
				_ = r.ike.Event(e) // the queue has no errors; it counts
			}
		}
	}
	if r.packets != nil {
		opt.Keep = r.packets.keep
	}
	return opt
}

// begins says on standard error what is captured.
func (r *session) begins() {
	if r.quiet || !terminal(r.stderr) {
		return
	}
	what := "following " + output.Safe(r.origin.name)
	if r.origin.ring != nil {
		what = fmt.Sprintf("capturing on %s, ring of %d MiB", output.Safe(r.origin.name), r.live.Buffer>>20)
	}
	fmt.Fprintln(r.stderr, "ikesniff: "+what+"; Ctrl-C ends it and prints the report")
}

// describe adds to a snapshot what the run knows of source and sinks.
func (r *session) describe(s *report.Snapshot) []report.Change {
	changes := r.origin.describe(s)
	if r.lines != nil {
		s.Counters.Sinks = append(s.Counters.Sinks, r.lines.counters())
	}
	if r.packets != nil {
		s.Counters.Sinks = append(s.Counters.Sinks, r.packets.counters())
	}
	if r.report != nil {
		s.Counters.Sinks = append(s.Counters.Sinks, r.report.counters())
	}
	return append(changes, r.failing.changes(s)...)
}

// publish shows what changed.
func (r *session) publish(s *report.Snapshot, changes []report.Change) {
	r.last = s
	if r.exporter != nil {
		r.exporter.Set(s)
	}
	switch {
	case r.screen != nil:
		r.screen.Publish(s, changes)
	case r.text != nil:
		for i := range changes {
			if worthALine(&changes[i]) {
				r.buf = r.text.AppendChange(r.buf[:0], &changes[i])
				r.lines.Put(r.buf)
			}
		}
	case r.events != nil:
		for i := range changes {
			var err error
			if r.buf, err = r.events.AppendChange(r.buf[:0], &changes[i]); err == nil {
				r.lines.Put(r.buf)
			}
		}
		// By our own clock: that of a stream may be another, and jump.
		if now := time.Now(); now.Sub(r.summed) >= summaryEvery || !s.Running {
			for line, err := range r.events.Summaries(s) {
				if err == nil {
					r.lines.Put(line)
				}
			}
			r.summed = now
		}
	}
}

// worthALine tells whether people want to read of a change. What is only info
// and tells no change of state is in the report.
func worthALine(c *report.Change) bool {
	return c.Kind != report.ChangeAnomaly && c.Kind != report.ChangeCleared || c.Severity.Rank() > report.SeverityInfo.Rank()
}

// whole is a writer of whole lines into the queue.
func (l *lineSink) whole() io.Writer { return lineWriter{l} }

type lineWriter struct{ sink *lineSink }

func (w lineWriter) Write(b []byte) (int, error) {
	for rest := b; len(rest) > 0; {
		n := bytes.IndexByte(rest, '\n') + 1
		if n == 0 {
			n = len(rest)
		}
		w.sink.Put(rest[:n])
		rest = rest[n:]
	}
	return len(b), nil
}

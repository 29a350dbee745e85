package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync/atomic"
	"time"

	"github.com/ikesniff/ikesniff/capture"
	"github.com/ikesniff/ikesniff/capture/write"
	"github.com/ikesniff/ikesniff/output/queue"
	"github.com/ikesniff/ikesniff/pipeline"
	"github.com/ikesniff/ikesniff/report"
)

// lineSink takes lines to standard output or a file. Nobody waits for it.
type lineSink struct {
	*queue.Queue
	out  *swapped
	name string // of a file, "" for standard output
	// unopened says why it could not be opened anew, nil if it could.
	unopened atomic.Pointer[string]
}

// counters are those of the queue. A file that could not be opened anew fails,
// though the one before is still written.
func (l *lineSink) counters() report.SinkCounters {
	c := l.Counters()
	if text := l.unopened.Load(); text != nil && c.Error == "" {
		c.Error = *text
	}
	return c
}

// swapped is a writer that can be exchanged by the goroutine that writes.
type swapped struct{ io.Writer }

func (s *sniffing) openLines() (*lineSink, error) {
	out := &swapped{s.stdout}
	l := &lineSink{out: out, name: s.output}
	if s.output != "" {
		f, err := openAppend(s.output)
		if err != nil {
			return nil, fileError(s.output, err)
		}
		out.Writer = f
	}
	what := "stdout"
	if s.output != "" {
		what = "output"
	}
	l.Queue = queue.New(what, out, queue.Limits{})
	return l, nil
}

func openAppend(name string) (*os.File, error) {
	return os.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o666)
}

// reopen opens the file anew, as after it was moved away.
func (l *lineSink) reopen() {
	if l.name == "" {
		return
	}
	l.Do(func() {
		f, err := openAppend(l.name)
		if err != nil { // what was open goes on; the next SIGHUP tries again
			text := "it could not be opened anew: " + err.Error()
			l.unopened.Store(&text)
			return
		}
		l.unopened.Store(nil)
		if old, ok := l.out.Writer.(io.Closer); ok {
			old.Close()
		}
		l.out.Writer = f
	})
}

// packetSink writes the packets that belong to tunnels, in a goroutine of the
// queue: a disk may be slow or full.
type packetSink struct {
	queue   *queue.Queue
	writer  *write.Writer
	item    []byte
	put     uint64 // items given, by the capturing goroutine
	refused uint64 // for lack of room, likewise
	written atomic.Uint64
	lost    atomic.Uint64         // that could not be written
	why     atomic.Pointer[error] // the last reason for that
	packet  keptItem              // of the writing goroutine
}

func (s *sniffing) openPackets() (*packetSink, error) {
	w, err := write.New(*s.keep)
	if err != nil {
		return nil, fileError(s.keep.Name, err)
	}
	k := &packetSink{writer: w}
	k.queue = queue.NewFunc("packets", k.write, k.flush, queue.Limits{Items: 1 << 18, Bytes: 64 << 20})
	return k, nil
}

// keep takes a packet.
func (k *packetSink) keep(p *pipeline.Kept) {
	k.put++
	k.item = appendKept(k.item[:0], p)
	if !k.queue.Put(k.item) {
		k.refused++
	}
}

func (k *packetSink) write(item []byte) error {
	if err := k.packet.read(item); err != nil {
		return err
	}
	return k.noted(k.writer.Packet(&k.packet.packet, k.packet.name, k.packet.comments))
}

func (k *packetSink) flush() error {
	return k.noted(k.writer.Flush())
}

// noted lets other goroutines see what the writer knows. The queue does not know
// it: a write that fails takes packets along that the queue gave before.
func (k *packetSink) noted(err error) error {
	k.written.Store(k.writer.Written())
	k.lost.Store(k.writer.Lost())
	if err != nil {
		k.why.Store(&err)
	}
	return err
}

// reason is why packets could not be written, nil if none was lost so.
func (k *packetSink) reason() error {
	if err := k.why.Load(); err != nil {
		return *err
	}
	return nil
}

func (k *packetSink) counters() report.SinkCounters {
	c := k.queue.Counters()
	c.Written, c.Dropped = k.written.Load(), k.refused+k.lost.Load()
	return c
}

// reopen ends the file and begins it anew. What fails, fails with the next packet.
func (k *packetSink) reopen() {
	k.queue.Do(func() {
		_ = k.noted(k.writer.Reopen())
	})
}

// close ends the files: the capture ended at time end.
func (k *packetSink) close(end time.Time) error {
	var err error
	k.queue.Do(func() { err = k.noted(k.writer.Close(end)) })
	ctx, cancel := context.WithTimeout(context.Background(), closeFor)
	defer cancel()
	left := k.queue.Close(ctx)
	if ctx.Err() != nil {
		return left // the disk hangs; err may be written to yet
	}
	return errors.Join(left, err)
}

// closeFor is how long a sink may take to write what is left.
const closeFor = 5 * time.Second

// reportSink replaces the report's file, in a goroutine of its own.
type reportSink struct {
	name string
	busy chan struct{} // holds a token while nothing is written

	written, dropped atomic.Uint64
	failed           atomic.Pointer[string]
}

func newReportSink(name string) *reportSink {
	r := &reportSink{name: name, busy: make(chan struct{}, 1)}
	r.busy <- struct{}{}
	return r
}

// put writes a report that was made in memory, unless the one before is still
// being written: then this one counts as dropped.
func (r *reportSink) put(text []byte) {
	select {
	case <-r.busy:
	default:
		r.dropped.Add(1)
		return
	}
	go func() {
		r.done(writeFile(r.name, func(w io.Writer) error { _, err := w.Write(text); return err }))
		r.busy <- struct{}{}
	}()
}

func (r *reportSink) done(err error) {
	if err == nil {
		r.written.Add(1)
		r.failed.Store(nil)
		return
	}
	r.dropped.Add(1)
	text := err.Error()
	r.failed.Store(&text)
}

// last writes the report at the end.
func (r *reportSink) last(write func(io.Writer) error) error {
	select {
	case <-r.busy:
	case <-time.After(closeFor):
		r.dropped.Add(1)
		return failf("cannot write %s: the report before is still being written", r.name)
	}
	err := writeFile(r.name, write)
	r.done(err)
	return err
}

func (r *reportSink) counters() report.SinkCounters {
	c := report.SinkCounters{Name: "report", Written: r.written.Load(), Dropped: r.dropped.Load()}
	if text := r.failed.Load(); text != nil {
		c.Error = *text
	}
	return c
}

// failing tells of sinks that began to fail, or no longer do.
type failing struct{ was map[string]string }

func (f *failing) changes(snap *report.Snapshot) (out []report.Change) {
	if f.was == nil {
		f.was = map[string]string{}
	}
	for _, c := range snap.Counters.Sinks {
		before := f.was[c.Name]
		f.was[c.Name] = c.Error
		change := report.Change{Kind: report.ChangeCapture, Time: snap.Time, Severity: report.SeverityWarning}
		switch {
		case c.Error == before:
			continue
		case c.Error != "":
			change.Text = fmt.Sprintf("%s cannot be written: %s; capturing goes on, and what is lost is counted (%d so far)", c.Name, c.Error, c.Dropped)
		default:
			change.Severity = report.SeverityInfo
			change.Text = fmt.Sprintf("%s is written again; %d were lost meanwhile", c.Name, c.Dropped)
		}
		out = append(out, change)
	}
	return out
}

var errItem = errors.New("an item of the queue is damaged")

// keptItem is a kept packet as it lies in the queue.
type keptItem struct {
	packet   capture.Packet
	name     string
	comments []string
}

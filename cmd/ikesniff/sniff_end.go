package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/ikesniff/ikesniff/output"
	"github.com/ikesniff/ikesniff/report"
)

// end writes what is left, prints the report, and says what was lost.
func (r *session) end(stream *report.Stream) error {
	if err := unreadable(stream.Head.Sources); err != nil {
		r.closeSinks()
		return err
	}
	lost, stuck := r.closeSinks()
	show := func(w io.Writer) error { return r.writeReport(w, stream, r.format) }
	if stuck {
		lost = append(lost, "the report could not be printed: the output takes nothing")
	} else if err := r.printReport(show); err != nil {
		lost = append(lost, err.Error())
	}
	if r.report != nil {
		if err := r.report.last(func(w io.Writer) error { return r.writeReport(w, stream, r.reportFormat) }); err != nil {
			lost = append(lost, err.Error())
		}
	}
	for _, text := range lost {
		fmt.Fprintln(r.stderr, "ikesniff: "+output.Safe(text))
	}
	r.notes(stream.Head.Sources, r.quiet)
	r.sayDrops()
	if len(lost) > 0 || !allRead(stream.Head.Sources) {
		return exitStatus(exitPartial)
	}
	return nil
}

// closeSinks ends the outputs, and says in a sentence each what they lost, and
// whether that of lines is stuck: what came behind would stand in half a line.
func (r *session) closeSinks() (lost []string, stuck bool) {
	end := time.Now()
	if r.last != nil {
		end = r.last.Time
	}
	if r.packets != nil {
		err := r.packets.close(end)
		c := r.packets.counters()
		if reason := r.packets.reason(); reason != nil {
			err = reason // the first, for the others follow from it
		}
		lost = appendLoss(lost, "packets of tunnels", "-w "+r.keep.Name, c.Dropped+left(r.packets.put, c), err)
	}
	if r.lines != nil {
		ctx, cancel := context.WithTimeout(context.Background(), closeFor)
		defer cancel()
		err := r.lines.Close(ctx)
		stuck = ctx.Err() != nil
		if !gone(r.lines.Gone()) { // whoever stops reading, as head does, does not miss them
			c := r.lines.Counters()
			switch {
			case c.Error != "":
				err = errors.New(c.Error)
			case c.Dropped > 0:
				err = nil // all that it says is how many
			}
			lost = appendLoss(lost, "lines", "the output", c.Dropped, err)
		}
	}
	return lost, stuck
}

// left is how many items a sink that was closed has not got to.
func left(put uint64, c report.SinkCounters) uint64 {
	if n := c.Written + c.Dropped; n < put {
		return put - n
	}
	return 0
}

func appendLoss(lost []string, what, where string, n uint64, err error) []string {
	switch {
	case n > 0 && err != nil:
		return append(lost, fmt.Sprintf("%d %s could not be written to %s: %v", n, what, where, err))
	case n > 0:
		return append(lost, fmt.Sprintf("%d %s could not be written to %s in time", n, what, where))
	case err != nil:
		return append(lost, fmt.Sprintf("%s: %v", where, err))
	}
	return lost
}

func gone(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// printReport prints the report where lines went. Standard output that nobody
// reads is waited for, but not for ever.
func (r *session) printReport(write func(io.Writer) error) error {
	if r.lines != nil && gone(r.lines.Gone()) {
		return nil
	}
	if r.output != "" {
		if r.format == "json" {
			return writeFile(r.output, write)
		}
		f, err := openAppend(r.output)
		if err != nil {
			return fileError(r.output, err)
		}
		defer f.Close()
		return writeStdout(f, write)
	}
	done := make(chan error, 1)
	go func() { done <- writeStdout(r.stdout, write) }()
	select {
	case err := <-done:
		if brokenPipe(err) {
			return nil
		}
		return err
	case <-time.After(2 * closeFor):
		return failf("the report could not be printed: standard output takes nothing")
	}
}

// writeReport writes a report in one of the formats.
func (r *session) writeReport(w io.Writer, s *report.Stream, format string) error {
	a := analysis{format: format, show: r.show}
	if format == r.reportFormat && format != "table" {
		a.show.Color = false
	}
	return a.write(w, s)
}

// sayDrops says what the kernel dropped.
func (r *session) sayDrops() {
	if r.last == nil || r.last.Counters.Ring == nil || r.quiet {
		return
	}
	c := r.last.Counters.Ring
	switch {
	case c.Dropped > 0:
		fmt.Fprintf(r.stderr, "ikesniff: %s passed the filter, and the kernel dropped %d of them for lack of room: counts are lower bounds; -B makes the ring larger\n",
			packets(c.Received), c.Dropped)
	case terminal(r.stderr):
		fmt.Fprintf(r.stderr, "ikesniff: %s passed the filter, none dropped\n", packets(c.Received))
	}
}

// interim makes a report while capturing goes on. It is made in memory: writing
// it may take long.
const interimMost = 256 << 20

// inBetween asks for a report in one of the formats; use gets its text, in the
// capturing goroutine.
func (r *session) inBetween(format string, colour bool, use func(text []byte, err error)) {
	select {
	case r.reports <- func(s *report.Stream) {
		var b bounded
		a := analysis{format: format, show: r.show}
		a.show.Color = colour
		err := a.write(&b, s)
		use(b.Bytes(), err)
	}:
	default: // several are waiting already
	}
}

// bounded is a buffer that does not take everything.
type bounded struct{ bytes.Buffer }

func (b *bounded) Write(p []byte) (int, error) {
	if b.Len()+len(p) > interimMost {
		return 0, fmt.Errorf("the report in between would be larger than %d MiB; it is written at the end", interimMost>>20)
	}
	return b.Buffer.Write(p)
}

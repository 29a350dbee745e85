package main

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"time"

	"github.com/ikesniff/ikesniff/capture"
	"github.com/ikesniff/ikesniff/output"
	"github.com/ikesniff/ikesniff/output/message"
	"github.com/ikesniff/ikesniff/pipeline"
	"github.com/ikesniff/ikesniff/reassembly"
	"github.com/ikesniff/ikesniff/report"
)

// perform reads the captures and writes their messages.
func (l *listing) perform(ctx context.Context) error {
	if !l.quiet && terminal(l.stderr) && !(l.output == "" && terminal(l.stdout)) {
		line := newProgressLine(l.stderr, time.Now)
		defer line.erase()
		l.run.Progress = line.update
	}
	if !l.tunnels.Empty() {
		if err := l.findTunnels(ctx); err != nil {
			return err
		}
	}
	src, err := l.open(ctx, l.files)
	if err != nil {
		return err
	}
	defer src.Close()

	var sources []report.Source
	var failed error // of reading
	write := func(w io.Writer) error {
		var stream *report.Stream
		var lister *message.Lister
		if stream, lister, failed = l.list(ctx, src, w); failed != nil {
			return failed
		}
		sources = stream.Head.Sources
		return lister.Finish(stream)
	}
	if l.output == "" {
		err = outputError(write(l.stdout))
	} else {
		err = writeFile(l.output, write)
	}
	if failed != nil {
		return failed
	}
	if err != nil {
		return err
	}
	l.notes(sources, l.quiet)
	if ctx.Err() != nil || !allRead(sources) {
		return exitStatus(exitPartial)
	}
	return nil
}

// list writes the messages to w, but for what the lister still has to say.
func (l *listing) list(ctx context.Context, src capture.Source, w io.Writer) (*report.Stream, *message.Lister, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	begins := &beginning{Source: filtered(src, l.filter)}
	show := l.show
	show.Start = func() int64 { return begins.time }
	lister := message.New(w, show)
	stream, err := pipeline.Messages(ctx, begins, l.run, func(e *reassembly.Event) {
		if lister.Event(e) != nil {
			cancel() // nobody reads on; Finish tells why
		}
	})
	if err != nil {
		return nil, nil, &failure{err}
	}
	return stream, lister, unreadable(stream.Head.Sources)
}

// findTunnels reads the captures a first time to learn what belongs to the
// tunnels of --tunnel.
func (l *listing) findTunnels(ctx context.Context) error {
	src, err := l.open(ctx, l.files)
	if err != nil {
		return err
	}
	defer src.Close()
	opt := l.run
	opt.Workers = min(runtime.NumCPU(), 8)
	stream, err := pipeline.Run(ctx, filtered(src, l.filter), opt)
	if err != nil {
		return &failure{err}
	}
	if err := unreadable(stream.Head.Sources); err != nil {
		return err
	}
	l.show.Filter.Tunnel = new(message.TunnelFilter)
	found := false
	for t := range output.Select(stream, l.tunnels).Tunnels {
		found = true
		l.show.Filter.Tunnel.Add(t)
	}
	if !found && !l.quiet {
		fmt.Fprintf(l.stderr, "ikesniff: note: no tunnel matches %s; ikesniff analyze lists them\n", l.tunnels)
	}
	return nil
}

// beginning remembers when a capture begins.
type beginning struct {
	capture.Source
	time int64
	seen bool
}

func (b *beginning) Next(p *capture.Packet) error {
	err := b.Source.Next(p)
	if err == nil && !b.seen {
		b.time, b.seen = p.Time, true
	}
	return err
}

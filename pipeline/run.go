package pipeline

import (
	"context"
	"errors"
	"io"

	"github.com/ikesniff/ikesniff/capture"
	"github.com/ikesniff/ikesniff/flows"
	"github.com/ikesniff/ikesniff/reassembly"
	"github.com/ikesniff/ikesniff/report"
)

// MaxWorkers bounds Options.Workers.
const MaxWorkers = 64

// Options of a run. The zero value is a run with one worker.
type Options struct {
	// Workers is the number of goroutines that take part in the analysis
	// beside the reader; 1 or less works in the caller's goroutine.
	Workers int
	// UDPPorts and TCPPorts are hints: ports, beside the usual ones, on which
	// the user expects IKE or ESP.
	UDPPorts, TCPPorts []uint16
	// Limits bound the memory.
	Limits Limits
	// Version of the program, for the report.
	Version string
	// Progress, if set, is called in the caller's goroutine every few thousand
	// packets.
	Progress func(Progress)

	shifts [2]int // newShifts; for tests
}

// Progress tells how far a run has come.
type Progress struct {
	// Done and Total are bytes of the inputs as they are stored; Total is 0
	// where it is not known.
	Done, Total int64
	Packets     uint64
}

// Run reads src to its end and returns what is in it. The caller closes src,
// not before it has done with the report.
//
// What cannot be read is no error: the report tells what was and that it is
// not complete. The same holds when ctx is cancelled, which stops reading.
func Run(ctx context.Context, src capture.Source, opt Options) (*report.Stream, error) {
	if src == nil {
		return nil, errors.New("pipeline: no source")
	}
	classify := reassembly.Config{UDPPorts: opt.UDPPorts, TCPPorts: opt.TCPPorts}
	var track flows.Config
	workers := make([]*worker, max(1, min(opt.Workers, MaxWorkers)))
	opt.Limits.share(len(workers), &classify, &track)
	for i := range workers {
		workers[i] = newWorker(classify, track)
	}
	if s, ok := src.(capture.Sharer); ok && len(workers) > 1 {
		s.Share()
	}
	c := newCrew(workers, opt.shifts)
	r := newReader(src, c, classify)
	stopped := r.run(ctx, opt.Progress)
	c.close()
	for _, w := range workers {
		w.classifier.Finish()
	}

	in := input(r, workers, opt.Version)
	for _, w := range workers {
		w.classifier = nil // its memory may be had for the tunnels now
	}
	if stopped != "" {
		in.Because = append(in.Because, stopped)
	}
	return flows.Merge(trackers(workers), in), nil
}

// interrupted is the reason for a report that was asked for before the end.
const interrupted = "reading was interrupted before the end of the input"

// readError says why reading stopped before the end, "" at the end.
func readError(ctx context.Context, err error) string {
	switch {
	case ctx.Err() != nil: // an end that comes then may be no real one
		return interrupted
	case errors.Is(err, io.EOF):
		return ""
	default:
		return "reading stopped: " + err.Error()
	}
}

package main

import (
	"context"
	"os"
	"os/signal"
	"time"
)

// onSignals answers signals, and writes the report when it is time, until ctx is
// done. It ends the run where the terminal has hung up.
func (r *session) onSignals(ctx context.Context, end func()) {
	shown := terminal(r.stdout)
	asked, moved := make(chan os.Signal, 1), make(chan os.Signal, 1)
	if signalReport != nil {
		signal.Notify(asked, signalReport)
		signal.Notify(moved, signalReopen)
		defer signal.Stop(asked)
		defer signal.Stop(moved)
	}
	var due <-chan time.Time
	if r.report != nil {
		t := time.NewTicker(r.every)
		defer t.Stop()
		due = t.C
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-due:
			r.renewReport()
		case <-asked:
			r.renewReport()
			if r.screen == nil { // which would be spoilt
				r.inBetween("table", terminal(r.stderr) && r.show.Color, r.printInBetween)
			}
		case <-moved:
			if shown && !terminal(r.stdout) {
				end()
			}
			if r.lines != nil {
				r.lines.reopen()
			}
			if r.packets != nil {
				r.packets.reopen()
			}
			r.renewReport()
		}
	}
}

// renewReport replaces the file of --report.
func (r *session) renewReport() {
	if r.report == nil {
		return
	}
	r.inBetween(r.reportFormat, false, func(text []byte, err error) {
		if err != nil {
			r.report.done(err)
			return
		}
		r.report.put(text)
	})
}

// printInBetween prints a report on standard error, in a goroutine: whoever reads
// it may be slow. While one is being printed, others are not: they would wait in
// memory.
func (r *session) printInBetween(text []byte, err error) {
	if !r.printing.CompareAndSwap(false, true) {
		return
	}
	if err != nil {
		text = []byte("ikesniff: " + err.Error() + "\n")
	}
	go func() {
		_, _ = r.stderr.Write(text)
		r.printing.Store(false)
	}()
}

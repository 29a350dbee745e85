package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/term"

	"github.com/ikesniff/ikesniff/pipeline"
)

// Progress shows once a run has lasted this long, and is redrawn this often.
const (
	progressAfter = 500 * time.Millisecond
	progressEvery = 200 * time.Millisecond
)

// progressLine is one line on a terminal that tells how far a run has come.
type progressLine struct {
	w     io.Writer
	now   func() time.Time
	next  time.Time
	drawn bool
}

func newProgressLine(w io.Writer, now func() time.Time) *progressLine {
	return &progressLine{w: w, now: now, next: now().Add(progressAfter)}
}

// update redraws the line if it is time.
func (p *progressLine) update(at pipeline.Progress) {
	now := p.now()
	if now.Before(p.next) {
		return
	}
	p.next = now.Add(progressEvery)
	p.drawn = true
	done := fmt.Sprintf("%.1f MB", float64(at.Done)/1e6)
	if at.Total > 0 {
		done = fmt.Sprintf("%d%%", min(100, at.Done*100/at.Total))
	}
	// Carriage return, then "erase to end of line" behind the text.
	fmt.Fprintf(p.w, "\rreading: %s, %d packets\x1b[K", done, at.Packets)
}

// erase takes the line away.
func (p *progressLine) erase() {
	if p.drawn {
		fmt.Fprint(p.w, "\r\x1b[K")
		p.drawn = false
	}
}

// terminal tells whether w is one.
func terminal(w any) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

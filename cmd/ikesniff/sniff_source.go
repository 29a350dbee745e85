package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"time"

	"github.com/ikesniff/ikesniff/capture"
	"github.com/ikesniff/ikesniff/capture/live"
	"github.com/ikesniff/ikesniff/output"
	"github.com/ikesniff/ikesniff/pipeline"
	"github.com/ikesniff/ikesniff/report"
)

// origin is where packets of a run without end come from, with what it alone can
// tell.
type origin struct {
	capture.Source
	stop   func()
	name   string
	ring   *live.Source // nil for a stream
	states []report.InterfaceState
	told   uint64 // packets dropped by the kernel, as told so far
	at     time.Time
}

// openOrigin opens an interface or a stream.
func (s *sniffing) openOrigin(ctx context.Context) (*origin, error) {
	if s.read == "" {
		src, err := live.Open(s.live)
		if err != nil {
			return nil, &failure{err}
		}
		o := &origin{Source: src, stop: src.Stop, ring: src, name: src.Info()[0].Name}
		now := time.Now()
		names := src.Watched()
		if len(names) == 0 {
			names = []string{"any"}
		}
		for _, name := range names {
			o.states = append(o.states, report.InterfaceState{Name: name, State: stateOf(name), Since: now})
		}
		return o, nil
	}
	r, err := s.openStream(ctx)
	if err != nil {
		return nil, err
	}
	pump := pipeline.NewPump(filtered(capture.OpenReader(r, s.read), s.filter))
	return &origin{Source: pump, stop: pump.Stop, name: s.read,
		states: []report.InterfaceState{{Name: s.read, State: "up", Since: time.Now()}}}, nil
}

// openStream opens what -r names. Nothing here waits: who reads it does.
func (s *sniffing) openStream(ctx context.Context) (io.Reader, error) {
	if s.read == "-" {
		return s.stdin, nil
	}
	if info, err := os.Stat(s.read); err == nil && info.Mode()&os.ModeNamedPipe != 0 {
		return &fifo{name: s.read}, nil
	}
	f, err := os.Open(s.read)
	if err != nil {
		return nil, inputError(err)
	}
	if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
		return &growing{ctx: ctx, f: f}, nil
	}
	return f, nil
}

// fifo is opened by the goroutine that reads it, for that waits until somebody
// writes.
type fifo struct {
	name string
	f    *os.File
}

func (p *fifo) Read(b []byte) (n int, err error) {
	if p.f == nil {
		if p.f, err = os.Open(p.name); err != nil {
			return 0, err
		}
	}
	return p.f.Read(b)
}

func stateOf(name string) string {
	if name == "any" {
		return "up"
	}
	if i, err := net.InterfaceByName(name); err == nil && i.Flags&net.FlagUp == 0 {
		return "down"
	}
	return "up"
}

// describe adds to a snapshot what is known of the source, and tells what
// happened to it.
func (o *origin) describe(snap *report.Snapshot) (changes []report.Change) {
	if o.ring != nil {
		for _, c := range o.ring.Changes() {
			changes = append(changes, o.changed(c))
		}
		st := o.ring.Stats()
		snap.Counters.Ring = &report.RingCounters{
			Received: st.Received, Dropped: st.Dropped, Freezes: st.Freezes, Looped: st.Looped, Split: st.Split, Damaged: st.Damaged, Pieces: st.Pieces,
		}
		// At most a line every ten seconds, however many rounds lose something.
		if st.Dropped > o.told && (snap.Time.Sub(o.at) >= 10*time.Second || !snap.Running) {
			changes = append(changes, report.Change{Kind: report.ChangeCapture, Time: snap.Time, Severity: report.SeverityWarning,
				Text: fmt.Sprintf("the kernel dropped %s for lack of room in the ring (%d in all): counts are lower bounds; a larger -B helps against bursts",
					packets(st.Dropped-o.told), st.Dropped)})
			o.told, o.at = st.Dropped, snap.Time
		}
	}
	snap.Interfaces = append(snap.Interfaces, o.states...)
	return changes
}

func packets(n uint64) string {
	if n == 1 {
		return "1 packet"
	}
	return fmt.Sprintf("%d packets", n)
}

func (o *origin) changed(c live.Change) report.Change {
	severity := report.SeverityWarning
	if c.State == "up" {
		severity = report.SeverityInfo
	}
	for i := range o.states {
		if o.states[i].Name == c.Interface {
			o.states[i].State, o.states[i].Since = c.State, c.Time
		}
	}
	return report.Change{Kind: report.ChangeInterface, Time: c.Time.UTC(), Severity: severity,
		Text: fmt.Sprintf("interface %s is %s", output.Safe(c.Interface), c.State)}
}

// growing reads a file that another program writes: its end is not the end.
type growing struct {
	ctx context.Context
	f   *os.File
	at  int64
}

// growEvery is how often a file is looked at for more.
const growEvery = 200 * time.Millisecond

func (g *growing) Read(p []byte) (int, error) {
	for {
		n, err := g.f.Read(p)
		g.at += int64(n)
		if n > 0 || !errors.Is(err, io.EOF) {
			return n, err
		}
		if info, err := g.f.Stat(); err == nil && info.Size() < g.at {
			return 0, errors.New("the file became shorter while it was read")
		}
		select {
		case <-g.ctx.Done():
			return 0, io.EOF
		case <-time.After(growEvery):
		}
	}
}

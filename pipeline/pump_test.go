package pipeline

import (
	"context"
	"io"
	"os"
	"testing"

	"github.com/ikesniff/ikesniff/capture"
)

// What a run looked at is what its source tells of, however much was read ahead;
// a flaw that it did not come to is none of its own.
func TestPumpTellsWhatItDelivered(t *testing.T) {
	data, err := os.ReadFile("../testdata/pcaps/failover-udp-to-tcp.pcap")
	if err != nil {
		t.Fatal(err)
	}
	r, w := io.Pipe()
	defer w.Close()
	written := make(chan struct{})
	go func() {
		defer close(written)
		w.Write(append(data, "no record of a capture"...))
		w.Close()
	}()
	p := NewPump(capture.OpenReader(r, "-"))
	defer p.Close()
	<-written // it has read everything ahead
	s, err := Watch(context.Background(), p, WatchOptions{Stop: p.Stop, Count: 5})
	if err != nil {
		t.Fatal(err)
	}
	got := s.Collect()
	if x := got.Sources[0]; !got.Complete || x.Packets != 5 || got.Totals.Packets != 5 || x.Error != "" || x.LastSeen == nil || x.FirstSeen == nil || !x.FirstSeen.Before(*x.LastSeen) {
		t.Errorf("complete %v, %d packets of %+v", got.Complete, got.Totals.Packets, x)
	}
}

// A source is closed once, be it in use or not.
func TestPumpCloses(t *testing.T) {
	for _, silent := range []bool{false, true} {
		r, w := io.Pipe()
		src := &closing{Source: capture.OpenReader(r, "-"), closed: make(chan struct{}, 2)}
		p := NewPump(src)
		if !silent {
			w.Close()
			for p.Next(new(capture.Packet)) == capture.ErrIdle {
			}
		}
		if err := p.Close(); err != nil {
			t.Error(err)
		}
		w.Close()
		<-src.closed
		if len(src.closed) > 0 {
			t.Error("closed twice")
		}
	}
}

type closing struct {
	capture.Source
	closed chan struct{}
}

func (c *closing) Close() error {
	c.closed <- struct{}{}
	return c.Source.Close()
}

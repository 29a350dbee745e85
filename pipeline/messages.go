package pipeline

import (
	"context"
	"errors"

	"github.com/ikesniff/ikesniff/capture"
	"github.com/ikesniff/ikesniff/dissect"
	"github.com/ikesniff/ikesniff/flows"
	"github.com/ikesniff/ikesniff/reassembly"
	"github.com/ikesniff/ikesniff/report"
)

// Messages reads src to its end and hands every IKE, ESP and AH message and
// every keepalive to sink, in the order of the packets that completed them; and
// every IP datagram that held one and never became whole, when that is settled:
// half a minute later, or at the end.
// The events, and their bytes, are only lent until sink returns. The caller
// closes src.
//
// A message may be held back until it is clear what its flow carries. It then
// makes those behind it wait, but not for more than a few thousand packets:
// what comes later than that comes late.
//
// The report that is returned has no tunnels: it tells what was read, and
// whether that was all. Workers of the options is not used.
func Messages(ctx context.Context, src capture.Source, opt Options, sink func(*reassembly.Event)) (*report.Stream, error) {
	if src == nil {
		return nil, errors.New("pipeline: no source")
	}
	cfg := reassembly.Config{UDPPorts: opt.UDPPorts, TCPPorts: opt.TCPPorts}
	l := &lister{order: order{sink: sink}}
	l.worker.classifier = reassembly.NewClassifier(cfg, l.take)
	r := newReader(src, l, cfg)
	stopped := r.run(ctx, opt.Progress)
	l.worker.classifier.Finish()
	l.order.flush()

	in := input(r, []*worker{&l.worker}, opt.Version)
	if stopped != "" {
		in.Because = append(in.Because, stopped)
	}
	return flows.Merge(nil, in), nil
}

// lister is a crew of one that passes messages on instead of tracking them.
type lister struct {
	worker worker // counts; it has no tracker
	order  order
	taken  uint64 // packets that the classifier was given
}

func (l *lister) packet(h *dissect.Headers, p *capture.Packet) {
	l.worker.classifier.Packet(h, p)
	l.took(1)
}

func (l *lister) datagram(d *dissect.Datagram) {
	l.worker.classifier.Datagram(d)
	l.took(d.Packets)
}

// took ends a step in which the classifier was given so many packets.
func (l *lister) took(packets int) {
	l.taken += uint64(packets)
	// While a packet is held back, it is neither IPsec nor ignored.
	c := l.worker.classifier.Counters()
	l.order.next(l.taken > c.IPsecPackets+c.IgnoredPackets)
}

func (l *lister) event(e *reassembly.Event) {
	switch e.Kind {
	case reassembly.KindLoss:
		l.worker.classifier.Loss(e.Time, e.Ref, e.Lost)
	case reassembly.KindFragment:
		l.order.put(e)
	}
}

func (l *lister) take(e *reassembly.Event) {
	if e.Kind == reassembly.KindMessage {
		l.worker.messages[e.Message]++
		l.order.put(e)
	}
}

func (l *lister) close() {}

package pipeline

import (
	"github.com/ikesniff/ikesniff/capture"
	"github.com/ikesniff/ikesniff/dissect"
	"github.com/ikesniff/ikesniff/flows"
	"github.com/ikesniff/ikesniff/reassembly"
)

// worker owns stage 1 of its pairs. It sees their datagrams in capture order
// and shares nothing.
type worker struct {
	classifier *reassembly.Classifier
	tracker    *flows.Tracker
	// messages counts all that were captured, by kind.
	messages [4]uint64
	// also is lent every event, if set.
	also func(*reassembly.Event)
}

func newWorker(c reassembly.Config, f flows.Config) *worker {
	w := &worker{tracker: flows.NewTracker(f)}
	w.classifier = reassembly.NewClassifier(c, w.track)
	return w
}

func (w *worker) packet(h *dissect.Headers, p *capture.Packet) { w.classifier.Packet(h, p) }

func (w *worker) datagram(d *dissect.Datagram) { w.classifier.Datagram(d) }

// event takes what is an event already: losses, which the classifier has to
// know of, and fragments that never became whole.
func (w *worker) event(e *reassembly.Event) {
	if e.Kind == reassembly.KindLoss {
		w.classifier.Loss(e.Time, e.Ref, e.Lost)
		return
	}
	w.track(e)
}

func (w *worker) track(e *reassembly.Event) {
	if e.Kind == reassembly.KindMessage {
		w.messages[e.Message]++
	}
	w.tracker.Event(e)
	if w.also != nil {
		w.also(e)
	}
}

// sink takes the steps of a run, in capture order. It borrows their bytes.
type sink interface {
	packet(h *dissect.Headers, p *capture.Packet)
	datagram(d *dissect.Datagram)
	event(e *reassembly.Event)
}

// crew hands steps to workers. Steps of one pair reach one worker in order.
type crew interface {
	sink
	// close waits until the workers have taken all steps.
	close()
}

// newCrew returns the crew that fits the number of workers. A single worker
// works in the reader's goroutine and borrows the reader's bytes; for every see
// newShifts.
func newCrew(workers []*worker, every [2]int) crew {
	if len(workers) == 1 {
		return solo{workers[0]}
	}
	return newShifts(workers, every)
}

type solo struct{ sink }

func (solo) close() {}

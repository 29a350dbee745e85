package pipeline

import (
	"sync"

	"github.com/ikesniff/ikesniff/capture"
	"github.com/ikesniff/ikesniff/dissect"
	"github.com/ikesniff/ikesniff/reassembly"
)

// batchesPerWorker bounds how far the reader may run ahead: one batch being
// filled, one being worked on, and the rest waiting.
const batchesPerWorker = 4

// team is a crew of goroutines, one for each sink.
type team struct {
	queues  []chan *batch
	filling []*batch // nil until the sink has its first step
	free    chan *batch
	made    int            // batches there are; a short run needs few
	given   sync.WaitGroup // batches that were handed over and not yet worked on
	done    sync.WaitGroup
}

func newTeam(sinks []sink) *team {
	t := &team{
		queues:  make([]chan *batch, len(sinks)),
		filling: make([]*batch, len(sinks)),
		free:    make(chan *batch, batchesPerWorker*len(sinks)),
	}
	for i, s := range sinks {
		queue := make(chan *batch, batchesPerWorker)
		t.queues[i] = queue
		t.done.Go(func() {
			for b := range queue {
				b.replay(s)
				b.reset()
				t.given.Done()
				t.free <- b
			}
		})
	}
	return t
}

func (t *team) packet(h *dissect.Headers, p *capture.Packet) {
	i := laneOf(h, len(t.queues))
	n := 0
	if p.Buffer == nil {
		n = len(p.Data) // to be copied
	} else if b := t.filling[i]; b != nil && !b.takes(p.Buffer) {
		t.hand(i)
	}
	t.room(i, n).addPacket(p)
}

func (t *team) datagram(d *dissect.Datagram) {
	i := lane(reassembly.MakePair(d.Src.Addr(), d.Dst.Addr()), len(t.queues))
	t.room(i, datagramBytes(d)).addDatagram(d)
}

func (t *team) event(e *reassembly.Event) {
	if e.Kind == reassembly.KindLoss { // concerns every pair
		for i := range t.queues {
			t.room(i, 0).addEvent(e)
		}
		return
	}
	i := lane(e.Pair(), len(t.queues))
	t.room(i, eventBytes(e)).addEvent(e)
}

// room returns the batch of worker i that takes a step with n borrowed bytes.
func (t *team) room(i, n int) *batch {
	b := t.filling[i]
	if b != nil && !b.full(n) {
		return b
	}
	if b != nil {
		t.hand(i)
	}
	b = t.empty()
	t.filling[i] = b
	return b
}

// hand gives worker i the batch that was filled for it.
func (t *team) hand(i int) {
	t.given.Add(1)
	t.queues[i] <- t.filling[i]
	t.filling[i] = nil
}

// empty returns an empty batch, and waits for one if there are enough of them.
func (t *team) empty() *batch {
	select {
	case b := <-t.free:
		return b
	default:
	}
	if t.made < cap(t.free) {
		t.made++
		return newBatch()
	}
	return <-t.free
}

// drain waits until the workers have taken all steps so far.
func (t *team) drain() {
	for i := range t.queues {
		if t.filling[i] != nil {
			t.hand(i)
		}
	}
	t.given.Wait()
}

func (t *team) close() {
	t.drain()
	for _, q := range t.queues {
		close(q)
	}
	t.done.Wait()
}

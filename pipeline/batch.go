package pipeline

import (
	"github.com/ikesniff/ikesniff/dissect"
	"github.com/ikesniff/ikesniff/reassembly"
)

// A batch is handed over when it holds this many steps or this many bytes:
// large enough that the channel costs nothing per packet, small enough that a
// worker is not kept waiting.
const (
	batchSteps = 256
	batchBytes = 256 << 10
)

// batch carries datagrams and events to a worker, in the order in which the
// reader met them, together with the bytes that they borrow.
type batch struct {
	// steps says what comes next: true for an event, false for a datagram.
	steps     []bool
	datagrams []dissect.Datagram
	events    []reassembly.Event
	arena     []byte
}

func newBatch() *batch {
	return &batch{
		steps:     make([]bool, 0, batchSteps),
		datagrams: make([]dissect.Datagram, 0, batchSteps),
		arena:     make([]byte, 0, batchBytes),
	}
}

// full tells whether the batch has no place for one more step that borrows n
// bytes. An empty batch takes any step.
func (b *batch) full(n int) bool {
	return len(b.steps) > 0 && (len(b.steps) >= batchSteps || len(b.arena)+n > batchBytes)
}

// addDatagram appends a copy of d and of its bytes.
func (b *batch) addDatagram(d *dissect.Datagram) {
	b.reserve(datagramBytes(d))
	b.steps = append(b.steps, false)
	b.datagrams = append(b.datagrams, *d)
	c := &b.datagrams[len(b.datagrams)-1]
	c.Payload = b.keep(d.Payload)
	c.TCP.Options = b.keep(d.TCP.Options)
	c.Quote.Payload = b.keep(d.Quote.Payload)
}

// addEvent appends a copy of e and of its bytes.
func (b *batch) addEvent(e *reassembly.Event) {
	b.reserve(eventBytes(e))
	b.steps = append(b.steps, true)
	b.events = append(b.events, *e)
	c := &b.events[len(b.events)-1]
	c.Data = b.keep(e.Data)
	c.Quote.Payload = b.keep(e.Quote.Payload)
}

// reserve makes room for n more bytes. Only a step larger than a whole batch
// makes the arena grow; then the batch is empty, so no step loses its bytes.
func (b *batch) reserve(n int) {
	if len(b.arena)+n > cap(b.arena) {
		b.arena = make([]byte, 0, n)
	}
}

// keep copies p into the arena, in which reserve has made room. It returns nil
// for nil.
func (b *batch) keep(p []byte) []byte {
	if len(p) == 0 {
		return nil
	}
	from := len(b.arena)
	b.arena = append(b.arena, p...)
	return b.arena[from:len(b.arena):len(b.arena)]
}

// replay hands the steps to w in order.
func (b *batch) replay(w sink) {
	d, e := 0, 0
	for _, event := range b.steps {
		if event {
			w.event(&b.events[e])
			e++
		} else {
			w.datagram(&b.datagrams[d])
			d++
		}
	}
}

// reset empties the batch for its next use. An arena that an outsized step
// made grow is given back.
func (b *batch) reset() {
	b.steps, b.datagrams, b.events = b.steps[:0], b.datagrams[:0], b.events[:0]
	if cap(b.arena) > batchBytes {
		b.arena = make([]byte, 0, batchBytes)
	}
	b.arena = b.arena[:0]
}

// datagramBytes is how many bytes d borrows.
func datagramBytes(d *dissect.Datagram) int {
	return len(d.Payload) + len(d.TCP.Options) + len(d.Quote.Payload)
}

// eventBytes is how many bytes e borrows.
func eventBytes(e *reassembly.Event) int {
	return len(e.Data) + len(e.Quote.Payload)
}

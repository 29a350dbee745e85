package pipeline

import (
	"slices"

	"github.com/ikesniff/ikesniff/capture"
	"github.com/ikesniff/ikesniff/dissect"
	"github.com/ikesniff/ikesniff/reassembly"
)

// A batch is handed over when it holds this many steps, this many bytes of its
// own, or packets of this many buffers: large enough that the channel costs
// nothing per packet, small enough that a worker is not kept waiting and that
// few buffers are held.
const (
	batchSteps   = 512
	batchBytes   = 256 << 10
	batchBuffers = 4
)

// stepKind says what comes next in a batch.
type stepKind uint8

const (
	stepPacket   stepKind = iota // of a usual kind: its worker reads the headers again
	stepDatagram                 // decoded by the reader
	stepEvent
)

// batch carries packets, datagrams and events to a worker, in the order in
// which the reader met them. It holds the buffers that packets lie in, and has
// copies of all other bytes that they borrow.
type batch struct {
	steps     []stepKind
	packets   []capture.Packet
	datagrams []dissect.Datagram
	events    []reassembly.Event
	buffers   []*capture.Buffer
	arena     []byte
	headers   dissect.Headers // of the packet replayed
}

func newBatch() *batch {
	return &batch{
		steps:   make([]stepKind, 0, batchSteps),
		packets: make([]capture.Packet, 0, batchSteps),
		buffers: make([]*capture.Buffer, 0, batchBuffers),
	}
}

// full tells whether the batch has no place for one more step that borrows n
// bytes. An empty batch takes any step.
func (b *batch) full(n int) bool {
	return len(b.steps) > 0 && (len(b.steps) >= batchSteps || len(b.arena)+n > batchBytes)
}

// takes tells whether the batch holds a buffer, or has a place for it.
func (b *batch) takes(buffer *capture.Buffer) bool {
	return len(b.buffers) < batchBuffers || slices.Contains(b.buffers, buffer)
}

// addPacket appends p. Its bytes stay where they are if that is a buffer that
// can be held.
func (b *batch) addPacket(p *capture.Packet) {
	b.steps = append(b.steps, stepPacket)
	b.packets = append(b.packets, *p)
	if p.Buffer == nil {
		b.reserve(len(p.Data))
		b.packets[len(b.packets)-1].Data = b.keep(p.Data)
		return
	}
	if n := len(b.buffers); n > 0 && b.buffers[n-1] == p.Buffer {
		return
	}
	if !slices.Contains(b.buffers, p.Buffer) {
		p.Buffer.Retain()
		b.buffers = append(b.buffers, p.Buffer)
	}
}

// addDatagram appends a copy of d and of its bytes.
func (b *batch) addDatagram(d *dissect.Datagram) {
	b.reserve(datagramBytes(d))
	b.steps = append(b.steps, stepDatagram)
	b.datagrams = append(b.datagrams, *d)
	c := &b.datagrams[len(b.datagrams)-1]
	c.Payload = b.keep(d.Payload)
	c.TCP.Options = b.keep(d.TCP.Options)
	c.Quote.Payload = b.keep(d.Quote.Payload)
}

// addEvent appends a copy of e and of its bytes.
func (b *batch) addEvent(e *reassembly.Event) {
	b.reserve(eventBytes(e))
	b.steps = append(b.steps, stepEvent)
	b.events = append(b.events, *e)
	c := &b.events[len(b.events)-1]
	c.Data = b.keep(e.Data)
	c.Quote.Payload = b.keep(e.Quote.Payload)
}

// reserve makes room for n more bytes. The arena is made when it is first
// needed, and grows only for a step larger than a whole batch; the batch is
// empty then, so no step loses its bytes.
func (b *batch) reserve(n int) {
	if n > 0 && len(b.arena)+n > cap(b.arena) {
		b.arena = make([]byte, 0, max(n, batchBytes))
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
	p, d, e := 0, 0, 0
	for _, kind := range b.steps {
		switch kind {
		case stepPacket:
			packet := &b.packets[p]
			p++
			b.headers.Read(packet) // it did for the reader
			w.packet(&b.headers, packet)
		case stepDatagram:
			w.datagram(&b.datagrams[d])
			d++
		case stepEvent:
			w.event(&b.events[e])
			e++
		}
	}
}

// reset empties the batch for its next use and lets go of the buffers. An arena
// that an outsized step made grow is given back.
func (b *batch) reset() {
	for i, buffer := range b.buffers {
		buffer.Release()
		b.buffers[i] = nil
	}
	b.buffers = b.buffers[:0]
	b.steps, b.packets, b.datagrams, b.events = b.steps[:0], b.packets[:0], b.datagrams[:0], b.events[:0]
	if cap(b.arena) > batchBytes {
		b.arena = nil
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

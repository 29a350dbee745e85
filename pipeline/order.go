package pipeline

import (
	"github.com/ikesniff/ikesniff/reassembly"
)

// Bounds of what waits for messages that were held back.
const (
	orderPackets = 4096 // an event waits for no more packets than these
	orderEvents  = 4096
	orderBytes   = 8 << 20
)

// order puts events back into the order of their packets. Events wait, as
// copies, while something in front of them may be held back still.
type order struct {
	sink  func(*reassembly.Event)
	now   uint64 // counts steps
	wait  []waiting
	head  int // in front of it are those given away
	bytes int
	idle  [][]byte // buffers for reuse
	// late is set while the classifier holds something back.
	late bool
}

type waiting struct {
	event reassembly.Event
	since uint64
	data  []byte
}

// put takes an event in.
func (o *order) put(e *reassembly.Event) {
	if !o.late && o.head == len(o.wait) {
		o.sink(e)
		return
	}
	at := len(o.wait)
	for at > o.head && before(e, &o.wait[at-1].event) {
		at--
	}
	w := waiting{event: *e, since: o.now}
	if n := len(o.idle); n > 0 {
		w.data, o.idle = o.idle[n-1], o.idle[:n-1]
	}
	w.data = append(w.data[:0], e.Data...)
	w.event.Data = w.data
	o.bytes += len(w.data)
	o.wait = append(o.wait, waiting{})
	copy(o.wait[at+1:], o.wait[at:])
	o.wait[at] = w
}

// next ends a step: late tells whether something is held back now.
func (o *order) next(late bool) {
	o.now++
	o.late = late
	if !late {
		o.flush()
		return
	}
	for o.head < len(o.wait) && (o.now-o.wait[o.head].since > orderPackets ||
		len(o.wait)-o.head > orderEvents || o.bytes > orderBytes) {
		o.give()
	}
	// Moving the rest to the front pays for as many that were given away.
	if o.head > len(o.wait)/2 {
		rest := copy(o.wait, o.wait[o.head:])
		clear(o.wait[rest:])
		o.wait, o.head = o.wait[:rest], 0
	}
}

// flush gives away all that waits.
func (o *order) flush() {
	if len(o.wait) == 0 {
		return
	}
	for o.head < len(o.wait) {
		o.give()
	}
	clear(o.wait)
	o.wait, o.head = o.wait[:0], 0
}

// give gives the first one away.
func (o *order) give() {
	w := &o.wait[o.head]
	o.head++
	o.sink(&w.event)
	o.bytes -= len(w.data)
	if len(o.idle) < orderEvents && cap(w.data) <= 4096 {
		o.idle = append(o.idle, w.data)
	}
	w.data, w.event.Data = nil, nil
}

// before tells whether the packet that completed a comes before that of b.
// Within one source that is the order of the file, whatever its clock did;
// sources are merged by time.
func before(a, b *reassembly.Event) bool {
	if a.Ref.Source() == b.Ref.Source() {
		return a.Ref.Number() < b.Ref.Number()
	}
	return a.Time < b.Time || a.Time == b.Time && a.Ref < b.Ref
}

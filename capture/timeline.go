package capture

import "io"

// timeline merges inputs by time. It is a heap of those that have packets left,
// the one whose next packet is the earliest on top.
type timeline struct {
	members  []*member
	names    interfaceTable
	progress progress
	heap     []*member
	started  bool
	patience int // how many members stay open from the beginning
	window   int // bytes for each member
}

// member is one input of a timeline.
type member struct {
	*input
	bytes  *counted
	file   *pooledFile // nil if it is a stream
	head   Packet      // the next packet, if ready; else only its time
	ready  bool
	parked bool // known by the time of its first packet, and closed
}

// Next implements Source.
func (t *timeline) Next(p *Packet) error {
	if !t.started {
		t.start()
	}
	for len(t.heap) > 0 {
		top := t.heap[0]
		if top.ready {
			top.ready = false
			*p = top.head
			return nil
		}
		if top.parked {
			// The first packet is read again, and may prove to be another.
			top.parked = false
			if top.begin(t.window) {
				t.advance(top)
			} else {
				t.remove(top)
			}
			continue
		}
		if len(t.heap) == 1 { // no one to compare with
			if top.next(p) {
				return nil
			}
			t.remove(top)
			continue
		}
		t.advance(top)
	}
	return io.EOF
}

// advance reads the next packet of the top, which then finds its new place.
func (t *timeline) advance(top *member) {
	if !top.next(&top.head) {
		t.remove(top)
		return
	}
	top.ready = true
	t.down(0)
}

// remove takes away the top, whose input has ended.
func (t *timeline) remove(top *member) {
	top.finish()
	last := len(t.heap) - 1
	t.heap[0] = t.heap[last]
	t.heap[last] = nil
	t.heap = t.heap[:last]
	t.down(0)
}

// start reads the first packet of every member and builds the heap.
func (t *timeline) start() {
	t.started = true
	for _, m := range t.members {
		if m.bytes == nil { // failed before it began
			continue
		}
		if !m.begin(t.window) || !m.next(&m.head) {
			m.finish()
			continue
		}
		m.ready = true
		if len(t.members) > t.patience && m.file != nil && !m.file.pin {
			m.park()
		}
		t.heap = append(t.heap, m)
	}
	for i := len(t.heap)/2 - 1; i >= 0; i-- {
		t.down(i)
	}
}

// before tells whether a's next packet comes before b's.
func (a *member) before(b *member) bool {
	return a.head.Time < b.head.Time || a.head.Time == b.head.Time && a.index < b.index
}

// down moves the member at i to its place below.
func (t *timeline) down(i int) {
	h := t.heap
	for {
		least := i
		for c := 2*i + 1; c <= 2*i+2 && c < len(h); c++ {
			if h[c].before(h[least]) {
				least = c
			}
		}
		if least == i {
			return
		}
		h[i], h[least] = h[least], h[i]
		i = least
	}
}

// begin starts to read the input.
func (m *member) begin(window int) bool {
	if m.file != nil {
		if err := m.file.ready(); err != nil {
			m.end(err)
			return false
		}
	}
	return m.start(m.bytes, window)
}

// park closes the input until its turn comes, when it is read from its start.
func (m *member) park() {
	m.release()
	m.file.Close()
	m.file.at = 0
	m.bytes.forget()
	at := m.head.Time
	again := newInput(m.index, m.info.Name, m.names)
	again.size, again.pool = m.size, m.pool
	m.input = again
	m.head, m.ready, m.parked = Packet{Time: at}, false, true
}

// finish closes the file of an input that has ended.
func (m *member) finish() {
	m.release()
	m.bytes.finish()
	if m.file != nil {
		m.file.Close()
	}
}

// Info implements Source.
func (t *timeline) Info() []SourceInfo {
	infos := make([]SourceInfo, len(t.members))
	for i, m := range t.members {
		infos[i] = m.info
	}
	return infos
}

// Interfaces implements Source.
func (t *timeline) Interfaces() []string { return t.names.names }

// Share implements Sharer.
func (t *timeline) Share() {
	pool := newBufferPool(readSizeOf(t.window))
	for _, m := range t.members {
		m.pool = pool
	}
}

// Progress implements Source.
func (t *timeline) Progress() (done, total int64) { return t.progress.state() }

// Close implements Source. Next returns io.EOF from then on.
func (t *timeline) Close() error {
	t.started, t.heap = true, nil
	for _, m := range t.members {
		m.release()
		if m.file != nil {
			m.file.Close()
		}
	}
	return nil
}

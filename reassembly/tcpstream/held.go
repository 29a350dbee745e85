package tcpstream

import (
	"slices"
	"sync"
)

// piece is a stretch of the stream that is held until its turn comes.
type piece struct {
	start, size uint32
	data        []byte // of size bytes; empty for bytes that the snapshot length cut off
	from        Origin
	single      bool // came as a segment of one byte, so it may be a probe
	// acked tells that the peer has acknowledged all bytes before start, and
	// since counts which arrival was the last one before that was known.
	acked bool
	since uint32
}

// pieceCost is what it costs to keep track of a piece, and of its slot.
const pieceCost = 128

func (p *piece) end() uint32 { return p.start + p.size }

// rank decides whose bytes count where two segments overlap: the higher rank,
// and the first one among equals. A byte that was cut off yields to any that is
// there, and the byte of a probe, which may be garbage, to one of real data.
func (p *piece) rank() int { return rank(p.data, p.single) }

func rank(data []byte, single bool) int {
	switch {
	case len(data) == 0:
		return 0
	case single:
		return 1
	}
	return 2
}

// held is what a stream holds back: pieces that do not overlap, in order of
// their sequence numbers. The order is a sorted list of small indices, so that
// an insertion in the worst place moves at most 2 bytes for each piece held.
type held struct {
	slots    []piece
	free     []uint16 // slots not in use
	order    []uint16 // slots in use
	bytes    int      // in all data
	arrivals uint32   // segments that came with new bytes behind the first hole
	acked    uint32   // as the stream knows it
}

// A stream has a held only while it holds something. The steady state of a
// capture with some disorder does not allocate, and streams in order are small.
var spare = sync.Pool{New: func() any { return new(held) }}

// keepCapacity is the most storage of a slot that is kept for its next piece:
// segments of an Ethernet path fit.
const keepCapacity = 2048

func (h *held) at(i int) *piece { return &h.slots[h.order[i]] }

// search is the index of the first piece that ends after seq.
func (h *held) search(seq uint32) int {
	i, _ := slices.BinarySearchFunc(h.order, seq, func(slot uint16, seq uint32) int {
		if after(h.slots[slot].end(), seq) {
			return 1
		}
		return -1
	})
	return i
}

// tally is what became of the bytes of one segment.
type tally struct {
	fresh  int  // not there before
	late   int  // those of fresh that have later bytes waiting for them
	known  int  // there before
	differ int  // those of known that differ
	proved bool // replaced the byte of a probe
}

func (t *tally) tell(sink Sink) {
	if t.known > 0 {
		sink.Note(NoteRetransmission, t.known)
	}
	if late := min(t.late, t.fresh); late > 0 {
		sink.Note(NoteOutOfOrder, late)
	}
	if t.differ > 0 {
		sink.Note(NoteConflict, t.differ)
	}
	if t.proved {
		sink.Note(NoteProbe, 1)
	}
}

// insert files the bytes from start on: data, or size bytes that were cut off.
// It costs O(log n) and a term for each piece that the bytes overlap, which is
// never more than one for each of them.
func (h *held) insert(p piece, t *tally) {
	data, end := p.data, p.end()
	for i := h.search(p.start); p.start != end; {
		stop := end
		if i == len(h.order) || !before(h.at(i).start, end) {
			h.fresh(i, p, stop, t)
			return
		}
		q := h.at(i)
		if before(p.start, q.start) {
			stop = q.start
			h.fresh(i, p, stop, t)
			i++
		} else {
			if before(q.end(), stop) {
				stop = q.end()
			}
			n := int(stop - p.start)
			if p.rank() > q.rank() {
				if q.single {
					t.proved = true
				} else {
					t.known += n
				}
				t.fresh -= n // it is about to be counted as fresh
				i = h.carve(i, p.start, stop)
				continue
			}
			t.known += n
			if p.rank() == 2 && q.rank() == 2 {
				t.differ += difference(data[:n], q.data[p.start-q.start:])
			}
			i++
		}
		if n := stop - p.start; len(data) != 0 {
			data = data[n:]
		}
		p.data, p.start, p.size = data, stop, end-stop
	}
}

// fresh inserts the bytes of p before stop as the i-th piece.
func (h *held) fresh(i int, p piece, stop uint32, t *tally) {
	p.size = stop - p.start
	if len(p.data) != 0 {
		p.data = p.data[:p.size]
	}
	t.fresh += int(p.size)
	if i < len(h.order) && h.at(i).start-p.start < farBytes {
		t.late += int(p.size)
	}
	h.put(i, p)
}

func (h *held) put(i int, p piece) {
	p.acked = !after(p.start, h.acked)
	p.since = h.arrivals + 1 // this one does not count
	var slot uint16
	if n := len(h.free); n > 0 {
		slot, h.free = h.free[n-1], h.free[:n-1]
	} else {
		slot = uint16(len(h.slots))
		h.slots = append(h.slots, piece{})
	}
	p.data = append(h.slots[slot].data[:0], p.data...)
	h.slots[slot] = p
	h.bytes += len(p.data)
	h.order = slices.Insert(h.order, i, slot)
}

// carve takes the bytes from start to stop out of the i-th piece, which covers
// them and is a single byte or was cut off. It returns the index at which they
// are missing now.
func (h *held) carve(i int, start, stop uint32) int {
	p := h.at(i)
	left, right := before(p.start, start), before(stop, p.end())
	rest := *p
	rest.start, rest.size = stop, p.end()-stop
	switch {
	case left:
		p.size = start - p.start
		i++
		if right {
			h.put(i, rest)
		}
	case right:
		*p = rest
	default:
		h.drop(i, i+1)
	}
	return i
}

// drop removes the pieces from index i up to j.
func (h *held) drop(i, j int) {
	for _, slot := range h.order[i:j] {
		p := &h.slots[slot]
		h.bytes -= len(p.data)
		data := p.data[:0]
		if cap(data) > keepCapacity {
			data = nil
		}
		*p = piece{data: data}
		h.free = append(h.free, slot)
	}
	h.order = slices.Delete(h.order, i, j)
}

// acknowledge marks the pieces in front of which everything is acknowledged
// now. Each piece is marked once.
func (h *held) acknowledge(ack uint32) {
	for i := h.search(h.acked); i < len(h.order); i++ {
		p := h.at(i)
		if after(p.start, ack) {
			break
		}
		if !p.acked {
			p.acked, p.since = true, h.arrivals
		}
	}
	h.acked = ack
}

// difference counts the bytes in which two slices differ, as far as both go.
func difference(a, b []byte) int {
	n := 0
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			n++
		}
	}
	return n
}

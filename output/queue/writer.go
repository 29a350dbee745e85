package queue

import "io"

// writeSize is about how many bytes of a stream go into one Write. Room is made
// and counters move with each.
const writeSize = 64 << 10

// run is the goroutine that writes.
func (q *Queue) run() {
	defer close(q.ended)
	drain := q.writeStream
	if q.stream == nil {
		drain = q.writeItems
	}
	var b batch
	for q.take(&b) && drain(&b) {
		b.empty()
	}
}

// take waits for something to do and takes it, for the empty batch b. It returns
// false when there will be no more.
func (q *Queue) take(b *batch) bool {
	for {
		q.mu.Lock()
		over, closing, some := q.over, q.closing, len(q.in.entries) > 0
		if some && !over {
			*b, q.in = q.in, *b
		}
		q.mu.Unlock()
		switch {
		case over || closing && !some:
			return false
		case some:
			return true
		}
		<-q.wake
	}
}

// writeStream writes a batch to the stream. It returns false when nothing is to
// be written any more.
func (q *Queue) writeStream(b *batch) bool {
	pos := 0 // what is before it is written
	for i := 0; i < len(b.entries); {
		if e := &b.entries[i]; e.isCall {
			if !q.call(e) {
				return false
			}
			i++
			continue
		}
		next := b.run(i, writeSize)
		n, err := writeTo(q.stream, b.data[pos:b.entries[next-1].end])
		pos += n
		first := i
		for i < next && b.entries[i].end <= pos {
			i++
		}
		if !q.settle(i-first, b.start(i)-b.start(first), true, err) {
			return false
		}
		if err == nil {
			continue
		}
		changed, ok := q.pause(b, i)
		if !ok {
			return false
		}
		if changed && pos > b.start(i) { // the rest has no place in what the sink is now
			size := b.entries[i].end - b.start(i)
			pos = b.entries[i].end
			i++
			if !q.settle(1, size, false, err) {
				return false
			}
		}
	}
	return true
}

// writeTo is w.Write for writers that do not keep to its contract, too. Nothing
// is not written at all.
func writeTo(w io.Writer, p []byte) (n int, err error) {
	if len(p) == 0 {
		return 0, nil
	}
	n, err = w.Write(p)
	n = min(max(n, 0), len(p))
	if err == nil && n < len(p) {
		err = io.ErrShortWrite
	}
	return n, err
}

// writeItems gives the items of a batch to the function, one by one.
func (q *Queue) writeItems(b *batch) bool {
	first := 0 // entries before it are counted
	for i := range b.entries {
		e := &b.entries[i]
		if e.isCall {
			if !q.flushItems(b, first, i) || !q.call(e) {
				return false
			}
			first = i + 1
			continue
		}
		if err := q.write(b.data[b.start(i):e.end]); err != nil {
			// What went before it is not lost with it.
			if !q.flushItems(b, first, i) || !q.settle(1, e.end-b.start(i), false, err) {
				return false
			}
			if _, ok := q.pause(b, i+1); !ok {
				return false
			}
			first = i + 1
			continue
		}
		if q.flush == nil || e.end-b.start(first) >= writeSize {
			if !q.flushItems(b, first, i+1) {
				return false
			}
			first = i + 1
		}
	}
	return q.flushItems(b, first, len(b.entries))
}

// flushItems flushes and counts the items from entry first up to entry next.
func (q *Queue) flushItems(b *batch, first, next int) bool {
	if first >= next {
		return true
	}
	var err error
	if q.flush != nil {
		err = q.flush()
	}
	if !q.settle(next-first, b.start(next)-b.start(first), err == nil, err) {
		return false
	}
	if err == nil {
		return true
	}
	_, ok := q.pause(b, next)
	return ok
}

// call calls a function that waited for its turn, if it was not called before.
// It returns false when nothing is to be done any more.
func (q *Queue) call(e *entry) bool {
	f := e.call
	e.call = nil
	q.mu.Lock()
	over := q.over
	if f != nil && !over {
		q.calls--
	}
	q.mu.Unlock()
	if f != nil && !over {
		f()
	}
	return !over
}

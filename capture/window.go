package capture

import (
	"io"
)

const (
	windowStart = 64 << 10
	// windowLimit bounds the window, and with it the longest record that can be
	// lent in one piece.
	windowLimit = 1 << 20
	// readSize is how much is read at a time where there is enough: it stays in
	// the cache until its packets are looked at.
	readSize = 256 << 10
	// emptyReads is how many reads without bytes or error a reader may answer
	// in a row.
	emptyReads = 100
)

// window is the part of a stream between what was consumed and what was read.
// It lends its bytes: they stay valid until the next peek or discard.
type window struct {
	r      io.Reader
	buf    []byte
	start  int   // first byte not consumed
	end    int   // behind the last byte read
	base   int64 // offset in the stream of buf[0]
	size   int   // how far the buffer grows for the sake of speed
	err    error // why there is no more; io.EOF at the end
	filled bool  // the last read filled the buffer: a larger one would serve

	// With a pool, what was lent stays as it is while buffer is held.
	pool   *bufferPool
	buffer *Buffer // what buf is of; nil if it is of no pool
}

// newWindow returns a window on r that reads up to size bytes at a time.
func newWindow(r io.Reader, size int) *window {
	return &window{r: r, size: readSizeOf(size)}
}

// readSizeOf is how much is read at a time where size bytes are allowed.
func readSizeOf(size int) int { return min(max(size, windowStart), readSize) }

// offset is the position in the stream of the first byte not consumed.
func (w *window) offset() int64 { return w.base + int64(w.start) }

// peek returns the next n bytes without consuming them, and fewer only where
// the stream ends or breaks (err) or n exceeds windowLimit.
func (w *window) peek(n int) []byte {
	if w.end-w.start < n {
		w.fill(min(n, windowLimit))
	}
	return w.buf[w.start:min(w.start+n, w.end)]
}

// skip consumes n bytes that peek returned; they remain readable until the
// next peek.
func (w *window) skip(n int) { w.start += n }

// discard consumes n bytes, seen or not, without holding them. It returns how
// many were missing at the end of the stream.
func (w *window) discard(n int64) int64 {
	for {
		k := min(n, int64(w.end-w.start))
		w.start += int(k)
		n -= k
		if n == 0 || w.err != nil {
			return n
		}
		w.fill(1)
	}
}

// fill reads until n bytes are there, at most windowLimit, or err is set. It
// asks the reader for as much as there is room for, but never waits for more
// than n: a pipe may pause in between.
func (w *window) fill(n int) {
	for idle := 0; w.end-w.start < n && w.err == nil; {
		w.makeRoom()
		got, err := w.r.Read(w.buf[w.end:])
		if got < 0 || got > len(w.buf)-w.end {
			got, err = 0, errBadReader
		}
		w.end += got
		w.filled = w.end == len(w.buf)
		w.err = err
		if got > 0 {
			idle = 0
		} else if idle++; idle >= emptyReads && err == nil {
			w.err = io.ErrNoProgress
		}
	}
}

// makeRoom moves what is left to the front, and doubles the buffer if it is
// full or if the stream filled it the last time. Growth follows the bytes that
// arrived, never a length that was claimed.
func (w *window) makeRoom() {
	if w.pool != nil {
		w.moveOn()
		return
	}
	if w.start > 0 {
		copy(w.buf, w.buf[w.start:w.end])
		w.base += int64(w.start)
		w.end -= w.start
		w.start = 0
	}
	if size := w.nextSize(w.end); size > len(w.buf) {
		next := make([]byte, size)
		copy(next, w.buf[:w.end])
		w.buf = next
		w.filled = false
	}
}

// nextSize is how large the buffer should be, of which n bytes are in use.
func (w *window) nextSize(n int) int {
	if n == len(w.buf) || w.filled && len(w.buf) < w.size {
		return min(max(2*len(w.buf), windowStart), windowLimit)
	}
	return len(w.buf)
}

// moveOn takes another buffer once this one is full. Only what is left of it is
// copied: less than a packet, as a rule.
func (w *window) moveOn() {
	if w.end < len(w.buf) {
		return
	}
	rest := w.buf[w.start:w.end]
	size := w.nextSize(len(rest))
	if size != len(w.buf) {
		w.filled = false
	}
	next := w.pool.get(size)
	copy(next.bytes, rest)
	if w.buffer != nil {
		w.buffer.Release()
	}
	w.base += int64(w.start)
	w.buf, w.buffer, w.start, w.end = next.bytes, next, 0, len(rest)
}

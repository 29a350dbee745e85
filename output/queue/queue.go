package queue

import (
	"io"
	"sync"
	"time"

	"github.com/ikesniff/ikesniff/report"
)

// Limits bound what waits, the batch being written included. Zero stands for
// 65,536 items and 16 MiB.
type Limits struct {
	Items, Bytes int
}

const (
	defaultItems = 1 << 16
	defaultBytes = 16 << 20
	// maxCalls is how many functions may wait.
	maxCalls = 64
)

// Queue is a bounded queue to one sink. Its methods may be called from any
// goroutine, but only Close may wait.
type Queue struct {
	name   string
	limits Limits
	stream io.Writer // nil: write and flush
	write  func(item []byte) error
	flush  func() error

	wake  chan struct{} // holds one token where the writing goroutine has to look
	ended chan struct{} // closed when it has ended
	gone  chan struct{}

	delay time.Duration // until a failing sink is tried again; of the writing goroutine

	mu               sync.Mutex
	in               batch
	items, bytes     int  // waiting, in either batch
	calls            int  // functions that wait
	pausing          bool // until the sink is tried again
	closing          bool // no more items
	over             bool // nothing is written any more
	left             int  // items that were waiting when it was over
	written, dropped uint64
	err              string
}

// New returns a queue to a stream. Items are written whole and in order, several
// in one Write; what a short Write left of an item is written before anything
// else.
func New(name string, w io.Writer, l Limits) *Queue {
	return start(&Queue{name: name, stream: w, limits: l})
}

// NewFunc returns a queue to a function that takes one item at a time, and
// keeps none. Flush, which may be nil, is called when the items at hand are
// with write; they count as written once it succeeds, and as dropped if it
// fails. An item that write fails for is dropped: what write left of it is its
// own to mend. Both are called from one goroutine.
func NewFunc(name string, write func(item []byte) error, flush func() error, l Limits) *Queue {
	return start(&Queue{name: name, write: write, flush: flush, limits: l})
}

func start(q *Queue) *Queue {
	if q.limits.Items <= 0 {
		q.limits.Items = defaultItems
	}
	if q.limits.Bytes <= 0 {
		q.limits.Bytes = defaultBytes
	}
	q.wake, q.ended, q.gone = make(chan struct{}, 1), make(chan struct{}), make(chan struct{})
	go q.run()
	return q
}

// Put copies an item into the queue and tells whether there was room; what is
// not taken counts as dropped. It never waits for the sink.
func (q *Queue) Put(item []byte) bool {
	q.mu.Lock()
	if q.closing || q.over || q.items >= q.limits.Items || len(item) > q.limits.Bytes-q.bytes {
		q.dropped++
		q.mu.Unlock()
		return false
	}
	q.in.add(item, q.limits.Bytes)
	q.items++
	q.bytes += len(item)
	wake := !q.pausing
	q.mu.Unlock()
	if wake {
		q.signal()
	}
	return true
}

// Do has f called by the goroutine that writes, after the items put so far and
// before those that follow, so that f may change where the sink writes to: open
// a file anew, begin the next. While the sink fails f is called at once, for it
// may be the cure; an item half written by then counts as dropped. f must not
// call Close. Do returns false, and f is not called, after Close, where the
// reader has gone, and where 64 functions wait already. A Close that runs out of
// time may leave functions uncalled.
func (q *Queue) Do(f func()) bool {
	q.mu.Lock()
	if q.closing || q.over || q.calls >= maxCalls {
		q.mu.Unlock()
		return false
	}
	q.calls++
	q.in.addCall(f)
	q.mu.Unlock()
	q.signal()
	return true
}

// Gone is closed when the sink's reader has gone: a write said EPIPE. All that
// waits and all that follows counts as dropped.
func (q *Queue) Gone() <-chan struct{} { return q.gone }

// Counters tell what became of the items. Error is that of the last write, "" if
// it succeeded. It is text of the system: who prints it makes it safe.
func (q *Queue) Counters() report.SinkCounters {
	q.mu.Lock()
	defer q.mu.Unlock()
	return report.SinkCounters{Name: q.name, Written: q.written, Dropped: q.dropped, Error: q.err}
}

func (q *Queue) signal() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

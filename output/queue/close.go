package queue

import (
	"context"
	"fmt"
	"time"
)

// Close lets what waits be written, until ctx is done, and ends the queue. What
// could not be written by then counts as dropped, and is in the error. A sink
// that fails is tried once more only. The sink is left open.
//
// The goroutine that writes has ended when Close returns, but for one case: a
// write that hangs cannot be called back, unless the stream has a
// SetWriteDeadline that works, as network connections and most pipes of Go
// have. Then this one goroutine stays until that write returns or the program
// ends; whatever it still writes is counted as dropped already.
func (q *Queue) Close(ctx context.Context) error {
	q.mu.Lock()
	q.closing = true
	q.mu.Unlock()
	q.signal()
	select {
	case <-q.ended:
	case <-ctx.Done():
		q.abandon()
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	switch {
	case q.left == 0:
		return nil
	case q.err == "":
		return fmt.Errorf("%s: %d items were not written: it took too long", q.name, q.left)
	}
	return fmt.Errorf("%s: %d items were not written: %s", q.name, q.left, q.err)
}

// unblockTime is how long the goroutine that writes may take to notice.
const unblockTime = 100 * time.Millisecond

// abandon ends the queue without waiting for the sink.
func (q *Queue) abandon() {
	q.mu.Lock()
	if !q.over {
		q.end()
	}
	q.mu.Unlock()
	q.signal()
	if s, ok := q.stream.(interface{ SetWriteDeadline(time.Time) error }); ok {
		_ = s.SetWriteDeadline(time.Now()) // what has no deadlines is waited for no longer
	}
	select {
	case <-q.ended:
	case <-time.After(unblockTime):
	}
}

package queue

import (
	"errors"
	"io"
	"slices"
	"syscall"
	"time"
)

// A sink that fails is tried again after firstDelay, then after twice as long,
// up to lastDelay.
const (
	firstDelay = 50 * time.Millisecond
	lastDelay  = 2 * time.Second
)

// settle counts items that have left the queue, with the error of their write.
// It returns false when nothing is to be written any more.
func (q *Queue) settle(items, bytes int, written bool, err error) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.over {
		return false // they were counted when it was over
	}
	q.items -= items
	q.bytes -= bytes
	if written {
		q.written += uint64(items)
	} else {
		q.dropped += uint64(items)
	}
	if err == nil {
		q.err, q.delay = "", 0
		return true
	}
	q.err = err.Error()
	if readerGone(err) {
		q.end()
		close(q.gone)
		return false
	}
	return true
}

// end gives up what waits. q.mu is held, and q.over is false.
func (q *Queue) end() {
	q.over, q.left = true, q.items
	q.dropped += uint64(q.items)
	q.items, q.bytes, q.calls = 0, 0, 0
	q.in = batch{}
}

// pause waits until a failing sink is to be tried again. Functions that wait, in
// b from entry i on or behind it, are called at once; changed tells of them. ok
// is false when nothing is to be written any more.
func (q *Queue) pause(b *batch, i int) (changed, ok bool) {
	last := q.delay < 0 // it was tried for the last time
	q.delay = min(max(2*q.delay, firstDelay), lastDelay)
	timer := time.NewTimer(q.delay)
	defer timer.Stop()
	defer func() {
		q.mu.Lock()
		q.pausing = false
		q.mu.Unlock()
	}()
	for {
		q.mu.Lock()
		q.pausing = true
		calls := slices.Concat(b.calls(i), q.in.calls(0))
		q.calls -= len(calls)
		over, closing := q.over, q.closing
		if !over && closing && last && len(calls) == 0 {
			q.end()
			over = true
		}
		q.mu.Unlock()
		switch {
		case over:
			return false, false
		case len(calls) > 0:
			for _, call := range calls {
				call()
			}
			q.delay = 0
			return true, true
		case closing:
			q.delay = -1
			return false, true
		}
		select {
		case <-timer.C:
			return false, true
		case <-q.wake:
		}
	}
}

// readerGone tells whether an error is that of a pipe or socket without a reader.
func readerGone(err error) bool {
	return errors.Is(err, syscall.EPIPE) || errors.Is(err, io.ErrClosedPipe) ||
		slices.ContainsFunc(goneErrors, func(e syscall.Errno) bool { return errors.Is(err, e) })
}

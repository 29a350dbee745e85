package main

import (
	"context"
	"io"
)

// interruptible returns a reader of r that is at its end as soon as ctx is
// done, even while r waits for a pipe that is silent.
func interruptible(ctx context.Context, r io.Reader) io.Reader {
	in := &interruptibleReader{ctx: ctx, ask: make(chan []byte), got: make(chan readResult, 1)}
	go func() {
		for buf := range in.ask {
			n, err := r.Read(buf)
			in.got <- readResult{n, err}
		}
	}()
	return in
}

type interruptibleReader struct {
	ctx  context.Context
	ask  chan []byte
	got  chan readResult
	buf  []byte // what the goroutine reads into
	rest []byte // what of it was not yet taken
	err  error
}

type readResult struct {
	n   int
	err error
}

func (in *interruptibleReader) Read(p []byte) (int, error) {
	if in.buf == nil {
		in.buf = make([]byte, 1<<16)
	}
	for len(in.rest) == 0 {
		if in.err != nil {
			return 0, in.err
		}
		select {
		case in.ask <- in.buf:
		case <-in.ctx.Done():
			return 0, in.end()
		}
		select {
		case r := <-in.got:
			in.rest, in.err = in.buf[:r.n], r.err
		case <-in.ctx.Done():
			return 0, in.end()
		}
	}
	n := copy(p, in.rest)
	in.rest = in.rest[n:]
	return n, nil
}

// end gives up on the reader; its goroutine may wait for ever, with a buffer
// that nobody reads any more.
func (in *interruptibleReader) end() error {
	if in.err == nil {
		in.err = io.EOF
		close(in.ask)
	}
	return in.err
}

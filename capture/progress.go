package capture

import (
	"io"
	"sync/atomic"
)

// progress counts what a run has consumed. It may be read at any time.
type progress struct {
	done  atomic.Int64
	total int64 // 0 if unknown
}

func (p *progress) state() (done, total int64) {
	done = p.done.Load()
	if p.total > 0 {
		done = min(done, p.total) // files may grow meanwhile
	}
	return done, p.total
}

// counted counts the bytes read through it.
type counted struct {
	r   io.Reader
	p   *progress
	n   int64
	end int64 // the size of the file; 0 if unknown
}

func (c *counted) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	if n > 0 {
		c.n += int64(n)
		c.p.done.Add(int64(n))
	}
	return n, err
}

// forget takes back what was counted, for a file that is read anew.
func (c *counted) forget() {
	c.p.done.Add(-c.n)
	c.n = 0
}

// finish counts what nobody will read any more.
func (c *counted) finish() {
	if c.n < c.end {
		c.p.done.Add(c.end - c.n)
		c.n = c.end
	}
}

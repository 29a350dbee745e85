package capture

import (
	"sync"
	"sync/atomic"
)

// Buffer is memory that packets lie in. A source that shares gives each packet
// with its Buffer, and fills the memory anew only when nobody holds it.
type Buffer struct {
	bytes []byte
	users atomic.Int32
	pool  *bufferPool
}

// Retain holds the buffer: the packets in it stay as they are until Release is
// called as often as Retain. Any goroutine may call both.
func (b *Buffer) Retain() { b.users.Add(1) }

// Release lets go of the buffer.
func (b *Buffer) Release() {
	if b.users.Add(-1) == 0 {
		b.pool.put(b)
	}
}

// Sharer is a Source whose packets can outlive the next call.
type Sharer interface {
	Source
	// Share makes packets come with a Buffer, but for a few at the beginning of
	// an input. It is called before the first Next.
	Share()
}

// maxIdleBuffers is how many buffers wait for their next use.
const maxIdleBuffers = 32

// bufferPool recycles buffers of one size, the one released last first: it is
// the most likely to be in a cache.
type bufferPool struct {
	size int
	mu   sync.Mutex
	idle []*Buffer
}

func newBufferPool(size int) *bufferPool {
	return &bufferPool{size: size, idle: make([]*Buffer, 0, maxIdleBuffers)}
}

// get returns a buffer of size bytes, held once.
func (p *bufferPool) get(size int) *Buffer {
	var b *Buffer
	if size == p.size {
		p.mu.Lock()
		if n := len(p.idle); n > 0 {
			b, p.idle = p.idle[n-1], p.idle[:n-1]
		}
		p.mu.Unlock()
	}
	if b == nil {
		b = &Buffer{bytes: make([]byte, size), pool: p}
	}
	b.users.Store(1)
	return b
}

func (p *bufferPool) put(b *Buffer) {
	if len(b.bytes) != p.size {
		return
	}
	p.mu.Lock()
	if len(p.idle) < maxIdleBuffers {
		p.idle = append(p.idle, b)
	}
	p.mu.Unlock()
}

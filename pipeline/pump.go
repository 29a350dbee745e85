package pipeline

import (
	"io"
	"sync"
	"time"

	"github.com/ikesniff/ikesniff/capture"
)

const (
	// pumpBytes and pumpPackets bound what a Pump has read ahead.
	pumpBytes   = 4 << 20
	pumpPackets = 1 << 13
	pumpIdle    = 100 * time.Millisecond
)

// Pump makes a live source of one whose Next may wait for ever, as that of a
// pipe does: it reads ahead in a goroutine of its own, and Next returns
// capture.ErrIdle where nothing came for a while.
//
// Stop ends it: Next delivers what was read, then io.EOF. The goroutine ends
// when the source returns, which for a silent pipe may be never; it then holds
// nothing but its buffer.
type Pump struct {
	src capture.Source

	mu      sync.Mutex
	filled  batchOfPackets // read, not yet taken
	room    *sync.Cond     // for the reading goroutine
	came    chan struct{}  // holds one token when filled has something or the end came
	err     error
	stopped bool
	info    []capture.SourceInfo // as of the last packet that was read
	names   []string

	taken batchOfPackets // being delivered
	next  int
	timer *time.Timer
}

// batchOfPackets holds packets with their bytes in one piece of memory, which is
// used again.
type batchOfPackets struct {
	packets []capture.Packet
	ends    []int // where the bytes of each packet end
	bytes   []byte
}

func (b *batchOfPackets) reset() {
	b.packets, b.ends, b.bytes = b.packets[:0], b.ends[:0], b.bytes[:0]
}

func (b *batchOfPackets) add(p *capture.Packet) {
	b.packets = append(b.packets, *p)
	b.bytes = append(b.bytes, p.Data...)
	b.ends = append(b.ends, len(b.bytes))
}

func (b *batchOfPackets) full() bool {
	return len(b.packets) >= pumpPackets || len(b.bytes) >= pumpBytes
}

// NewPump begins to read src, which must not be used otherwise until it is
// closed.
func NewPump(src capture.Source) *Pump {
	p := &Pump{src: src, came: make(chan struct{}, 1), timer: time.NewTimer(pumpIdle)}
	p.room = sync.NewCond(&p.mu)
	p.info, p.names = src.Info(), src.Interfaces()
	go p.read()
	return p
}

func (p *Pump) read() {
	var packet capture.Packet
	for {
		err := p.src.Next(&packet)
		p.mu.Lock()
		for p.filled.full() && !p.stopped {
			p.room.Wait()
		}
		switch {
		case p.stopped && err == nil:
			err = io.EOF
		case err == nil:
			p.filled.add(&packet)
		}
		p.names = p.src.Interfaces()
		if err != nil || len(p.filled.packets)&0xff == 1 { // each call allocates
			p.info = p.src.Info()
		}
		p.err = err
		p.mu.Unlock()
		select {
		case p.came <- struct{}{}:
		default:
		}
		if err != nil {
			return
		}
	}
}

// Next implements capture.Source.
func (p *Pump) Next(out *capture.Packet) error {
	for p.next >= len(p.taken.packets) {
		if err := p.swap(); err != nil {
			return err
		}
	}
	from := 0
	if p.next > 0 {
		from = p.taken.ends[p.next-1]
	}
	*out = p.taken.packets[p.next]
	out.Data = p.taken.bytes[from:p.taken.ends[p.next]:p.taken.ends[p.next]]
	out.Buffer = nil
	p.next++
	return nil
}

// swap takes what was read.
func (p *Pump) swap() error {
	p.mu.Lock()
	p.taken, p.filled = p.filled, p.taken
	p.filled.reset()
	p.next = 0
	n, err, stopped := len(p.taken.packets), p.err, p.stopped
	p.room.Signal()
	p.mu.Unlock()
	switch {
	case n > 0:
		return nil
	case err != nil:
		return err
	case stopped:
		return io.EOF
	}
	p.timer.Reset(pumpIdle)
	select {
	case <-p.came:
		p.timer.Stop()
		return nil
	case <-p.timer.C:
		return capture.ErrIdle
	}
}

// Stop ends the run; any goroutine may call it.
func (p *Pump) Stop() {
	p.mu.Lock()
	p.stopped = true
	p.room.Signal()
	p.mu.Unlock()
	select {
	case p.came <- struct{}{}:
	default:
	}
}

// Info implements capture.Source: as of what was read ahead.
func (p *Pump) Info() []capture.SourceInfo {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]capture.SourceInfo(nil), p.info...)
}

// Interfaces implements capture.Source.
func (p *Pump) Interfaces() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.names
}

// Progress implements capture.Source.
func (p *Pump) Progress() (done, total int64) { return p.src.Progress() }

// Close implements capture.Source.
func (p *Pump) Close() error {
	p.Stop()
	return p.src.Close()
}

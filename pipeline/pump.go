package pipeline

import (
	"io"
	"slices"
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
//
// The source has one input. What Info tells of it is as of what Next delivered:
// what was only read ahead, and a flaw behind it, are nobody's concern yet.
type Pump struct {
	src capture.Source

	mu      sync.Mutex
	filled  batchOfPackets // read, not yet taken
	room    *sync.Cond     // for the reading goroutine
	came    chan struct{}  // holds one token when filled has something or the end came
	err     error
	stopped bool
	ended   bool                 // the reading goroutine has
	closing bool                 // it is to close the source when it ends
	info    []capture.SourceInfo // as of about the last packet that was read
	names   []string

	taken batchOfPackets // being delivered
	next  int
	timer *time.Timer

	// Of what was delivered, by the goroutine that calls Next.
	packets, bytes uint64
	first, last    int64
	told           bool // the source's own end
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
		if err == nil {
			p.filled.add(&packet)
		}
		stopped := p.stopped
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
		if err != nil || stopped {
			break
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ended = true
	if p.closing {
		p.src.Close()
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
	if p.packets == 0 {
		p.first, p.last = out.Time, out.Time
	}
	p.packets++
	p.bytes += uint64(len(out.Data))
	p.first, p.last = min(p.first, out.Time), max(p.last, out.Time)
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
		p.told = true
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

// Info implements capture.Source. It belongs to the goroutine that calls Next.
func (p *Pump) Info() []capture.SourceInfo {
	p.mu.Lock()
	defer p.mu.Unlock()
	list := slices.Clone(p.info)
	if !p.told && len(list) == 1 {
		i := &list[0]
		i.Packets, i.Bytes, i.FirstTime, i.LastTime = p.packets, p.bytes, p.first, p.last
		// All was read so far.
		i.Complete, i.CutShort, i.Err, i.Note = true, false, "", ""
	}
	return list
}

// Interfaces implements capture.Source.
func (p *Pump) Interfaces() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.names
}

// Progress implements capture.Source.
func (p *Pump) Progress() (done, total int64) { return p.src.Progress() }

// Close implements capture.Source. A source that still waits for its pipe is
// closed when it returns.
func (p *Pump) Close() error {
	p.Stop()
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.ended {
		p.closing = true
		return nil
	}
	return p.src.Close()
}

package reassembly

import (
	"github.com/ikesniff/ikesniff/capture"
	"github.com/ikesniff/ikesniff/dissect"
)

const (
	maxIdlePartials = 64
	// maxIdleBuffers and maxIdleBytes bound the memory kept for reuse.
	maxIdleBuffers = 64
	maxIdleBytes   = 64 << 10
)

// partial is a datagram of which fragments have come.
type partial struct {
	pieces
	key                 fragmentKey
	firstTime, lastTime int64
	firstRef, lastRef   capture.Ref
	packets, ipLength   int
	ttl                 uint8
	df                  bool
	void                bool // what comes further belongs to it, but is not kept
	completed           bool // whole: what comes further is a copy or a new datagram
	marks               []mark
	ipsec               bool // of the datagram that marks tell of
	newer, older        *partial
}

// note takes in what every fragment tells.
func (p *partial) note(d *dissect.Datagram) {
	if p.packets == 0 {
		p.firstTime, p.firstRef = d.Time, d.Ref
		if d.Fragments > 0 {
			p.firstTime, p.firstRef = d.FirstTime, d.FirstRef
		}
	}
	if p.packets == 0 || d.Frag.Offset == 0 {
		p.ttl, p.df = d.TTL, d.DF
	}
	p.lastTime, p.lastRef = d.Time, d.Ref
	p.packets += d.Packets
	p.ipLength += d.IPLength
}

// clear drops all but the key and the marks.
func (p *partial) clear() {
	p.pieces.reset()
	p.packets, p.ipLength, p.void = 0, 0, false
}

func (f *Defragmenter) fresh() *partial {
	if n := len(f.idle); n > 0 {
		p := f.idle[n-1]
		f.idle = f.idle[:n-1]
		return p
	}
	p := new(partial)
	p.pieces.reset()
	return p
}

// takeBuffer gives p memory to collect bytes in. The caller accounts for it.
func (f *Defragmenter) takeBuffer(p *partial) {
	if n := len(f.buffers); p.data == nil && n > 0 {
		p.data = f.buffers[n-1]
		f.buffers = f.buffers[:n-1]
	}
}

// giveBuffer takes the memory back.
func (f *Defragmenter) giveBuffer(p *partial) {
	f.bytes -= cap(p.data)
	if c := cap(p.data); c > 0 && c <= maxIdleBytes && len(f.buffers) < maxIdleBuffers {
		f.buffers = append(f.buffers, p.data[:0])
	}
	p.data = nil
}

// forget removes a partial.
func (f *Defragmenter) forget(p *partial) {
	if p.completed {
		f.done.remove(p)
	} else {
		f.waiting.remove(p)
	}
	delete(f.index, p.key)
	f.giveBuffer(p)
	if len(f.idle) < maxIdlePartials {
		p.clear()
		p.completed, p.ipsec = false, false
		p.marks = p.marks[:0]
		f.idle = append(f.idle, p)
	}
}

// partialList is a list in order of time.
type partialList struct{ newest, oldest *partial }

func (l *partialList) append(p *partial) {
	p.newer, p.older = nil, l.newest
	if l.newest != nil {
		l.newest.newer = p
	} else {
		l.oldest = p
	}
	l.newest = p
}

func (l *partialList) remove(p *partial) {
	if p.newer != nil {
		p.newer.older = p.older
	} else {
		l.newest = p.older
	}
	if p.older != nil {
		p.older.newer = p.newer
	} else {
		l.oldest = p.newer
	}
	p.newer, p.older = nil, nil
}

package tcpframe

import "github.com/ikesniff/ikesniff/reassembly/tcpstream"

// lose begins a search. n captured bytes right before it count as passed.
func (f *Framer) lose(n int) {
	f.state = stateSearch
	f.prefix, f.doubt = 0, 0
	f.passed = n
	if f.search == nil {
		f.search = new(search)
	}
	f.search.reset(0)
	f.history.reset(0)
}

// seek searches b, and returns how many bytes of it come before the frame that
// it found, or all.
func (f *Framer) seek(b []byte, from tcpstream.Origin, h Handler) int {
	if p, ok := f.search.bytes(b, f.knower); ok {
		return f.resume(p, h)
	}
	f.history.add(b, from)
	f.passed += len(b)
	return len(b)
}

// gap takes in a hole while searching.
func (f *Framer) gap(n int, why tcpstream.HoleReason, h Handler) {
	if p, ok := f.search.hole(n, f.knower); ok {
		f.resume(p, h)
		f.Hole(n, why, h)
		return
	}
	f.history.hole(n, why)
}

// give ends a search at the end of the stream.
func (f *Framer) give(h Handler) {
	if p, ok := f.search.finish(f.knower); ok && p.last >= f.history.begin {
		f.resume(p, h)
	}
}

// resume goes on with the frame that a search found. It returns how many bytes
// lie between what the history holds and that frame.
func (f *Framer) resume(p place, h Handler) int {
	// The history is taken away while it is read: if the framing were lost again
	// meanwhile, another would begin.
	past := f.history
	f.history = history{}
	at := p.start
	if at < past.begin {
		at = p.last
	}
	ahead := 0
	if at > past.end {
		ahead = int(at - past.end)
	}
	for i := range f.search.chains[:f.search.live] {
		c := &f.search.chains[i]
		for _, t := range c.tracks[:c.n] {
			if c.start == p.start {
				f.spis.add(t.spi, t.seq)
			}
		}
	}
	skipped := f.passed - past.captured(at) + ahead
	f.state, f.trusted = stateFrames, true
	f.passed = 0
	f.skipped += uint64(skipped)
	h.Resync(skipped)
	f.replay(&past, at, h)
	if f.history.buf == nil {
		f.history = past
	}
	return ahead
}

// replay takes in again what the history holds from position at on.
func (f *Framer) replay(past *history, at uint64, h Handler) {
	buf, pos := past.buf, past.begin
	for _, s := range past.spans {
		before := int(min(max(at, pos)-pos, uint64(s.n)))
		pos += uint64(s.n)
		if s.hole {
			f.Hole(s.n-before, s.why, h)
			continue
		}
		f.Bytes(buf[before:s.n], s.from, h)
		buf = buf[s.n:]
	}
}

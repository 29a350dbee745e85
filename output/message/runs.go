package message

import (
	"cmp"
	"net/netip"
	"slices"
	"time"

	"github.com/ikesniff/ikesniff/capture"
	"github.com/ikesniff/ikesniff/reassembly"
)

// runKey tells runs of packets apart: one SPI, or keepalives, one way.
type runKey struct {
	kind      reassembly.MessageKind
	transport reassembly.Transport
	spi       uint32
	src, dst  netip.AddrPort
}

// run is a run of packets of ESP, AH, or of keepalives.
type run struct {
	runKey
	firstTime, lastTime int64
	firstRef, lastRef   capture.Ref
	packets, bytes      uint64 // bytes from the SPI to the ICV
	// first and last sequence number as they came, and the lowest and highest.
	firstSeq, lastSeq, low, high uint32
	truncated                    bool
	newer, older                 *run // by last packet
}

// Bounds of runs.
const (
	maxRuns  = 4096
	runPause = int64(time.Minute) // a longer pause ends a run
)

// runs keeps the runs that go on, and hands those that ended to emit.
type runs struct {
	emit           func(*run)
	open           map[runKey]*run
	pairs          map[reassembly.Pair][]*run // in order of their beginning
	newest, oldest *run
	idle           []*run
}

// add takes a packet in.
func (r *runs) add(e *reassembly.Event) {
	k := runKey{kind: e.Message, transport: e.Transport, spi: e.SPI, src: e.Src, dst: e.Dst}
	x := r.open[k]
	if x != nil && e.Time-x.lastTime > runPause {
		r.end(x)
		x = nil
	}
	if x == nil {
		x = r.begin(k, e)
	} else if r.newest != x {
		r.unlink(x)
		r.link(x)
	}
	x.lastTime, x.lastRef = e.Time, e.Ref
	x.packets++
	x.bytes += uint64(e.Length)
	x.lastSeq, x.low, x.high = e.Sequence, min(x.low, e.Sequence), max(x.high, e.Sequence)
	x.truncated = x.truncated || e.Truncated
}

func (r *runs) begin(k runKey, e *reassembly.Event) *run {
	if len(r.open) >= maxRuns {
		r.end(r.oldest)
	}
	if r.open == nil {
		r.open, r.pairs = map[runKey]*run{}, map[reassembly.Pair][]*run{}
	}
	var x *run
	if n := len(r.idle); n > 0 {
		x, r.idle = r.idle[n-1], r.idle[:n-1]
	} else {
		x = new(run)
	}
	*x = run{runKey: k, firstTime: e.Time, firstRef: e.FirstRef, firstSeq: e.Sequence, low: e.Sequence, high: e.Sequence}
	r.open[k] = x
	p := e.Pair()
	r.pairs[p] = append(r.pairs[p], x)
	r.link(x)
	return x
}

// tick ends the runs that have paused for too long at a time.
func (r *runs) tick(now int64) {
	for r.oldest != nil && now-r.oldest.lastTime > runPause {
		r.end(r.oldest)
	}
}

// endPair ends the runs between a pair of addresses, in order of their
// beginning.
func (r *runs) endPair(p reassembly.Pair) {
	for len(r.pairs[p]) > 0 {
		r.end(r.pairs[p][0])
	}
}

// endAll ends all runs, in order of their beginning.
func (r *runs) endAll() {
	var all []*run
	for x := r.oldest; x != nil; x = x.newer {
		all = append(all, x)
	}
	slices.SortFunc(all, func(a, b *run) int {
		return cmp.Or(cmp.Compare(a.firstTime, b.firstTime), cmp.Compare(a.firstRef, b.firstRef))
	})
	for _, x := range all {
		r.end(x)
	}
}

// end hands a run over and forgets it.
func (r *runs) end(x *run) {
	r.unlink(x)
	delete(r.open, x.runKey)
	p := reassembly.MakePair(x.src.Addr(), x.dst.Addr())
	list := r.pairs[p]
	i := slices.Index(list, x)
	if list = slices.Delete(list, i, i+1); len(list) > 0 {
		r.pairs[p] = list
	} else {
		delete(r.pairs, p)
	}
	r.emit(x)
	r.idle = append(r.idle, x)
}

func (r *runs) link(x *run) {
	x.newer, x.older = nil, r.newest
	if r.newest != nil {
		r.newest.newer = x
	} else {
		r.oldest = x
	}
	r.newest = x
}

func (r *runs) unlink(x *run) {
	if x.newer != nil {
		x.newer.older = x.older
	} else {
		r.newest = x.older
	}
	if x.older != nil {
		x.older.newer = x.newer
	} else {
		r.oldest = x.newer
	}
	x.newer, x.older = nil, nil
}

// single makes a run of one packet.
func single(e *reassembly.Event) *run {
	return &run{
		runKey:    runKey{kind: e.Message, transport: e.Transport, spi: e.SPI, src: e.Src, dst: e.Dst},
		firstTime: e.Time, lastTime: e.Time, firstRef: e.FirstRef, lastRef: e.Ref,
		packets: 1, bytes: uint64(e.Length),
		firstSeq: e.Sequence, lastSeq: e.Sequence, low: e.Sequence, high: e.Sequence, truncated: e.Truncated,
	}
}

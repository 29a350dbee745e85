package live

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"github.com/ikesniff/ikesniff/capture"
	"github.com/ikesniff/ikesniff/capture/filter"
)

// PermissionError says what is missing to open a packet socket.
type PermissionError struct{ err error }

// Error implements error.
func (e *PermissionError) Error() string {
	if errors.Is(e.err, unix.EPERM) || errors.Is(e.err, unix.EACCES) {
		return "live: capturing needs CAP_NET_RAW: run as root, or once: sudo setcap cap_net_raw=ep ikesniff"
	}
	return "live: no packet socket: " + e.err.Error()
}

// Unwrap returns the kernel's error.
func (e *PermissionError) Unwrap() error { return e.err }

// Source is a running capture. Next and Changes belong to one goroutine; Stop
// and Stats may be called from any.
type Source struct {
	ring    *ring
	records records
	split   splitter
	tick    time.Duration
	watch   watch
	options Options

	names    []string         // the run's table of interfaces
	indices  map[int32]uint16 // into names, by the kernel's index
	number   uint64
	bytes    uint64
	first    int64
	last     int64
	dropped  uint64 // as of the last packet delivered
	block    bool   // a block is being read
	draining bool
	stopped  atomic.Bool
	current  record // that is being split

	published atomic.Pointer[Stats]
}

// Open begins to capture.
func Open(o Options) (*Source, error) {
	o.Snaplen = orDefault(o.Snaplen, defaultSnaplen)
	o.Buffer = orDefault(o.Buffer, defaultBuffer)
	if o.Tick <= 0 {
		o.Tick = defaultTick
	}
	s := &Source{tick: o.Tick, options: o, indices: map[int32]uint16{}}
	if err := s.watch.find(o.Interfaces); err != nil {
		return nil, err
	}
	program, err := s.program()
	if err != nil {
		return nil, err
	}
	if s.ring, err = openRing(o.Buffer, program); err != nil {
		return nil, err
	}
	if err := s.bind(); err != nil {
		s.ring.close()
		return nil, err
	}
	s.records.virtio = s.ring.virtio
	s.published.Store(&Stats{})
	return s, nil
}

func orDefault(n, def int) int {
	if n <= 0 {
		return def
	}
	return n
}

// program is the user's filter, limited to the interfaces asked for and to the
// snapshot length.
func (s *Source) program() (filter.Program, error) {
	var indices []uint32
	if s.watch.several() {
		for _, i := range s.watch.list {
			indices = append(indices, uint32(i.index))
		}
	}
	return filter.ForKernel(s.options.Filter, indices, uint32(s.options.Snaplen))
}

// bind receives from the one interface, or from all and leaves the rest to the
// filter.
func (s *Source) bind() error {
	index := 0
	if len(s.watch.list) == 1 {
		index = s.watch.list[0].index
	}
	if s.options.Promiscuous {
		for _, i := range s.watch.list {
			if i.index == 0 {
				continue // it is gone; it is put into it when it is back
			}
			if err := s.ring.promiscuous(i.index); err != nil {
				return fmt.Errorf("live: promiscuous mode of %s: %w", i.name, err)
			}
		}
	}
	return s.ring.bind(index)
}

// Next implements capture.Source. It returns capture.ErrIdle if no packet came for
// Options.Tick, and io.EOF when Stop was called and all that was captured
// before has been delivered. Data is valid until the next call.
func (s *Source) Next(p *capture.Packet) error {
	for {
		if b := s.split.next(); b != nil {
			s.ring.stats.Pieces++
			s.deliver(p, &s.current, b, len(b))
			return nil
		}
		if s.block && s.records.next(&s.current) {
			if s.take(p) {
				return nil
			}
			continue
		}
		s.block = false
		if err := s.wait(); err != nil {
			return err
		}
	}
}

// wait takes the next block.
func (s *Source) wait() error {
	stopped := s.stopped.Load()
	if stopped && !s.draining {
		// Nothing more comes in; what the kernel has in an open block comes when it
		// retires it.
		s.draining = true
		_ = s.ring.setFilter(filter.Program{{Code: 6, K: 0}})
	}
	tick := s.tick
	if s.draining {
		tick = max(tick, 3*retire*time.Millisecond)
	}
	block, ok, err := s.ring.next(tick)
	s.ring.count()
	s.publish()
	switch {
	case ok:
		s.records.begin(block)
		s.block = true
		return nil
	case s.draining:
		return io.EOF
	case err != nil && !errors.Is(err, os.ErrDeadlineExceeded):
		if errors.Is(err, os.ErrClosed) {
			return io.EOF
		}
		s.ring.takeError() // an interface went down: the ring goes on when it is up again
	}
	return capture.ErrIdle
}

// take decides on a packet of the ring; false where it is not delivered.
func (s *Source) take(p *capture.Packet) bool {
	r := &s.current
	if r.hardware == unix.ARPHRD_LOOPBACK && r.kind == packetOutgoing {
		s.ring.stats.Looped++ // it comes again as received
		return false
	}
	r.restoreTag()
	if r.merged() && s.split.begin(r.data(), int(r.gsoSize)) {
		s.ring.stats.Split++
		return false // its pieces come next
	}
	s.deliver(p, r, r.data(), r.wire)
	return true
}

func (s *Source) deliver(p *capture.Packet, r *record, data []byte, wire int) {
	s.number++
	*p = capture.Packet{
		Ref: capture.FrameRef(0, s.number), Time: r.time, LinkType: linkType(r.hardware), Data: data, OrigLen: wire,
		Interface: s.interfaceOf(r.index), Direction: capture.DirectionIn,
		DropsBefore: s.ring.stats.Dropped - s.dropped,
	}
	s.dropped = s.ring.stats.Dropped
	if len(data) == r.captured { // it was not taken apart
		p.GSOSize = r.gsoSize
	}
	if r.kind == packetOutgoing {
		p.Direction = capture.DirectionOut
	}
	if r.status&statusChecksumNotReady != 0 {
		p.Checksum = capture.ChecksumPartial
	} else if r.status&statusChecksumValid != 0 {
		p.Checksum = capture.ChecksumGood
	}
	s.bytes += uint64(len(data))
	if s.first == 0 || r.time < s.first {
		s.first = r.time
	}
	s.last = max(s.last, r.time)
}

// interfaceOf returns an interface's place in the run's table.
func (s *Source) interfaceOf(index int32) uint16 {
	if i, ok := s.indices[index]; ok {
		return i
	}
	name := nameOf(int(index))
	i := slices.Index(s.names, name)
	if i < 0 {
		i = len(s.names)
		s.names = append(s.names, name)
	}
	s.indices[index] = uint16(i)
	return uint16(i)
}

// Watched are the names of the interfaces asked for; none stands for all.
func (s *Source) Watched() []string {
	names := make([]string, len(s.watch.list))
	for i, w := range s.watch.list {
		names[i] = w.name
	}
	return names
}

// Changes tells what happened to the interfaces since the last call. An
// interface that was gone and is there again is captured again.
func (s *Source) Changes() []Change {
	changes, rebind := s.watch.look(time.Now())
	if rebind {
		if program, err := s.program(); err == nil {
			_ = s.ring.setFilter(program)
		}
		_ = s.bind()
		clear(s.indices)
	}
	return changes
}

// Stop ends the capture: Next delivers what was captured before, then io.EOF.
func (s *Source) Stop() { s.stopped.Store(true) }

// publish lets other goroutines see the counters.
func (s *Source) publish() {
	st := s.ring.stats
	st.Damaged = s.records.damaged
	s.published.Store(&st)
}

// Stats returns the counters as of the last block.
func (s *Source) Stats() Stats { return *s.published.Load() }

// Info implements capture.Source.
func (s *Source) Info() []capture.SourceInfo {
	name := "any"
	if !s.watch.any() {
		name = strings.Join(s.Watched(), ",")
	}
	return []capture.SourceInfo{{
		Name: name, Format: "live", Packets: s.number, Bytes: s.bytes, FirstTime: s.first, LastTime: s.last,
		Snaplen: uint32(s.options.Snaplen), Dropped: s.ring.stats.Dropped, DroppedKnown: true,
		Interfaces: slices.Clone(s.names), Complete: true,
	}}
}

// Interfaces implements capture.Source.
func (s *Source) Interfaces() []string { return s.names }

// Progress implements capture.Source: a live capture has no end to come to.
func (s *Source) Progress() (done, total int64) { return 0, 0 }

// Close frees the ring.
func (s *Source) Close() error { return s.ring.close() }

var _ capture.Source = (*Source)(nil)

package flows

import (
	"slices"

	"github.com/ikesniff/ikesniff/flows/diagnose"
)

// A TCP sender inside the tunnel whose large packets never arrive sends the
// first of them again, after waits that double (RFC 6298 5.5). Through ESP that
// shows as packets of one length, the largest at that time, at growing waits.
const (
	// leastWait is the shortest wait that can be a retransmission timer; packets
	// closer together are one burst (Linux waits 200 ms at least, others more).
	leastWait = 100e6
	// A wait grows if it is at least 3/2 of the one before, and at most 5 times as
	// long: timers double, give or take their granularity.
	growthLeast2, growthMost = 3, 5
	// stuckWaits is how many waits must grow, one after the other, to be told.
	stuckWaits = 3
	// largeLeast is the length in bytes from which a packet counts as large though
	// a larger one came some time before.
	largeLeast = 512
)

// trial is the look-out for such a run, kept for every stream.
type trial struct {
	size             uint32 // bytes, 0 for none
	smaller, recent  uint32 // the largest smaller packet since first and since last
	count, countLast uint32 // packets of the stream up to first and up to last
	wait             int64  // before last; 0 if first is last, and then not written
	first, last      mark
}

// stuck is a run of large packets that may not arrive.
type stuck struct {
	size    uint32
	sent    ends[mark]
	smaller uint32
	others  uint64 // packets of the stream since the first that are smaller
	live    back   // from the third sending on
	back    back   // the same, up to the last sending
}

// back counts the packets the other way: by tap, as tail does.
type back struct {
	packets [tailTaps]uint64
	largest uint32
}

// weigh takes the length of a packet that is not a copy.
func (s *stream) weigh(n uint32, m mark) {
	t := &s.trial
	if n == t.size {
		s.repeated(m)
		return
	}
	if n < t.size {
		if n > t.recent {
			t.smaller, t.recent = max(t.smaller, n), n
		}
		if n < largeLeast || m.time-t.last.time < growthMost*max(t.wait, 1e9) {
			return
		}
	}
	s.endRun()
	*t = trial{size: n, last: m, countLast: uint32(s.packets)}
}

// repeated takes a packet as large as the one on trial.
func (s *stream) repeated(m mark) {
	t := &s.trial
	wait := m.time - t.last.time
	switch {
	case wait < leastWait:
		if t.wait != 0 {
			s.endRun()
			t.wait = 0
		}
	case t.wait == 0:
		t.first, t.wait, t.smaller, t.count = t.last, wait, t.recent, t.countLast
	case wait*2 >= t.wait*growthLeast2 && wait <= t.wait*growthMost:
		s.grow(m)
		t.wait = wait
	default:
		s.endRun()
		t.first, t.wait, t.smaller, t.count = t.last, wait, t.recent, t.countLast
	}
	t.last, t.recent, t.countLast = m, 0, uint32(s.packets)
}

// grow adds a sending after a longer wait than the one before.
func (s *stream) grow(m mark) {
	r, t := s.run, &s.trial
	switch {
	case r == nil:
		r = &stuck{}
		s.run = r
		fallthrough
	case r.sent.total == 0:
		r.size = t.size
		r.sent.add(t.first)
		r.sent.add(t.last)
		s.path.count(s.dir, r)
	default:
		r.back = r.live
	}
	r.sent.add(m)
}

// endRun ends the run in hand. The longest one of the stream is kept.
func (s *stream) endRun() {
	r := s.run
	if r == nil || r.sent.total == 0 {
		return
	}
	s.path.countNoMore(s.dir, r)
	if r.sent.total > stuckWaits && (s.stuck == nil || r.sent.total > s.stuck.sent.total) {
		r.sum(s, s.packets-1) // without the packet that ends it
		s.stuck, s.run = r, s.stuck
	}
	if s.run != nil {
		s.run.reset()
	}
}

// reset makes the memory of a run ready for another.
func (r *stuck) reset() {
	*r = stuck{sent: ends[mark]{list: r.sent.list[:0]}}
}

// sum notes what else the stream sent since the run began, when it had sent so
// many packets: all of them smaller, for a larger one ends the run.
func (r *stuck) sum(s *stream, packets uint64) {
	r.smaller = s.trial.smaller
	r.others = uint64(uint32(packets) - s.trial.count - uint32(r.sent.total-1))
}

// longest is the run to be told, if any.
func (s *stream) longest() *stuck {
	best := s.stuck
	if r := s.run; r != nil && r.sent.total > stuckWaits && (best == nil || r.sent.total > best.sent.total) {
		now := *r
		now.sum(s, s.packets)
		best = &now
	}
	return best
}

func (r *stuck) fact() *diagnose.Stuck {
	out := &diagnose.Stuck{
		Size: int(r.size), Total: int(r.sent.total), Smaller: int(r.smaller), SmallerCount: r.others,
		Back: slices.Max(r.back.packets[:]), BackLargest: int(r.back.largest),
	}
	out.Sent = marks(&r.sent)
	out.Waits = make([]float64, 0, len(out.Sent))
	for i := range out.Sent {
		if i > 0 && (i != keep || r.sent.total <= 2*keep) {
			out.Waits = append(out.Waits, out.Sent[i].Time.Sub(out.Sent[i-1].Time).Seconds())
		}
	}
	return out
}

// maxRunsCounted bounds the runs of a path for which packets the other way are
// counted.
const maxRunsCounted = 8

// count begins to count the packets the other way than dir for a run.
func (p *path) count(dir uint8, r *stuck) {
	runs := &p.rare().runs[1-dir]
	if len(*runs) < maxRunsCounted {
		*runs = append(*runs, r)
	}
}

func (p *path) countNoMore(dir uint8, r *stuck) {
	p.aside.runs[1-dir] = slices.DeleteFunc(p.aside.runs[1-dir], func(x *stuck) bool { return x == r })
}

// counted tells the runs of a direction of a data packet.
func (p *path) counted(dir uint8, tap int32, n uint32) {
	for _, r := range p.aside.runs[dir] {
		r.live.packets[tap%tailTaps]++
		r.live.largest = max(r.live.largest, n)
	}
}

package pipeline

import (
	"github.com/ikesniff/ikesniff/capture"
	"github.com/ikesniff/ikesniff/dissect"
	"github.com/ikesniff/ikesniff/reassembly"
)

const (
	// alone and together are after how many steps the shares of work are looked at
	// again: while the reader does all of it, and while workers do.
	alone    = 1 << 12
	together = 1 << 17
	// worthwhile is one packet of IPsec in how many makes handing packets over
	// worth its cost. Others are dismissed faster than they are handed over.
	worthwhile = 8
)

// shifts is a crew that works together where there is work to share, and leaves
// all of it to the reader where there is hardly any. Each pair stays with its
// worker, whoever does the work, so nothing else depends on it.
type shifts struct {
	workers []*worker
	team    *team
	teaming bool
	left    int    // steps until shares are looked at again
	packets uint64 // since the last look
	ipsec   uint64 // as of the last look
	// alone and together are the constants; tests take smaller ones.
	alone, together int
}

// newShifts looks at shares after so many steps alone and together, 0 for the
// usual numbers.
func newShifts(workers []*worker, every [2]int) *shifts {
	if every == [2]int{} {
		every = [2]int{alone, together}
	}
	sinks := make([]sink, len(workers))
	for i, w := range workers {
		sinks[i] = w
	}
	return &shifts{workers: workers, team: newTeam(sinks), left: every[0], alone: every[0], together: every[1]}
}

// step counts one step, and tells whether the team does it.
func (s *shifts) step() bool {
	s.packets++
	if s.left--; s.left <= 0 {
		s.look()
	}
	return s.teaming
}

// look decides who does the next steps.
func (s *shifts) look() {
	if s.teaming {
		s.team.drain() // what workers count is theirs until then
	}
	var ipsec uint64
	for _, w := range s.workers {
		ipsec += w.classifier.Counters().IPsecPackets
	}
	s.teaming = (ipsec-s.ipsec)*worthwhile >= s.packets
	s.ipsec, s.packets = ipsec, 0
	if s.left = s.alone; s.teaming {
		s.left = s.together
	}
}

func (s *shifts) packet(h *dissect.Headers, p *capture.Packet) {
	if s.step() {
		s.team.packet(h, p)
		return
	}
	s.workers[laneOf(h, len(s.workers))].packet(h, p)
}

func (s *shifts) datagram(d *dissect.Datagram) {
	if s.step() {
		s.team.datagram(d)
		return
	}
	s.workers[lane(reassembly.MakePair(d.Src.Addr(), d.Dst.Addr()), len(s.workers))].datagram(d)
}

func (s *shifts) event(e *reassembly.Event) {
	switch {
	case s.teaming:
		s.team.event(e)
	case e.Kind == reassembly.KindLoss: // concerns every pair
		for _, w := range s.workers {
			w.event(e)
		}
	default:
		s.workers[lane(e.Pair(), len(s.workers))].event(e)
	}
}

func (s *shifts) close() { s.team.close() }

package monitor

import (
	"time"

	"github.com/ikesniff/ikesniff/report"
)

// atLeast is the shortest time that a rate is of.
const atLeast = 500 * time.Millisecond

// count makes rates and losses of the difference to the last judgement.
func (m *Monitor) count(now time.Time, r *row, t *report.Tunnel, missing report.Direction[uint64]) {
	// Some that were missing may have come late: the total that is exported never
	// falls, and catches up. Where SPIs were forgotten, what was missing of them has
	// been counted, and is no longer part of the tunnel's.
	all := missing.ToResponder + missing.ToInitiator
	if r.tunnel != nil && packetsOf(t) < packetsOf(r.tunnel) {
		r.missing = min(r.missing, all)
	}
	if all > r.missing {
		m.missing += all - r.missing
		r.missing = all
	}
	r.losses.ToResponder.take(now, t.ESPPackets.ToResponder, missing.ToResponder)
	r.losses.ToInitiator.take(now, t.ESPPackets.ToInitiator, missing.ToInitiator)
	d := now.Sub(r.judged)
	if r.tunnel == nil || d < atLeast {
		return
	}
	rate := func(packets, bytes, packetsWas, bytesWas uint64) report.Rate {
		return report.Rate{
			Packets: float64(grown(packetsWas, packets)) / d.Seconds(),
			Bits:    8 * float64(grown(bytesWas, bytes)) / d.Seconds(),
		}
	}
	was := r.tunnel
	r.rate.ToResponder = rate(t.ESPPackets.ToResponder, t.ESPBytes.ToResponder, was.ESPPackets.ToResponder, was.ESPBytes.ToResponder)
	r.rate.ToInitiator = rate(t.ESPPackets.ToInitiator, t.ESPBytes.ToInitiator, was.ESPPackets.ToInitiator, was.ESPBytes.ToInitiator)
}

func packetsOf(t *report.Tunnel) uint64 { return t.ESPPackets.ToResponder + t.ESPPackets.ToInitiator }

// grown is how much a counter has grown. It falls where old SPIs were forgotten.
func grown(from, to uint64) uint64 {
	if to < from {
		return 0
	}
	return to - from
}

const (
	slots   = 6
	slotFor = 10 * time.Second
)

// losses holds the counts of the last minute, in slots of ten seconds.
type losses struct {
	packets, missing uint64 // as of the last judgement
	slot             [slots]struct{ packets, missing uint64 }
	at               int64 // number of the current slot
	known            bool
}

func (l *losses) take(now time.Time, packets, missing uint64) {
	l.turn(now)
	if l.known {
		s := &l.slot[l.at%slots]
		s.packets += grown(l.packets, packets)
		s.missing += grown(l.missing, missing)
	}
	l.packets, l.missing, l.known = packets, missing, true
}

// turn empties the slots whose time has come round.
func (l *losses) turn(now time.Time) {
	at := now.UnixNano() / int64(slotFor)
	for i := l.at + 1; i <= at && i <= l.at+slots; i++ {
		l.slot[i%slots] = struct{ packets, missing uint64 }{}
	}
	l.at = max(l.at, at)
}

// share is that of the packets missing among all that should have come.
func (l *losses) share(now time.Time) float64 {
	l.turn(now)
	var packets, missing uint64
	for i := range l.slot {
		packets += l.slot[i].packets
		missing += l.slot[i].missing
	}
	if packets+missing == 0 {
		return 0
	}
	return float64(missing) / float64(packets+missing)
}

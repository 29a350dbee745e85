package flows

import (
	"math/bits"

	"github.com/ikesniff/ikesniff/capture"
)

const (
	// window is how far behind the highest number arrivals are still told
	// apart one by one.
	window = 1024
	// jumpAt is the step from which on skipped numbers are a jump of the
	// sender's counter (a failover, a restarted gateway) and not so many lost
	// packets: no one can tell, and a million missing would be a wrong claim.
	jumpAt = 4096
	// A restart is believed after restartRun numbers in a row that came before,
	// and only if the first of them lies restartBack behind the highest, or is
	// one of the first restartLow numbers and lies restartNear behind.
	restartRun  = 3
	restartBack = 64
	restartLow  = 3
	restartNear = 8
)

// sequence follows the sequence numbers of one SA at one place. While numbers
// come one after the other it needs no bitmap; the first gap makes one.
type sequence struct {
	begun       bool
	inexact     bool // an arrival too old to be told apart: missing is an upper bound
	first, high uint32
	base        uint32               // lowest number since the last jump or restart
	seen        *[window / 64]uint64 // bit n%window: number n was seen; nil: all from base to high

	missing   uint64     // numbers between first and high that never came
	irregular *irregular // nil while the numbers come one after the other
	lastMark  mark
}

// occurrence marks the first and last time something happened.
type occurrence struct {
	first, last mark
	number      uint32
}

func (o *occurrence) add(m mark, number uint32) {
	if !o.first.set() {
		o.first, o.number = m, number
	}
	o.last = m
}

// gap is a run of numbers that had not come when the next one came.
type gap struct {
	after, before mark
	from, to      uint32
}

// arrival says what one packet was to its sequence.
type arrival uint8

const (
	arrivalNew arrival = iota
	arrivalLate
	arrivalDuplicate
	arrivalOld // too far behind to be told apart
)

// wasSeen tells whether n, at or below high and within the window, has come.
func (s *sequence) wasSeen(n uint32) bool {
	if int32(n-s.base) < 0 {
		return false
	}
	if s.seen == nil {
		return true
	}
	return s.seen[n%window/64]&(1<<(n%64)) != 0
}

// known tells whether a packet with this number has been seen for certain, so
// that the caller may look whether the new one is a copy of it.
func (s *sequence) known(n uint32) bool {
	return s.begun && int32(s.high-n) >= 0 && s.high-n < window && s.wasSeen(n)
}

// add takes the number of a packet. dropped tells that the capture lost
// packets since the previous one of this SA.
func (s *sequence) add(n uint32, at int64, ref capture.Ref, dropped bool) arrival {
	if !s.begun {
		s.begun, s.first, s.base, s.high = true, n, n, n
		s.lastMark = mark{at, ref}
		return arrivalNew
	}
	if n == s.high+1 { // the common case
		s.high = n
		if s.seen != nil {
			s.seen[n%window/64] |= 1 << (n % 64)
		}
		if s.irregular != nil {
			s.irregular.run = 0
		}
		s.lastMark = mark{at, ref}
		return arrivalNew
	}
	return s.addOdd(n, mark{at, ref}, dropped)
}

func (s *sequence) addOdd(n uint32, m mark, dropped bool) arrival {
	defer func() { s.lastMark = m }()
	x := s.odd()
	if step := n - s.high; int32(step) > 0 {
		x.run = 0
		if step >= jumpAt {
			x.jumps++
			x.jump.add(m, n)
			s.rebase(n)
			return arrivalNew
		}
		s.fill()
		if dropped {
			x.byCapture += uint64(step - 1)
		} else {
			s.missing += uint64(step - 1)
			x.gaps.add(gap{s.lastMark, m, s.high + 1, n - 1})
		}
		s.advance(n)
		return arrivalNew
	}
	back := s.high - n
	kind := arrivalOld
	if back < window {
		kind = arrivalDuplicate
		if !s.wasSeen(n) {
			kind = arrivalLate
		}
	}
	switch kind {
	case arrivalLate:
		s.takeLate(n, m, back)
		x.run = 0
		return kind
	case arrivalDuplicate:
		x.duplicates++
		x.dup.add(m, n)
	case arrivalOld:
		s.inexact = true
		x.reordered++
		x.lateness = max(x.lateness, back)
		x.late.add(m, n)
		x.fallsOut(back, 1)
	}
	if s.restartSeen(n, back, kind, m) {
		return arrivalNew
	}
	return kind
}

// takeLate takes a number that fills a hole or extends the sequence downwards.
func (s *sequence) takeLate(n uint32, m mark, back uint32) {
	x := s.irregular
	x.reordered++
	x.lateness = max(x.lateness, back)
	x.late.add(m, n)
	x.fallsOut(back, 1)
	s.fill()
	if below := s.base - n; int32(below) > 0 {
		if s.base != s.first {
			return // from within a jump, whose numbers are not counted as missing
		}
		s.missing += uint64(below - 1)
		s.first, s.base = n, n
		s.seen[n%window/64] |= 1 << (n % 64)
		return
	}
	s.seen[n%window/64] |= 1 << (n % 64)
	if s.missing > 0 {
		s.missing--
	} else if x.byCapture > 0 {
		x.byCapture--
	}
}

// restartSeen notes a number that came before, and tells whether it completes
// a restart: the counter began anew on the same SPI.
func (s *sequence) restartSeen(n, back uint32, kind arrival, m mark) bool {
	x := s.irregular
	if x.run > 0 && n == x.runLast+1 {
		x.run++
	} else {
		x.run, x.runFirst, x.runDup, x.runLate = 1, n, 0, 0
		if back < restartBack && (n > restartLow || back < restartNear) {
			x.run = 0
			return false
		}
	}
	x.runLast = n
	if kind == arrivalDuplicate {
		x.runDup++
	} else {
		x.runLate++
	}
	if x.run < restartRun {
		return false
	}
	x.restarts++
	x.restart.add(m, x.runFirst)
	for i := x.runFirst; i != n+1; i++ {
		if back := s.high - i; back >= window { // those were taken for late
			x.fallsOut(back, -1)
		}
	}
	x.duplicates -= uint64(x.runDup)
	x.reordered -= uint64(x.runLate)
	if x.duplicates == 0 {
		x.dup = occurrence{}
	}
	if x.reordered == 0 {
		x.late, x.lateness, s.inexact = occurrence{}, 0, false
	}
	s.rebase(x.runFirst)
	s.high = n
	if s.seen != nil {
		for i := x.runFirst; i != n+1; i++ {
			s.seen[i%window/64] |= 1 << (i % 64)
		}
	}
	x.run = 0
	return true
}

// rebase goes on at n with nothing known before it. first stays that of the
// whole life.
func (s *sequence) rebase(n uint32) {
	s.fill()
	clear(s.seen[:])
	s.seen[n%window/64] |= 1 << (n % 64)
	s.base, s.high = n, n
}

// fill makes the bitmap of a sequence that had no gap so far.
func (s *sequence) fill() {
	if s.seen != nil {
		return
	}
	s.seen = new([window / 64]uint64)
	n := s.high - s.base + 1
	if n > window {
		n = window
	}
	for i := range n {
		b := s.high - i
		s.seen[b%window/64] |= 1 << (b % 64)
	}
}

// advance moves the highest number to n, less than jumpAt away, forgetting
// what leaves the window.
func (s *sequence) advance(n uint32) {
	if n-s.high >= window {
		clear(s.seen[:])
	} else {
		for i := s.high + 1; i != n; i++ {
			s.seen[i%window/64] &^= 1 << (i % 64)
		}
	}
	s.seen[n%window/64] |= 1 << (n % 64)
	s.high = n
}

// seenInWindow counts the numbers of the window that have come; for tests.
func (s *sequence) seenInWindow() int {
	if s.seen == nil {
		return int(min(s.high-s.base+1, window))
	}
	n := 0
	for _, w := range s.seen {
		n += bits.OnesCount64(w)
	}
	return n
}

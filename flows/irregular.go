package flows

import "math/bits"

// irregular is what a sequence keeps once its numbers did not come one after the
// other.
type irregular struct {
	byCapture  uint64 // missing, while the capture itself lost packets
	duplicates uint64
	reordered  uint64
	jumps      uint64
	restarts   uint64
	lateness   uint32 // the most that one came late

	run      uint32 // numbers in a row that may be a restart
	runLast  uint32
	runFirst uint32
	runDup   uint32 // of those, counted in duplicates so far
	runLate  uint32 // of those, counted in reordered so far

	gaps          ends[gap]
	dup, late     occurrence
	restart, jump occurrence
	lateBy        [windows]uint64
}

// windows is the number of window sizes for which late numbers are counted: 32,
// 64 and so on up to 1024, as receivers have them (RFC 4303 3.4.3).
const windows = 6

func (s *sequence) odd() *irregular {
	if s.irregular == nil {
		s.irregular = &irregular{}
	}
	return s.irregular
}

var regular irregular

// rare returns what odd keeps, to be read.
func (s *sequence) rare() *irregular {
	if s.irregular == nil {
		return &regular
	}
	return s.irregular
}

// fallsOut counts a late number in the windows that would have dropped it: a
// window of 32 takes the highest number and the 31 before it. n is 1, or -1 for
// one that turned out to be no late number.
func (x *irregular) fallsOut(back uint32, n int) {
	for i := range min(bits.Len32(back/32), windows) {
		x.lateBy[i] += uint64(n)
	}
}

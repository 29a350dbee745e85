package flows

import "math/bits"

// irregular is what a sequence keeps once its numbers did not come one after the
// other.
type irregular struct {
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

// fallsOut counts a late number in the windows that would have dropped it: a
// window of 32 takes the highest number and the 31 before it. n is 1, or -1 for
// one that turned out to be no late number.
func (x *irregular) fallsOut(back uint32, n int) {
	for i := range min(bits.Len32(back/32), windows) {
		x.lateBy[i] += uint64(n)
	}
}

package capture

import (
	"math"
	"math/bits"
)

// clock turns the timestamps of one interface into nanoseconds since the Unix
// epoch. The zero clock is not valid.
type clock struct {
	mul    uint64 // nanoseconds = count * mul / div >> shift
	div    uint64
	shift  uint8
	offset int64 // seconds to add
}

// newClock returns the clock for an if_tsresol byte and an if_tsoffset in
// seconds. The high bit of the byte tells 2^-n from 10^-n seconds
// (draft-ietf-opsawg-pcapng, section 4.2).
func newClock(resolution byte, offset int64) clock {
	c := clock{mul: 1, div: 1, offset: offset}
	switch n := resolution & 0x7f; {
	case resolution&0x80 != 0:
		c.mul, c.shift = 1e9, n
	case n <= 9:
		c.mul = pow10(9 - n)
	case n-9 <= 19:
		c.div = pow10(n - 9)
	default: // 2^64 of these units are less than a nanosecond
		c.mul = 0
	}
	return c
}

func pow10(n byte) uint64 {
	p := uint64(1)
	for range n {
		p *= 10
	}
	return p
}

// nanoseconds converts a timestamp. Times that an int64 does not hold (before
// 1677, after 2262) become the nearest one that it does, and ok is false.
func (c clock) nanoseconds(count uint64) (ns int64, ok bool) {
	hi, lo := bits.Mul64(count, c.mul)
	if c.shift > 0 {
		if c.shift >= 64 {
			hi, lo = 0, hi>>(c.shift-64)
		} else {
			hi, lo = hi>>c.shift, lo>>c.shift|hi<<(64-c.shift)
		}
	} else if c.div > 1 {
		lo /= c.div // div stands alone: hi is 0
	}
	if c.offset == 0 {
		if hi != 0 || lo > math.MaxInt64 {
			return math.MaxInt64, false
		}
		return int64(lo), true
	}
	return addSeconds(hi, lo, c.offset)
}

// addSeconds returns the 128-bit nanoseconds hi:lo plus seconds, clamped.
func addSeconds(hi, lo uint64, seconds int64) (int64, bool) {
	// Two's complement over 128 bits holds every sum: |hi:lo| < 2^94 and
	// |seconds * 1e9| < 2^93.
	abs := uint64(seconds)
	if seconds < 0 {
		abs = -abs
	}
	ohi, olo := bits.Mul64(abs, 1e9)
	var carry uint64
	if seconds < 0 {
		lo, carry = bits.Sub64(lo, olo, 0)
		hi, _ = bits.Sub64(hi, ohi, carry)
	} else {
		lo, carry = bits.Add64(lo, olo, 0)
		hi, _ = bits.Add64(hi, ohi, carry)
	}
	switch sum := int64(lo); {
	case hi == 0 && sum >= 0, hi == math.MaxUint64 && sum < 0:
		return sum, true
	case int64(hi) < 0:
		return math.MinInt64, false
	}
	return math.MaxInt64, false
}

package reassembly

import (
	"hash/maphash"
	"math/bits"
)

// index finds slots by hash: open addressing with linear probing, at most half
// full. A cell is 8 bytes, so that a probe and its neighbours are one cache
// line.
type index struct {
	cells []cell
	shift uint8 // of a hash, to its home
}

type cell struct {
	hash uint32
	slot int32 // 0 is empty
}

const minCells = 16

// home is where the search for a hash begins.
func (x *index) home(h uint32) uint32 { return h >> x.shift }

// cell returns the cell at any place counted from a home.
func (x *index) cell(at uint32) *cell {
	if len(x.cells) == 0 {
		return &noCell
	}
	return &x.cells[int(at)&(len(x.cells)-1)]
}

var noCell cell

// add adds a slot. n is how many there are with it.
func (x *index) add(hash uint32, slot int32, n int) {
	if 2*n > len(x.cells) {
		x.grow()
	}
	at := x.home(hash)
	for x.cell(at).slot != 0 {
		at++
	}
	*x.cell(at) = cell{hash, slot}
}

func (x *index) grow() {
	old := x.cells
	size := max(2*len(old), minCells)
	x.cells = make([]cell, size)
	x.shift = uint8(32 - bits.TrailingZeros(uint(size)))
	for _, c := range old {
		if c.slot != 0 {
			at := x.home(c.hash)
			for x.cell(at).slot != 0 {
				at++
			}
			*x.cell(at) = c
		}
	}
}

// remove takes a slot out, which must be there, and moves those behind it that
// would not be found any more.
func (x *index) remove(hash uint32, slot int32) {
	at := x.home(hash)
	for x.cell(at).slot != slot {
		at++
	}
	mask := uint32(len(x.cells) - 1)
	for next := at + 1; ; next++ {
		c := x.cell(next)
		if c.slot == 0 {
			break
		}
		if (next-x.home(c.hash))&mask >= (next-at)&mask {
			*x.cell(at) = *c
			at = next
		}
	}
	*x.cell(at) = cell{}
}

// seeds make the hashes of a run unlike those of any other, so that nobody can
// prepare packets that collide. Reports do not depend on them.
var seeds = func() (s [4]uint64) {
	for i := range s {
		s[i] = maphash.Comparable(maphash.MakeSeed(), i) | 1
	}
	return s
}()

// fold multiplies to 128 bits and folds the halves, so that each bit of the
// input reaches many bits of the result.
func fold(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}

// hash is the hash of a tuple for a table.
func (k *tuple) hash() uint32 {
	low := fold(k.aLo^seeds[0], k.bLo^seeds[1])
	high := fold(k.aHi^seeds[2], k.bHi^seeds[3])
	return uint32(fold(low^k.word, high^seeds[0]))
}

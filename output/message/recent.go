package message

import (
	"hash/maphash"
	"math/bits"
)

// recent keeps values by key, of no more keys than a bound. The one that was
// not asked for longest makes room for a new one, and hands on its memory. It
// is a hash table with chains, for in a flood of new keys a
// map spends half its time on deleting old ones.
type recent[V any] struct {
	most           int
	mix            uint64  // odd, and of this run alone: nobody can make chains long
	heads          []int32 // of chains; a power of two, at least as many as slots
	blocks         [][]slot[V]
	count          int   // of slots
	newest, oldest int32 // numbers of slots
}

// blockSlots is how many slots a block has. Blocks stay where they are while the
// table grows.
const blockSlots = 256

type slot[V any] struct {
	value        V
	key          uint64
	next         int32 // in the chain
	newer, older int32
}

const noSlot = -1

func newRecent[V any](most int) recent[V] {
	return recent[V]{most: most, mix: new(maphash.Hash).Sum64() | 1, newest: noSlot, oldest: noSlot}
}

func (r *recent[V]) slot(i int32) *slot[V] { return &r.blocks[i/blockSlots][i%blockSlots] }

// chain is where the chain of a key begins: the upper bits of a product, which
// depend on all bits of the key.
func (r *recent[V]) chain(k uint64) *int32 {
	return &r.heads[k*r.mix>>(64-bits.TrailingZeros(uint(len(r.heads))))&uint64(len(r.heads)-1)]
}

// find gives the value of a key, nil if there is none. It is valid until the
// next call of add.
func (r *recent[V]) find(k uint64) *V {
	if len(r.heads) == 0 {
		return nil
	}
	for i := *r.chain(k); i != noSlot; {
		x := r.slot(i)
		if x.key != k {
			i = x.next
			continue
		}
		if i != r.newest {
			r.unlink(i)
			r.link(i)
		}
		return &x.value
	}
	return nil
}

// add makes a place for a key that is not there. The value is what was left in
// it by another one, so that its memory can be used again.
func (r *recent[V]) add(k uint64) *V {
	i := r.oldest
	if r.count < r.most {
		i = int32(r.count)
		r.grow()
	} else {
		r.unlink(i)
		at := r.chain(r.slot(i).key)
		for *at != i {
			at = &r.slot(*at).next
		}
		*at = r.slot(i).next
	}
	x := r.slot(i)
	head := r.chain(k)
	x.key, x.next, *head = k, *head, i
	r.link(i)
	return &x.value
}

// grow makes a slot, and room for twice as many chains if there are too few.
func (r *recent[V]) grow() {
	if r.count%blockSlots == 0 {
		r.blocks = append(r.blocks, make([]slot[V], min(blockSlots, r.most-r.count)))
	}
	if r.count == len(r.heads) {
		r.heads = make([]int32, max(64, 2*len(r.heads)))
		for i := range r.heads {
			r.heads[i] = noSlot
		}
		for i := range int32(r.count) {
			x := r.slot(i)
			head := r.chain(x.key)
			x.next, *head = *head, i
		}
	}
	r.count++
}

func (r *recent[V]) link(i int32) {
	x := r.slot(i)
	x.newer, x.older = noSlot, r.newest
	if r.newest != noSlot {
		r.slot(r.newest).newer = i
	} else {
		r.oldest = i
	}
	r.newest = i
}

func (r *recent[V]) unlink(i int32) {
	x := r.slot(i)
	if x.newer != noSlot {
		r.slot(x.newer).older = x.older
	} else {
		r.newest = x.older
	}
	if x.older != noSlot {
		r.slot(x.older).newer = x.newer
	} else {
		r.oldest = x.newer
	}
}

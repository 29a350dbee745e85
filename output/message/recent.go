package message

import (
	"hash/maphash"
	"math/bits"
)

// recent keeps values by key, of no more keys than a bound. The one that was
// not asked for longest makes room for a new one, and hands on its memory. It
// is a hash table with chains through one slice, for in a flood of new keys a
// map spends half its time on deleting old ones.
type recent[V any] struct {
	most           int
	mix            uint64  // odd, and of this run alone: nobody can make chains long
	heads          []int32 // of chains; a power of two, at least as many as slots
	slots          []slot[V]
	newest, oldest int32 // indexes of slots
}

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
	for i := *r.chain(k); i != noSlot; i = r.slots[i].next {
		if r.slots[i].key != k {
			continue
		}
		if i != r.newest {
			r.unlink(i)
			r.link(i)
		}
		return &r.slots[i].value
	}
	return nil
}

// add makes a place for a key that is not there. The value is what was left in
// it by another one, so that its memory can be used again.
func (r *recent[V]) add(k uint64) *V {
	i := r.oldest
	if len(r.slots) < r.most {
		i = int32(len(r.slots))
		r.slots = append(r.slots, slot[V]{})
		if len(r.slots) > len(r.heads) {
			r.grow()
		}
	} else {
		r.unlink(i)
		at := r.chain(r.slots[i].key)
		for *at != i {
			at = &r.slots[*at].next
		}
		*at = r.slots[i].next
	}
	x := &r.slots[i]
	head := r.chain(k)
	x.key, x.next, *head = k, *head, i
	r.link(i)
	return &x.value
}

// grow makes room for twice as many chains. The last slot has no key yet.
func (r *recent[V]) grow() {
	r.heads = make([]int32, max(64, 2*len(r.heads)))
	for i := range r.heads {
		r.heads[i] = noSlot
	}
	for i := range r.slots[:len(r.slots)-1] {
		x := &r.slots[i]
		head := r.chain(x.key)
		x.next, *head = *head, int32(i)
	}
}

func (r *recent[V]) link(i int32) {
	x := &r.slots[i]
	x.newer, x.older = noSlot, r.newest
	if r.newest != noSlot {
		r.slots[r.newest].newer = i
	} else {
		r.oldest = i
	}
	r.newest = i
}

func (r *recent[V]) unlink(i int32) {
	x := &r.slots[i]
	if x.newer != noSlot {
		r.slots[x.newer].older = x.older
	} else {
		r.newest = x.older
	}
	if x.older != noSlot {
		r.slots[x.older].newer = x.newer
	} else {
		r.oldest = x.newer
	}
}

package reassembly

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestLookup: lookup finds what get finds, among keys of equal hashes, and both
// count as use.
func TestLookup(t *testing.T) {
	const limit = 4
	a, b := newTable[tuple, int](limit), newTable[tuple, int](limit)
	r := rand.New(rand.NewPCG(28, 28))
	for i := range 5000 {
		k := tuple{word: uint64(r.IntN(7))}
		h := uint32(k.word%2) << 31
		x, y := a.get(&k, h), lookup(b, &k, h)
		if (x == nil) != (y == nil) || x != nil && *x != *y {
			t.Fatalf("%v: get %v, lookup %v", k, x, y)
		}
		if x == nil {
			*a.put(k, h, nil), *b.put(k, h, nil) = i, i
		}
	}
}

// TestTable compares a table with a plain list kept in order of use. One this
// small keeps that order exactly.
func TestTable(t *testing.T) {
	const limit = 8
	r := rand.New(rand.NewPCG(27, 27))
	tab := newTable[int, int](limit)
	var order []int // oldest first
	for range 20000 {
		k := r.IntN(20)
		h := uint32(k%7) << 28 // few homes: many collide
		i := slices.Index(order, k)
		v := tab.get(&k, h)
		if (v != nil) != (i >= 0) || v != nil && *v != k {
			t.Fatalf("get(%d) = %v, in %v", k, v, order)
		}
		if i >= 0 {
			order = append(slices.Delete(order, i, i+1), k)
		}
		switch {
		case i < 0:
			evicted := -1
			*tab.put(k, h, func(v *int) { evicted = *v }) = k
			want := -1
			if len(order) == limit {
				want = order[0]
				order = order[1:]
			}
			if evicted != want {
				t.Fatalf("put(%d) evicted %d, want %d", k, evicted, want)
			}
			order = append(order, k)
		case r.IntN(4) == 0:
			tab.remove(k, h)
			tab.remove(k, h) // again does nothing
			order = order[:len(order)-1]
		}
		if tab.len() != len(order) || tab.made > limit {
			t.Fatalf("%d entries in %d slots, want %d", tab.len(), tab.made, len(order))
		}
	}
}

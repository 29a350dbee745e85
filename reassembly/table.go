package reassembly

// table is a map of bounded size. When it is full, the entry that was not used
// for longest makes room. Its memory grows with use up to the limit and is
// then reused, so that a busy table does not allocate.
type table[K comparable, V any] struct {
	limit int
	index map[K]int32
	slots []slot[K, V]
	// newest and oldest are the ends of the list by last use, -1 if empty.
	newest, oldest int32
	free           int32
}

type slot[K comparable, V any] struct {
	key          K
	newer, older int32 // older also chains free slots
	val          V
}

func newTable[K comparable, V any](limit int) *table[K, V] {
	return &table[K, V]{limit: limit, index: make(map[K]int32), newest: -1, oldest: -1, free: -1}
}

func (t *table[K, V]) len() int { return len(t.index) }

// get returns the value of k and marks it as used, or nil. The pointer is good
// until the next put.
func (t *table[K, V]) get(k K) *V {
	i, ok := t.index[k]
	if !ok {
		return nil
	}
	if i != t.newest {
		t.unlink(i)
		t.link(i)
	}
	return &t.slots[i].val
}

// put adds k, which must not be there, with a zero value. evict, which may be
// nil, sees the value that had to go; it must not touch the table. The pointer
// is good until the next put.
func (t *table[K, V]) put(k K, evict func(*V)) *V {
	if len(t.index) >= t.limit {
		old := t.oldest
		if evict != nil {
			evict(&t.slots[old].val)
		}
		t.remove(t.slots[old].key)
	}
	i := t.free
	if i >= 0 {
		t.free = t.slots[i].older
	} else {
		i = int32(len(t.slots))
		t.slots = append(t.slots, slot[K, V]{})
	}
	t.slots[i].key = k
	t.index[k] = i
	t.link(i)
	return &t.slots[i].val
}

func (t *table[K, V]) remove(k K) {
	i, ok := t.index[k]
	if !ok {
		return
	}
	delete(t.index, k)
	t.unlink(i)
	t.slots[i] = slot[K, V]{older: t.free}
	t.free = i
}

func (t *table[K, V]) link(i int32) {
	s := &t.slots[i]
	s.newer, s.older = -1, t.newest
	if t.newest >= 0 {
		t.slots[t.newest].newer = i
	} else {
		t.oldest = i
	}
	t.newest = i
}

func (t *table[K, V]) unlink(i int32) {
	s := &t.slots[i]
	if s.newer >= 0 {
		t.slots[s.newer].older = s.older
	} else {
		t.newest = s.older
	}
	if s.older >= 0 {
		t.slots[s.older].newer = s.newer
	} else {
		t.oldest = s.newer
	}
}

package reassembly

// table is a map of bounded size. When it is full, an entry that was not used
// for longest makes room: of the uses, slack at most are not told apart. Its
// memory grows with use up to the limit and is then reused, so that a busy
// table does not allocate, and entries never move.
//
// It is faster than a map because the caller hashes a key once for all that it
// is looked up for, and because a lookup of an entry in use touches one cell of
// the index and one slot: the order of use is kept only roughly.
type table[K comparable, V any] struct {
	limit int
	n     int
	index index
	// Slots lie in chunks, so that growing copies nothing.
	chunks [][]slot[K, V]
	made   int32 // slots that there are
	free   int32 // chain of slots not in use, -1 if empty
	// newest and oldest are the ends of the list by use, -1 if empty.
	newest, oldest int32
	clock, slack   uint32 // clock counts uses
}

type slot[K comparable, V any] struct {
	key          K
	hash         uint32
	used         uint32 // by the clock, when it became the newest
	newer, older int32  // newer is unused in a free slot, and older chains them
	val          V
}

const (
	chunkBits = 8
	chunkSize = 1 << chunkBits
	// maxSlack uses make no difference to a table of a million entries.
	maxSlack = 1 << 10

	unused = -2
)

func newTable[K comparable, V any](limit int) *table[K, V] {
	return &table[K, V]{
		limit: limit, newest: -1, oldest: -1, free: -1,
		slack: uint32(min(limit/16, maxSlack)),
	}
}

func (t *table[K, V]) len() int { return t.n }

// at returns slot i.
func (t *table[K, V]) at(i int32) *slot[K, V] {
	return &t.chunks[i>>chunkBits][i&(chunkSize-1)]
}

// get returns the value of k, whose hash is h, and marks it as used; or nil.
// The pointer is good until the entry is removed.
func (t *table[K, V]) get(k *K, h uint32) *V {
	for i, at := t.next(t.index.home(h), h); i >= 0; i, at = t.next(at, h) {
		if s := t.at(i); s.key == *k {
			return t.use(i, s)
		}
	}
	return nil
}

// lookup is get for keys whose comparison the compiler would make a call of.
func lookup[V any](t *table[tuple, V], k *tuple, h uint32) *V {
	for i, at := t.next(t.index.home(h), h); i >= 0; i, at = t.next(at, h) {
		if s := t.at(i); s.key.is(k) {
			return t.use(i, s)
		}
	}
	return nil
}

// next finds the first cell with hash h from place at on. It returns its slot,
// -1 if there is none, and where to go on.
func (t *table[K, V]) next(at, h uint32) (i int32, then uint32) {
	for {
		c := t.index.cell(at)
		at++
		if c.slot == 0 || c.hash == h {
			return c.slot - 1, at
		}
	}
}

// use marks slot i as used.
func (t *table[K, V]) use(i int32, s *slot[K, V]) *V {
	if t.clock++; t.clock-s.used > t.slack {
		t.touch(i, s)
	}
	return &s.val
}

// touch makes slot i the newest.
func (t *table[K, V]) touch(i int32, s *slot[K, V]) {
	s.used = t.clock
	if i != t.newest {
		t.unlink(s)
		t.link(i, s)
	}
}

// put adds k, which must not be there, with a zero value. evict, which may be
// nil, sees the value that had to go; it must not touch the table.
func (t *table[K, V]) put(k K, h uint32, evict func(*V)) *V {
	if t.n >= t.limit {
		old := t.at(t.oldest)
		if evict != nil {
			evict(&old.val)
		}
		t.drop(t.oldest)
	}
	i := t.free
	if i >= 0 {
		t.free = t.at(i).older
	} else {
		i = t.made
		t.made++
		if int(i)>>chunkBits == len(t.chunks) {
			t.chunks = append(t.chunks, make([]slot[K, V], chunkSize))
		}
	}
	s := t.at(i)
	s.key, s.hash = k, h
	t.clock++
	s.used = t.clock
	t.link(i, s)
	t.n++
	t.index.add(s.hash, i+1, t.n)
	return &s.val
}

// remove forgets k if it is there.
func (t *table[K, V]) remove(k K, h uint32) {
	x := &t.index
	for at := x.home(h); ; at++ {
		c := x.cell(at)
		if c.slot == 0 {
			return
		}
		if c.hash == h && t.at(c.slot-1).key == k {
			t.drop(c.slot - 1)
			return
		}
	}
}

// drop frees slot i.
func (t *table[K, V]) drop(i int32) {
	s := t.at(i)
	t.index.remove(s.hash, i+1)
	t.unlink(s)
	*s = slot[K, V]{newer: unused, older: t.free}
	t.free = i
	t.n--
}

func (t *table[K, V]) link(i int32, s *slot[K, V]) {
	s.newer, s.older = -1, t.newest
	if t.newest >= 0 {
		t.at(t.newest).newer = i
	} else {
		t.oldest = i
	}
	t.newest = i
}

func (t *table[K, V]) unlink(s *slot[K, V]) {
	if s.newer >= 0 {
		t.at(s.newer).older = s.older
	} else {
		t.newest = s.older
	}
	if s.older >= 0 {
		t.at(s.older).newer = s.newer
	} else {
		t.oldest = s.newer
	}
}

// all calls f with every value, in the order in which slots were first used:
// while nothing was evicted or removed, that in which the entries came.
func (t *table[K, V]) all(f func(*V)) {
	for i := range t.made {
		if s := t.at(i); s.newer != unused {
			f(&s.val)
		}
	}
}

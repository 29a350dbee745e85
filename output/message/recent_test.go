package message

import "testing"

func TestRecent(t *testing.T) {
	r := newRecent[[]byte](3)
	if r.find(0) != nil {
		t.Error("something is in an empty table")
	}
	for k := range uint64(3) {
		v := r.add(k)
		*v = append((*v)[:0], byte(k))
	}
	if v := r.find(0); v == nil || (*v)[0] != 0 {
		t.Fatal("0 is gone")
	}
	*r.add(3) = []byte{3} // 1 was not asked for longest
	for k, want := range map[uint64]bool{0: true, 1: false, 2: true, 3: true} {
		v := r.find(k)
		if (v != nil) != want || v != nil && (*v)[0] != byte(k) {
			t.Errorf("%d: %v", k, v)
		}
	}
	if r.count != 3 {
		t.Errorf("%d slots", r.count)
	}
}

// TestRecentAgainstMap: whatever is asked for in whatever order, the table knows
// the last keys, and no others.
func TestRecentAgainstMap(t *testing.T) {
	const most = 100
	r := newRecent[int](most)
	last := map[uint64]int{} // step of the last use
	for i := range 20000 {
		k := uint64(i*i%331) << (i % 3 * 29)
		v := r.find(k)
		at, used := last[k]
		newer := 0
		for _, step := range last {
			if used && step > at {
				newer++
			}
		}
		if known := used && newer < most; known != (v != nil) {
			t.Fatalf("step %d: key %d is known: %v, want %v", i, k, v != nil, known)
		}
		if v == nil {
			v = r.add(k)
		} else if *v != at {
			t.Fatalf("step %d: value %d, want %d", i, *v, at)
		}
		*v, last[k] = i, i
	}
	if r.count != most {
		t.Errorf("%d slots", r.count)
	}
	next := uint64(1 << 60)
	if n := testing.AllocsPerRun(1000, func() { r.add(next); next++ }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

package flows

import (
	"math"
	"testing"
)

// The message IDs of all exchanges that are kept lie below the bound from
// which on nothing is searched.
func TestIDBound(t *testing.T) {
	seen := 0
	for seed := range uint64(20) {
		tr := NewTracker(Config{})
		events := many(seed)
		for i := range events {
			tr.Event(&events[i])
		}
		for _, sa := range tr.ikes {
			for _, x := range sa.exchanges.all() {
				if x.typ == exchangeSAInit {
					continue
				}
				seen++
				if !sa.ids[x.from].mayHave(x.id) {
					t.Errorf("seed %d: exchange %d of side %d is beyond %d", seed, x.id, x.from, sa.ids[x.from])
				}
			}
		}
	}
	if seen == 0 {
		t.Error("no exchange was looked at")
	}
	var b idBound
	if b.mayHave(0) || !b.mayHave(math.MaxUint32) {
		t.Error("without any ID nothing but the last one is to be searched for")
	}
	for _, id := range []uint32{7, 5, math.MaxUint32} {
		b.add(id)
		if !b.mayHave(7) || !b.mayHave(0) || b.mayHave(8) || !b.mayHave(math.MaxUint32) {
			t.Errorf("with %d: %d does not stand for 7 and below", id, b)
		}
	}
}

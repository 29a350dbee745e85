package reassembly

import (
	"math/rand/v2"
	"testing"
)

// TestCopiesDepth: a copy is found among the last eight segments, and not
// beyond.
func TestCopiesDepth(t *testing.T) {
	r := rand.New(rand.NewPCG(29, 29))
	for between := range 10 {
		for skew := range 8 { // where the ring stands
			var c copies
			next := func(ipid uint32) *segment {
				return &segment{time: 1, hasIPID: true, ipid: ipid, ttl: 64, seq: r.Uint32(), payload: random(r, 100), wire: 100}
			}
			for i := range skew {
				c.seen(next(uint32(i + 1)))
			}
			s := next(100)
			if c.seen(s) {
				t.Fatal("the first of them is a copy")
			}
			for i := range between {
				if c.seen(next(uint32(200 + i))) {
					t.Fatal("another one is a copy")
				}
			}
			if got, want := c.seen(s), between < 8; got != want {
				t.Errorf("%d between, %d before them: %v, want %v", between, skew, got, want)
			}
		}
	}
}

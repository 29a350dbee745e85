package output

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// A layout that laid out other grids before does it as a new one does.
func TestLayoutsAreUsedAgain(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	used := newLayout()
	for i := range 100 {
		g := &grid{}
		for c := range 1 + r.IntN(6) {
			if r.IntN(2) == 0 {
				g.column(fmt.Sprint("head", c))
			} else {
				g.number("n")
			}
		}
		for range r.IntN(5) {
			cells := make([]string, len(g.heads))
			for c := range cells {
				cells[c] = strings.Repeat("x", r.IntN(20)) + strings.Repeat("\ny", r.IntN(3))
			}
			g.add(cells...)
		}
		want, err := newLayout().lay(g)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := used.lay(g); err != nil || got != want {
			t.Fatalf("grid %d: %v\n%s\nwant\n%s", i, err, got, want)
		}
	}
}

package flows

import (
	"math"
	"testing"

	"github.com/ikesniff/ikesniff/dissect"
)

func TestTapNumbers(t *testing.T) {
	var numbers tapNumbers
	for round := range 2 {
		for i := range uint32(math.MaxUint16) + 3 {
			want := tapNumber(min(i, math.MaxUint16))
			if got := numbers.of(dissect.Tap{Index: i}); got != want {
				t.Fatalf("round %d: tap %d has number %d, want %d", round, i, got, want)
			}
		}
	}
	if n := len(numbers.known); n != math.MaxUint16 {
		t.Errorf("%d taps are known", n)
	}
}

package flows

import (
	"math"

	"github.com/ikesniff/ikesniff/dissect"
)

// tapNumber stands for a tap where many are remembered.
type tapNumber uint16

// tapNumbers numbers the taps as they are seen. All beyond the last number are
// taken for one.
type tapNumbers struct {
	known map[dissect.Tap]tapNumber
	last  dissect.Tap // asked for, and its number
	n     tapNumber
}

func (t *tapNumbers) of(tap dissect.Tap) tapNumber {
	if t.known == nil {
		t.known = map[dissect.Tap]tapNumber{}
	} else if tap == t.last {
		return t.n
	}
	n, ok := t.known[tap]
	if !ok {
		n = tapNumber(min(len(t.known), math.MaxUint16))
		if n < math.MaxUint16 {
			t.known[tap] = n
		}
	}
	t.last, t.n = tap, n
	return n
}

package diagnose

import (
	"slices"
	"testing"
)

func TestBackoffOf(t *testing.T) {
	for _, c := range []struct {
		waits []float64
		want  string
	}{
		{[]float64{3, 6, 12, 24, 48}, "FortiOS"},
		{[]float64{3.01, 5.98, 12.2}, "FortiOS"},
		{[]float64{3, 6}, "FortiOS"},
		{[]float64{4, 7.2, 12.96, 23.33, 41.99}, "strongSwan"},
		{[]float64{4.0, 7.2}, "strongSwan"},
		{[]float64{3}, ""},                      // one wait is no pattern
		{nil, ""},                               //
		{[]float64{1, 2, 4, 8}, ""},             // doubling alone is nobody's
		{[]float64{0.5, 1, 2, 4}, ""},           //
		{[]float64{1.0, 1.64, 2.56, 4.1}, ""},   // strongSwan with other settings
		{[]float64{3, 7, 13}, ""},               // neither
		{[]float64{6, 12, 24}, ""},              // the first wait was not seen
		{[]float64{3, 6, 12, 24, 48, 96}, ""},   // more than FortiOS tries
		{[]float64{3, 6, 12, 24, 48, 3, 6}, ""}, // two rounds in one
	} {
		if got := backoffOf(c.waits); got != c.want {
			t.Errorf("%v: %q, want %q", c.waits, got, c.want)
		}
	}
}

func TestWaitsStopAtTheHoleOfABoundedList(t *testing.T) {
	r := sent("INFORMATIONAL", 7, "initiator", 1, 0, 1, 2, 100, 101, 102)
	r.Total = 50 // the list holds the first three and the last three
	if got, want := r.waits(), []float64{1, 1}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	r.Total = 6
	if got := len(r.waits()); got != 5 {
		t.Errorf("a whole list has %d waits", got)
	}
}

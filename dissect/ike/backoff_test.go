package ike

import (
	"testing"
	"time"
)

func TestRetransmissionTimers(t *testing.T) {
	for name, tt := range map[string]struct {
		seconds []float64
		want    string
	}{
		"none":                {nil, ""},
		"one is no pattern":   {[]float64{3}, ""},
		"FortiOS":             {[]float64{3, 6}, "FortiOS"},
		"FortiOS to the end":  {[]float64{3.01, 6.02, 12.1, 23.9, 48.5}, "FortiOS"},
		"more than FortiOS":   {[]float64{3, 6, 12, 24, 48, 96}, ""},
		"strongSwan":          {[]float64{4, 7.2, 12.96}, "strongSwan"},
		"strongSwan, late":    {[]float64{4.05, 7.25, 13.0, 23.4, 42.1}, "strongSwan"},
		"doubling from 4 s":   {[]float64{4, 8, 16}, ""},
		"every second":        {[]float64{1, 1, 1}, ""},
		"the first is off":    {[]float64{3.4, 6, 12}, ""},
		"from the second on":  {[]float64{6, 12, 24}, ""},
		"the clock went back": {[]float64{3, -6}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			var waits []time.Duration
			for _, s := range tt.seconds {
				waits = append(waits, time.Duration(s*float64(time.Second)))
			}
			if got := RetransmissionTimers(waits); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

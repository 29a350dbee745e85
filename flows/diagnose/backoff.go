package diagnose

import "math"

// backoff is how long an implementation waits before each repetition, in
// seconds, with its defaults.
type backoff struct {
	name  string
	waits []float64
}

// FortiOS doubles from 3 s. strongSwan waits 4 s times 1.8 to the power of the
// repetitions so far (retransmit_timeout, retransmit_base; five tries).
var backoffs = []backoff{
	{"FortiOS", []float64{3, 6, 12, 24, 48}},
	{"strongSwan", []float64{4, 7.2, 12.96, 23.328, 41.9904}},
}

// backoffOf names the implementation whose default timers the waits match, ""
// if none. One wait is no pattern, so it takes two. Every wait has to fit, from
// the first on, within 0.3 s or 4 %: 12 and 12.96 s must stay apart.
func backoffOf(waits []float64) string {
	if len(waits) < 2 {
		return ""
	}
next:
	for _, b := range backoffs {
		if len(waits) > len(b.waits) {
			continue
		}
		for i, w := range waits {
			if math.Abs(w-b.waits[i]) > max(0.3, 0.04*b.waits[i]) {
				continue next
			}
		}
		return b.name
	}
	return ""
}

// waits returns the seconds between one sending and the next, as far as the
// list is without a hole: of more than it holds only the first half is known
// to be in a row.
func (r *Repeat) waits() []float64 {
	sent := r.Sent
	if r.Total > len(sent) {
		sent = sent[:len(sent)/2]
	}
	var out []float64
	for i := 1; i < len(sent); i++ {
		out = append(out, max(0, seconds(sent[i].Time.Sub(sent[i-1].Time))))
	}
	return out
}

// timerNote says in a sentence whose timers the waits match.
func timerNote(waits []float64) string {
	if name := backoffOf(waits); name != "" {
		return " The waits match " + name + "'s default retransmission timers: somebody who means it, not a probe."
	}
	return ""
}

package diagnose

import (
	"time"

	"github.com/ikesniff/ikesniff/dissect/ike"
)

// backoffOf names the implementation whose default timers the waits (seconds)
// match, "" if none.
func backoffOf(waits []float64) string {
	list := make([]time.Duration, len(waits))
	for i, w := range waits {
		list[i] = time.Duration(w * float64(time.Second))
	}
	return ike.RetransmissionTimers(list)
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
		return " The waits match " + name + "'s default retransmission timers."
	}
	return ""
}

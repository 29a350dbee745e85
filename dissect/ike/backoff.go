package ike

import "time"

// timers are the waits of an implementation before each repetition of a
// request, with its defaults.
type timers struct {
	name  string
	waits []time.Duration
}

// FortiOS doubles from 3 s. strongSwan waits 4 s times 1.8 to the power of the
// repetitions so far (retransmit_timeout, retransmit_base; five tries).
var knownTimers = []timers{
	{"FortiOS", []time.Duration{3 * time.Second, 6 * time.Second, 12 * time.Second, 24 * time.Second, 48 * time.Second}},
	{"strongSwan", []time.Duration{4 * time.Second, 7200 * time.Millisecond, 12960 * time.Millisecond, 23328 * time.Millisecond, 41990 * time.Millisecond}},
}

// RetransmissionTimers names the implementation whose default timers fit the
// waits between one sending of a request and the next, from the first on; ""
// if none does. One wait is no pattern, so it takes two. Each has to fit within
// 0.3 s or 4 %: 12 and 12.96 s must stay apart. Others may have the same
// timers, or be configured so: a fit is no proof.
func RetransmissionTimers(waits []time.Duration) string {
	if len(waits) < 2 {
		return ""
	}
	for _, t := range knownTimers {
		if t.fit(waits) {
			return t.name
		}
	}
	return ""
}

func (t *timers) fit(waits []time.Duration) bool {
	if len(waits) > len(t.waits) {
		return false
	}
	for i, w := range waits {
		if (w - t.waits[i]).Abs() > max(300*time.Millisecond, t.waits[i]/25) {
			return false
		}
	}
	return true
}

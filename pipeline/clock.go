package pipeline

import "time"

// clock tells the capture's time in a run that has no end: that of the last
// packet, and what has gone by since it came. Packets of a stream may come from
// a machine whose clock is another.
type clock struct {
	now    func() time.Time
	packet int64 // time of the last packet; 0 before the first
	ahead  int   // packets in a row that are far ahead of it
	fresh  bool  // it came since the last look
	from   int64 // time of a packet, and when it was looked at
	at     time.Time
}

const (
	// A packet that is farAhead of the one before, in ns, does not move the clock
	// until sureAhead of them came in a row: one broken timestamp must not age
	// everything.
	farAhead  = 3600e9
	sureAhead = 8
)

func (c *clock) saw(t int64) {
	if c.packet != 0 && t-c.packet > farAhead {
		if c.ahead++; c.ahead < sureAhead {
			return
		}
	}
	c.packet, c.ahead, c.fresh = t, 0, true
}

// look returns the capture's time in nanoseconds since the Unix epoch, and the
// time by the program's clock.
func (c *clock) look() (capture int64, wall time.Time) {
	wall = c.now()
	if c.fresh {
		c.fresh, c.from, c.at = false, c.packet, wall
	}
	if c.packet == 0 {
		return wall.UnixNano(), wall
	}
	return c.from + int64(wall.Sub(c.at)), wall
}

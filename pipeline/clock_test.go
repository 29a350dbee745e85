package pipeline

import (
	"testing"
	"time"
)

func TestClock(t *testing.T) {
	wall := time.Unix(1_000, 0)
	c := clock{now: func() time.Time { return wall }}
	look := func(want int64) {
		t.Helper()
		if got, _ := c.look(); got != want {
			t.Errorf("the capture's time is %d, want %d", got, want)
		}
	}
	look(1_000e9) // no packet yet: the program's
	c.saw(50e9)
	look(50e9)
	wall = wall.Add(3 * time.Second)
	look(53e9) // nothing came for three seconds
	c.saw(52e9)
	look(52e9)

	c.saw(52e9 + 2*farAhead) // a broken timestamp
	look(52e9)
	c.saw(53e9)
	look(53e9)
	for i := range int64(sureAhead) { // a pause in the capture
		c.saw(53e9 + 2*farAhead + i)
	}
	look(53e9 + 2*farAhead + sureAhead - 1)
	c.saw(60e9) // and back
	look(60e9)
}

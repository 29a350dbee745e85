package reassembly

// What streams hold out of order is bounded for each direction (tcpstream.Limits)
// and, here, for all together: a sender of many connections with a hole in each
// would else make them hold their limit each. Where the sum is too much, the
// connection that has held something for longest gives up its holes, which are
// told as gaps, and counts as evicted.

// account takes note of how much the streams of t hold now.
func (t *tcpConn) account() {
	now := t.side[0].stream.Held() + t.side[1].stream.Held()
	if now == t.holds {
		return
	}
	c := t.c
	switch {
	case t.holds == 0:
		c.holding.add(t)
	case now == 0:
		c.holding.remove(t)
	}
	c.streamHeld += now - t.holds
	t.holds = now
}

// limitStreams keeps what streams hold within the memory that is allowed.
func (c *Classifier) limitStreams() {
	for c.streamHeld > c.cfg.MaxStreamBytes {
		t := c.holding.oldest
		if t == nil {
			return
		}
		c.counters.Evicted++
		for i := range t.side {
			s := &t.side[i]
			if t.ours {
				s.stream.Flush(s)
			} else {
				s.stream.Flush((*trial)(s))
			}
		}
		t.account()
	}
}

// holdList is a list of connections in order of when they began to hold
// something.
type holdList struct{ newest, oldest *tcpConn }

func (l *holdList) add(t *tcpConn) {
	t.holdNewer, t.holdOlder = nil, l.newest
	if l.newest != nil {
		l.newest.holdNewer = t
	} else {
		l.oldest = t
	}
	l.newest = t
}

func (l *holdList) remove(t *tcpConn) {
	if t.holdNewer != nil {
		t.holdNewer.holdOlder = t.holdOlder
	} else {
		l.newest = t.holdOlder
	}
	if t.holdOlder != nil {
		t.holdOlder.holdNewer = t.holdNewer
	} else {
		l.oldest = t.holdNewer
	}
	t.holdNewer, t.holdOlder = nil, nil
}

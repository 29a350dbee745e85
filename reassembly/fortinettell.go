package reassembly

// keepaliveFate tells what a segment of one to three bytes is: it can be a
// keepalive, ff or 00 03 ff, among fake segments.
func (t *tcpConn) keepaliveFate(s *segment, later []segment) fate {
	side := &t.side[s.dir]
	if side.fake.n == 0 && t.side[1-s.dir].fake.n == 0 || !isKeepalive(s.payload, s.wire) {
		return fateStream
	}
	rel := int32(s.seq - side.stream.Next())
	switch {
	case !side.stream.Started():
		return fateFake
	case s.wire == 1 && rel == -1:
		return fateStream // TCP's own keepalive
	case rel != 0:
		return fateFake
	case !side.framer.Between():
		return fateStream
	case s.wire == 1:
		return fateFake
	}
	for i := range later {
		if o := &later[i]; o.dir == s.dir && o.wire > 0 {
			if int32(o.seq-s.seq) >= int32(s.wire) {
				return fateStream
			}
			return fateFake
		}
	}
	if side.acked(s) {
		return fateStream
	}
	return fateWait
}

func isKeepalive(p []byte, n int) bool {
	switch {
	case n == 1 && len(p) == 1:
		return p[0] == 0xff
	case n == 3 && len(p) == 3:
		return p[0] == 0 && p[1] == 3 && p[2] == 0xff
	}
	return false
}

// fake emits the ESP packet of a fake segment.
func (t *tcpConn) fake(s *segment) {
	side := &t.side[s.dir]
	e := t.begin(s)
	e.Kind, e.Transport, e.Confidence = KindMessage, TransportFortinetESP, ConfidenceHigh
	if side.guessed {
		side.guessed = false
		e.Confidence = ConfidenceMedium
	}
	if isKeepalive(s.payload, s.wire) {
		e.Message, e.Length = MessageKeepalive, 1
	} else {
		off := fakeShapes[side.fake.shape]
		e.setESP(s.payload[off:])
		e.Length = s.wire - off
		e.Truncated = len(e.Data) < e.Length
		if side.fake.add(e.SPI) {
			t.c.learnESP(e)
		}
	}
	e.Packets, e.IPLength = s.packets, s.ipLength
	side.pending.sub(s)
	side.claimed = true
	t.emit()
	if !s.copied && side.fake.repeats(s.seq) {
		t.transport(s, HappeningRepeat, TransportFortinetESP, 0)
	}
}

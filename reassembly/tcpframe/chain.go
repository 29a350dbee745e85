package tcpframe

// chain is a row of frames, each beginning where the one before it ends.
type chain struct {
	start uint64 // where the row begins
	last  uint64 // where its last frame begins
	due   uint64 // where that one ends
	// known counts frames whose SPI the pair of addresses has used, frames all
	// frames of ESP, run the longest row of growing sequence numbers in one SPI.
	known, frames, run int32
	n                  int32 // of tracks
	tracks             [maxTracks]track
}

// track is the last packet of one SPI.
type track struct {
	spi, seq uint32
	run      int32
	body     uint64
}

// maxTracks is how many SPIs may take turns in one chain: an old and a new
// Child SA, twice.
const maxTracks = 4

// add extends the chain by the ESP frame at its end. It fails if ESP does not
// send such a frame here.
func (c *chain) add(h head, known bool) bool {
	if !c.follow(h) {
		return false
	}
	c.frames++
	if known {
		c.known++
	}
	c.last = c.due
	c.due += uint64(h.length)
	return true
}

// follow compares the frame with the last one of its SPI.
func (c *chain) follow(h head) bool {
	for i := range c.tracks[:c.n] {
		t := &c.tracks[i]
		if t.spi != h.spi {
			continue
		}
		if h.body != 0 && h.body == t.body {
			return false // no ciphertext
		}
		switch d := int32(h.seq - t.seq); {
		case d > 0 && d <= smallStep:
			t.seq, t.body = h.seq, h.body
			t.run++
			c.run = max(c.run, t.run)
			return true
		case d < 0 && d >= -smallStep:
			return true // overtaken before it reached TCP
		}
		return false // constant or leaping: no sequence number
	}
	if c.n == maxTracks {
		return false
	}
	c.tracks[c.n] = track{spi: h.spi, seq: h.seq, run: 1, body: h.body}
	c.n++
	c.run = max(c.run, 1)
	return true
}

// proven tells whether the chain can only be ESP: three frames of one SPI whose
// sequence numbers grow, or a known SPI and one more frame (RFC 9329 10).
func (c *chain) proven() bool {
	return c.run >= 3 || c.known > 0 && c.frames >= 2
}

// likely is the lesser demand on a chain whose end is that of the stream.
func (c *chain) likely() bool { return c.run >= 2 || c.known > 0 }

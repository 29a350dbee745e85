package reassembly

import "encoding/binary"

// evidence collects what the datagrams of one UDP flow say for and against
// ESP: each carries a 32-bit SPI that stays, and a sequence number that grows
// by one with each packet of that SPI (RFC 4303 2.2). Captures lose, repeat
// and reorder packets, begin in the middle of an SA, and several SAs may share
// a flow; none of that speaks against ESP.
type evidence struct {
	lanes [2]lane
	// packets seen, of both directions.
	packets int
	// run is the longest row of small growth seen in one SPI, in steps.
	run int
	// jumps counts sequence numbers that grew by more than that, but not by
	// more than losses explain; copies those that came again with the same
	// bytes.
	jumps, copies int
	// fresh counts SPIs that joined a direction in which one was known, and odd
	// those of them whose first sequence number few SAs reach. old counts such
	// numbers of all SPIs.
	fresh, odd, old int
	// against counts what ESP does not do.
	against int
}

// lane is one direction of a flow.
type lane struct {
	tracks [maxTracks]track
	n      int
	last   int // index of the track used last
}

// track is one SPI of a lane.
type track struct {
	spi, seq uint32
	run      int
	// head holds the 10 bytes behind the sequence number, zero where they were
	// not captured: initialization vector or ciphertext in ESP.
	head   [10]byte
	length int
}

const (
	// maxTracks is how many SPIs one direction may use before a verdict: an old
	// and a new Child SA, twice.
	maxTracks = 4
	// smallStep is the largest growth that counts for a row. Losses make ESP
	// skip a few numbers; microsecond clocks, as uTP sends them in this place,
	// skip hundreds.
	smallStep = 64
	// bigStep and lateStep bound what loss and reordering explain, leap what a
	// sender may do that takes an SA over from a failed one.
	bigStep  = 1 << 16
	leap     = 1 << 24
	lateStep = 1 << 12
	// oldSequence is where few SAs get to: 2^24 packets are about 20 GB. Random
	// bytes in this place exceed it 255 times out of 256.
	oldSequence = 1 << 24
)

// verdict on a flow, or on what it holds.
type verdict uint8

const (
	verdictOpen    verdict = iota // more is needed
	verdictIPsec                  // NAT traversal: all of the flow counts
	verdictForeign                // another protocol
	verdictUnclear                // never told: undecided
)

// add takes in a datagram of at least 8 captured bytes; length is its length
// on the wire.
func (e *evidence) add(direction int, p []byte, length int) {
	t := track{spi: binary.BigEndian.Uint32(p), seq: binary.BigEndian.Uint32(p[4:]), length: length}
	copy(t.head[:], p[8:])
	e.packets++
	l := &e.lanes[direction]
	for i := range l.tracks[:l.n] {
		if l.tracks[i].spi == t.spi {
			l.last = i
			e.step(&l.tracks[i], &t)
			return
		}
	}
	if t.seq >= oldSequence {
		e.old++
	}
	if l.n > 0 {
		e.fresh++
		if prev := &l.tracks[l.last]; sameConnectionID(prev, &t) || sameSource(prev, &t) {
			e.against++
		}
		if t.seq >= oldSequence {
			e.odd++
		}
	}
	if l.n == maxTracks {
		e.against++ // first bytes that differ in every packet are no SPI
		return
	}
	l.tracks[l.n] = t
	l.last = l.n
	l.n++
}

// step compares two packets with one SPI: t was, u is.
func (e *evidence) step(t, u *track) {
	switch d := int32(u.seq - t.seq); {
	case d == 0:
		// A copy made by the network or the capture has the same bytes. A
		// constant here is a connection ID, not a sequence number.
		if u.head != t.head || u.length != t.length {
			e.against++
			return
		}
		e.copies++
		return
	case d < 0 && d >= -lateStep:
		return // late
	case d > 0 && d <= smallStep:
		if sameAddresses(t, u) {
			e.against++
			return
		}
		t.run++
		e.run = max(e.run, t.run)
	case d > smallStep && d <= leap:
		if d <= bigStep {
			e.jumps++
		}
		t.run = 0
	default:
		e.against++
		return
	}
	u.run = t.run
	*t = *u
}

// judge tells what the evidence says. natt is whether the flow uses a port of
// NAT traversal, where a consistent flow of three datagrams is enough. On other
// ports it takes three of one SPI whose sequence numbers grow in small steps.
func (e *evidence) judge(natt bool) verdict {
	switch {
	case e.against > 0:
		return verdictForeign
	case e.run >= 2:
		return verdictIPsec
	case !natt || e.packets < 3:
		return verdictOpen
	case e.run > 0 || e.jumps > 1:
		return verdictIPsec
	case e.fresh > 0 && e.old == 0 && e.copies == 0:
		return verdictIPsec // few SPIs, all young
	}
	return verdictOpen
}

// conclude tells what the evidence says when no more will come.
func (e *evidence) conclude(natt bool) verdict {
	v := e.judge(natt)
	switch {
	case v != verdictOpen:
		return v
	case !natt || e.packets == 0 || e.odd > 0:
		return verdictUnclear
	case e.copies > e.packets-e.copies:
		return verdictUnclear // the same over and over: a retry of anything
	}
	return verdictIPsec
}

// sameConnectionID recognises QUIC packets with a short header (RFC 9000
// 17.3.1): the top bit is 0, the rest of the first byte is partly encrypted and
// so changes (the second bit, too, by RFC 9287), and behind it stands a
// connection ID that does not.
//
//	| 0 1 s rr k pp | connection ID, 0 to 20 bytes | protected packet number ...
func sameConnectionID(t, u *track) bool {
	const fixed = 0x80ffffff
	return t.spi>>31 == 0 && t.spi&fixed == u.spi&fixed
}

// sameSource recognises RTP (RFC 3550 5.1), whose sequence number stands where
// ESP has the low half of the SPI: two packets with version 2 and one payload
// type, a different sequence number, and the same synchronization source.
//
//	| 10 p x cccc | m type | sequence | timestamp (4) | SSRC (4) |
func sameSource(t, u *track) bool {
	const versionAndType = 0xc07f << 16
	return t.spi>>30 == 2 && t.spi&versionAndType == u.spi&versionAndType &&
		[4]byte(t.head[:4]) == [4]byte(u.head[:4]) && [4]byte(t.head[:4]) != [4]byte{}
}

// sameAddresses recognises ZeroTier, whose 64-bit packet ID counts like an SPI
// and a sequence number. Behind it stand two 5-byte addresses, the same in
// every packet, where ESP has an initialization vector or ciphertext. ESP with
// NULL encryption shows an IP header there, which may repeat.
func sameAddresses(t, u *track) bool {
	return t.head == u.head && t.head != [10]byte{} && !u.innerIP()
}

// innerIP tells whether an IP header whose length fits follows the ESP header.
func (t *track) innerIP() bool {
	const trailer = 64 // padding and integrity check value, at most
	var n int
	switch t.head[0] >> 4 {
	case 4:
		n = int(binary.BigEndian.Uint16(t.head[2:]))
	case 6:
		n = int(binary.BigEndian.Uint16(t.head[4:])) + 40
	default:
		return false
	}
	n += espHeaderLength
	return n < t.length && t.length <= n+trailer
}

package capgen

import (
	"encoding/binary"
	"time"

	"github.com/ikesniff/ikesniff/internal/capgen/file"
)

// data: what the sequence numbers of ESP show.
var data = []builder{
	{"one-way-esp.pcap", oneWayESP},
	{"short-one-way.pcap", shortOneWay},
	{"esp-loss.pcap", espLoss},
	{"esp-gap-by-capture-drops.pcapng", espGapByCaptureDrops},
	{"esp-duplicate.pcap", espDuplicate},
	{"esp-duplicate-at-once.pcap", espDuplicateAtOnce},
	{"esp-reordering.pcap", espReordering},
	{"esp-sequence-reset.pcap", espSequenceReset},
	{"esp-sequence-jump.pcap", espSequenceJump},
	{"esp-sequence-wrap.pcap", espSequenceWrap},
}

// Data flows both ways, then only the initiator sends for a minute, while
// liveness checks are still answered both ways.
func oneWayESP(t *trace) {
	x := upBehindNAT(t)
	x.ping(8)
	for n := range 60 {
		x.esp(initiator, 84)
		t.wait(time.Second)
		if n%20 == 10 {
			x.liveness(responder)
		}
	}
	x.liveness(initiator)
	t.tunnels(1)
	t.warns("one-way-esp")
}

// The look-alike: the last five packets go one way, as any conversation may end.
func shortOneWay(t *trace) {
	x := upBehindNAT(t)
	x.ping(8)
	for range 5 {
		x.esp(initiator, 84)
		t.wait(200 * time.Millisecond)
	}
	x.liveness(responder)
	t.tunnels(1)
}

// Twelve of 120 packets from the initiator never arrive, in four holes.
func espLoss(t *trace) {
	x := upBetweenSites(t)
	for range 4 {
		x.flow(initiator, 27)
		x.skip(initiator, 3)
		x.flow(responder, 12)
	}
	x.flow(initiator, 4)
	t.tunnels(1)
	t.warns("esp-loss")
}

// The look-alike: the same holes, but the capture says itself that it dropped
// that many packets there (epb_dropcount). Nothing was lost on the network.
func espGapByCaptureDrops(t *trace) {
	x := upBetweenSites(t)
	for range 4 {
		x.flow(initiator, 27)
		x.skip(initiator, 3)
		x.esp(initiator, 300)
		t.frames[len(t.frames)-1].Drops = 3
		x.flow(responder, 12)
	}
	x.flow(initiator, 4)
	t.tunnels(1)
	t.encode = func(f []file.Frame) []byte {
		return file.Pcapng(file.Section{Order: binary.LittleEndian, Frames: f, Interfaces: []file.Interface{{Name: "wan1", LinkType: 1, Resolution: 9}}})
	}
}

// The network delivers eight packets of the initiator a second time, 300
// milliseconds and many packets later and over a path two hops longer.
func espDuplicate(t *trace) {
	x := upBetweenSites(t)
	for range 8 {
		at := t.now
		p := x.esp(initiator, 300)
		x.flow(initiator, 9)
		x.flow(responder, 2)
		copied := hopsFurther(p, 2)
		t.now = at.Add(300 * time.Millisecond)
		t.capture(copied, carriesESP(x.child[initiator].spi))
	}
	t.tunnels(1)
	t.warns("esp-duplicate")
}

// The network delivers six of 72 packets of the initiator twice at once, as a
// failing switch does, without lowering the TTL.
func espDuplicateAtOnce(t *trace) {
	x := upBetweenSites(t)
	for range 6 {
		x.flow(initiator, 11)
		p := x.esp(initiator, 300)
		t.wait(90 * time.Microsecond)
		t.capture(p, carriesESP(x.child[initiator].spi))
		x.flow(responder, 6)
	}
	t.tunnels(1)
	t.warns("esp-duplicate")
}

// Packets of one class overtake those of another: six of 110 packets of the
// initiator arrive 20 numbers late, which no replay window drops. With more it is
// esp-outside-window.pcap.
func espReordering(t *trace) {
	x := upBetweenSites(t)
	late := []uint32{}
	for n := uint32(1); n <= 110; n++ {
		if n%10 == 0 && n < 70 {
			late = append(late, n)
		} else {
			x.espNumber(initiator, n, 200)
		}
		if len(late) > 0 && late[0]+20 == n {
			x.espNumber(initiator, late[0], 1200)
			late = late[1:]
		}
		if n%15 == 0 {
			x.esp(responder, 84)
		}
		t.wait(2 * time.Millisecond)
	}
	t.tunnels(1)
	t.warns("esp-reordering")
}

// The initiator's numbers begin at 1 again on the same SPI, as after a failover
// that did not take them over.
func espSequenceReset(t *trace) {
	x := upBetweenSites(t)
	x.ping(20)
	t.wait(2 * time.Second)
	x.child[initiator].seq = 0
	x.ping(15)
	t.tunnels(1)
	t.warns("esp-sequence-reset")
}

// The look-alike: the numbers jump ahead by a million, as a failover does that
// makes sure not to repeat one. A million packets were not lost.
func espSequenceJump(t *trace) {
	x := upBetweenSites(t)
	x.ping(20)
	t.wait(2 * time.Second)
	x.skip(initiator, 1<<20)
	x.ping(15)
	t.tunnels(1)
}

// The other look-alike: with extended sequence numbers (RFC 4303 2.2.1) the 32
// bits on the wire go from 4294967295 to 0 without a break.
func espSequenceWrap(t *trace) {
	x := sites(t)
	x.child[initiator].seq, x.child[responder].seq = 1<<32-12, 70000
	x.ping(24)
	t.tunnels(1)
}

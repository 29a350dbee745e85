package capgen

import (
	"encoding/binary"
	"time"

	"github.com/ikesniff/ikesniff/internal/capgen/file"
	"github.com/ikesniff/ikesniff/internal/capgen/wire"
)

// data: what the sequence numbers of ESP show.
var data = []builder{
	{"one-way-esp.pcap", oneWayESP},
	{"short-one-way.pcap", shortOneWay},
	{"esp-loss.pcap", espLoss},
	{"esp-gap-by-capture-drops.pcapng", espGapByCaptureDrops},
	{"esp-duplicate.pcap", espDuplicate},
	{"duplicate-capture.pcap", duplicateCapture},
	{"esp-reordering.pcap", espReordering},
	{"esp-sequence-reset.pcap", espSequenceReset},
	{"esp-sequence-jump.pcap", espSequenceJump},
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

// hopsFurther is an IPv4 packet with its TTL lowered and its checksum mended.
func hopsFurther(p []byte, hops uint8) []byte {
	h := wire.IPHeader{Src: v4(p[12:16]), Dst: v4(p[16:20]), Proto: p[9], TTL: p[8] - hops, ID: binary.BigEndian.Uint16(p[4:])}
	return wire.IP(h, p[20:])
}

// The look-alike: a mirror port copies what enters and what leaves a router, so
// the capture holds every packet twice, microseconds apart, with a TTL one less.
// Neither IKE nor ESP was repeated by anyone.
func duplicateCapture(t *trace) {
	x := upBehindNAT(t)
	x.ping(8)
	x.liveness(responder)
	x.keepalive(initiator)
	x.ping(4)
	for _, f := range t.frames {
		f.copied = true
		f.Time += 9000
		// The copy has lost its padding, as a frame that is sent has none.
		n := 14 + int(binary.BigEndian.Uint16(f.Data[16:]))
		f.Data = wire.Ethernet(hopsFurther(f.Data[14:n], 1))
		t.frames = append(t.frames, f)
	}
	t.tunnels(1)
	t.informs("duplicate-capture")
}

// Packets of one class overtake those of another: every tenth packet of the
// initiator arrives 40 numbers late, which a replay window of 32 drops.
func espReordering(t *trace) {
	x := upBetweenSites(t)
	late := []uint32{}
	for n := uint32(1); n <= 110; n++ {
		if n%10 == 0 && n < 70 {
			late = append(late, n)
		} else {
			x.espNumber(initiator, n, 200)
		}
		if len(late) > 0 && late[0]+40 == n {
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

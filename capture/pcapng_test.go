package capture

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPcapngBytes(t *testing.T) {
	b := wire(t, `
		0a0d0d0a 1c000000 4d3c2b1a  // section header, 28 bytes, little-endian
		0100 0000 ffffffffffffffff  // version 1.0, length unknown
		1c000000
		01000000 28000000           // interface description, 40 bytes
		0100 0000 00000400          // Ethernet, snapshot length 262144
		0200 0400 65746830          // if_name: eth0
		0900 0100 09000000          // if_tsresol: nanoseconds
		0000 0000                   // end of options
		28000000
		06000000 38000000           // enhanced packet, 56 bytes
		00000000                    // interface 0
		6c3a9717 15cd50db           // 0x17973a6cdb50cd15 ns
		03000000 05000000           // captured 3, on the wire 5
		aabbcc00
		0200 0400 02000000          // epb_flags: outbound
		0400 0100 ff000000          // epb_dropcount of a wrong length: left aside
		0000 0000
		38000000`)
	all, info := read(t, b)
	want := []got{{Frame: 1, Time: 0x17973a6cdb50cd15, Link: LinkEthernet, Data: "\xaa\xbb\xcc", OrigLen: 5, Interface: "eth0", Direction: DirectionOut}}
	if d := cmp.Diff(want, all); d != "" {
		t.Error(d)
	}
	wantInfo := SourceInfo{Name: "x", Format: "pcapng", Packets: 1, Bytes: 3, FirstTime: want[0].Time, LastTime: want[0].Time,
		Snaplen: 262144, Interfaces: []string{"eth0"}, Complete: true}
	if d := cmp.Diff(wantInfo, info); d != "" {
		t.Error(d)
	}
}

// TestPcapngSections has every kind of packet block, in sections of both byte
// orders whose interfaces have the same numbers and other meanings.
func TestPcapngSections(t *testing.T) {
	obsolete := func(o build, id, drops uint16, ts uint64, data string, flags uint32) []byte {
		b := o.AppendUint16(o.AppendUint16(nil, id), drops)
		b = append(b, o.words(uint32(ts>>32), uint32(ts), uint32(len(data)), uint32(len(data)))...)
		data += "\x00\x00\x00"[:-len(data)&3]
		return o.block(blockPacket, b, []byte(data), o.option(optPacketFlags, o.words(flags)))
	}
	b := join(
		le.section(),
		le.iface(1, 0, le.option(optInterfaceName, []byte("port1"))),
		le.iface(101, 4),
		le.enhanced(0, 1_500_000, "AAAA"),
		le.block(0x77, []byte("unknown blocks are nothing")),
		le.simple(9, "BBBBBBBBB"),
		le.block(blockCustom, le.words(32473), []byte("a frame to Wireshark")),
		le.enhanced(1, 2_000_000, "CC", le.option(optPacketFlags, le.words(flagInbound))),
		be.section(),
		be.iface(113, 3, be.option(optInterfaceName, []byte("port2\x00\x00")), be.option(optInterfaceResolution, []byte{0x80 | 10}),
			be.u64option(optInterfaceOffset, 1700000000)),
		be.enhanced(0, 1536, "DDDDD", be.option(optPacketFlags, be.words(flagOutbound)), be.u64option(optPacketDrops, 7)),
		obsolete(be, 0, 5, 2048, "EEE", flagInbound),
		obsolete(be, 0, 0xffff, 3072, "EEEE", flagOutbound),
		be.simple(9, "FFF\x00"),
		le.section(),
		le.iface(1, 96, le.option(optInterfaceName, []byte("port1"))),
		le.enhanced(0, 3_000_000, ""),
	)
	want := []got{
		{Frame: 1, Time: 1.5e9, Link: 1, Data: "AAAA", OrigLen: 4, Interface: "port1"},
		{Frame: 2, Time: 1.5e9, Link: 1, Data: "BBBBBBBBB", OrigLen: 9, Interface: "port1"},
		{Frame: 4, Time: 2e9, Link: 101, Data: "CC", OrigLen: 2, Interface: "#1", Direction: DirectionIn},
		{Frame: 5, Time: 1700000001.5e9, Link: 113, Data: "DDDDD", OrigLen: 5, Interface: "port2", Direction: DirectionOut, Drops: 7},
		{Frame: 6, Time: 1700000002e9, Link: 113, Data: "EEE", OrigLen: 3, Interface: "port2", Direction: DirectionIn, Drops: 5},
		{Frame: 7, Time: 1700000003e9, Link: 113, Data: "EEEE", OrigLen: 4, Interface: "port2", Direction: DirectionOut},
		{Frame: 8, Time: 1700000003e9, Link: 113, Data: "FFF", OrigLen: 9, Interface: "port2"},
		{Frame: 9, Time: 3e9, Link: 1, Interface: "port1"},
	}
	all, info := read(t, b)
	if d := cmp.Diff(want, all); d != "" {
		t.Error(d)
	}
	wantInfo := SourceInfo{Name: "x", Format: "pcapng", Packets: 8, Bytes: 30, FirstTime: 1.5e9, LastTime: 1700000003e9,
		Snaplen: 96, Interfaces: []string{"port1", "", "port2"}, Dropped: 12, DroppedKnown: true, Complete: true,
		Note: "2 packets without a time got that of the one before."}
	if d := cmp.Diff(wantInfo, info); d != "" {
		t.Error(d)
	}
}

func TestPcapngLosses(t *testing.T) {
	drop := func(n uint64) []byte { return le.u64option(optPacketDrops, n) }
	system := func(n uint64) []byte { return le.u64option(optStatsSystemDrops, n) }
	card := func(n uint64) []byte { return le.u64option(optStatsInterfaceDrops, n) }
	a := func(opts ...[]byte) []byte { return le.enhanced(0, 1, "A", opts...) }
	b := func(opts ...[]byte) []byte { return le.enhanced(1, 1, "B", opts...) }
	tests := []struct {
		name   string
		blocks []byte
		drops  []uint64
		sum    uint64
		known  bool
	}{
		{"nothing said", join(a(), le.stats(0)), []uint64{0}, 0, false},
		{"none lost", join(a(), le.stats(0, system(0))), []uint64{0}, 0, true},
		{"unknown", join(a(drop(unknownCount)), le.stats(0, card(unknownCount))), []uint64{0}, 0, false},
		{"by packet", join(a(drop(3)), a(), b(drop(4)), a(drop(1))), []uint64{3, 0, 4, 1}, 8, true},
		{"at the end", join(a(), b(), le.stats(0, card(2), system(3)), le.stats(1, system(4))), []uint64{0, 0}, 9, true},
		{"in between", join(a(), le.stats(0, system(3)), b(), le.stats(0, system(5)), le.stats(0, system(5)), a()), []uint64{0, 3, 2}, 5, true},
		{"both accounts of the same", join(a(drop(3)), a(drop(2)), le.stats(0, system(5)), a()), []uint64{3, 2, 0}, 5, true},
		{"statistics know more", join(a(drop(3)), le.stats(0, system(5)), a()), []uint64{3, 2}, 5, true},
		{"no overflow", join(a(drop(unknownCount-1)), a(drop(5))), []uint64{unknownCount - 1, 1}, unknownCount, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			all, info := read(t, join(le.section(), le.iface(1, 0), le.iface(1, 0), tt.blocks))
			var drops []uint64
			for _, p := range all {
				drops = append(drops, p.Drops)
			}
			if d := cmp.Diff(tt.drops, drops); d != "" {
				t.Error(d)
			}
			if info.Dropped != tt.sum || info.DroppedKnown != tt.known || !info.Complete {
				t.Errorf("info %+v", info)
			}
		})
	}
}

func TestPcapngFaults(t *testing.T) {
	head := join(le.section(), le.iface(1, 0))
	a := le.enhanced(0, 1, "AAAA")
	at := len(head) + len(a) // 84: where the fault is
	end := func(b []byte, total uint32) []byte { return join(b[:len(b)-4], le.words(total)) }
	tests := []struct {
		name   string
		fault  []byte
		behind bool // the packet behind the fault is read
		err    string
	}{
		{"interface not declared", le.enhanced(9, 1, "XX"), true,
			"At byte 84 of x, packet 2 could not be read: it names interface 9, and the section has declared 1."},
		{"captured more than the block holds", le.block(blockEnhanced, le.words(0, 0, 0, 60, 60), []byte("XXXX")), true,
			"At byte 84 of x, packet 2 could not be read: it claims 60 captured bytes, and its block has room for 4."},
		{"hostile captured length", le.block(blockEnhanced, le.words(0, 0, 0, 0xffffffff, 60), []byte("XXXX")), true,
			"At byte 84 of x, packet 2 could not be read: it claims 4294967295 captured bytes, and its block has room for 4."},
		{"block too short for a packet", le.block(blockEnhanced, le.words(0)), true,
			"At byte 84 of x, packet 2 could not be read: its block is 16 bytes long, and 32 are needed."},
		{"simple packet longer than its block", le.simple(60, "XXXX"), true,
			"At byte 84 of x, packet 2 could not be read: it claims 60 captured bytes, and its block has room for 4."},
		{"empty simple packet block", le.block(blockSimple), true,
			"At byte 84 of x, packet 2 could not be read: its block is 12 bytes long, and 16 are needed."},
		{"statistics of no interface", le.stats(3), true,
			"At byte 84 of x, a block behind packet 1 could not be read: it names interface 3, and the section has declared 1."},
		{"two of them", join(le.stats(3), le.block(blockStatistics)), true,
			"At byte 84 of x, a block behind packet 1 could not be read: it names interface 3, and the section has declared 1 (2 such blocks in all)."},
		{"lengths differ", end(a, 40), false,
			"x cannot be read beyond packet 1, from byte 84 on: its block is 36 bytes long by its head and 40 by its end."},
		{"length zero", make([]byte, 64), false,
			"x cannot be read beyond packet 1, from byte 84 on: its block claims a length of 0 bytes, which must be a multiple of four from 12 to 16777216."},
		{"hostile length", le.words(6, 0xfffffffc, 0, 0), false,
			"x cannot be read beyond packet 1, from byte 84 on: its block claims a length of 4294967292 bytes, which must be a multiple of four from 12 to 16777216."},
		{"odd length", le.words(6, 33, 0, 0), false,
			"x cannot be read beyond packet 1, from byte 84 on: its block claims a length of 33 bytes, which must be a multiple of four from 12 to 16777216."},
		{"section without byte order", le.words(blockSection, 28, 0, 0), false,
			"x cannot be read beyond packet 1, from byte 84 on: its section header has no byte order mark."},
		{"short section", le.block(blockSection, le.words(byteOrderMagic)), false,
			"x cannot be read beyond packet 1, from byte 84 on: its section header is 16 bytes long, and 28 are needed."},
		{"section of another version", le.block(blockSection, le.words(byteOrderMagic, 2, 0, 0)), false,
			"x cannot be read beyond packet 1, from byte 84 on: its section has version 2.0, and only 1.0 is known."},
		{"short interface description", le.block(blockInterface), false,
			"x cannot be read beyond packet 1, from byte 84 on: its interface description is 12 bytes long, and 20 are needed."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if at != 84 {
				t.Fatalf("the fault is at %d", at)
			}
			all, info := read(t, join(head, a, tt.fault, le.enhanced(0, 2, "BBBB")))
			want := 1
			if tt.behind {
				want = 2
			}
			if len(all) != want {
				t.Errorf("packets %v", all)
			}
			if info.Err != tt.err || info.Complete || info.CutShort {
				t.Errorf("info %+v", info)
			}
		})
	}
}

func TestPcapngNoInterface(t *testing.T) {
	all, info := read(t, join(be.section(), be.simple(1, "A")))
	if len(all) != 0 || info.Err != "At byte 28 of x, packet 1 could not be read: it names interface 0, and the section has declared 0." {
		t.Errorf("%v, %+v", all, info)
	}
}

// A block may be longer than the window: a comment of 64 KiB, 20 times, behind
// a packet, and a block of secrets of 3 MiB.
func TestPcapngLongBlocks(t *testing.T) {
	comment := le.option(1, make([]byte, 65535))
	var comments [][]byte
	for range 20 {
		comments = append(comments, comment)
	}
	flags := le.option(optPacketFlags, le.words(flagInbound))
	b := join(le.section(), le.iface(1, 0),
		le.enhanced(0, 1e6, "AAAA", append([][]byte{flags}, comments...)...),
		le.block(10, make([]byte, 3<<20)),
		le.enhanced(0, 2e6, "BBBB"))
	want := []got{
		{Frame: 1, Time: 1e9, Link: 1, Data: "AAAA", OrigLen: 4, Interface: "#0", Direction: DirectionIn},
		{Frame: 2, Time: 2e9, Link: 1, Data: "BBBB", OrigLen: 4, Interface: "#0"},
	}
	all, info := read(t, b)
	if d := cmp.Diff(want, all); d != "" || !info.Complete {
		t.Errorf("%s, %+v", d, info)
	}
	all, info = read(t, b[:len(b)-200])
	if len(all) != 1 || !info.CutShort || info.Err != "" {
		t.Errorf("cut: %v, %+v", all, info)
	}
	long := le.enhanced(0, 1, string(make([]byte, 2<<20)))
	all, info = read(t, join(le.section(), le.iface(1, 0), long, le.enhanced(0, 2e6, "BBBB")))
	if len(all) != 1 || info.Err != "At byte 48 of x, packet 1 could not be read: it has 2097152 captured bytes, and 1048548 are the most that are read." {
		t.Errorf("long packet: %d packets, %+v", len(all), info)
	}
}

// The end that statistics tell of counts where they are of what is there.
func TestEndTime(t *testing.T) {
	end := func(n uint64) []byte { return le.option(optStatsEndTime, le.words(uint32(n>>32), uint32(n))) }
	const last = 1_000_000 // microseconds
	two := join(le.section(), le.iface(1, 0), le.enhanced(0, last-5, "a"), le.enhanced(0, last, "b"))
	for name, test := range map[string]struct {
		stats []byte
		want  int64
	}{
		"all received":       {le.stats(0, end(last+7), le.u64option(optStatsReceived, 2)), (last + 7) * 1000},
		"all delivered":      {le.stats(0, le.u64option(optStatsReceived, 9), le.u64option(optStatsDelivered, 2), end(last+7)), (last + 7) * 1000},
		"a part of them":     {le.stats(0, end(last+7), le.u64option(optStatsReceived, 3)), 0},
		"how many not told":  {le.stats(0, end(last+7)), 0},
		"no end":             {le.stats(0, le.u64option(optStatsReceived, 2)), 0},
		"an end cut short":   {le.stats(0, le.option(optStatsEndTime, []byte{1, 2, 3, 4}), le.u64option(optStatsReceived, 2)), 0},
		"none, and none had": {join(le.iface(1, 0), le.stats(1, end(last+7), le.u64option(optStatsReceived, 0))), 0},
	} {
		src := OpenReader(bytes.NewReader(join(two, test.stats)), "-")
		var p Packet
		for src.Next(&p) == nil {
		}
		if info := src.Info()[0]; info.EndTime != test.want || info.Packets != 2 || !info.Complete {
			t.Errorf("%s: %+v, want an end of %d", name, info, test.want)
		}
	}
}

package file

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"strings"
	"testing"
	"time"
)

// at is half a second and 500 nanoseconds after 0x69a54000 seconds.
var at = time.Unix(0x69a54000, 500_000_500).UnixNano()

func check(t *testing.T, what string, got []byte, want ...string) {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(strings.Join(want, ""), " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, b) {
		t.Errorf("%s:\n got %x\nwant %x", what, got, b)
	}
}

func TestPcap(t *testing.T) {
	check(t, "pcap", Pcap(1, 96, []Frame{{Time: at, Data: []byte{1, 2, 3, 4, 5}, Wire: 1500}}),
		"d4c3b2a1 0200 0400", // magic for microseconds, version 2.4
		"00000000 00000000",  // time zone, accuracy
		"60000000 01000000",  // snapshot length, Ethernet
		"0040a569 20a10700",  // seconds, 500,000 microseconds
		"05000000 dc050000",  // captured, on the wire
		"0102030405")
}

func TestPcapng(t *testing.T) {
	s := Section{Order: binary.LittleEndian, Interfaces: []Interface{{Name: "a", LinkType: 101, Resolution: 6}},
		Frames: []Frame{{Time: at, Data: []byte{1, 2, 3, 4, 5}, Wire: 1500, Direction: 2, Drops: 3}}}
	check(t, "little-endian", Pcapng(s),
		"0a0d0d0a 1c000000 4d3c2b1a 0100 0000 ffffffffffffffff 1c000000",   // section header
		"01000000 28000000 6500 0000 00000400",                             // interface: raw IP
		"0200 0100 61000000 0900 0100 06000000 0000 0000 28000000",         // if_name, if_tsresol
		"06000000 40000000 00000000 054c0600 20a1d7c3",                     // packet on interface 0, microseconds, upper half first
		"05000000 dc050000 0102030405000000",                               // captured, on the wire, padded
		"0200 0400 02000000 0400 0800 0300000000000000 0000 0000 40000000") // epb_flags: out; epb_dropcount
	s.Order, s.Frames = binary.BigEndian, []Frame{{Time: at, Data: []byte{1, 2, 3, 4}, Wire: 4}}
	check(t, "big-endian", Pcapng(s),
		"0a0d0d0a 0000001c 1a2b3c4d 0001 0000 ffffffffffffffff 0000001c",
		"00000001 00000028 0065 0000 00040000",
		"0002 0001 61000000 0009 0001 06000000 0000 0000 00000028",
		"00000006 00000024 00000000 00064c05 c3d7a120 00000004 00000004 01020304 00000024")
}

// Ticks are whole units of the resolution, rounded down.
func TestTicks(t *testing.T) {
	const s = 0x69a54000
	for _, c := range []struct {
		resolution uint8
		want       uint64
	}{
		{0, s},
		{3, s*1e3 + 500},
		{6, s*1e6 + 500_000},
		{9, s*1e9 + 500_000_500},
		{0x80 | 1, 2*s + 1},
		{0x80 | 10, 1024*s + 512},
	} {
		if got := ticks(at, c.resolution); got != c.want {
			t.Errorf("ticks(%#x) = %d, want %d", c.resolution, got, c.want)
		}
	}
}

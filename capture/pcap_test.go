package capture

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPcap(t *testing.T) {
	tests := []struct {
		name, wire string
		want       []got
		snaplen    uint32
	}{{
		name: "little-endian, microseconds",
		wire: `d4c3b2a1 0200 0400  // magic, version 2.4
			00000000 00000000       // time zone, accuracy
			00000400 01000000       // snapshot length 262144, Ethernet
			00f15365 40e20100       // 1700000000.123456
			03000000 05000000       // captured 3, on the wire 5
			aabbcc`,
		want:    []got{{Frame: 1, Time: 1700000000123456000, Link: LinkEthernet, Data: "\xaa\xbb\xcc", OrigLen: 5}},
		snaplen: 262144,
	}, {
		name: "big-endian, nanoseconds, two records",
		wire: `a1b23c4d 0002 0004
			00000000 00000000
			0000ffff 00000071       // 65535, Linux cooked
			6553f100 3b9ac9ff       // .999999999
			00000001 00000001  41
			6553f100 00000000       // earlier: order is kept
			00000000 00000040`, // nothing captured of 64 bytes
		want: []got{
			{Frame: 1, Time: 1700000000999999999, Link: LinkSLL, Data: "A", OrigLen: 1},
			{Frame: 2, Time: 1700000000000000000, Link: LinkSLL, OrigLen: 64},
		},
		snaplen: 65535,
	}, {
		name: "length of a frame check sequence beside the link type",
		wire: `a1b2c3d4 0002 0004  00000000 00000000  00000000
			24000001                // FCS length given: 2 * 16 bits
			00000001 00000001  00000001 00000001  41`,
		want: []got{{Frame: 1, Time: 1000001000, Link: LinkEthernet, Data: "A", OrigLen: 1}},
	}, {
		name: "modified pcap",
		wire: `34cdb2a1 0200 0400  00000000 00000000  00000100 01000000
			01000000 00000000 02000000 02000000
			07000000 0008 04 00     // interface index 7, IPv4, outgoing
			4142
			02000000 00000000 01000000 01000000
			07000000 0008 00 00     // to us
			43
			03000000 00000000 01000000 01000000
			07000000 0008 03 00     // to another host
			44`,
		want: []got{
			{Frame: 1, Time: 1e9, Link: LinkEthernet, Data: "AB", OrigLen: 2, Direction: DirectionOut},
			{Frame: 2, Time: 2e9, Link: LinkEthernet, Data: "C", OrigLen: 1, Direction: DirectionIn},
			{Frame: 3, Time: 3e9, Link: LinkEthernet, Data: "D", OrigLen: 1},
		},
		snaplen: 65536,
	}, {
		name: "version 2.2 has its lengths the other way round",
		wire: `d4c3b2a1 0200 0200  00000000 00000000  60000000 01000000
			01000000 00000000 3c000000 01000000  41`,
		want:    []got{{Frame: 1, Time: 1e9, Link: LinkEthernet, Data: "A", OrigLen: 60}},
		snaplen: 96,
	}, {
		name: "a wire length of zero, and one beyond 31 bits",
		wire: `d4c3b2a1 0200 0400  00000000 00000000  ffff0000 65000000
			ffffffff ffffffff 01000000 00000000  41
			01000000 00000000 01000000 ffffffff  42`,
		want: []got{
			{Frame: 1, Time: 4294967295*1e9 + 4294967295*1e3, Link: LinkRaw, Data: "A", OrigLen: 1},
			{Frame: 2, Time: 1e9, Link: LinkRaw, Data: "B", OrigLen: 1<<31 - 1},
		},
		snaplen: 65535,
	}, {
		name:    "no records",
		wire:    `d4c3b2a1 0200 0400  00000000 00000000  ffff0000 01000000`,
		snaplen: 65535,
	}}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			all, info := read(t, wire(t, tt.wire))
			if d := cmp.Diff(tt.want, all); d != "" {
				t.Error(d)
			}
			if info.Format != "pcap" || info.Snaplen != tt.snaplen || !info.Complete || info.Err != "" || info.CutShort {
				t.Errorf("info %+v", info)
			}
		})
	}
}

func TestPcapFaults(t *testing.T) {
	head := le.pcap(pcapMicros, 1)
	one := join(head, le.record(1, 0, "ABCD"))
	tests := []struct {
		name string
		b    []byte
		err  string // "" for a last record cut short
	}{
		{"cut in a record header", append(one, 1, 2, 3),
			""},
		{"cut in the data", join(one, le.record(1, 0, "ABCD")[:19]),
			""},
		{"hostile length", join(one, le.words(1, 0, 0xffffffff, 60), make([]byte, 100)),
			"x cannot be read beyond packet 1, from byte 44 on: its header claims 4294967295 captured bytes, and 262144 are the most there can be."},
		{"length beyond snapshot length and file", join(one, le.words(1, 0, 65536, 65536), make([]byte, 100)),
			"x cannot be read beyond packet 1, from byte 44 on: its header claims 65536 captured bytes, more than the snapshot length of 65535 and more than the file has left."},
		{"text in the middle", join(one, []byte("some text that got into the file"), one),
			"x cannot be read beyond packet 1, from byte 44 on: its header claims 1752440948 captured bytes, and 262144 are the most there can be."},
		{"zeros behind", join(one, make([]byte, 4096)),
			"x cannot be read beyond packet 1, from byte 44 on: there is nothing but zeros, as in a file that was not written to its end."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			all, info := read(t, tt.b)
			if len(all) != 1 || all[0].Data != "ABCD" {
				t.Errorf("packets %v", all)
			}
			if info.Err != tt.err {
				t.Errorf("error %q", info.Err)
			}
			cut := tt.err == ""
			if info.CutShort != cut || info.Complete != cut {
				t.Errorf("info %+v", info)
			}
			if cut && !strings.HasPrefix(info.Note, "X ends early, behind packet 1, within the record at byte 44: ") {
				t.Errorf("note %q", info.Note)
			}
		})
	}
}

// A record without a byte on the wire is not a packet, but one alone is no
// sign that the file ends.
func TestPcapOneEmptyRecord(t *testing.T) {
	b := join(le.pcap(pcapMicros, 1), le.record(0, 0, ""), le.record(1, 0, "ABCD"))
	all, info := read(t, b)
	if len(all) != 2 || all[1].Frame != 2 || !info.Complete {
		t.Errorf("%v, %+v", all, info)
	}
}

func TestPcapHeaderFaults(t *testing.T) {
	head := le.pcap(pcapMicros, 1)
	version := join(head[:4], []byte{3, 0, 0, 0}, head[8:])
	tests := []struct {
		b    []byte
		want string
	}{
		{nil, "x cannot be read: it is empty."},
		{head[:20], "x cannot be read, not even its first packet (byte 0): it ends within its file header, of which 20 of 24 bytes are there."},
		{version, "x cannot be read, not even its first packet (byte 0): it is a pcap of version 3.0, and only 2.x is known."},
	}
	for _, tt := range tests {
		all, info := read(t, tt.b)
		if len(all) != 0 || info.Err != tt.want || info.Complete || info.CutShort {
			t.Errorf("%x: %v, %+v", tt.b, all, info)
		}
	}
}

package capture

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

func smallPcap() []byte {
	return join(be.pcap(pcapNanos, 1), be.record(1, 1, "one"), be.record(2, 2, ""), be.record(3, 3, strings.Repeat("3", 40)))
}

func smallPcapng() []byte {
	return join(le.section(), le.iface(1, 0, le.option(optInterfaceName, []byte("eth0"))),
		le.enhanced(0, 1, "one", le.option(optPacketFlags, le.words(flagInbound))),
		le.simple(3, "two"), le.stats(0, le.u64option(optStatsSystemDrops, 1)),
		be.section(), be.iface(101, 0), be.enhanced(0, 3, "three"))
}

// TestEveryPrefix cuts captures at every byte: what was whole is delivered,
// and Info says that something is missing unless the cut fell between records.
func TestEveryPrefix(t *testing.T) {
	for name, b := range map[string][]byte{"pcap": smallPcap(), "pcapng": smallPcapng()} {
		t.Run(name, func(t *testing.T) {
			whole, info := read(t, b)
			if len(whole) != 3 || !info.Complete || info.CutShort {
				t.Fatalf("%v, %+v", whole, info)
			}
			clean := 0
			for n := range b {
				all, info := read(t, b[:n])
				if len(all) > len(whole) || !cmp.Equal(all, whole[:len(all)], cmp.Comparer(func(a, b []got) bool {
					return cmp.Equal(append([]got{}, a...), append([]got{}, b...))
				})) {
					t.Fatalf("%d bytes: %v", n, all)
				}
				switch {
				case info.Err != "" && !info.Complete && !info.CutShort && len(all) == 0:
				case info.Err == "" && info.Complete && info.CutShort && info.Note != "":
				case info.Err == "" && info.Complete && !info.CutShort:
					clean++
				default:
					t.Fatalf("%d bytes: %d packets, %+v", n, len(all), info)
				}
			}
			// Between blocks or records a cut leaves no trace.
			if want := map[string]int{"pcap": 3, "pcapng": 7}[name]; clean != want {
				t.Errorf("%d prefixes look whole, want %d", clean, want)
			}
		})
	}
}

// TestSlowReaders delivers the same whatever the size of the reads, and what
// comes together with an error counts.
func TestSlowReaders(t *testing.T) {
	readers := map[string]func(io.Reader) io.Reader{
		"one byte":   iotest.OneByteReader,
		"half":       iotest.HalfReader,
		"data error": iotest.DataErrReader,
	}
	for _, b := range [][]byte{smallPcap(), smallPcapng(), gz(t, smallPcapng()), zst(t, smallPcap())} {
		want, wantInfo := read(t, b)
		for name, slow := range readers {
			all, infos := drain(t, OpenReader(slow(bytes.NewReader(b)), "x"))
			if d := cmp.Diff(want, all) + cmp.Diff(wantInfo, infos[0]); d != "" {
				t.Errorf("%s: %s", name, d)
			}
		}
	}
}

type reader func([]byte) (int, error)

func (r reader) Read(b []byte) (int, error) { return r(b) }

func TestReaderFaults(t *testing.T) {
	one := le.record(1, 0, "ABCD")
	head := join(le.pcap(pcapMicros, 1), one)
	broken := errors.New("the disk is on fire")
	tests := []struct {
		name string
		then reader
		err  string
	}{
		{"error", func([]byte) (int, error) { return 0, broken }, "the disk is on fire"},
		{"error with bytes", func(b []byte) (int, error) { return copy(b, one[:8]), broken }, "the disk is on fire"},
		{"nothing for ever", func([]byte) (int, error) { return 0, nil }, io.ErrNoProgress.Error()},
		{"too many", func(b []byte) (int, error) { return len(b) + 1, nil }, errBadReader.Error()},
		{"less than none", func([]byte) (int, error) { return -1, nil }, errBadReader.Error()},
	}
	for _, tt := range tests {
		all, infos := drain(t, OpenReader(io.MultiReader(bytes.NewReader(head), tt.then), "x"))
		want := "x cannot be read beyond packet 1, from byte 44 on: " + tt.err + "."
		if len(all) != 1 || infos[0].Err != want || infos[0].Complete {
			t.Errorf("%s: %v, %+v", tt.name, all, infos[0])
		}
	}
}

// TestHostileLengths bounds what files may allocate that are small and claim
// to be large.
func TestHostileLengths(t *testing.T) {
	const limit = 2 << 20
	head := join(le.section(), le.iface(1, 0))
	big := le.block(6, le.words(0, 0, 0, 1, 1), []byte("A"))
	copy(big[4:], le.words(maxBlock))
	var manyOptions []byte
	for range 1000 {
		manyOptions = append(manyOptions, 2, 0, 0xff, 0xff)
	}
	tests := map[string][]byte{
		"pcap, record of 4 GiB":           join(le.pcap(pcapMicros, 1), le.words(1, 1, 0xffffffff, 1)),
		"pcap, largest record":            join(le.pcap(pcapMicros, 1), le.words(1, 1, maxCaptured, 1)),
		"pcap, snapshot length of 4 GiB":  join(le.words(pcapMicros, 0x40002, 0, 0, 0xffffffff, 1), le.words(1, 1, maxCaptured, 1)),
		"pcapng, block of 4 GiB":          join(head, le.words(6, 0xfffffffc, 0, 0, 0)),
		"pcapng, largest block":           join(head, big),
		"pcapng, largest block of others": join(head, le.words(10, maxBlock, 0, 0, 0)),
		"pcapng, packet of 4 GiB":         join(head, le.block(6, le.words(0, 0, 0, 0xffffffff, 1))),
		"pcapng, section of 16 MiB":       le.words(blockSection, maxBlock, byteOrderMagic, 1, 0, 0),
		"pcapng, options beyond":          join(le.section(), le.iface(1, 0, manyOptions), le.enhanced(0, 1, "A", manyOptions)),
		"gzip of it":                      gz(t, join(head, big)),
	}
	for name, b := range tests {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, info := read(t, b)
		runtime.ReadMemStats(&after)
		if used := after.TotalAlloc - before.TotalAlloc; used > limit {
			t.Errorf("%s: %d bytes allocated", name, used)
		}
		if name != "pcapng, options beyond" && info.Err == "" && info.Note == "" {
			t.Errorf("%s: nothing said: %+v", name, info)
		}
	}
}

func TestManyInterfaces(t *testing.T) {
	var b bytes.Buffer
	b.Write(le.section())
	for i := range maxInterfaces + 1 {
		b.Write(le.iface(1, 0, le.option(optInterfaceName, fmt.Append(nil, "tap", i))))
		if i == maxInterfaces-1 {
			b.Write(le.enhanced(uint32(i), 1, "A"))
			b.Write(le.enhanced(7, 2, "B"))
		}
	}
	all, info := read(t, b.Bytes())
	if len(all) != 2 || all[0].Interface != moreInterfaces || all[1].Interface != "tap7" {
		t.Errorf("%v", all)
	}
	if !strings.Contains(info.Err, "declares more than 65536 interfaces") || len(info.Interfaces) != maxDeclared {
		t.Errorf("%q, %d interfaces", info.Err, len(info.Interfaces))
	}
}

func TestInterfaceName(t *testing.T) {
	long := strings.Repeat("n", 300)
	for in, want := range map[string]string{"eth0": "eth0", "eth0\x00junk": "eth0", "\xff": "\uFFFD", long: long[:maxInterfaceName]} {
		if got := interfaceName([]byte(in)); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
}

// TestNoAllocations reads packets of all kinds without allocating.
func TestNoAllocations(t *testing.T) {
	opts := [][]byte{le.option(1, []byte("a comment")), le.option(optPacketFlags, le.words(1)), le.u64option(optPacketDrops, 1)}
	var pcap, ng bytes.Buffer
	pcap.Write(le.pcap(pcapMicros, 1))
	ng.Write(join(le.section(), le.iface(1, 0)))
	data := strings.Repeat("x", 1400)
	for i := range 4000 {
		pcap.Write(le.record(uint32(i), 0, data))
		ng.Write(le.enhanced(0, uint64(i), data, opts...))
		ng.Write(le.simple(1400, data))
		ng.Write(le.stats(0))
	}
	for name, b := range map[string][]byte{"pcap": pcap.Bytes(), "pcapng": ng.Bytes()} {
		s := OpenReader(bytes.NewReader(b), "x")
		var p Packet
		next := func() {
			if err := s.Next(&p); err != nil {
				t.Fatal(err)
			}
		}
		for range 1200 { // until the window has grown
			next()
		}
		if n := testing.AllocsPerRun(2000, next); n != 0 {
			t.Errorf("%s: %v allocations a packet", name, n)
		}
	}
}

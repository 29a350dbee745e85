package capture

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"
)

func TestCompressed(t *testing.T) {
	for _, plain := range [][]byte{smallPcap(), smallPcapng()} {
		want, wantInfo := read(t, plain)
		half := len(plain) / 2
		meta := []byte("\x52\x2a\x4d\x18\x03\x00\x00\x00abc") // a skippable frame
		for _, tt := range []struct {
			name, suffix string
			b            []byte
		}{
			{"gzip", ".gz", gz(t, plain)},
			{"gzip, two members", ".gz", join(gz(t, plain[:half]), gz(t, plain[half:]))},
			{"zstd", ".zst", zst(t, plain)},
			{"zstd, two frames", ".zst", join(zst(t, plain[:half]), zst(t, plain[half:]))},
			{"zstd, metadata first", ".zst", join(meta, zst(t, plain))},
		} {
			all, info := read(t, tt.b)
			wantInfo := wantInfo
			wantInfo.Format += tt.suffix
			if d := cmp.Diff(want, all) + cmp.Diff(wantInfo, info); d != "" {
				t.Errorf("%s: %s", tt.name, d)
			}
		}
		cut := plain[:len(plain)-5]
		if all, info := read(t, gz(t, cut)); len(all) != 2 || !info.CutShort || !info.Complete {
			t.Errorf("gzip of a cut capture: %v, %+v", all, info)
		}
	}
}

// TestCompressedFaults: whatever was decompressed before the fault is read.
func TestCompressedFaults(t *testing.T) {
	var b bytes.Buffer
	b.Write(le.pcap(pcapMicros, 1))
	for i := range 20000 {
		b.Write(le.record(uint32(i), uint32(i*7919%1000), strings.Repeat("x", 100+i%50)))
	}
	plain := b.Bytes()
	bad := func(b []byte, at int) []byte {
		b = bytes.Clone(b)
		b[at] ^= 0x55
		return b
	}
	z, s := gz(t, plain), zst(t, plain)
	for _, tt := range []struct {
		name string
		b    []byte
		all  bool // every packet comes
	}{
		{"gzip cut", z[:len(z)/2], false},
		{"gzip without its checksum", z[:len(z)-8], true},
		{"gzip with a wrong checksum", bad(z, len(z)-5), true},
		{"gzip broken in the middle", bad(z, len(z)/2), false},
		{"gzip with garbage behind", join(z, []byte("garbage behind it")), true},
		{"zstd cut", s[:len(s)/2], false},
		{"zstd with a wrong checksum", bad(s, len(s)-1), false},
		{"zstd broken in the middle", bad(s, len(s)/2), false},
	} {
		all, info := read(t, tt.b)
		if info.Complete || info.CutShort || info.Err == "" || !strings.Contains(info.Err, "byte ") {
			t.Errorf("%s: %d packets, %+v", tt.name, len(all), info)
		}
		if tt.all && len(all) != 20000 || len(all) > 20000 {
			t.Errorf("%s: %d packets", tt.name, len(all))
		}
		t.Logf("%s: %d packets; %s", tt.name, len(all), info.Err)
	}
	for _, b := range []string{"\x1f\x8b\x08", "\x1f\x8b\x08\x00", "\x1f\x8b\x00\x00garbage garbage"} {
		if _, info := read(t, []byte(b)); !strings.HasPrefix(info.Err, "x cannot be read") {
			t.Errorf("%x: %+v", b, info)
		}
	}
}

// TestZstdWindow: a tiny stream that asks for a large window gets no memory on
// its word, and a large one gets what zstd itself grants.
func TestZstdWindow(t *testing.T) {
	frame := func(log uint) []byte {
		// RFC 8878 section 3.1.1: magic, neither checksum nor content size,
		// window of 2^log, one last raw block of 16 bytes.
		return join([]byte{0x28, 0xb5, 0x2f, 0xfd, 0x00, byte(log-10) << 3, 16<<3 | 1, 0, 0}, make([]byte, 16))
	}
	single := binary.LittleEndian.AppendUint64([]byte{0x28, 0xb5, 0x2f, 0xfd, 0xe0}, 1<<40)
	single = append(single, 16<<3|1, 0, 0)
	for name, b := range map[string][]byte{
		"2^24": frame(24), "2^27": frame(27), "2^31": frame(31), "one segment of 2^40": append(single, make([]byte, 16)...),
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, info := read(t, b)
		runtime.ReadMemStats(&after)
		if used := after.TotalAlloc - before.TotalAlloc; used > 2<<20 {
			t.Errorf("%s: %d bytes allocated", name, used)
		}
		if info.Err != "x cannot be read: its zstd compression needs too much memory to decompress; decompress it first (zstd -d)." {
			t.Errorf("%s: %s", name, info.Err)
		}
	}
	// What zstd --long writes is read, if the size of the file speaks for it.
	long := func(b []byte) []byte {
		var out bytes.Buffer
		w, err := zstd.NewWriter(&out, zstd.WithWindowSize(64<<20))
		if err != nil {
			t.Fatal(err)
		}
		// A stream: its size does not stand in the header.
		for len(b) > 0 {
			n := min(len(b), 1<<20)
			w.Write(b[:n])
			w.Flush()
			b = b[n:]
		}
		w.Close()
		return out.Bytes()
	}
	b := le.pcap(pcapMicros, 1)
	noise := rand.NewChaCha8([32]byte{})
	for range 20 {
		data := make([]byte, 100<<10)
		noise.Read(data)
		b = append(b, le.record(1, 0, string(data))...)
	}
	path := filepath.Join(t.TempDir(), "long")
	if err := os.WriteFile(path, long(b), 0o600); err != nil {
		t.Fatal(err)
	}
	if info := readFile(t, path, nil); info.Packets != 20 || !info.Complete || info.Format != "pcap.zst" {
		t.Errorf("long window: %+v", info)
	}
	if _, info := read(t, long(b)); info.Err == "" {
		t.Errorf("long window, size unknown: %+v", info)
	}
}

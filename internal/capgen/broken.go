package capgen

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"

	"github.com/klauspost/compress/zstd"

	"github.com/ikesniff/ikesniff/internal/capgen/file"
)

// broken: files that were cut, damaged or compressed.
var broken = []builder{
	{"cut-mid-record.pcap", cutMidRecord},
	{"hostile-length.pcap", hostileLength},
	{"garbage-in-the-middle.pcap", garbageInTheMiddle},
	{"compressed.pcap.gz", gzipped},
	{"compressed.pcap.zst", zstandard},
}

// The last record ends early, as a stopped tcpdump leaves it: worth a note, no
// failure.
func cutMidRecord(t *trace) {
	x := upBetweenSites(t)
	x.ping(5)
	t.tunnels(1)
	t.expect.CutShort = true
	t.encode = func(f []file.Frame) []byte {
		extra := f[len(f)-1]
		b := file.Pcap(1, 262144, append(f[:len(f):len(f)], extra))
		return b[:len(b)-40]
	}
}

// A record claims four gigabytes. What stands before it is read, nothing is
// allocated for it, and the report says that it is not complete.
func hostileLength(t *trace) {
	x := upBetweenSites(t)
	x.ping(5)
	t.tunnels(1)
	t.expect.Unreadable = true
	t.encode = func(f []file.Frame) []byte {
		b := file.Pcap(1, 262144, f)
		record := make([]byte, 16, 80)
		binary.LittleEndian.PutUint32(record, uint32(f[0].Time/1e9))
		binary.LittleEndian.PutUint32(record[8:], 0xfffffff0)
		binary.LittleEndian.PutUint32(record[12:], 0xfffffff0)
		return append(b, append(record, make([]byte, 64)...)...)
	}
}

// A block of a disk has been overwritten with other bytes in the middle of a
// file. What stands before it is read and reported, and that there is damage.
func garbageInTheMiddle(t *trace) {
	x := upBetweenSites(t)
	x.ping(5)
	good := len(t.frames)
	garbage := bytes.Repeat([]byte("\xde\xad\xbe\xef\xfe\xed\xfa\xce"), 64)
	t.tunnels(1)
	t.expect.Unreadable = true
	t.encode = func(f []file.Frame) []byte {
		before := file.Pcap(1, 262144, f)
		behind := file.Pcap(1, 262144, f[good-6:])[24:]
		return append(append(before, garbage...), behind...)
	}
}

// clean-raw-esp.pcap, compressed with gzip.
func gzipped(t *trace) {
	cleanRawESP(t)
	t.encode = func(f []file.Frame) []byte {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		w.Write(file.Pcap(1, 262144, f))
		w.Close()
		return b.Bytes()
	}
}

// clean-raw-esp.pcap, compressed with Zstandard.
func zstandard(t *trace) {
	cleanRawESP(t)
	t.encode = func(f []file.Frame) []byte {
		w, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
		if err != nil {
			panic(err) // no option is wrong
		}
		return w.EncodeAll(file.Pcap(1, 262144, f), nil)
	}
}

package e2e

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"io"
	"testing"

	"github.com/klauspost/compress/zstd"
)

// inflate undoes compression.
func inflate(t *testing.T, file []byte) []byte {
	t.Helper()
	var r io.Reader
	var err error
	switch {
	case bytes.HasPrefix(file, []byte{0x1f, 0x8b}):
		r, err = gzip.NewReader(bytes.NewReader(file))
	case bytes.HasPrefix(file, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		r, err = zstd.NewReader(bytes.NewReader(file))
	default:
		return file
	}
	if err != nil {
		t.Fatal(err)
	}
	out, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// record is a stretch of a capture file. A packet is one frame; what is shared
// stands at the beginning of every piece that the file is cut into.
type record struct {
	data           []byte
	packet, shared bool
	time           uint64 // of a pcap packet, in the file's units; 0 if not known
}

// records takes a capture file apart. It returns nil if the file is not whole
// or has several sections, since it is not clear then where to cut. It is
// written for the tests alone and shares nothing with package capture.
func records(file []byte) []record {
	if len(file) < 24 {
		return nil
	}
	switch binary.LittleEndian.Uint32(file) {
	case 0xa1b2c3d4, 0xa1b23c4d:
		return pcapRecords(file, binary.LittleEndian)
	case 0xd4c3b2a1, 0x4d3cb2a1:
		return pcapRecords(file, binary.BigEndian)
	case 0x0a0d0d0a:
		return pcapngRecords(file)
	}
	return nil
}

func pcapRecords(file []byte, order binary.ByteOrder) []record {
	out := []record{{data: file[:24], shared: true}}
	for rest := file[24:]; len(rest) > 0; {
		if len(rest) < 16 {
			return nil
		}
		n := 16 + int(order.Uint32(rest[8:]))
		if n > len(rest) {
			return nil
		}
		at := uint64(order.Uint32(rest))<<32 | uint64(order.Uint32(rest[4:]))
		out = append(out, record{data: rest[:n], packet: true, time: at})
		rest = rest[n:]
	}
	return out
}

func pcapngRecords(file []byte) []record {
	var order binary.ByteOrder = binary.LittleEndian
	if binary.BigEndian.Uint32(file[8:]) == 0x1a2b3c4d {
		order = binary.BigEndian
	}
	var out []record
	for rest := file; len(rest) > 0; {
		if len(rest) < 12 {
			return nil
		}
		typ, n := order.Uint32(rest), int(order.Uint32(rest[4:]))
		if n < 12 || n > len(rest) || len(out) > 0 && typ == 0x0a0d0d0a {
			return nil
		}
		switch typ {
		case 0x0a0d0d0a, 1: // section header, interface description
			out = append(out, record{data: rest[:n], shared: true})
		case 2, 3, 6: // packet blocks
			out = append(out, record{data: rest[:n], packet: true})
		default:
			out = append(out, record{data: rest[:n]})
		}
		rest = rest[n:]
	}
	return out
}

// piece is a capture file made of frames of another one, whose numbers there
// it lists.
type piece struct {
	data   []byte
	frames []int
}

// share makes k capture files of records: to says in which of them frame n
// goes, of all in the file. What is neither a frame nor shared goes where the
// frame before it went.
func share(rs []record, k int, to func(n, all int) int) []piece {
	all := frames(rs)
	out := make([]piece, k)
	n, last := 0, 0
	for _, r := range rs {
		switch {
		case r.shared:
			for i := range out {
				out[i].data = append(out[i].data, r.data...)
			}
			continue
		case r.packet:
			last = to(n, all)
			n++
			out[last].frames = append(out[last].frames, n)
		}
		out[last].data = append(out[last].data, r.data...)
	}
	return out
}

func frames(rs []record) (n int) {
	for _, r := range rs {
		if r.packet {
			n++
		}
	}
	return n
}

// inOrder tells whether no two frames have one time and none runs backwards:
// then the frames can be dealt out to files in any way.
func inOrder(rs []record) bool {
	var last uint64
	for _, r := range rs {
		if r.packet {
			if r.time <= last {
				return false
			}
			last = r.time
		}
	}
	return true
}

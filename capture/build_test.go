package capture

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"io"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// wire returns the bytes of hex text in which "//" begins a comment.
func wire(t testing.TB, text string) []byte {
	t.Helper()
	var digits strings.Builder
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "//")
		digits.WriteString(strings.Join(strings.Fields(line), ""))
	}
	b, err := hex.DecodeString(digits.String())
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// build writes captures in either byte order.
type build struct {
	binary.AppendByteOrder
}

var (
	le = build{binary.LittleEndian}
	be = build{binary.BigEndian}
)

func (o build) words(v ...uint32) []byte {
	var b []byte
	for _, v := range v {
		b = o.AppendUint32(b, v)
	}
	return b
}

func (o build) pcap(magic, link uint32) []byte {
	b := o.words(magic)
	b = o.AppendUint16(b, 2)
	b = o.AppendUint16(b, 4)
	return append(b, o.words(0, 0, 65535, link)...)
}

func (o build) record(sec, frac uint32, data string) []byte {
	n := uint32(len(data))
	return append(o.words(sec, frac, n, n), data...)
}

func (o build) block(typ uint32, parts ...[]byte) []byte {
	body := bytes.Join(parts, nil)
	for len(body)%4 != 0 {
		body = append(body, 0)
	}
	n := uint32(len(body) + 12)
	return bytes.Join([][]byte{o.words(typ, n), body, o.words(n)}, nil)
}

func (o build) section() []byte {
	b := o.AppendUint16(o.words(byteOrderMagic), 1)
	b = o.AppendUint64(o.AppendUint16(b, 0), 1<<64-1)
	return o.block(blockSection, b)
}

func (o build) option(code uint16, value []byte) []byte {
	b := o.AppendUint16(o.AppendUint16(nil, code), uint16(len(value)))
	b = append(b, value...)
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	return b
}

func (o build) u64option(code uint16, v uint64) []byte {
	return o.option(code, o.AppendUint64(nil, v))
}

func (o build) iface(link uint16, snaplen uint32, opts ...[]byte) []byte {
	b := o.AppendUint32(o.AppendUint16(o.AppendUint16(nil, link), 0), snaplen)
	return o.block(blockInterface, append([][]byte{b}, opts...)...)
}

func (o build) enhanced(id uint32, ts uint64, data string, opts ...[]byte) []byte {
	n := uint32(len(data))
	b := append(o.words(id, uint32(ts>>32), uint32(ts), n, n), data...)
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	return o.block(blockEnhanced, append([][]byte{b}, opts...)...)
}

func (o build) simple(wire uint32, data string) []byte {
	return o.block(blockSimple, o.words(wire), []byte(data))
}

func (o build) stats(id uint32, opts ...[]byte) []byte {
	return o.block(blockStatistics, append([][]byte{o.words(id, 0, 0)}, opts...)...)
}

func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

func gz(t testing.TB, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func zst(t testing.TB, b []byte) []byte {
	t.Helper()
	w, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	return w.EncodeAll(b, nil)
}

// got is what tests compare of a Packet; Data is a copy.
type got struct {
	Frame     uint64
	Time      int64
	Link      LinkType
	Data      string
	OrigLen   int
	Interface string
	Direction Direction
	Drops     uint64
}

// drain reads all of s.
func drain(t testing.TB, s Source) ([]got, []SourceInfo) {
	t.Helper()
	var all []got
	var p Packet
	for {
		err := s.Next(&p)
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatalf("Next returned %v", err)
		}
		all = append(all, got{p.Ref.Number(), p.Time, p.LinkType, string(p.Data), p.OrigLen,
			s.Interfaces()[p.Interface], p.Direction, p.DropsBefore})
	}
	if err := s.Next(&p); err != io.EOF {
		t.Fatalf("Next after the end returned %v", err)
	}
	return all, s.Info()
}

func read(t testing.TB, b []byte) ([]got, SourceInfo) {
	t.Helper()
	s := OpenReader(bytes.NewReader(b), "x")
	all, infos := drain(t, s)
	if done, _ := s.Progress(); done > int64(len(b)) {
		t.Errorf("progress is %d of %d bytes", done, len(b))
	}
	return all, infos[0]
}

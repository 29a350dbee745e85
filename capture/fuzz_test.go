package capture

import (
	"bytes"
	"io"
	"testing"
	"testing/iotest"
	"unicode/utf8"
)

// FuzzOpenReader: whatever the bytes are, reading ends, packets lie within
// what was read, Info agrees with them, and the size of the reads plays no part.
func FuzzOpenReader(f *testing.F) {
	for _, b := range [][]byte{smallPcap(), smallPcapng(), smallPcapng()[:100], gz(f, smallPcapng()), zst(f, smallPcap()),
		join(le.pcap(pcapModified, 113), le.words(1, 1, 1, 1, 7, 4<<16), []byte("A")), []byte("snoop\x00\x00\x00"),
		join(le.section(), le.iface(1, 0), le.simple(60, "A"), le.words(6, 99, 0)), // a broken packet, then the end
		[]byte("ike 0:a:1: sent\n")} {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		first, info := fuzzRead(t, bytes.NewReader(b), len(b))
		again, infoAgain := fuzzRead(t, iotest.HalfReader(bytes.NewReader(b)), len(b))
		if first != again || info.Err != infoAgain.Err || info.Note != infoAgain.Note {
			t.Fatalf("%d bytes in %d packets, then %d in %d; %q, %q", first.bytes, first.packets, again.bytes, again.packets, info.Err, infoAgain.Err)
		}
	})
}

type tally struct{ packets, bytes uint64 }

func fuzzRead(t *testing.T, r io.Reader, size int) (sum tally, info SourceInfo) {
	s := OpenReader(r, "x")
	var p Packet
	var last uint64
	for {
		err := s.Next(&p)
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		sum.packets++
		sum.bytes += uint64(len(p.Data))
		if len(p.Data) > p.OrigLen || len(p.Data) > windowLimit || cap(p.Data) != len(p.Data) {
			t.Fatalf("%d bytes (room for %d) of %d", len(p.Data), cap(p.Data), p.OrigLen)
		}
		if n := p.Ref.Number(); n <= last {
			t.Fatalf("frame %d behind %d", n, last)
		} else {
			last = n
		}
		if int(p.Interface) >= len(s.Interfaces()) {
			t.Fatalf("interface %d of %d", p.Interface, len(s.Interfaces()))
		}
	}
	info = s.Info()[0]
	if info.Packets != sum.packets || info.Bytes != sum.bytes || info.FirstTime > info.LastTime {
		t.Fatalf("%+v, but %+v", info, sum)
	}
	if info.Complete == (info.Err != "") || info.CutShort && (info.Note == "" || !info.Complete) || !utf8.ValidString(info.Err) {
		t.Fatalf("%+v", info)
	}
	if done, _ := s.Progress(); done > int64(size) {
		t.Fatalf("progress is %d of %d", done, size)
	}
	return sum, info
}

func FuzzWindow(f *testing.F) {
	f.Add([]byte("some bytes"), []byte{1, 2, 0x83, 4})
	f.Fuzz(func(t *testing.T, b, steps []byte) {
		w := newWindow(iotest.HalfReader(bytes.NewReader(b)), windowStart)
		at := 0
		for _, step := range steps {
			n := int(step & 0x7f)
			got := w.peek(n)
			if want := b[at:min(at+n, len(b))]; !bytes.Equal(got, want) {
				t.Fatalf("peek(%d) at %d: %q, want %q", n, at, got, want)
			}
			if step&0x80 != 0 {
				missing := w.discard(int64(n))
				if want := max(at+n-len(b), 0); missing != int64(want) {
					t.Fatalf("discard(%d) at %d: %d are missing, want %d", n, at, missing, want)
				}
				at = min(at+n, len(b))
			} else {
				w.skip(len(got))
				at += len(got)
			}
			if w.offset() != int64(at) {
				t.Fatalf("offset %d, want %d", w.offset(), at)
			}
		}
	})
}

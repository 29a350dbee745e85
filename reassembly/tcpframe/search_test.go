package tcpframe

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ikesniff/ikesniff/reassembly/tcpstream"
)

// What a capture that began too late shows, after 100 bytes of an ESP packet
// whose head it lacks.
func TestMidwayStart(t *testing.T) {
	tail := espFrame(0x1000, 1, 200)[110:]
	e := func(spi, seq uint32) []byte { return espFrame(spi, seq, 60) }
	old := uint32(1 << 30)
	for _, test := range []struct {
		name  string
		knows known
		bytes []byte
		want  []string
	}{
		{"IKE shows itself", known{}, ikeFrame(1, 2, 7, 48), []string{"resync 100", "IKE 7"}},
		{"IKE behind ESP", known{}, cat(e(0x1000, 5), ikeFrame(1, 2, 7, 48)),
			[]string{"resync 100", "ESP 00001000 5", "IKE 7"}},
		{"three of an SPI", known{}, cat(e(0x1000, 5), e(0x1000, 6), e(0x1000, 8)),
			[]string{"resync 100", "ESP 00001000 5", "ESP 00001000 6", "ESP 00001000 8"}},
		{"three among others", known{}, cat(e(0x1000, 5), e(0x2000, 1), e(0x1000, 6), e(0x3000, 9), e(0x1000, 7)),
			[]string{"resync 100", "ESP 00001000 5", "ESP 00002000 1", "ESP 00001000 6", "ESP 00003000 9", "ESP 00001000 7"}},
		{"one overtaken", known{}, cat(e(0x1000, 5), e(0x1000, 7), e(0x1000, 6), e(0x1000, 8)),
			[]string{"resync 100", "ESP 00001000 5", "ESP 00001000 7", "ESP 00001000 6", "ESP 00001000 8"}},
		{"with a keepalive between", known{}, cat(e(0x1000, 5), frame(0xff), frame(), e(0x1000, 6), e(0x1000, 7)),
			[]string{"resync 100", "ESP 00001000 5", "keepalive", "empty", "ESP 00001000 6", "ESP 00001000 7"}},
		{"a known SPI and one more", known{esp: []uint32{0x1000}}, cat(e(0x1000, old), e(0x1000, old+1)),
			[]string{"resync 100", "ESP 00001000 1073741824", "ESP 00001000 1073741825"}},
		{"a known SPI that ends the stream", known{esp: []uint32{0x1000}}, e(0x1000, old),
			[]string{"resync 100", "ESP 00001000 1073741824"}},
		{"two that end the stream", known{}, cat(e(0x1000, 5), e(0x1000, 6)),
			[]string{"resync 100", "ESP 00001000 5", "ESP 00001000 6"}},
		{"known IKE SA, else malformed", known{ike: [][2]uint64{{1, 2}}},
			frame(cat(make([]byte, 4), ikeFrame(1, 2, 7, 48)[6:22], make([]byte, 40))...),
			[]string{"resync 100", "IKE 0"}},

		{"NULL encryption", known{}, cat(null(1), null(2), null(3)),
			[]string{"resync 100", "ESP 00001000 1", "ESP 00001000 2", "ESP 00001000 3"}},

		{"one frame is too few", known{}, cat(e(0x1000, 5)), nil},
		{"two SPIs prove nothing", known{}, cat(e(0x1000, 5), e(0x2000, 5), e(0x3000, 5), e(0x4000, 5)), nil},
		{"constant, no sequence number", known{}, cat(e(0x1000, 5), e(0x1000, 5), e(0x1000, 5), e(0x1000, 5)), nil},
		{"falling", known{}, cat(e(0x1000, 9), e(0x1000, 8), e(0x1000, 7), e(0x1000, 6)), nil},
		{"leaping", known{}, cat(e(0x1000, 5), e(0x1000, 105), e(0x1000, 205), e(0x1000, 305)), nil},
		{"five SPIs in turn", known{}, cat(e(0x1000, 1), e(0x2000, 1), e(0x3000, 1), e(0x4000, 1), e(0x5000, 1),
			e(0x1000, 2), e(0x2000, 2), e(0x3000, 2), e(0x4000, 2), e(0x5000, 2)), nil},
		{"all the same but for a counter", known{}, cat(counted(1), counted(2), counted(3), counted(4)), nil},
		{"reserved SPI", known{}, cat(e(255, 1), e(255, 2), e(255, 3), e(255, 4)), nil},
		{"no multiple of four", known{}, cat(espFrame(0x1000, 1, 61), espFrame(0x1000, 2, 61), espFrame(0x1000, 3, 61)), nil},
		{"known SPI, then nonsense", known{esp: []uint32{0x1000}}, cat(e(0x1000, 5), noise(40, 1)), nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := cat(tail, test.bytes)
			for _, size := range []int{1, 7, 33, 34, 35, 64, len(b)} {
				var r recorder
				f := New(false, true, test.knows)
				n := 0
				for piece := range slices.Chunk(b, size) {
					f.Bytes(piece, packet(1+n/64), &r)
					n += len(piece)
				}
				f.Finish(&r)
				if d := cmp.Diff(test.want, r.calls); d != "" {
					t.Fatalf("pieces of %d:\n%s", size, d)
				}
				want := len(tail)
				if test.want == nil {
					want = len(b)
				}
				if f.Skipped() != uint64(want) {
					t.Errorf("pieces of %d: %d bytes skipped, not %d", size, f.Skipped(), want)
				}
			}
		})
	}
}

// counted is a frame in which nothing but the sequence number ever changes.
func counted(seq uint32) []byte {
	b := espFrame(0x1000, seq, 60)
	clear(b[10:])
	return b
}

// null is a frame of ESP with NULL encryption around an IPv4 packet of 40
// bytes, whose header is always the same.
func null(seq uint32) []byte {
	b := espFrame(0x1000, seq, 60)
	copy(b[10:], []byte{
		0x45, 0, 0, 40, // version, header length, total length
		0, 0, 0x40, 0, // identification, don't fragment
		64, 6, 0, 0, // TTL, TCP, checksum
		10, 0, 0, 1,
		10, 0, 0, 2,
		0, 22, 0x80, 0x01, // ports
	})
	return b
}

// The sequence number of an old SA is taken for one where a packet begins.
func TestMidwayOldSequence(t *testing.T) {
	const old = 1 << 30
	var r recorder
	f := New(true, true, nil)
	for i := range 3 {
		f.Bytes(espFrame(0x1000, old+uint32(i), 60), packet(i+1), &r)
	}
	if d := cmp.Diff([]string{"resync 0", "ESP 00001000 1073741824", "ESP 00001000 1073741825", "ESP 00001000 1073741826"}, r.calls); d != "" {
		t.Error(d)
	}
}

// A capture may begin with the very first byte though it lacks the handshake.
func TestMidwayPrefix(t *testing.T) {
	var r recorder
	f := New(true, true, nil)
	f.Bytes([]byte("IKE"), packet(1), &r)
	f.Bytes(cat([]byte("TCP"), espFrame(0x1000, 1, 60)), packet(2), &r)
	if d := cmp.Diff([]string{"prefix", "ESP 00001000 1"}, r.calls); d != "" {
		t.Error(d)
	}
}

// Frames found keep the packets they came in, though they are told of later.
func TestHistoryOrigins(t *testing.T) {
	var r recorder
	f := New(true, true, nil)
	var got []Message
	h := &each{recorder: &r, f: func(m *Message) { got = append(got, *m) }}
	for i := range 3 {
		b := espFrame(0x1000, uint32(i+1), 60)
		f.Bytes(b[:30], packet(2*i+1), h)
		f.Bytes(b[30:], packet(2*i+2), h)
	}
	for i, m := range got {
		if m.First != packet(2*i+1) || m.Last != packet(2*i+2) || m.Segments != 2 || m.Seq != uint32(i+1) {
			t.Errorf("%d: %+v", i, m)
		}
	}
	if len(got) != 3 {
		t.Errorf("%d messages", len(got))
	}
}

type each struct {
	*recorder
	f func(*Message)
}

func (e *each) Message(m *Message) { e.recorder.Message(m); e.f(m) }

// A snapshot length leaves the heads of frames, and holes behind them that
// swallow no length. Chains reach across.
func TestSearchAcrossCuts(t *testing.T) {
	var r recorder
	f := New(true, true, nil)
	f.Bytes(noise(20, 9), packet(1), &r)
	f.Hole(100, tcpstream.HoleCut, &r)
	for i := range 4 {
		b := espFrame(0x1000, uint32(i+1), 60)
		f.Bytes(b[:24], packet(i+2), &r)
		f.Hole(len(b)-24, tcpstream.HoleCut, &r)
	}
	want := []string{"resync 20"}
	for i := range 4 {
		want = append(want, fmt.Sprintf("ESP 00001000 %d cut 22 of 68", i+1))
	}
	if d := cmp.Diff(want, r.calls); d != "" {
		t.Error(d)
	}
}

// Lengths that lead nowhere are noticed after three messages.
func TestLengthsLeadNowhere(t *testing.T) {
	sound := cat(espFrame(0x1000, 1, 60), espFrame(0x1000, 2, 60))
	nonsense := cat(frame(noise(50, 1)...), frame(noise(60, 2)...), frame(noise(70, 3)...))
	more := cat(espFrame(0x1000, 3, 60), espFrame(0x1000, 4, 60), espFrame(0x1000, 5, 60))
	var r recorder
	f := New(false, false, nil)
	f.Bytes(cat(sound, nonsense, noise(33, 4), more), packet(1), &r)
	want := []string{"ESP 00001000 1", "ESP 00001000 2", "unknown", "unknown", "unknown",
		"error: lengths lead nowhere", "resync 33", "ESP 00001000 3", "ESP 00001000 4", "ESP 00001000 5"}
	if d := cmp.Diff(want, r.calls); d != "" {
		t.Error(d)
	}
}

// Single messages that make no sense are no reason to doubt the framing.
func TestDoubtPasses(t *testing.T) {
	var b []byte
	for i := range uint32(6) {
		b = cat(b, espFrame(0x1000, i+1, 60), frame(noise(50, uint64(i))...))
	}
	var r recorder
	f := New(false, false, nil)
	f.Bytes(b, packet(1), &r)
	if r.errors != 0 || r.unknown != 6 || len(r.messages) != 6 {
		t.Errorf("%q", r.calls)
	}
}

// Random bytes, zeros, counters and the like are never taken for frames.
func TestSearchFindsNothing(t *testing.T) {
	const n = 1 << 20
	pattern := func(f func(i int) byte) []byte {
		b := make([]byte, n)
		for i := range b {
			b[i] = f(i)
		}
		return b
	}
	count := func(step int) []byte {
		b := make([]byte, 0, n)
		for i := uint32(0); len(b) < n; i += uint32(step) {
			b = binary.BigEndian.AppendUint32(b, i)
		}
		return b
	}
	for name, b := range map[string][]byte{
		"random":      noise(n, 1),
		"zeros":       make([]byte, n),
		"ones":        pattern(func(int) byte { return 0xff }),
		"one byte":    pattern(func(int) byte { return 0x12 }),
		"bytes":       pattern(func(i int) byte { return byte(i) }),
		"small words": pattern(func(i int) byte { return byte(i>>1) * byte(i&1) }),
		"counter":     count(1),
		"counter 4":   count(4),
		"sparse":      pattern(func(i int) byte { return byte(i%251) * byte((i>>5)&1) }),
	} {
		t.Run(name, func(t *testing.T) {
			var r recorder
			f := New(true, true, nil)
			for piece := range slices.Chunk(b, 1460) {
				f.Bytes(piece, packet(1), &r)
			}
			f.Finish(&r)
			if len(r.calls) > 0 || f.Skipped() != n {
				t.Errorf("%d skipped, %.5q", f.Skipped(), r.calls)
			}
		})
	}
}

// What it takes to look at a position does not grow with the stream, even where
// every position could begin a frame. Chains are bounded; this counts that they
// stay so, and benchmarks measure the rest.
func TestChainsBounded(t *testing.T) {
	var s search
	s.reset(0)
	b := hostile(1 << 18)
	for piece := range slices.Chunk(b, 1000) {
		if _, ok := s.bytes(piece, nil); ok {
			t.Fatal("found")
		}
		if s.live > maxChains {
			t.Fatal(s.live)
		}
	}
	if s.live != maxChains {
		t.Errorf("%d chains: not hostile enough", s.live)
	}
}

// hostile begins a chain with every tenth byte, each of which ends before those
// under way do, so that it takes the place of one of them.
func hostile(n int) []byte {
	b := make([]byte, 0, n+16)
	r := rand.New(rand.NewPCG(7, 8))
	for i := 0; len(b) < n; i++ {
		b = binary.BigEndian.AppendUint16(b, uint16(0xfff2-i%1000*12)) // length
		b = binary.BigEndian.AppendUint32(b, r.Uint32()|0x10000000)    // SPI
		b = binary.BigEndian.AppendUint32(b, r.Uint32N(oldSequence))   // sequence number
	}
	return b[:n]
}

// The history forgets the oldest first, and says where it begins.
func TestHistory(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	var h history
	h.reset(0)
	all := noise(1<<20, 3)
	for at := 0; at < len(all); {
		n := min(1+r.IntN(1<<r.IntN(17)), len(all)-at)
		if r.IntN(9) == 0 {
			h.hole(n, tcpstream.HoleLost)
			for i := range n {
				all[at+i] = 0
			}
		} else {
			h.add(all[at:at+n], packet(at))
		}
		at += n
		if len(h.buf) > maxHistory || len(h.spans) > maxSpans || h.end != uint64(at) {
			t.Fatalf("%d bytes, %d spans, end %d at %d", len(h.buf), len(h.spans), h.end, at)
		}
		buf, pos := h.buf, int(h.begin)
		for _, s := range h.spans {
			if !s.hole {
				if !slices.Equal(buf[:s.n], all[pos:pos+s.n]) {
					t.Fatalf("bytes at %d", pos)
				}
				buf = buf[s.n:]
			}
			pos += s.n
		}
		if len(buf) > 0 || pos != at || h.captured(h.begin) != len(h.buf) {
			t.Fatalf("%d bytes left, %d", len(buf), pos)
		}
	}
}

// Frames so large that the first of a chain is forgotten before the third comes
// cost those, and no more.
func TestLargeFrames(t *testing.T) {
	var r recorder
	f := New(true, true, nil)
	var b []byte
	for i := range 5 {
		b = append(b, espFrame(0x1000, uint32(i+1), 60000)...)
	}
	for piece := range slices.Chunk(b, 1460) {
		f.Bytes(piece, packet(1), &r)
	}
	f.Finish(&r)
	want := []string{"resync 120020", "ESP 00001000 3", "ESP 00001000 4", "ESP 00001000 5"}
	if d := cmp.Diff(want, r.calls); d != "" {
		t.Error(d)
	}
}

package tcpframe

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ikesniff/ikesniff/reassembly/tcpstream"
)

func TestFrames(t *testing.T) {
	ike7 := ikeFrame(1, 2, 7, 48)
	esp1, esp2, esp3 := espFrame(0x1000, 1, 64), espFrame(0x1000, 2, 64), espFrame(0x1000, 3, 64)
	iketcp := []byte("IKETCP")
	for _, test := range []struct {
		name      string
		responder bool
		bytes     []byte
		want      []string
	}{
		{"nothing", false, nil, nil},
		{"prefix alone", false, iketcp, []string{"prefix"}},
		{"prefix and IKE", false, cat(iketcp, ike7), []string{"prefix", "IKE 7"}},
		{"responder has no prefix", true, cat(ike7, esp1), []string{"IKE 7", "ESP 00001000 1"}},
		{"prefix by the responder", true, cat(iketcp, ike7),
			[]string{"error: stream prefix from the responder", "IKE 7"}},
		{"prefix left out", false, cat(ike7, esp1), []string{"no prefix", "IKE 7", "ESP 00001000 1"}},
		{"prefix begun only", false, []byte("IKE"), []string{"partial 3"}},
		{"empty", false, cat(iketcp, []byte{
			0x00, 0x02, // length of itself alone
		}, ike7), []string{"prefix", "empty", "IKE 7"}},
		{"keepalive", false, cat(iketcp, []byte{
			0x00, 0x03, 0xff, // one byte
		}, ike7), []string{"prefix", "keepalive", "IKE 7"}},
		{"one byte that is no keepalive", false, cat(iketcp, []byte{
			0x00, 0x03, 0xfe,
		}, ike7), []string{"prefix", "unknown", "IKE 7"}},
		{"lengths that mean nothing", false, cat(iketcp, []byte{
			0x00, 0x04, 0x01, 0x02,
			0x00, 0x05, 0x01, 0x02, 0x03,
		}, ike7), []string{"prefix", "unknown", "unknown", "IKE 7"}},
		{"marker alone", false, cat(iketcp, []byte{
			0x00, 0x06, 0x00, 0x00, 0x00, 0x00,
		}, ike7), []string{"prefix", "unknown", "IKE 7"}},
		{"ESP header cut short on the wire", false, cat(iketcp, []byte{
			0x00, 0x09, 0x00, 0x00, 0x10, 0x00, 0x00, 0x00, 0x00, // 7 bytes
		}, ike7), []string{"prefix", "unknown", "IKE 7"}},
		{"ESP header alone", false, cat(iketcp, []byte{
			0x00, 0x0a, // 8 bytes
			0x00, 0x00, 0x10, 0x00, // SPI
			0x00, 0x00, 0x00, 0x09, // sequence number
		}, ike7), []string{"prefix", "ESP 00001000 9", "IKE 7"}},
		{"malformed IKE is IKE", false, cat(iketcp, frame(cat(
			[]byte{0, 0, 0, 0}, // marker
			noise(16, 1),       // SPIs
			[]byte{
				0x2e, 0x20, 0x25, 0x08, // SK, 2.0, INFORMATIONAL, initiator
				0x00, 0x00, 0x00, 0x05, // message ID
				0x00, 0x00, 0x10, 0x00, // length 4096, which the frame does not have
				0x00, 0x00, 0x00, 0x04,
			})...), ike7), []string{"prefix", "IKE 5", "IKE 7"}},
		{"marker without IKE", false, cat(iketcp, frame(make([]byte, 60)...), ike7),
			[]string{"prefix", "unknown", "IKE 7"}},
		{"length 0", false, cat(iketcp, esp1, []byte{
			0x00, 0x00, // fatal
		}, ike7, esp2), []string{"prefix", "ESP 00001000 1",
			"error: a length of 0 or 1", "resync 2", "IKE 7", "ESP 00001000 2"}},
		{"length 1", false, cat(iketcp, []byte{
			0x00, 0x01, // fatal
		}, esp1, esp2, esp3), []string{"prefix", "error: a length of 0 or 1", "resync 2",
			"ESP 00001000 1", "ESP 00001000 2", "ESP 00001000 3"}},
		{"ends in a length", false, cat(iketcp, ike7, []byte{0}), []string{"prefix", "IKE 7", "partial 1"}},
		{"ends in a message", false, cat(iketcp, ike7, esp1[:20]), []string{"prefix", "IKE 7", "partial 20"}},
		{"new SPI begins at once", false, cat(iketcp, esp1, espFrame(0x2000, 1, 64)),
			[]string{"prefix", "ESP 00001000 1", "ESP 00002000 1"}},
		{"new SPI that is not new", false, cat(iketcp, esp1, espFrame(0x2000, 1<<25, 64), espFrame(0x2000, 1<<25+1, 64)),
			[]string{"prefix", "ESP 00001000 1", "unknown", "ESP 00002000 33554433"}},
		{"first SPI of a responder may be old", true, espFrame(0x2000, 1<<25, 64), []string{"ESP 00002000 33554432"}},
		{"not so without prefix", false, espFrame(0x2000, 1<<25, 64), []string{"no prefix", "unknown"}},
		{"first SPI of all may be old", false, cat(iketcp, espFrame(0x2000, 1<<25, 64)),
			[]string{"prefix", "ESP 00002000 33554432"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			// All in one piece, byte by byte, and cut in two at every place.
			for cut := -1; cut <= len(test.bytes); cut++ {
				var r recorder
				f := New(!test.responder, false, nil)
				switch {
				case cut == -1:
					for i := range test.bytes {
						f.Bytes(test.bytes[i:i+1], packet(i+1), &r)
					}
				default:
					f.Bytes(test.bytes[:cut], packet(1), &r)
					f.Bytes(test.bytes[cut:], packet(2), &r)
				}
				f.Finish(&r)
				if d := cmp.Diff(test.want, r.calls); d != "" {
					t.Fatalf("cut at %d:\n%s", cut, d)
				}
			}
		})
	}
}

// Data, lengths and origins are those of the frame.
func TestMessageFields(t *testing.T) {
	e := espFrame(0x1000, 1, 64)
	b := cat([]byte("IKETCP"), e)
	var r recorder
	f := New(true, false, nil)
	f.Bytes(b[:7], packet(4), &r) // prefix and half a length
	f.Bytes(b[7:20], packet(6), &r)
	f.Bytes(b[20:30], packet(6), &r) // the same packet goes on
	f.Bytes(b[30:], packet(9), &r)
	m := r.last
	if m.First != packet(4) || m.Last != packet(9) || m.Segments != 3 {
		t.Errorf("from %v to %v, %d segments", m.First, m.Last, m.Segments)
	}
	if m.Length != 72 || m.SPI != 0x1000 || m.Seq != 1 || !slices.Equal(r.kept[0], e[2:]) {
		t.Errorf("%+v", m)
	}
	i := ikeFrame(1, 2, 3, 32)
	f.Bytes(i, packet(10), &r)
	m = r.last
	if m.First != packet(10) || m.Last != packet(10) || m.Segments != 1 || m.Length != len(i)-6 ||
		!slices.Equal(r.kept[1], i[6:]) || m.SPI != 0 {
		t.Errorf("%+v", m)
	}
}

func TestHoles(t *testing.T) {
	// Offsets of the frames: 0 ESP 1 (74 bytes), 74 IKE 7 (86), 160 ESP 2 (74),
	// 234 ESP 3 (74), 308 ESP 4 (74), end at 382.
	b := cat(espFrame(0x1000, 1, 64), ikeFrame(1, 2, 7, 48),
		espFrame(0x1000, 2, 64), espFrame(0x1000, 3, 64), espFrame(0x1000, 4, 64))
	if len(b) != 382 {
		t.Fatal(len(b))
	}
	const lost, cut = tcpstream.HoleLost, tcpstream.HoleCut
	e := func(i int) string { return fmt.Sprintf("ESP 00001000 %d", i) }
	for _, test := range []struct {
		name     string
		from, to int
		why      tcpstream.HoleReason
		want     []string
	}{
		{"within a message", 20, 50, lost, []string{"lost 1", "IKE 7", e(2), e(3), e(4)}},
		{"to its end", 20, 74, lost, []string{"lost 1", "IKE 7", e(2), e(3), e(4)}},
		{"all behind its length", 2, 74, lost, []string{"lost 1", "IKE 7", e(2), e(3), e(4)}},
		{"half of the next length", 20, 75, lost, []string{"lost 1", "resync 85", e(2), e(3), e(4)}},
		{"a whole message", 74, 160, lost, []string{e(1), "resync 0", e(2), e(3), e(4)}},
		{"a length", 160, 162, lost, []string{e(1), "IKE 7", "resync 72", e(3), e(4)}},
		{"into IKE's body", 60, 120, lost, []string{"lost 1", "resync 40", e(2), e(3), e(4)}},
		{"snapshot, ESP", 20, 74, cut, []string{e(1) + " cut 18 of 72", "IKE 7", e(2), e(3), e(4)}},
		{"snapshot, ESP header just there", 10, 74, cut, []string{e(1) + " cut 8 of 72", "IKE 7", e(2), e(3), e(4)}},
		{"snapshot, ESP header not there", 9, 74, cut, []string{"lost 1", "IKE 7", e(2), e(3), e(4)}},
		{"snapshot, IKE", 108, 160, cut, []string{e(1), "IKE 7 cut 28 of 80", e(2), e(3), e(4)}},
		{"snapshot, IKE header not there", 107, 160, cut, []string{e(1), "lost 1", e(2), e(3), e(4)}},
		{"snapshot, middle", 20, 40, cut, []string{e(1) + " cut 18 of 72", "IKE 7", e(2), e(3), e(4)}},
		{"snapshot, into the next", 20, 80, cut, []string{e(1) + " cut 18 of 72", "resync 80", e(2), e(3), e(4)}},
		{"at the end", 300, 382, lost, []string{e(1), "IKE 7", e(2), "lost 1"}},
		{"all", 0, 382, lost, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			var r recorder
			f := New(false, false, nil)
			f.Bytes(b[:test.from], packet(1), &r)
			f.Hole(test.to-test.from, test.why, &r)
			f.Bytes(b[test.to:], packet(2), &r)
			f.Finish(&r)
			if d := cmp.Diff(test.want, r.calls); d != "" {
				t.Error(d)
			}
		})
	}
}

// A hole in a message that a snapshot length cut before takes the message.
func TestLostBehindCut(t *testing.T) {
	b := cat(espFrame(0x1000, 1, 64), espFrame(0x1000, 2, 64))
	var r recorder
	f := New(false, false, nil)
	f.Bytes(b[:20], packet(1), &r)
	f.Hole(10, tcpstream.HoleCut, &r)
	f.Bytes(b[30:40], packet(2), &r)
	f.Hole(10, tcpstream.HoleLost, &r)
	f.Hole(4, tcpstream.HoleLost, &r)
	f.Bytes(b[54:], packet(3), &r)
	if d := cmp.Diff([]string{"lost 1", "ESP 00001000 2"}, r.calls); d != "" {
		t.Error(d)
	}
}

// The last packet of a message that was cut is the one that completes it.
func TestCutMessageLast(t *testing.T) {
	b := espFrame(0x1000, 1, 64)
	var r recorder
	f := New(false, false, nil)
	f.Bytes(b[:20], packet(1), &r)
	f.Hole(20, tcpstream.HoleCut, &r)
	f.Bytes(b[40:], packet(2), &r)
	if m := r.last; !m.Truncated || m.First != packet(1) || m.Last != packet(2) || m.Segments != 2 {
		t.Errorf("%+v", m)
	}
}

func TestPrefixTorn(t *testing.T) {
	var r recorder
	f := New(true, false, nil)
	f.Bytes([]byte("IK"), packet(1), &r)
	f.Hole(4, tcpstream.HoleLost, &r)
	f.Bytes(ikeFrame(1, 2, 7, 48), packet(2), &r)
	if d := cmp.Diff([]string{"resync 2", "IKE 7"}, r.calls); d != "" {
		t.Error(d)
	}
}

// Any way to cut a stream into packets gives the same messages.
func TestAnyChunking(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 60 {
		s := traffic(r, 20+r.IntN(40))
		b := cat([]byte("IKETCP"), s.bytes)
		var got recorder
		f := New(true, false, nil)
		for i, n := 0, 0; i < len(b); i += n {
			n = min(1+r.IntN(1<<r.IntN(12)), len(b)-i)
			f.Bytes(b[i:i+n], packet(i), &got)
		}
		f.Finish(&got)
		if d := cmp.Diff(append([]string{"prefix"}, s.texts()...), got.calls); d != "" {
			t.Fatal(d)
		}
	}
}

// Every strict prefix of a stream gives the messages that are complete in it,
// and tells how many bytes the rest has.
func TestEveryPrefix(t *testing.T) {
	s := traffic(rand.New(rand.NewPCG(3, 4)), 14)
	b := cat([]byte("IKETCP"), s.bytes)
	for n := range b {
		var got recorder
		f := New(true, false, nil)
		f.Bytes(b[:n], packet(1), &got)
		f.Finish(&got)
		var want []string
		rest := n
		if n >= 6 {
			want = append(want, "prefix")
			rest = n - 6
			for _, e := range s.frames {
				if e.at+e.n <= n-6 {
					want = append(want, e.text)
					rest = n - 6 - e.at - e.n
				}
			}
		}
		if rest > 0 {
			want = append(want, fmt.Sprintf("partial %d", rest))
		}
		if d := cmp.Diff(want, got.calls); d != "" {
			t.Fatalf("%d bytes:\n%s", n, d)
		}
	}
}

// Removing a stretch loses the messages that it touches, and no more than a
// bounded stretch behind it, all of which is counted.
func TestRemoval(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for round := range 400 {
		s := traffic(r, 60)
		from := r.IntN(len(s.bytes) - 1)
		to := min(from+1+r.IntN(1500), len(s.bytes))
		var k Knower
		if round%2 == 0 {
			k = known{esp: []uint32{0xc0ffee01, 0x8badf00d}}
		}
		var got recorder
		f := New(false, false, k)
		feed := func(b []byte) {
			for len(b) > 0 {
				n := min(1+r.IntN(1460), len(b))
				f.Bytes(b[:n], packet(1), &got)
				b = b[n:]
			}
		}
		feed(s.bytes[:from])
		f.Hole(to-from, tcpstream.HoleLost, &got)
		feed(s.bytes[to:])
		f.Finish(&got)

		var before, after []string
		torn := 0 // captured bytes of the message that the hole begins in
		for _, e := range s.frames {
			switch {
			case e.at+e.n <= from:
				before = append(before, e.text)
			case e.at >= to:
				after = append(after, e.text)
			}
			if e.at+2 <= from && from < e.at+e.n {
				torn = from - e.at + max(0, e.at+e.n-to)
			}
		}
		// All bytes are accounted for: in messages, lost with one, or skipped.
		if sum := got.wire + torn + int(f.Skipped()); sum != len(s.bytes)-(to-from) {
			t.Fatalf("round %d: %d bytes of %d", round, sum, len(s.bytes)-(to-from))
		}
		if len(got.messages) < len(before) || !slices.Equal(got.messages[:len(before)], before) {
			t.Fatalf("round %d: before the hole: %s", round, cmp.Diff(before, got.messages))
		}
		rest := got.messages[len(before):]
		if len(rest) > len(after) || !slices.Equal(rest, after[len(after)-len(rest):]) {
			t.Fatalf("round %d: behind the hole: %s", round, cmp.Diff(after, rest))
		}
		if f.Searching() {
			if len(after) > 10 {
				t.Fatalf("round %d: %d frames behind the hole, and none found", round, len(after))
			}
			continue
		}
		// Keepalives and empty frames right behind the hole may go; nothing else.
		for _, missing := range after[:len(after)-len(rest)] {
			if missing != "keepalive" && missing != "empty" {
				t.Fatalf("round %d: hole [%d, %d): %q was not found again\n%s", round, from, to, missing, cmp.Diff(after, rest))
			}
		}
		if got.unknown != 0 || got.errors != 0 || got.lost > 1 || got.partial != 0 || uint64(got.skipped) != f.Skipped() {
			t.Fatalf("round %d: %d unknown, %d errors, %d lost, %d at the end, %d and %d skipped",
				round, got.unknown, got.errors, got.lost, got.partial, got.skipped, f.Skipped())
		}
	}
}

// Between is true at the first byte of each frame, and nowhere else.
func TestBetween(t *testing.T) {
	s := traffic(rand.New(rand.NewPCG(9, 9)), 20)
	b := cat([]byte("IKETCP"), s.bytes)
	starts := map[int]bool{0: true}
	for _, e := range s.frames {
		starts[6+e.at] = true
	}
	var r recorder
	f := New(true, false, nil)
	for i := range b {
		if f.Between() != starts[i] {
			t.Fatalf("at %d: %v", i, f.Between())
		}
		f.Bytes(b[i:i+1], packet(1), &r)
	}
	if !f.Between() {
		t.Error("at the end")
	}
	f.Bytes([]byte{0, 0}, packet(1), &r)
	if f.Between() || New(true, true, nil).Between() {
		t.Error("while searching")
	}
}

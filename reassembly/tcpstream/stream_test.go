package tcpstream

import (
	"strings"
	"testing"
	"unsafe"
)

// step is something that happens to a stream, and what the sink hears of it.
type step struct {
	do   func(s *Stream, sink Sink)
	want string
}

func push(seg Segment) func(*Stream, Sink) {
	return func(s *Stream, sink Sink) { s.Push(seg, sink) }
}

func ack(n uint32) func(*Stream, Sink) {
	return func(s *Stream, sink Sink) { s.Ack(n, sink) }
}

func flush(s *Stream, sink Sink) { s.Flush(sink) }

var (
	syn = Segment{Seq: 99, SYN: true} // the first byte is 100
	rst = func(seq uint32) Segment { return Segment{Seq: seq, RST: true} }
	eof = func(seq uint32) Segment { return Segment{Seq: seq, FIN: true} }
)

func TestStream(t *testing.T) {
	for name, steps := range map[string][]step{
		"in order from the SYN": {
			{push(syn), ""},
			{push(data(100, "abc")), "abc"},
			{push(data(103, "def")), "def"},
		},
		"in order from the middle": {
			{push(data(5000, "abc")), "abc"},
			{push(data(5003, "def")), "def"},
		},
		"what begins is not the ACK of a keepalive": {
			{push(data(4999, "")), ""},
			{push(data(5000, "abc")), "abc"},
		},
		"SYN with data (TCP Fast Open)": {
			{push(Segment{Seq: 99, SYN: true, Payload: []byte("abc")}), "abc"},
			{push(data(103, "def")), "def"},
		},
		"SYN sent again": {
			{push(syn), ""},
			{push(syn), ""},
			{push(data(100, "abc")), "abc"},
			{push(syn), ""},
		},
		"across the wrap": {
			{push(data(0xfffffffe, "abcd")), "abcd"},
			{push(data(4, "gh")), ""},
			{push(data(2, "ef")), "efgh{out of order 2}"},
			{push(data(0xfffffffe, "abcd")), "{retransmission 4}"},
		},
		"the same bytes again": {
			{push(data(100, "abc")), "abc"},
			{push(data(100, "abc")), "{retransmission 3}"},
		},
		"cut in other pieces": {
			{push(data(100, "abcd")), "abcd"},
			{push(data(98, "??ab")), "{retransmission 4}"},
			{push(data(102, "cdef")), "ef{retransmission 2}"},
			{push(data(101, "bcdefgh")), "gh{retransmission 5}"},
		},
		"earlier than the first": {
			{push(data(100, "abc")), "abc"},
			{push(data(90, "xyz")), "{retransmission 3}"},
		},
		"out of order": {
			{push(data(100, "ab")), "ab"},
			{push(data(106, "gh")), ""},
			{push(data(104, "ef")), "{out of order 2}"},
			{push(data(102, "cd")), "cdefgh{out of order 2}"},
		},
		"over what is held, and more": {
			{push(data(100, "ab")), "ab"},
			{push(data(104, "ef")), ""},
			{push(data(108, "ij")), ""},
			{push(data(102, "cdefghijkl")), "cdefghijkl{retransmission 4}{out of order 4}"},
		},
		"other bytes, given already": {
			{push(data(100, "abcdef")), "abcdef"},
			{push(data(100, "abXXef")), "{retransmission 6}{conflict 2}"},
			{push(data(104, "XfX")), "X{retransmission 2}{conflict 1}"},
		},
		"other bytes, held": {
			{push(syn), ""},
			{push(data(102, "cdef")), ""},
			{push(data(102, "cdXX")), "{retransmission 4}{conflict 2}"},
			{push(data(100, "abXX")), "abcdef{retransmission 2}{out of order 2}{conflict 2}"},
		},
		"keepalive": { // RFC 1122 section 4.2.3.6: SEG.SEQ = SND.NXT-1
			{push(data(100, "abc")), "abc"},
			{push(data(102, "")), "{probe 0}"},
			{push(data(102, "\x00")), "{probe 1}"},
			{push(data(103, "def")), "def"},
		},
		"keepalive behind a hole": {
			{push(data(100, "ab")), "ab"},
			{push(data(104, "ef")), ""},
			{push(data(105, "\x00")), "{probe 1}"},
			{push(data(102, "cd")), "cdef{out of order 2}"},
		},
		"keepalive after the FIN": {
			{push(fin(data(100, "abc"))), "abc"},
			{push(data(103, "\x00")), "{probe 1}"},
			{flush, ""},
		},
		"window probe with garbage": {
			{push(data(100, "abc")), "abc"},
			{push(data(103, "\x00")), ""},
			{push(data(103, "\x00")), "{probe 1}"},
			{push(data(103, "def")), "def{probe 1}"},
		},
		"an old single byte is no conflict": {
			{push(data(100, "abcdef")), "abcdef"},
			{push(data(101, "X")), "{retransmission 1}"},
		},
		"window probe that was cut": {
			{push(data(100, "abc")), "abc"},
			{push(cut(data(103, ""), 1)), ""},
			{push(data(103, "def")), "def{probe 1}"},
		},
		"window probe that is taken": {
			{push(data(100, "abc")), "abc"},
			{push(data(103, "d")), ""},
			{ack(104), "d"},
			{push(data(104, "ef")), "ef"},
		},
		"window probe that is taken, its ACK seen first": {
			{push(data(100, "abc")), "abc"},
			{ack(104), ""},
			{push(data(103, "d")), "d"},
		},
		"byte by byte": { // IKETCP may come so
			{push(syn), ""},
			{push(data(100, "I")), ""},
			{push(data(101, "K")), "I"},
			{push(data(102, "E")), "K"},
			{ack(103), "E"},
		},
		"one byte with FIN is data": {
			{push(data(100, "abc")), "abc"},
			{push(fin(data(103, "d"))), "d"},
		},
		"one byte at the end": {
			{push(data(100, "abc")), "abc"},
			{push(data(103, "d")), ""},
			{flush, "d"},
		},
		"lost in the capture, acknowledged": {
			{push(data(100, "ab")), "ab"},
			{push(data(104, "ef")), ""},
			{ack(106), ""},
			{push(data(106, "gh")), ""},
			{push(data(108, "ij")), ""},
			{push(data(110, "kl")), ""},
			{push(data(112, "mn")), "[lost 2]efghijklmn"},
			{push(data(114, "op")), "op"},
		},
		"the ACK comes a little before its data": {
			{push(data(100, "ab")), "ab"},
			{ack(108), ""},
			{push(data(104, "ef")), ""},
			{push(data(106, "gh")), ""},
			{push(data(102, "cd")), "cdefgh{out of order 2}"},
		},
		"its ACK was first, but the data never comes": {
			{push(data(100, "ab")), "ab"},
			{ack(108), ""},
			{push(data(104, "ef")), ""},
			{push(data(106, "gh")), ""},
			{push(data(108, "ij")), ""},
			{push(data(110, "kl")), ""},
			{push(data(112, "mn")), "[lost 2]efghijklmn"},
		},
		"what waited before the ACK does not count": {
			{push(data(100, "ab")), "ab"},
			{push(data(104, "ef")), ""},
			{push(data(106, "gh")), ""},
			{push(data(108, "ij")), ""},
			{push(data(110, "kl")), ""},
			{push(data(112, "mn")), ""},
			{ack(114), ""},
			{push(data(114, "op")), ""},
			{push(data(102, "cd")), "cdefghijklmnop{out of order 2}"},
		},
		"copies do not count for a hole": {
			{push(data(100, "ab")), "ab"},
			{ack(106), ""},
			{push(data(104, "ef")), ""},
			{push(data(104, "ef")), "{retransmission 2}"},
			{push(data(104, "ef")), "{retransmission 2}"},
			{push(data(104, "ef")), "{retransmission 2}"},
			{push(data(104, "ef")), "{retransmission 2}"},
			{push(data(102, "cd")), "cdef{out of order 2}"},
		},
		"the peer lacks it too": {
			{push(at(0, data(100, "ab"))), "ab"},
			{ack(102), ""},
			{push(at(0, data(104, "ef"))), ""},
			{ack(102), ""},
			{push(at(30, data(106, "gh"))), ""},
			{push(at(31, data(102, "cd"))), "cdefgh{out of order 2}"},
		},
		"the peer lacks it for good": {
			{push(at(0, data(100, "ab"))), "ab"},
			{ack(102), ""},
			{push(at(0, data(104, "ef"))), ""},
			{push(at(61, data(106, "gh"))), "[lost 2]efgh"},
		},
		"one direction, 5 s": {
			{push(at(0, data(100, "ab"))), "ab"},
			{push(at(1, data(104, "ef"))), ""},
			{push(at(6, data(106, "gh"))), ""},
			{push(at(6.001, data(108, "ij"))), "[lost 2]efghij"},
		},
		"a segment without data tells the time": {
			{push(at(0, data(100, "ab"))), "ab"},
			{push(at(1, data(104, "ef"))), ""},
			{push(at(7, data(106, ""))), "[lost 2]ef"},
		},
		"two holes, each waits by itself": {
			{push(at(0, data(100, "ab"))), "ab"},
			{push(at(1, data(104, "ef"))), ""},
			{push(at(4, data(108, "ij"))), ""},
			{push(at(7, data(110, "kl"))), "[lost 2]ef"},
			{push(at(8, data(106, "gh"))), "ghijkl{out of order 2}"},
		},
		"the wait begins anew when the stream moves": {
			{push(at(0, data(100, "ab"))), "ab"},
			{push(at(1, data(110, "kl"))), ""},
			{push(at(4, data(102, "cd"))), "cd{out of order 2}"},
			{push(at(8, data(112, "mn"))), ""},
			{push(at(9.5, data(114, "op"))), "[lost 6]klmnop"},
		},
		"FIN": {
			{push(data(100, "ab")), "ab"},
			{push(fin(data(102, "cd"))), "cd"},
			{push(fin(data(102, "cd"))), "{retransmission 2}"},
			{flush, ""},
		},
		"the last segment comes after the FIN": {
			{push(data(100, "ab")), "ab"},
			{push(eof(104)), ""},
			{push(data(102, "cd")), "cd"},
			{ack(105), ""},
		},
		"FIN acknowledged": {
			{push(data(100, "ab")), "ab"},
			{push(data(104, "ef")), ""},
			{push(eof(108)), ""},
			{ack(108), ""},
			{ack(109), "[lost 2]ef[lost 2]"},
		},
		"FIN, its ACK seen first": {
			{push(data(100, "ab")), "ab"},
			{ack(105), ""},
			{push(eof(104)), "[lost 2]"},
		},
		"data runs past the FIN": {
			{push(data(100, "ab")), "ab"},
			{push(eof(102)), ""},
			{push(data(102, "cd")), "cd"},
			{push(eof(104)), ""},
		},
		"a FIN from before the position is none": {
			{push(data(100, "ab")), "ab"},
			{push(eof(101)), ""},
			{ack(102), ""},
			{push(data(104, "ef")), ""},
			{push(data(102, "cd")), "cdef{out of order 2}"},
		},
		"a FIN in front of held data is none": {
			{push(data(100, "ab")), "ab"},
			{push(data(110, "kl")), ""},
			{push(eof(105)), ""},
			{ack(106), ""},
			{push(data(102, "cdefghij")), "cdefghijkl{out of order 8}"},
		},
		"data runs past the FIN, and holes wait again": {
			{push(data(100, "ab")), "ab"},
			{push(eof(102)), ""},
			{push(data(102, "cd")), "cd"},
			{push(data(108, "ij")), ""},
			{ack(104), ""},
			{push(data(104, "efgh")), "efghij{out of order 4}"},
		},
		"RST": {
			{push(data(100, "ab")), "ab"},
			{push(data(104, "ef")), ""},
			{push(rst(106)), "[lost 2]ef"},
			{push(data(106, "gh")), "gh"}, // the RST was not the sender's
		},
		"RST with text": {
			{push(data(100, "ab")), "ab"},
			{push(Segment{Seq: 102, RST: true, Payload: []byte("go away")}), ""},
			{push(data(102, "cd")), "cd"},
		},
		"RST from elsewhere": {
			{push(data(100, "ab")), "ab"},
			{push(data(104, "ef")), ""},
			{push(rst(0x80000000)), "{outside 0}"},
			{push(data(102, "cd")), "cdef{out of order 2}"},
		},
		"RST first": {
			{push(rst(5)), ""},
			{push(data(100, "ab")), "ab"},
		},
		"cut by the snapshot length": {
			{push(cut(data(100, "ab"), 5)), "ab[cut 3]"},
			{push(cut(data(105, "fg"), 4)), "fg[cut 2]"},
			{push(cut(data(109, ""), 4)), "[cut 4]"},
			{push(cut(data(109, ""), 4)), "{retransmission 4}"},
		},
		"cut while held": {
			{push(syn), ""},
			{push(cut(data(104, "ef"), 6)), ""},
			{push(data(100, "abcd")), "abcdef[cut 4]{out of order 4}"},
		},
		"held bytes that were cut come whole": {
			{push(syn), ""},
			{push(cut(data(102, "cd"), 6)), ""},           // 102-107, efgh missing
			{push(data(105, "fg")), "{retransmission 2}"}, // e and h are missing still
			{push(data(100, "ab")), "abcd[cut 1]fg[cut 1]{out of order 2}"},
		},
		"cut, but the rest is held": {
			{push(syn), ""},
			{push(data(104, "ef")), ""},
			{push(cut(data(100, "ab"), 6)), "ab[cut 2]ef{retransmission 2}{out of order 4}"},
		},
		"a wire length less than the payload": {
			{push(cut(data(100, "abc"), 1)), "abc"},
			{push(cut(data(103, "def"), -7)), "def"},
		},
		"outside": {
			{push(data(100, "ab")), "ab"},
			{push(data(102+reach+1, "xy")), "{outside 2}"},
			{push(data(101+3<<30, "xy")), "{outside 2}"},
			{push(cut(data(102, "xy"), 1<<30)), "{outside 1073741824}"},
			{push(data(102, "cd")), "cd"},
		},
		"a segment far ahead is not a loss": {
			{push(data(100, "ab")), "ab"},
			{push(at(1, data(102+500<<20, "xy"))), ""},
			{push(at(20, data(102, "cd"))), "cd"},
			{push(at(40, data(104, "ef"))), "ef"},
			{push(at(41, data(108, "ij"))), ""}, // not late, though something waits far behind
			{push(at(42, data(106, "gh"))), "ghij{out of order 2}"},
			{flush, "{outside 2}"},
		},
		"a large loss with the peer's word": {
			{push(data(100, "ab")), "ab"},
			{push(data(102+2<<20, "xy")), ""},
			{ack(104 + 2<<20), ""},
			{flush, "[lost 2097152]xy"},
		},
		"a FIN far ahead is not a loss": {
			{push(data(100, "ab")), "ab"},
			{push(eof(102 + 500<<20)), ""},
			{flush, ""},
		},
		"an ACK of anything else": {
			{push(data(100, "ab")), "ab"},
			{ack(0x90000000), ""},
			{push(data(104, "ef")), ""},
			{ack(50), ""},
			{push(data(102, "cd")), "cdef{out of order 2}"},
		},
		"nothing has started": {
			{ack(5), ""},
			{flush, ""},
			{push(data(7, "")), ""},
			{push(data(100, "ab")), "ab"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			var s Stream
			var heard transcript
			for i, step := range steps {
				step.do(&s, &heard)
				if got := heard.take(); got != step.want {
					t.Fatalf("step %d: %q, want %q", i+1, got, step.want)
				}
			}
		})
	}
}

func TestStreamState(t *testing.T) {
	var s Stream
	var heard transcript
	if s.Started() || s.Ended() {
		t.Error("the zero stream has started or ended")
	}
	s.Push(syn, &heard)
	if !s.Started() || s.Next() != 100 || s.Ended() {
		t.Errorf("after the SYN: %v at %d", s.Started(), s.Next())
	}
	s.Push(fin(data(103, "de")), &heard)
	if s.Ended() {
		t.Error("ended with bytes missing")
	}
	s.Push(data(100, "abc"), &heard)
	if !s.Ended() || s.Next() != 105 {
		t.Errorf("after the FIN: %v at %d", s.Ended(), s.Next())
	}
	s.Push(data(110, "lost"), &heard)
	s.Reset()
	if s != New(Limits{}) {
		t.Errorf("Reset left %+v", s)
	}
	if n := unsafe.Sizeof(s); n > 320 {
		t.Errorf("a stream in order takes %d bytes", n)
	}
}

// With one direction only, so much waits behind a hole and no more.
func TestOneDirectionWaits(t *testing.T) {
	for _, size := range []int{2, 1000, 5000, 65_000} {
		var s Stream
		c := newChecker(t)
		c.push(&s, syn)
		n := 0
		for ; len(c.holes) == 0; n++ {
			c.push(&s, lettersAt(110+uint32(n*size), 100, size))
		}
		if want := min(waitingSegments, (waitingBytes+size-1)/size); n != want {
			t.Errorf("segments of %d bytes: %d waited, want %d", size, n, want)
		}
	}
}

// While the peer says that it lacks the bytes too, they wait for the sender as
// long as the limits allow.
func TestPeerLacksItUntilTheLimits(t *testing.T) {
	for _, test := range []struct {
		limits     Limits
		size, want int
	}{
		{Limits{}, 1000, 257},
		{Limits{}, 60_000, 18},
		{Limits{Segments: 5}, 1000, 6},
		{Limits{Bytes: 10_000}, 1000, 11},
		{Limits{Segments: 1 << 20}, 2, 4097},
	} {
		s := New(test.limits)
		var heard transcript
		s.Push(syn, &heard)
		s.Ack(100, &heard)
		n := 0
		for ; heard.b.Len() == 0; n++ {
			s.Push(lettersAt(110+uint32(n*test.size), 100, test.size), &heard)
		}
		if got := heard.take(); n != test.want || !strings.HasPrefix(got, "[lost 10]klm") || s.held != nil {
			t.Errorf("%+v: %d segments of %d bytes: %.20q", test, n, test.size, got)
		}
	}
}

// A capture that lost more than a window is followed, but not because of a
// few strange segments.
func TestElsewhere(t *testing.T) {
	var s Stream
	var heard transcript
	s.Push(data(100, "ab"), &heard)
	s.Push(data(104, "ef"), &heard)
	heard.take()
	there := uint32(102 + 3<<29)
	for i := range uint32(elsewhereAfter - 1) {
		s.Push(lettersAt(there+2*i, there, 2), &heard)
		if got := heard.take(); got != "{outside 2}" {
			t.Fatalf("segment %d: %q", i, got)
		}
	}
	s.Push(data(102, "cd"), &heard) // the connection is here: counted anew
	if got := heard.take(); got != "cdef{out of order 2}" {
		t.Fatalf("%q", got)
	}
	for i := range uint32(elsewhereAfter) {
		s.Push(lettersAt(there+2*i, there, 2), &heard)
	}
	want := strings.Repeat("{outside 2}", elsewhereAfter-1) + "[lost 1073741824][lost 536870970]kl"
	if got := heard.take(); got != want {
		t.Errorf("%q, want %q", got, want)
	}

	// More than half of all sequence numbers away, and what the peer said of
	// the old place means nothing here.
	s = Stream{}
	s.Push(data(100, "ab"), &heard)
	s.Ack(200, &heard)
	for i := range uint32(elsewhereAfter) {
		s.Push(lettersAt(102+5<<29+2*i, 102+5<<29, 2), &heard)
	}
	heard.take()
	s.Push(data(s.Next(), "x"), &heard)
	if got := heard.take(); got != "" {
		t.Errorf("a byte was taken for acknowledged: %q", got)
	}
	s.Flush(&heard)
	if got := heard.take(); got != "x" {
		t.Errorf("%q, want the byte that waited", got)
	}
}

// Storage of large segments is not kept for small ones.
func TestStorageIsNotHoarded(t *testing.T) {
	var h held
	var n tally
	for i := range uint32(20) {
		h.insert(piece{start: i * 65_000, size: 65_000, data: make([]byte, 65_000)}, &n)
	}
	h.drop(0, 20)
	for _, p := range h.slots {
		if cap(p.data) > keepCapacity {
			t.Fatalf("%d bytes are kept", cap(p.data))
		}
	}
	if h.bytes != 0 || len(h.order) != 0 || len(h.free) != 20 {
		t.Errorf("%d bytes, %d pieces, %d free", h.bytes, len(h.order), len(h.free))
	}
}

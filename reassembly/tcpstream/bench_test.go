package tcpstream

import (
	"fmt"
	"math/rand"
	"slices"
	"testing"
)

// count is a Sink that only counts.
type count struct{ bytes, holes, notes int }

func (c *count) Bytes(b []byte, _ Origin)   { c.bytes += len(b) }
func (c *count) Hole(n int, why HoleReason) { c.holes += n }
func (c *count) Note(Note, int)             { c.notes++ }

// In order, nothing is allocated, and with some disorder nothing once the
// storage is there.
func TestPushDoesNotAllocate(t *testing.T) {
	payload := make([]byte, 1400)
	for name, push := range map[string]func(s *Stream, seq uint32, sink Sink) uint32{
		"in order": func(s *Stream, seq uint32, sink Sink) uint32 {
			s.Push(Segment{Seq: seq, Payload: payload}, sink)
			s.Ack(seq+1400, sink)
			return seq + 1400
		},
		"sent again": func(s *Stream, seq uint32, sink Sink) uint32 {
			s.Push(Segment{Seq: seq, Payload: payload}, sink)
			s.Push(Segment{Seq: seq, Payload: payload}, sink)
			return seq + 1400
		},
		"swapped": func(s *Stream, seq uint32, sink Sink) uint32 {
			s.Push(Segment{Seq: seq + 1400, Payload: payload}, sink)
			s.Push(Segment{Seq: seq, Payload: payload}, sink)
			return seq + 2800
		},
		"with a segment lost": func(s *Stream, seq uint32, sink Sink) uint32 {
			s.Ack(seq+100, sink)
			for i := range uint32(6) {
				s.Push(Segment{Seq: seq + 100 + i*1400, Payload: payload}, sink)
			}
			return seq + 100 + 6*1400
		},
	} {
		t.Run(name, func(t *testing.T) {
			if raceDetector && name != "in order" && name != "sent again" {
				t.Skip("the race detector makes sync.Pool forget at random")
			}
			var s Stream
			var sink count
			s.Push(Segment{Seq: 0xff000000 - 1, SYN: true}, &sink)
			seq := uint32(0xff000000)
			if n := testing.AllocsPerRun(2000, func() { seq = push(&s, seq, &sink) }); n != 0 {
				t.Errorf("%v allocations", n)
			}
			if got := s.Next() - 0xff000000; int(got) != sink.bytes+sink.holes || s.Next() != seq {
				t.Errorf("%d bytes and %d in holes, want %d", sink.bytes, sink.holes, got)
			}
		})
	}
}

// orders are ways to send n segments that make work for a reassembler.
var orders = map[string]func(n int) []int{
	"InOrder": func(n int) []int { return ascending(n) },
	"Swapped": func(n int) []int {
		out := ascending(n)
		for i := 0; i+1 < n; i += 2 {
			out[i], out[i+1] = out[i+1], out[i]
		}
		return out
	},
	// The first one is missing until the others have come.
	"Backwards": func(n int) []int { out := ascending(n); slices.Reverse(out); return out },
	"Shuffled":  func(n int) []int { return rand.New(rand.NewSource(1)).Perm(n) },
	// Every second one never comes.
	"Halved": func(n int) []int {
		out := ascending(n)
		for i := range out {
			out[i] = i * 2
		}
		return out
	},
	// Holes open at both ends in turn.
	"Outwards": func(n int) []int {
		out := ascending(n)
		for i := range out {
			if i%2 == 0 {
				out[i] = n/2 + i/2
			} else {
				out[i] = n/2 - i/2 - 1
			}
		}
		return out
	},
}

func ascending(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

// The cost of a segment must not grow with their number, in whatever order they
// come and however much may be held.
func BenchmarkOrder(b *testing.B) {
	payload := make([]byte, 100)
	for _, name := range []string{"InOrder", "Swapped", "Backwards", "Shuffled", "Halved", "Outwards"} {
		for _, limits := range []Limits{{}, {Segments: 4096, Bytes: 64 << 20}} {
			for _, n := range []int{1_000, 10_000, 100_000} {
				order := orders[name](n)
				segments, _ := limits.get()
				b.Run(fmt.Sprintf("%s/hold=%d/n=%d", name, segments, n), func(b *testing.B) {
					var sink count
					for range b.N {
						s := New(limits)
						s.Push(Segment{Seq: 99, SYN: true}, &sink)
						s.Ack(100, &sink) // it is for the sender to fill the holes
						for _, i := range order {
							s.Push(Segment{Seq: 100 + uint32(i*100), Payload: payload}, &sink)
						}
						s.Flush(&sink)
					}
					b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/segment")
					b.ReportMetric(0, "ns/op")
				})
			}
		}
	}
}

// Large segments over many small pieces, again and again.
func BenchmarkOverlap(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			payload := make([]byte, 60_000)
			var sink count
			for range b.N {
				s := New(Limits{Segments: 4096})
				s.Push(Segment{Seq: 99, SYN: true}, &sink)
				s.Ack(100, &sink)
				for i := range n {
					if i%100 == 99 {
						s.Push(Segment{Seq: 200, Payload: payload}, &sink)
					} else {
						s.Push(Segment{Seq: 200 + uint32(i*20%60_000), Payload: payload[:10]}, &sink)
					}
				}
				s.Flush(&sink)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/segment")
			b.ReportMetric(0, "ns/op")
		})
	}
}

func BenchmarkInOrder(b *testing.B) {
	payload := make([]byte, 1400)
	var s Stream
	var sink count
	b.SetBytes(1400)
	b.ReportAllocs()
	for i := range b.N {
		s.Push(Segment{Seq: uint32(i) * 1400, Payload: payload}, &sink)
		s.Ack(uint32(i)*1400, &sink)
	}
}

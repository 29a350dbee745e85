package tcpframe

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// Frames as bulk traffic has them, in segments that fit one, that frames
// straddle, and as receive offload merges them.
func BenchmarkFramer(b *testing.B) {
	var bulk []byte
	n := 0
	for len(bulk) < 1<<20 {
		n++
		bulk = append(bulk, espFrame(0xc0ffee01, uint32(n), 1384)...)
	}
	for _, size := range []int{1394, 1448, 65160} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			f := New(false, false, nil)
			var q quiet
			b.SetBytes(int64(len(bulk)))
			b.ReportAllocs()
			for b.Loop() {
				for piece := range slices.Chunk(bulk, size) {
					f.Bytes(piece, packet(1), &q)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(q.messages), "ns/message")
		})
	}
}

// The cost of a byte must not grow with the length of the search.
func BenchmarkSearch(b *testing.B) {
	for _, kind := range []struct {
		name  string
		bytes func(int) []byte
	}{
		{"random", func(n int) []byte { return noise(n, 1) }},
		{"zeros", func(n int) []byte { return make([]byte, n) }},
		{"hostile", hostile},
		{"empty frames", func(n int) []byte {
			// A chain that every second byte extends, among as many as there can be.
			p := cat(espFrame(0x10000000, 1, 16), make([]byte, n))
			for i := 26; i+1 < len(p); i += 2 {
				p[i+1] = 2
			}
			return p[:n]
		}},
	} {
		for _, n := range []int{1 << 14, 1 << 17, 1 << 20} {
			data := kind.bytes(n)
			b.Run(fmt.Sprintf("%s/%d", kind.name, n), func(b *testing.B) {
				b.SetBytes(int64(n))
				for b.Loop() {
					f := New(false, true, nil)
					var q quiet
					for piece := range slices.Chunk(data, 1460) {
						f.Bytes(piece, packet(1), &q)
					}
				}
			})
		}
	}
}

// A stream that is lost and found again all the time.
func BenchmarkResync(b *testing.B) {
	s := traffic(rand.New(rand.NewPCG(1, 1)), 7)
	data := cat([]byte{0, 1}, s.bytes)
	f := New(false, false, nil)
	var q quiet
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		f.Bytes(data, packet(1), &q)
	}
}

func BenchmarkJudge(b *testing.B) {
	tls := cat([]byte{22, 3, 1, 2, 0}, noise(59, 1))
	random := noise(64, 1)
	iketcp := cat([]byte("IKETCP"), ikeFrame(1, 2, 3, 100))
	for _, data := range [][]byte{tls, random, iketcp} {
		b.Run(Judge(data, true).String(), func(b *testing.B) {
			for b.Loop() {
				Judge(data, true)
			}
		})
	}
}

func BenchmarkMidway(b *testing.B) {
	data := noise(8*1460, 1)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		m := NewMidway(nil)
		for piece := range slices.Chunk(data, 1460) {
			m.Bytes(piece)
		}
	}
}

package flows

import (
	"math/rand/v2"
	"testing"
	"testing/quick"

	"github.com/ikesniff/ikesniff/capture"
)

func run(numbers ...uint32) *sequence {
	s := &sequence{}
	for i, n := range numbers {
		s.add(n, int64(i)*1e9, capture.FrameRef(0, uint64(i+1)), false)
	}
	return s
}

// span returns the numbers from a to b.
func span(a, b uint32) []uint32 {
	var out []uint32
	for n := a; n <= b; n++ {
		out = append(out, n)
	}
	return out
}

func TestSequence(t *testing.T) {
	for _, c := range []struct {
		name    string
		numbers []uint32
		want    sequence
	}{
		{"in order", span(1, 100), sequence{first: 1, high: 100}},
		{"one lost", []uint32{1, 2, 4, 5}, sequence{first: 1, high: 5, missing: 1}},
		{"one late", []uint32{1, 2, 4, 3, 5}, sequence{first: 1, high: 5, irregular: &irregular{reordered: 1, lateness: 1}}},
		{"one twice", []uint32{1, 2, 2, 3}, sequence{first: 1, high: 3, irregular: &irregular{duplicates: 1}}},
		{"late and twice", []uint32{1, 2, 4, 3, 3, 5}, sequence{first: 1, high: 5, irregular: &irregular{reordered: 1, lateness: 1, duplicates: 1}}},
		{"begins late", []uint32{10, 11, 9, 12}, sequence{first: 9, high: 12, irregular: &irregular{reordered: 1, lateness: 2}}},
		{"far below the first", []uint32{10, 11, 5, 12}, sequence{first: 5, high: 12, missing: 4, irregular: &irregular{reordered: 1, lateness: 6}}},
		{"a hole as large as the window", []uint32{1, 1 + window}, sequence{first: 1, high: 1 + window, missing: window - 1}},
		{"the largest loss", []uint32{1, jumpAt}, sequence{first: 1, high: jumpAt, missing: jumpAt - 2}},
		{"the smallest jump", []uint32{1, jumpAt + 1}, sequence{first: 1, high: jumpAt + 1, irregular: &irregular{jumps: 1}}},
		{"late out of a jump", []uint32{1, 9000, 8999, 9001}, sequence{first: 1, high: 9001, irregular: &irregular{jumps: 1, reordered: 1, lateness: 1}}},
		{"too old to be told", append(span(1, 3000), 5, 3001), sequence{first: 1, high: 3001, inexact: true, irregular: &irregular{reordered: 1, lateness: 2995}}},
		{"restart after many", append(span(1, 3000), span(1, 50)...), sequence{first: 1, high: 50, irregular: &irregular{restarts: 1}}},
		{"restart after few", append(span(1, 20), span(1, 20)...), sequence{first: 1, high: 20, irregular: &irregular{restarts: 1}}},
		{"a block captured late is no restart", append(append(span(1, 10), span(111, 120)...), span(11, 30)...),
			sequence{first: 1, high: 120, missing: 80, irregular: &irregular{reordered: 20, lateness: 109}}},
		{"two copies far apart are no restart", append(span(1, 200), 10, 50, 201), sequence{first: 1, high: 201, irregular: &irregular{duplicates: 2}}},
		{"across the wrap", []uint32{0xfffffffe, 0xffffffff, 0, 1}, sequence{first: 0xfffffffe, high: 1}},
		{"loss across the wrap", []uint32{0xfffffffe, 1}, sequence{first: 0xfffffffe, high: 1, missing: 2}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := run(c.numbers...)
			type view struct {
				first, high, lateness                    uint32
				missing, dup, reordered, jumps, restarts uint64
				inexact                                  bool
			}
			v := func(s *sequence) view {
				return view{s.first, s.high, s.rare().lateness, s.missing, s.rare().duplicates, s.rare().reordered, s.rare().jumps, s.rare().restarts, s.inexact}
			}
			if got, want := v(s), v(&c.want); got != want {
				t.Errorf("got %+v\nwant %+v", got, want)
			}
		})
	}
}

// Against a plain set: any disorder within the window gives the missing,
// duplicate and reordered numbers that a list of all arrivals gives.
func TestSequenceAgainstPlainSet(t *testing.T) {
	law := func(seed uint64) bool {
		r := rand.New(rand.NewPCG(seed, 1))
		var numbers []uint32
		for n := uint32(1); n < 3000; n++ {
			switch x := r.IntN(100); {
			case x < 5: // lost
			case x < 8:
				numbers = append(numbers, n, n)
			default:
				numbers = append(numbers, n)
			}
		}
		for i := range numbers { // swap neighbours a little
			if j := i + r.IntN(6); r.IntN(10) == 0 && j < len(numbers) {
				numbers[i], numbers[j] = numbers[j], numbers[i]
			}
		}
		seen := map[uint32]bool{}
		var high, low uint32
		var dup, late uint64
		for i, n := range numbers {
			if i == 0 {
				high, low = n, n
			}
			switch {
			case seen[n]:
				dup++
			case n < high:
				late++
			}
			seen[n] = true
			high, low = max(high, n), min(low, n)
		}
		s := run(numbers...)
		missing := uint64(high-low+1) - uint64(len(seen))
		ok := s.missing == missing && s.rare().duplicates == dup && s.rare().reordered == late && s.first == low && s.high == high && !s.inexact
		if !ok {
			t.Logf("seed %d: missing %d want %d, duplicates %d want %d, reordered %d want %d", seed, s.missing, missing, s.rare().duplicates, dup, s.rare().reordered, late)
		}
		return ok
	}
	if err := quick.Check(law, &quick.Config{MaxCount: 200}); err != nil {
		t.Error(err)
	}
}

// What is missing while the capture lost packets is the capture's.
func TestSequenceDropsOfTheCapture(t *testing.T) {
	s := run(1, 2, 3)
	s.add(10, 4e9, 4, true)
	s.add(12, 5e9, 5, false)
	if s.rare().byCapture != 6 || s.missing != 1 {
		t.Errorf("by capture %d, missing %d; want 6, 1", s.rare().byCapture, s.missing)
	}
}

func FuzzSequence(f *testing.F) {
	f.Add([]byte{1, 1, 1, 5, 255, 3})
	f.Fuzz(func(t *testing.T, steps []byte) {
		s := &sequence{}
		n := uint32(1)
		for i, b := range steps {
			switch {
			case b < 200:
				n += uint32(b % 8)
			case b < 230:
				n -= uint32(b)
			case b < 250:
				n += uint32(b) * 100
			default:
				n = uint32(b) - 250
			}
			s.add(n, int64(i), capture.FrameRef(0, uint64(i+1)), b%16 == 0)
			if s.seen != nil && s.seenInWindow() > window {
				t.Fatal("window overfull")
			}
			if !s.known(s.high) {
				t.Fatal("the highest number is not known")
			}
			if s.missing > uint64(i+1)*jumpAt || s.rare().duplicates > uint64(i) || s.rare().reordered > uint64(i) {
				t.Fatalf("counts out of bounds: %+v", s)
			}
		}
	})
}

func TestSequenceAllocatesOnce(t *testing.T) {
	s := &sequence{}
	n := uint32(0)
	if a := testing.AllocsPerRun(10000, func() {
		n++
		s.add(n, int64(n), capture.Ref(n), false)
	}); a != 0 {
		t.Errorf("%v allocations a packet in order", a)
	}
}

package capture

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

func TestClock(t *testing.T) {
	tests := []struct {
		resolution byte
		offset     int64
		count      uint64
		want       int64
		ok         bool
	}{
		{6, 0, 1700000000123456, 1700000000123456000, true},
		{9, 0, 1700000000123456789, 1700000000123456789, true},
		{0, 0, 1700000000, 1700000000e9, true}, // whole seconds
		{3, 0, 1700000000123, 1700000000123e6, true},
		{12, 0, 1999, 1, true},
		{28, 0, math.MaxUint64, 1, true},
		{29, 0, math.MaxUint64, 0, true},
		{127, 0, math.MaxUint64, 0, true},
		{0x80, 0, 5, 5e9, true}, // 2^0
		{0x80 | 1, 0, 5, 2.5e9, true},
		{0x80 | 32, 0, 1700000000<<32 | 1<<31, 1700000000.5e9, true},
		{0x80 | 63, 0, 3 << 62, 1.5e9, true},
		{0x80 | 64, 0, 1 << 63, 0.5e9, true},
		{0x80 | 127, 0, math.MaxUint64, 0, true},
		{9, 0, math.MaxInt64, math.MaxInt64, true},
		{9, 0, math.MaxInt64 + 1, math.MaxInt64, false},
		{6, 0, math.MaxUint64, math.MaxInt64, false},
		{9, -3600, 3601e9, 1e9, true},
		{9, -3600, 1e9, -3599e9, true},
		{9, 3600, 1, 3600e9 + 1, true},
		{9, math.MaxInt64, 1, math.MaxInt64, false},
		{9, math.MinInt64, 1, math.MinInt64, false},
		{0, math.MaxInt64, math.MaxUint64, math.MaxInt64, false},
		{0, math.MinInt64, 1 << 63, 0, true},
	}
	for _, tt := range tests {
		got, ok := newClock(tt.resolution, tt.offset).nanoseconds(tt.count)
		if got != tt.want || ok != tt.ok {
			t.Errorf("resolution %#x, offset %d, count %d: %d, %t; want %d, %t", tt.resolution, tt.offset, tt.count, got, ok, tt.want, tt.ok)
		}
	}
}

// TestClockExact compares with arithmetic that has no bounds.
func TestClockExact(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 20000 {
		resolution := byte(random.Uint32())
		count := random.Uint64() >> (random.Uint32() % 64)
		offset := int64(random.Uint64()) >> (random.Uint32() % 64)
		base, n := int64(10), int64(resolution&0x7f)
		if resolution&0x80 != 0 {
			base = 2
		}
		want := new(big.Int).Mul(new(big.Int).SetUint64(count), big.NewInt(1e9))
		want.Div(want, new(big.Int).Exp(big.NewInt(base), big.NewInt(n), nil))
		want.Add(want, new(big.Int).Mul(big.NewInt(offset), big.NewInt(1e9)))
		clamped := int64(math.MaxInt64)
		if want.Sign() < 0 {
			clamped = math.MinInt64
		}
		if want.IsInt64() {
			clamped = want.Int64()
		}
		got, ok := newClock(resolution, offset).nanoseconds(count)
		if got != clamped || ok != want.IsInt64() {
			t.Fatalf("resolution %#x, offset %d, count %d: %d, %t; want %s", resolution, offset, count, got, ok, want)
		}
	}
}

func TestClampedTimesAreNoted(t *testing.T) {
	b := join(le.section(), le.iface(1, 0), le.enhanced(0, math.MaxUint64, "A"), le.enhanced(0, 1, "B"))
	all, info := read(t, b)
	if len(all) != 2 || all[0].Time != math.MaxInt64 || info.LastTime != math.MaxInt64 || info.FirstTime != 1000 {
		t.Errorf("%v, %+v", all, info)
	}
	if info.Note != "1 time before 1677 or after 2262 became the nearest that can be told." || !info.Complete {
		t.Errorf("note %q", info.Note)
	}
}

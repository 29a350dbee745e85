package output

import (
	"bytes"
	"encoding/json"
	"math"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ikesniff/ikesniff/report"
)

// plainEncoding is what an encoder has to make of v, whose lists are there, by
// encoding/json.
func plainEncoding(v any, indent bool) (string, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if indent {
		enc.SetIndent("    ", "  ")
	}
	err := enc.Encode(v)
	return string(escapeInvisible(bytes.TrimSuffix(buf.Bytes(), []byte("\n")))), err
}

func sameAsPlain(t *testing.T, what any, v any) {
	t.Helper()
	sameAs(t, what, rebuild(v, unchanged), v)
}

func sameAs(t *testing.T, what, plain, v any) {
	t.Helper()
	for _, indent := range []bool{true, false} {
		want, wantErr := plainEncoding(plain, indent)
		got, err := newEncoder(indent, 2).encode(v)
		if (err == nil) != (wantErr == nil) {
			t.Fatalf("%v: error %v, want %v", what, err, wantErr)
		}
		if err == nil && want != string(got) {
			t.Fatalf("%v: %s", what, cmp.Diff(want, string(got)))
		}
	}
}

func TestEncoderIsLikeThatOfTheLibrary(t *testing.T) {
	type inner struct {
		A int `json:"a"`
		B string
	}
	type self struct {
		Next *self `json:"next"`
		List []self
	}
	hour := time.Date(2026, 2, 3, 4, 5, 6, 7, time.FixedZone("", 3600))
	for name, v := range map[string]any{
		"lists": []any{[]string(nil), []int{}, [2]int{1, 2}, []byte("ab"), []byte(nil), nil, []int8{-3}},
		"maps":  map[string]any{"b": 1, "a": map[string]int(nil), "none": nil, "list": []any{nil}, "\"\x01": true},
		"keys":  map[int]string{2: "b", 1: "a"}, "kinds": map[report.Status]uint64{"x": 1, "a": 2},
		"embedded": struct {
			*report.Generator
			report.Ref
			Hidden string `json:"-"`
			Named  inner  `json:",omitempty"`
		}{Generator: &report.Generator{Name: "x"}},
		"no embedded": struct{ *report.Ref }{}, "self": &self{Next: &self{}, List: []self{{}}},
		"clash": struct {
			report.Ref
			Other int `json:"source"`
		}{report.Ref{Source: 1}, 2},
		"options": struct {
			A int     `json:"a,string"`
			B float64 `json:"b,omitempty"`
			C bool    `json:"c,omitempty"`
		}{1, math.Copysign(0, -1), false},
		"methods":  []any{json.RawMessage(`{"x":[1,2]}`), &hour},
		"times":    []any{hour, hour.UTC(), &struct{ T, U time.Time }{hour, hour.UTC()}, &struct{ T time.Time }{time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)}},
		"bad year": &struct{ T time.Time }{time.Date(-1, 1, 1, 0, 0, 0, 0, time.UTC)},
		"bad":      func() {}, "bad deep": []any{make(chan int)}, "nan": math.NaN(), "inf": map[string]any{"x": math.Inf(1)},
		"float32": []any{float32(0.1), 1 + 2i}, "pointer": new(float64), "no pointer": (*int)(nil),
	} {
		sameAsPlain(t, name, v)
	}
}

// TestEncoderLeavesMethodsAlone: a type that writes itself may have fields that
// nobody else can set.
func TestEncoderLeavesMethodsAlone(t *testing.T) {
	got, err := newEncoder(false, 0).encode([]any{netip.MustParseAddr("192.0.2.1"), map[string]any{"x": netip.Addr{}}})
	if err != nil || string(got) != `["192.0.2.1",{"x":""}]` {
		t.Errorf("%s, %v", got, err)
	}
}

func TestEncoderOnNumbers(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	sameAsPlain(t, "edges", []float64{0, math.Copysign(0, -1), 1e-6, 9.9e-7, 1e21, 9.99e20, 1e-100, math.MaxFloat64, math.SmallestNonzeroFloat64, -1e-9})
	for range 5000 {
		if f := math.Float64frombits(r.Uint64()); !math.IsNaN(f) && !math.IsInf(f, 0) {
			sameAsPlain(t, f, []any{f, float64(r.IntN(1e6)) / 1e4, r.Int64() - r.Int64(), r.Uint64()})
		}
	}
}

func TestEncoderOnRandomReports(t *testing.T) {
	for seed := range uint64(100) {
		s := newRandom(seed).stream()
		sameAsPlain(t, seed, &s.Head)
		for tunnel := range s.Tunnels {
			sameAsPlain(t, seed, tunnel)
			sameAs(t, seed, NewTunnelRecord(tunnel.FirstSeen, rebuild(tunnel, unchanged)), NewTunnelRecord(tunnel.FirstSeen, tunnel))
		}
	}
}

func FuzzEncoderStrings(f *testing.F) {
	for _, s := range []string{"", "plain", "\" \\ \n\r\t\b\f\x00\x1f\x7f", "\u0080\u009b\u2028\u2029\u202e\ufeff\ufffd\U000e0041\U0001f600", "\xff\xed\xa0\x80", "<&>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		sameAsPlain(t, s, map[string]any{s: s})
	})
}

// TestEncoderDoesNotAllocatePerValue: what a tunnel costs is the text it becomes.
func TestEncoderDoesNotAllocatePerValue(t *testing.T) {
	tunnels := slices.Collect(sampleWarning().Tunnels)
	tunnels[0].Anomalies = nil // evidence is of any type, and sorted
	e := newEncoder(true, 2)
	if n := testing.AllocsPerRun(100, func() { e.encode(tunnels[0]) }); n > 1 {
		t.Errorf("%v allocations", n)
	}
}

package diagnose

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/ikesniff/ikesniff/report"
)

// filler makes values of any kind out of chance, with words and numbers that
// rules look for more often than chance would bring them.
type filler struct{ *rand.Rand }

var words = []string{
	"", "initiator", "responder", "esp", "ah", "ike", "keepalive", "aggressive", "main", "IKE_SA_INIT", "IKE_AUTH", "INFORMATIONAL",
	"up", "failed", "silent", "closed", "esp-only", "negotiating", "both", "to-responder", "to-initiator", "none", "in-use",
	"192.0.2.1", "198.51.100.1", "192.0.2.1:4500", "[2001:db8::1]:500", "udp", "udp-nat-t", "ip", "tcp-rfc8229", "tcp-rfc8229", "tcp-fortinet-esp", "tls", "192.0.2.1:443",
	"0000000000000000", "1d3827fc604e04cb", "c16ed423", "ike-1", "ike-2", "3DES_CBC", "MODP_768, MODP_2048", "PRF_HMAC_MD5", "pre-shared key",
	"\x1b[2J%s%!\x00\n", "\xff\xfe not text", "||",
}

func (r filler) fill(v reflect.Value, depth int) {
	switch v.Type() {
	case reflect.TypeFor[time.Time]():
		if r.IntN(8) > 0 {
			v.Set(reflect.ValueOf(t0.Add(time.Duration(r.IntN(200000)-10000) * time.Millisecond)))
		}
		return
	case reflect.TypeFor[map[string]any]():
		return
	}
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(r.IntN(2) == 0)
	case reflect.String:
		v.SetString(words[r.IntN(len(words))])
	case reflect.Int, reflect.Int64:
		v.SetInt(int64([]int{-3, -1, 0, 1, 2, 5, 40, 1 << 40}[r.IntN(8)]))
	case reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		n := []uint64{0, 1, 2, 3, 4, 13, 500, 4500, 1<<32 - 1, 1<<64 - 1}[r.IntN(10)]
		v.SetUint(n & (1<<v.Type().Bits() - 1))
	case reflect.Float64:
		v.SetFloat(float64(r.IntN(100)) / 7)
	case reflect.Pointer:
		if r.IntN(3) > 0 {
			v.Set(reflect.New(v.Type().Elem()))
			r.fill(v.Elem(), depth+1)
		}
	case reflect.Slice:
		n := r.IntN(4)
		if depth == 0 || r.IntN(20) == 0 {
			n = r.IntN(40)
		}
		if depth > 5 {
			n = min(n, 1)
		}
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			r.fill(v.Index(i), depth+1)
		}
	case reflect.Array:
		for i := range v.Len() {
			r.fill(v.Index(i), depth+1)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			r.fill(v.Field(i), depth)
		}
	default:
		panic("a kind that facts had none of: " + v.Kind().String())
	}
}

// checkAnything is what has to hold whatever the facts are.
func checkAnything(t *testing.T, f *Facts) {
	t.Helper()
	verdict, list := Tunnel(f)
	if verdict == "" {
		t.Error("no verdict")
	}
	if len(list) > 200 {
		t.Errorf("%d anomalies", len(list))
	}
	ids := map[string]bool{}
	for _, a := range list {
		if ids[a.ID] {
			t.Errorf("ID %q twice", a.ID)
		}
		ids[a.ID] = true
	}
	for i, a := range list {
		if _, ok := Lookup(a.Code); !ok || a.Title == "" || a.Observation == "" || a.Interpretation == "" {
			t.Errorf("incomplete: %+v", a)
		}
		if a.Severity.Rank() < 0 || !confident(a.Confidence.Fact) || !confident(a.Confidence.Cause) || a.Count == 0 ||
			len(a.Refs) > maxRefs || a.LastSeen.Before(a.FirstSeen) {
			t.Errorf("%s: %+v", a.ID, a)
		}
		if a.ConsequenceOf != "" && (!ids[a.ConsequenceOf] || a.ConsequenceOf == a.ID) {
			t.Errorf("%s is a consequence of %q", a.ID, a.ConsequenceOf)
		}
		if i > 0 && list[i-1].Severity.Rank() < a.Severity.Rank() {
			t.Errorf("%s stands too late", a.ID)
		}
		if _, err := json.Marshal(a); err != nil {
			t.Errorf("%s: %v", a.ID, err)
		}
	}
}

func FuzzTunnel(f *testing.F) {
	for i := range uint64(64) {
		f.Add(i, i*i)
	}
	f.Fuzz(func(t *testing.T, a, b uint64) {
		r := filler{rand.New(rand.NewPCG(a, b))}
		facts := &Facts{Tunnel: &report.Tunnel{}}
		r.fill(reflect.ValueOf(facts).Elem(), 0)
		checkAnything(t, facts)
		flood := &Flood{}
		r.fill(reflect.ValueOf(flood).Elem(), 0)
		if x := FloodAnomaly(flood); x.Observation == "" || x.Count == 0 {
			t.Errorf("%+v", x)
		}
	})
}

func TestEmptyFacts(t *testing.T) {
	checkAnything(t, &Facts{})
	checkAnything(t, &Facts{Tunnel: &report.Tunnel{}})
	checkAnything(t, &Facts{IKE: make([]IKEFacts, 3), Children: make([]ChildFacts, 2), OneWay: &OneWay{}, Quotes: make([]Quote, 2), Moves: make([]Move, 2)})
}

// The same facts give the same answer: nothing hangs on the order of maps.
func TestTunnelIsDeterministic(t *testing.T) {
	for seed := range uint64(200) {
		var first []byte
		for range 3 {
			facts := &Facts{Tunnel: &report.Tunnel{}}
			filler{rand.New(rand.NewPCG(seed, 1))}.fill(reflect.ValueOf(facts).Elem(), 0)
			verdict, list := Tunnel(facts)
			got, err := json.Marshal([]any{verdict, list})
			if err != nil {
				t.Fatal(err)
			}
			if first == nil {
				first = got
			}
			if string(first) != string(got) {
				t.Fatalf("seed %d: two answers", seed)
			}
		}
	}
}

// Rules only read: the tunnel is what it was.
func TestTunnelLeavesTheFactsAlone(t *testing.T) {
	for seed := range uint64(200) {
		facts, same := &Facts{Tunnel: &report.Tunnel{}}, &Facts{Tunnel: &report.Tunnel{}}
		for _, f := range []*Facts{facts, same} {
			filler{rand.New(rand.NewPCG(seed, 2))}.fill(reflect.ValueOf(f).Elem(), 0)
		}
		Tunnel(facts)
		if !reflect.DeepEqual(facts, same) {
			t.Fatalf("seed %d: the facts were changed", seed)
		}
	}
}

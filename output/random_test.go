package output

import (
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"time"

	"github.com/ikesniff/ikesniff/report"
)

// random fills reports with what the types allow, sensible or not: counts up to
// the largest, long addresses, hostile text, missing times, empty lists.
type random struct{ *rand.Rand }

func newRandom(seed uint64) random { return random{rand.New(rand.NewPCG(seed, 1))} }

func pick[T any](r random, list ...T) T { return list[r.IntN(len(list))] }

var enums = map[reflect.Type][]string{
	reflect.TypeFor[report.Severity]():   {"info", "notice", "warning", "critical"},
	reflect.TypeFor[report.Confidence](): {"low", "medium", "high"},
	reflect.TypeFor[report.Status]():     {"up", "negotiating", "failed", "silent", "closed", "esp-only"},
	reflect.TypeFor[report.Phase]():      {"up", "negotiating", "failed", "down", "unknown"},
	reflect.TypeFor[report.Data]():       {"both", "to-responder", "to-initiator", "none"},
	reflect.TypeFor[report.PathState]():  {"in-use", "silent", "closed", "refused"},
	reflect.TypeFor[report.Role]():       {"hub", "spoke", "site", "client", "unknown"},
}

func (r random) count() uint64 {
	return pick(r, 0, 0, 1, 33, 999, 18400, 81204, 1234567, 4318, 99999999, uint64(math.MaxUint32), math.MaxUint64)
}

func (r random) address() string {
	return pick(r, "10.0.0.1", "203.0.113.199", "198.51.100.101", "2001:db8::1",
		"2001:db8:1234:5678:9abc:def0:1234:5678", "fe80::1234:5678:9abc:def0%bridge100", "not an address at all, but a long text")
}

func (r random) endpoint() string {
	return pick(r, "10.0.0.1:500", "203.0.113.199:61001", "198.51.100.101", "[2001:db8:1234:5678:9abc:def0:1234:5678]:61001",
		"2001:db8:1234:5678:9abc:def0:1234:5678", "[fe80::1234:5678:9abc:def0%bridge100]:4500")
}

func (r random) text() string {
	return pick(r, "", "short", "IKE_SA_INIT on UDP 4500, SPI 1d3827fc604e04cb; data from #14",
		"\x1b]0;owned\x07 and \x9b2J, \u202e and \xff", "line\nend | pipe, =cmd|' /C calc'!A0",
		"\u6771\u4eac\u6771\u4eac \u6771\u4eac B\u00fcro", string(slices.Repeat([]byte("unbroken"), 40)),
		"a sentence of some length that has to be wrapped because no line is that wide. Another one follows it, as they do")
}

func (r random) time() time.Time {
	if r.IntN(20) == 0 {
		return time.Time{}
	}
	return time.Date(2026, 3, 29, 0, 59, 59, 0, time.UTC).Add(time.Duration(r.Int64N(int64(pick(r, time.Minute, 48*time.Hour)))))
}

// fill sets what v points to.
func (r random) fill(v reflect.Value) {
	if words := enums[v.Type()]; words != nil {
		v.SetString(pick(r, words...))
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		if v.Type() == timeType {
			v.Set(reflect.ValueOf(r.time()))
			return
		}
		for i := range v.NumField() {
			r.fill(v.Field(i))
		}
	case reflect.Pointer:
		if r.IntN(4) > 0 {
			v.Set(reflect.New(v.Type().Elem()))
			r.fill(v.Elem())
		}
	case reflect.Slice:
		n := r.IntN(4)
		if v.Type() == reflect.TypeFor[[]report.TimelineEvent]() {
			n = r.IntN(40)
		}
		if n == 0 {
			return // nil
		}
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			r.fill(v.Index(i))
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for range r.IntN(3) {
			e := reflect.New(v.Type().Elem()).Elem()
			if e.Kind() == reflect.Interface {
				e.Set(reflect.ValueOf(pick[any](r, 1, 0.5, "x", true, []string(nil), []string{"a"})))
			} else {
				r.fill(e)
			}
			v.SetMapIndex(reflect.ValueOf(pick(r, "missing", "packets", "\x1bkey")), e)
		}
	case reflect.String:
		v.SetString(r.text())
	case reflect.Bool:
		v.SetBool(r.IntN(2) == 0)
	case reflect.Int:
		v.SetInt(int64(r.IntN(60)))
	case reflect.Uint32:
		v.SetUint(r.count() & math.MaxUint32)
	case reflect.Uint64:
		v.SetUint(r.count())
	case reflect.Float64:
		v.SetFloat(r.Float64() * 100)
	}
}

// tunnel is a random one whose strings are sometimes what they should be.
func (r random) tunnel() *report.Tunnel {
	t := new(report.Tunnel)
	r.fill(reflect.ValueOf(t).Elem())
	t.ID = "0123456789ab"
	t.Initiator, t.Responder = r.address(), r.address()
	t.IKEVersion = r.IntN(3)
	for i := range t.Paths {
		p := &t.Paths[i]
		p.Transport = pick(r, "udp", "udp-nat-t", "ip", "tcp-rfc8229", "tcp-fortinet-esp", "tcp-cisco")
		p.Initiator, p.Responder = r.endpoint(), r.endpoint()
	}
	for i := range t.IKESAs {
		t.IKESAs[i].InitiatorSPI, t.IKESAs[i].ResponderSPI = "0123456789abcdef", "fedcba9876543210"
	}
	for i := range t.ChildSAs {
		c := &t.ChildSAs[i]
		c.SPI, c.Protocol, c.Destination, c.Source = "c16ed423", pick(r, "esp", "ah"), r.endpoint(), r.endpoint()
	}
	for i := range t.Anomalies {
		a := &t.Anomalies[i]
		a.ID, a.Code = "a"+string(rune('0'+i)), pick(r, "esp-loss", "no-answer", "udp-tcp-fallback")
		a.ConsequenceOf = pick(r, "", "", "a0", "elsewhere")
	}
	return t
}

func (r random) stream() *report.Stream {
	s := new(report.Stream)
	r.fill(reflect.ValueOf(&s.Head).Elem())
	s.Head.Tunnels = nil
	s.Head.SchemaVersion = report.SchemaVersion
	var list []*report.Tunnel
	for range r.IntN(5) {
		list = append(list, r.tunnel())
	}
	s.Tunnels = slices.Values(list)
	for range r.IntN(12) {
		s.Nearby = append(s.Nearby, report.Nearby{What: r.text(), Packets: r.count(), First: report.Ref{Frame: r.count()}})
	}
	return s
}

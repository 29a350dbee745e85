package ike

import (
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// skf is a message with one SKF payload.
func skf(h Header, next PayloadType, number, total uint16, size int) []byte {
	f := Fragment{Number: number, Total: total, Data: make([]byte, size)}
	body := AppendPayload(nil, next, false, f.Append(nil))
	h.NextPayload, h.Version.Major = PayloadSKF, 2
	h.Length = uint32(HeaderLength + len(body))
	return append(h.Append(nil), body...)
}

func addSKF(t testing.TB, s *FragmentGroups, b []byte) (*FragmentGroup, error) {
	t.Helper()
	m := must[Message](t)(Parse(b, len(b)))
	w := m.Walk()
	if !w.Next() {
		t.Fatalf("%x has no payload: %v", b, w.Err())
	}
	return s.Add(&m, w.Payload())
}

var skfHeader = Header{InitiatorSPI: 1, ResponderSPI: 2, ExchangeType: ExchangeAuth, Flags: FlagInitiator, MessageID: 1}

func TestFragmentGroupsAnyOrder(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	const total = 7
	for range 50 {
		var s FragmentGroups
		order := random.Perm(total)
		for i, n := range order {
			next := PayloadNone
			if n == 0 {
				next = PayloadIDi
			}
			g, err := addSKF(t, &s, skf(skfHeader, next, uint16(n+1), total, 100))
			if err != nil {
				t.Fatal(err)
			}
			if done := i == total-1; g.Complete() != done || g.Have() != i+1 || len(g.Missing()) != total-i-1 {
				t.Errorf("%v: after %d there are %d, missing %v", order, i+1, g.Have(), g.Missing())
			}
			if i == total-1 && (g.First != PayloadIDi || g.Bytes != 100*total || g.Exchange != ExchangeAuth) {
				t.Errorf("%v: %+v", order, g)
			}
		}
		if s.Incomplete() != nil || s.GivenUp() != 0 {
			t.Errorf("incomplete %v, %d given up", s.Incomplete(), s.GivenUp())
		}
	}
}

// Wireshark knows neither SPIs nor direction: what it mixes up stays apart.
func TestFragmentGroupsApart(t *testing.T) {
	var s FragmentGroups
	var keys []FragmentKey
	for _, h := range []Header{
		skfHeader,
		{InitiatorSPI: 3, ResponderSPI: 4, ExchangeType: ExchangeAuth, Flags: FlagInitiator, MessageID: 1},
		{InitiatorSPI: 1, ResponderSPI: 2, ExchangeType: ExchangeAuth, Flags: FlagResponse, MessageID: 1},
		{InitiatorSPI: 1, ResponderSPI: 2, ExchangeType: ExchangeAuth, Flags: FlagInitiator, MessageID: 2},
	} {
		g, err := addSKF(t, &s, skf(h, PayloadNone, 2, 3, 50))
		if err != nil || g.Have() != 1 {
			t.Fatalf("%+v, %v", g, err)
		}
		keys = append(keys, g.Key)
	}
	var got []FragmentKey
	for _, g := range s.Incomplete() {
		got = append(got, g.Key)
		if d := cmp.Diff([]uint16{1, 3}, g.Missing()); d != "" {
			t.Error(d)
		}
	}
	if d := cmp.Diff(keys, got); d != "" {
		t.Error(d)
	}
}

func TestFragmentGroupsRepeatedAndRestarted(t *testing.T) {
	var s FragmentGroups
	var g *FragmentGroup
	for _, f := range [][2]uint16{{1, 2}, {1, 2}, {1, 3}, {2, 2}, {3, 3}, {2, 3}} {
		var err error
		if g, err = addSKF(t, &s, skf(skfHeader, PayloadNone, f[0], f[1], 50)); err != nil {
			t.Fatal(err)
		}
	}
	if !g.Complete() || g.Total != 3 || g.Repeated != 1 || g.Restarted != 1 || g.Stale != 1 || g.Bytes != 150 {
		t.Errorf("%+v", g)
	}
}

func TestFragmentGroupsBounded(t *testing.T) {
	var s FragmentGroups
	if _, err := addSKF(t, &s, skf(skfHeader, PayloadNone, 65535, 65535, 1)); err == nil {
		t.Error("65535 fragments are taken")
	}
	const many = 1000
	h := skfHeader
	for i := range many {
		h.MessageID = uint32(i)
		if _, err := addSKF(t, &s, skf(h, PayloadNone, maxFragments, maxFragments, 1)); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(s.Incomplete()); n != maxFragmentGroups || s.GivenUp() != many-maxFragmentGroups {
		t.Errorf("%d incomplete, %d given up", n, s.GivenUp())
	}
}

func TestFragmentGroupsWithoutAllocations(t *testing.T) {
	b := skf(skfHeader, PayloadNone, 1, 2, 50)
	m := must[Message](t)(Parse(b, len(b)))
	w := m.Walk()
	w.Next()
	var s FragmentGroups
	for i := range maxFragmentGroups {
		m.MessageID = uint32(i)
		if _, err := s.Add(&m, w.Payload()); err != nil {
			t.Fatal(err)
		}
	}
	noAllocs(t, "Add", func() {
		m.MessageID++
		if _, err := s.Add(&m, w.Payload()); err != nil {
			t.Fatal(err)
		}
	})
}

func FuzzFragmentGroups(f *testing.F) {
	f.Add([]byte{0, 1, 0, 2, 0, 2, 0, 2})
	f.Add([]byte{4, 0, 4, 0, 0, 1, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, script []byte) {
		var s FragmentGroups
		m := Message{Header: skfHeader}
		for ; len(script) >= 4; script = script[4:] {
			g, err := s.Add(&m, Payload{Body: script[:4], Length: 8})
			if err != nil {
				continue
			}
			if g.Have()+len(g.Missing()) != int(g.Total) || g.Complete() != (len(g.Missing()) == 0) {
				t.Fatalf("%d of %d, missing %v", g.Have(), g.Total, g.Missing())
			}
		}
	})
}

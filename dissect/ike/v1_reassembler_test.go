package ike

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// v1Whole is an IKEv1 message of n bytes that differ.
func v1Whole(n int, fill byte) []byte {
	h := Header{InitiatorSPI: 7, ResponderSPI: 8, NextPayload: PayloadV1ID, Version: Version{Major: 1},
		ExchangeType: ExchangeV1Main, Flags: FlagEncryption, Length: uint32(n)}
	b := h.Append(nil)
	for len(b) < n {
		b = append(b, fill+byte(len(b)))
	}
	return b
}

// v1Cut cuts a message into fragments of size bytes, each in a message.
func v1Cut(whole []byte, id uint16, size int) [][]byte {
	var out [][]byte
	for n := byte(1); len(whole) > 0; n++ {
		k := min(size, len(whole))
		f := V1Fragment{ID: id, Number: n, Last: k == len(whole), Data: whole[:k]}
		h := Header{InitiatorSPI: 7, ResponderSPI: 8, Version: Version{Major: 1}, ExchangeType: ExchangeV1Main}
		out = append(out, build(h, pl{PayloadV1Fragment, f.Append(nil)}))
		whole = whole[k:]
	}
	return out
}

// addV1 adds the one payload of a message.
func addV1(t testing.TB, r *V1Reassembler, b []byte, fromInitiator bool) (V1FragmentStatus, error) {
	t.Helper()
	m := must[Message](t)(Parse(b, len(b)))
	w := m.Walk()
	if !w.Next() {
		t.Fatalf("%x has no payload: %v", b, w.Err())
	}
	return r.Add(&m, w.Payload(), fromInitiator)
}

func TestV1ReassemblerAnyOrder(t *testing.T) {
	whole := v1Whole(1000, 0)
	pieces := v1Cut(whole, 1, 150)
	random := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		var r V1Reassembler
		order := random.Perm(len(pieces))
		for i, n := range order {
			s, err := addV1(t, &r, pieces[n], true)
			if err != nil {
				t.Fatal(err)
			}
			switch done := i == len(order)-1; {
			case s.Have != i+1:
				t.Errorf("%v: after %d there are %d", order, i+1, s.Have)
			case done != (s.Message != nil):
				t.Errorf("%v: after %d a message of %d bytes", order, i+1, len(s.Message))
			case done && (!bytes.Equal(s.Message, whole) || s.Total != len(pieces) || s.Again):
				t.Errorf("%v gives %+v", order, s)
			}
		}
		if r.GivenUp() != 0 || len(r.Pending()) != 0 {
			t.Errorf("%d given up, pending %v", r.GivenUp(), r.Pending())
		}
	}
}

func TestV1ReassemblerPending(t *testing.T) {
	var r V1Reassembler
	pieces := v1Cut(v1Whole(600, 0), 3, 100) // 6
	for _, i := range []int{3, 1} {
		if s, err := addV1(t, &r, pieces[i], false); err != nil || s.Message != nil || s.Total != 0 {
			t.Fatalf("%+v, %v", s, err)
		}
	}
	key := V1FragmentKey{InitiatorSPI: 7, ResponderSPI: 8, FragmentID: 3}
	if d := cmp.Diff([]V1Pending{{Key: key, Missing: []int{1, 3}}}, r.Pending()); d != "" {
		t.Error(d)
	}
	if _, err := addV1(t, &r, pieces[5], false); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]V1Pending{{Key: key, Missing: []int{1, 3, 5}, LastSeen: true}}, r.Pending()); d != "" {
		t.Error(d)
	}
}

// The two sides number their messages alike, and so do both at the same time.
func TestV1ReassemblerDirections(t *testing.T) {
	var r V1Reassembler
	there, back := v1Whole(300, 1), v1Whole(300, 99)
	a, b := v1Cut(there, 1, 100), v1Cut(back, 1, 100)
	var got [][]byte
	for i := range a {
		for _, x := range []struct {
			b    []byte
			from bool
		}{{a[i], true}, {b[i], false}} {
			s, err := addV1(t, &r, x.b, x.from)
			if err != nil {
				t.Fatal(err)
			}
			if s.Message != nil {
				got = append(got, s.Message)
			}
		}
	}
	if d := cmp.Diff([][]byte{there, back}, got); d != "" {
		t.Error(d)
	}
}

func TestV1ReassemblerRepeats(t *testing.T) {
	var r V1Reassembler
	whole := v1Whole(300, 1)
	pieces := v1Cut(whole, 1, 100)
	messages := 0
	for round := range 3 {
		for _, p := range append([][]byte{pieces[1]}, pieces...) { // one of them twice
			s, err := addV1(t, &r, p, true)
			if err != nil {
				t.Fatal(err)
			}
			if s.Message != nil {
				messages++
				if s.Again != (round > 0) {
					t.Errorf("round %d: again %v", round, s.Again)
				}
			}
		}
	}
	// A copy of one fragment behind the message leaves nothing to wait for.
	if _, err := addV1(t, &r, pieces[0], true); err != nil {
		t.Fatal(err)
	}
	if messages != 3 || r.GivenUp() != 0 || len(r.Pending()) != 0 {
		t.Errorf("%d messages, %d given up, pending %v", messages, r.GivenUp(), r.Pending())
	}
}

// The next message of a sender that never changes its fragment ID takes the
// place of the one before, whether that was complete or not.
func TestV1ReassemblerSameIDAgain(t *testing.T) {
	for _, before := range []int{1, 3} {
		var r V1Reassembler
		for _, p := range v1Cut(v1Whole(300, 1), 1, 100)[:before] {
			if _, err := addV1(t, &r, p, true); err != nil {
				t.Fatal(err)
			}
		}
		next := v1Whole(250, 50)
		var got []byte
		for _, p := range v1Cut(next, 1, 100) {
			s, err := addV1(t, &r, p, true)
			if err != nil {
				t.Fatal(err)
			}
			got = s.Message
		}
		if !bytes.Equal(got, next) {
			t.Errorf("%d before: %d bytes", before, len(got))
		}
		if want := map[int]int{1: 1, 3: 0}[before]; r.GivenUp() != want {
			t.Errorf("%d before: %d given up, want %d", before, r.GivenUp(), want)
		}
	}
}

func TestV1ReassemblerErrors(t *testing.T) {
	frag := func(n byte, last bool, data []byte) []byte {
		f := V1Fragment{ID: 1, Number: n, Last: last, Data: data}
		h := Header{InitiatorSPI: 7, ResponderSPI: 8, Version: Version{Major: 1}, ExchangeType: ExchangeV1Main}
		return build(h, pl{PayloadV1Fragment, f.Append(nil)})
	}
	otherCookie := v1Whole(100, 0)
	otherCookie[0] = 1
	for name, b := range map[string][]byte{
		"number 0":              frag(0, true, v1Whole(100, 0)),
		"no header":             frag(1, true, []byte{1, 2, 3}),
		"length of the header":  frag(1, true, append(v1Whole(100, 0), 1)),
		"cookies of another SA": frag(1, true, otherCookie),
	} {
		var r V1Reassembler
		var syntax *SyntaxError
		if s, err := addV1(t, &r, b, true); !errors.As(err, &syntax) || s.Message != nil {
			t.Errorf("%s: %+v, %v", name, s, err)
		}
	}
	b := frag(1, true, v1Whole(100, 0))
	m := must[Message](t)(Parse(b[:90], len(b)))
	w := m.Walk()
	w.Next()
	var r V1Reassembler
	if _, err := r.Add(&m, w.Payload(), true); err == nil {
		t.Error("a fragment cut by the capture is taken")
	}
}

// 255 fragments of an SA, SAs without end: what is kept stays bounded.
func TestV1ReassemblerBounded(t *testing.T) {
	var r V1Reassembler
	var tooLong int
	data := make([]byte, 60000)
	for i := range 4 {
		h := Header{InitiatorSPI: 7, ResponderSPI: 8, Version: Version{Major: 1}, ExchangeType: ExchangeV1Main}
		f := V1Fragment{ID: 1, Number: byte(i + 1), Data: data}
		if _, err := addV1(t, &r, build(h, pl{PayloadV1Fragment, f.Append(nil)}), true); err != nil {
			tooLong++
		}
	}
	if tooLong != 2 || r.GivenUp() != 2 {
		t.Errorf("%d times too long, %d given up", tooLong, r.GivenUp())
	}
	r = V1Reassembler{}
	const sas = 1000
	for i := range sas {
		h := Header{InitiatorSPI: SPI(i + 1), ResponderSPI: 8, Version: Version{Major: 1}, ExchangeType: ExchangeV1Main}
		f := V1Fragment{ID: 1, Number: 255, Data: data[:100]}
		if _, err := addV1(t, &r, build(h, pl{PayloadV1Fragment, f.Append(nil)}), true); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(r.Pending()); n != maxV1Messages || r.GivenUp() != sas-maxV1Messages {
		t.Errorf("%d pending, %d given up", n, r.GivenUp())
	}
}

func FuzzV1Reassembler(f *testing.F) {
	f.Add([]byte{1, 0, 40, 2, 1, 40, 1, 0, 40})
	f.Add([]byte{255, 1, 9, 1, 1, 28})
	f.Fuzz(func(t *testing.T, script []byte) {
		var r V1Reassembler
		whole := v1Whole(200, 0)
		m := Message{Header: Header{InitiatorSPI: 7, ResponderSPI: 8, Version: Version{Major: 1}}}
		for ; len(script) >= 3; script = script[3:] {
			fr := V1Fragment{ID: uint16(script[1] >> 6), Number: script[0], Last: script[1]&1 != 0, Data: whole[:min(int(script[2]), 200)]}
			s, err := r.Add(&m, Payload{Body: fr.Append(nil)}, script[1]&2 != 0)
			if s.Message == nil {
				continue
			}
			if h, herr := ParseHeader(s.Message); err != nil || herr != nil || int(h.Length) != len(s.Message) {
				t.Fatalf("%x, %v, %v", s.Message, err, herr)
			}
		}
		for _, p := range r.Pending() {
			if len(p.Missing) == 0 && p.LastSeen {
				t.Errorf("%+v lacks nothing", p)
			}
		}
	})
}

package message

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ikesniff/ikesniff/dissect/ike"
	"github.com/ikesniff/ikesniff/reassembly"
	"github.com/ikesniff/ikesniff/report"
)

// wants compares the words of events.
func wants(t *testing.T, events []*reassembly.Event, want ...string) {
	t.Helper()
	got := said(t, Options{}, events...)
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// factsOf gives the lines with = that -v has for the last of some events.
func factsOf(t *testing.T, events ...*reassembly.Event) []string {
	t.Helper()
	var out strings.Builder
	l := New(&out, Options{Verbose: 1})
	for _, e := range events {
		out.Reset()
		if err := l.Event(e); err != nil {
			t.Fatal(err)
		}
		l.flush()
	}
	var facts []string
	for line := range strings.Lines(out.String()) {
		if _, f, ok := strings.Cut(line, "  = "); ok {
			facts = append(facts, strings.TrimSpace(f))
		}
	}
	return facts
}

func header2(x ike.ExchangeType, id uint32, f ike.Flags, responder ike.SPI) ike.Header {
	return ike.Header{InitiatorSPI: 1, ResponderSPI: responder, Version: ike.Version{Major: 2}, ExchangeType: x, Flags: f, MessageID: id}
}

func at(e *reassembly.Event, seconds float64) *reassembly.Event {
	e.Time = start + int64(seconds*float64(time.Second))
	e.FirstTime = e.Time
	e.IPID, e.HasIPID = uint32(e.Time%65521), true
	return e
}

func back(e *reassembly.Event) *reassembly.Event {
	e.Src, e.Dst = e.Dst, e.Src
	return e
}

func TestRetransmissions(t *testing.T) {
	request := message(header2(ike.ExchangeAuth, 1, ike.FlagInitiator, 9), payload{ike.PayloadSK, make([]byte, 100)})
	answer := message(header2(ike.ExchangeAuth, 1, ike.FlagResponse, 9), payload{ike.PayloadSK, make([]byte, 100)})
	events := []*reassembly.Event{
		at(ikeEvent(1, request), 0), at(ikeEvent(2, request), 3), at(ikeEvent(3, request), 9.02), at(back(ikeEvent(4, answer)), 9.1),
		at(ikeEvent(5, request), 21), at(back(ikeEvent(6, answer)), 21.1), at(back(ikeEvent(7, answer)), 21.15),
	}
	wants(t, events,
		"IKE_AUTH 1 request, encrypted, 132 bytes",
		"IKE_AUTH 1 request, encrypted, 132 bytes; retransmission of #1, 3.0 s after",
		"IKE_AUTH 1 request, encrypted, 132 bytes; retransmission of #1, 9.0 s after, gaps 3.0, 6.0 s",
		"IKE_AUTH 1 response, encrypted, 132 bytes",
		"IKE_AUTH 1 request, encrypted, 132 bytes; retransmission of #1, 21.0 s after, gaps 3.0, 6.0, 12.0 s",
		"IKE_AUTH 1 response, encrypted, 132 bytes; retransmission of #4, 12.0 s after",
		"IKE_AUTH 1 response, encrypted, 132 bytes; retransmission of #4, 12.1 s after, gaps 12.0, 0.05 s",
	)
	if got, want := factsOf(t, events[:5]...), []string{"sent before: first as #1, 4 sendings, gaps 3.0, 6.0, 12.0 s: like FortiOS's default timers"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	// A response comes when it is asked for again: its gaps are another's timers.
	if got := factsOf(t, events...); len(got) != 1 || strings.Contains(got[0], "timers") {
		t.Errorf("%q", got)
	}
}

// TestNewRequests: the same SPIs and message ID are not enough.
func TestNewRequests(t *testing.T) {
	h := header2(ike.ExchangeSAInit, 0, ike.FlagInitiator, 0)
	sa := payload{ike.PayloadSA, saGCM}
	cookie := payload{ike.PayloadNotify, ike.Notify{Type: ike.NotifyCookie, Data: []byte("cookie")}.Append(nil)}
	events := []*reassembly.Event{at(ikeEvent(1, message(h, sa)), 0), at(ikeEvent(2, message(h, cookie, sa)), 1)}
	other := message(h, sa)
	other[7]++ // another initiator
	events = append(events, at(ikeEvent(3, other), 2))
	for i, s := range said(t, Options{}, events...) {
		if strings.Contains(s, "retransmission") {
			t.Errorf("%d: %s", i+1, s)
		}
	}
}

func TestCopies(t *testing.T) {
	b := message(header2(ike.ExchangeInformational, 7, 0, 9))
	event := func(frame int, seconds float64, id uint32) *reassembly.Event {
		e := at(ikeEvent(frame, b), seconds)
		e.IPID = id
		return e
	}
	moved := event(3, 0.002, 7) // behind a NAT
	moved.Src = netip.MustParseAddrPort("203.0.113.77:4500")
	wants(t, []*reassembly.Event{event(1, 0, 7), event(2, 0.001, 7), moved, event(4, 0.01, 8), event(5, 0.02, 8), event(6, 3, 8)},
		"INFORMATIONAL 7 request, empty",
		"INFORMATIONAL 7 request, empty; same packet as #1",
		"INFORMATIONAL 7 request, empty; same packet as #1",
		"INFORMATIONAL 7 request, empty; retransmission of #1, 0.01 s after",
		"INFORMATIONAL 7 request, empty; same packet as #4",
		"INFORMATIONAL 7 request, empty; retransmission of #1, 3.0 s after, gaps 0.01, 3.0 s",
	)
}

// TestNoIPID: without an IP ID only another tap or hop shows a copy.
func TestNoIPID(t *testing.T) {
	b := message(header2(ike.ExchangeInformational, 7, 0, 9))
	event := func(frame int, seconds float64, ttl uint8, tap uint16) *reassembly.Event {
		e := at(ikeEvent(frame, b), seconds)
		e.IPID, e.TTL, e.Tap.Interface = 0, ttl, tap
		return e
	}
	wants(t, []*reassembly.Event{event(1, 0, 64, 0), event(2, 0, 64, 0), event(3, 0, 63, 0), event(4, 0, 64, 1), event(5, 2, 64, 0)},
		"INFORMATIONAL 7 request, empty",
		"INFORMATIONAL 7 request, empty; same bytes as #1",
		"INFORMATIONAL 7 request, empty; same packet as #1",
		"INFORMATIONAL 7 request, empty; same packet as #1",
		"INFORMATIONAL 7 request, empty; retransmission of #1, 2.0 s after",
	)
	if got := factsOf(t, event(1, 0, 64, 0), event(2, 0, 64, 0)); len(got) != 1 || !strings.HasSuffix(got[0], "captured twice, doubled on the way, or sent again") {
		t.Errorf("%q", got)
	}
}

// TestEcho: what comes back to its sender was not sent again by it.
func TestEcho(t *testing.T) {
	b := message(ike.Header{InitiatorSPI: 1, Version: ike.Version{Major: 1}, ExchangeType: ike.ExchangeV1Main}, payload{ike.PayloadV1SA, saV1})
	got := said(t, Options{}, at(ikeEvent(1, b), 0), at(back(ikeEvent(2, b)), 1), at(ikeEvent(3, b), 4))
	if strings.Contains(got[1], "retransmission") || !strings.HasSuffix(got[2], "; retransmission of #1, 4.0 s after") {
		t.Errorf("%q", got)
	}
}

// TestClockGoesBack: no times are told that cannot be.
func TestClockGoesBack(t *testing.T) {
	b := message(header2(ike.ExchangeInformational, 7, 0, 9))
	wants(t, []*reassembly.Event{at(ikeEvent(1, b), 10), at(ikeEvent(2, b), 5), at(ikeEvent(3, b), 12)},
		"INFORMATIONAL 7 request, empty",
		"INFORMATIONAL 7 request, empty; retransmission of #1",
		"INFORMATIONAL 7 request, empty; retransmission of #1",
	)
}

// TestManySendings: the first gaps are told, and that there were more.
func TestManySendings(t *testing.T) {
	b := message(header2(ike.ExchangeInformational, 7, 0, 9))
	var events []*reassembly.Event
	for i := range 12 {
		events = append(events, at(ikeEvent(i+1, b), float64(i)))
	}
	got := said(t, Options{}, events...)
	want := "INFORMATIONAL 7 request, empty; retransmission of #1, 11.0 s after, gaps 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0 and more s"
	if last := got[len(got)-1]; last != want {
		t.Errorf("%q, want %q", last, want)
	}
}

// TestCutMessages: of too little nothing is claimed.
func TestCutMessages(t *testing.T) {
	h := header2(ike.ExchangeAuth, 1, ike.FlagInitiator, 9)
	b := message(h, payload{ike.PayloadSK, make([]byte, 100)})
	for _, n := range []int{10, 30, 60} {
		cut := func(frame int) *reassembly.Event {
			e := at(ikeEvent(frame, b[:n]), float64(frame))
			e.Length, e.Truncated = len(b), true
			return e
		}
		got := said(t, Options{}, cut(1), cut(2))
		if strings.Contains(got[1], "retransmission") != (n >= tellingLength) {
			t.Errorf("%d bytes: %q", n, got)
		}
	}
}

// TestPastIsBounded: a flood does not grow what is remembered.
func TestPastIsBounded(t *testing.T) {
	l := New(new(strings.Builder), Options{Format: FormatNDJSON})
	for i := range 3 * maxSendings {
		h := header2(ike.ExchangeSAInit, 0, ike.FlagInitiator, 0)
		h.InitiatorSPI = ike.SPI(i + 1)
		b := message(h, payload{ike.PayloadSA, saGCM})
		h.Flags, h.ResponderSPI = ike.FlagResponse, 9
		for _, m := range [][]byte{b, message(h, payload{ike.PayloadSA, saGCM})} {
			if err := l.Event(at(ikeEvent(i+1, m), float64(i))); err != nil {
				t.Fatal(err)
			}
		}
		if i%1000 == 0 {
			l.w.(*strings.Builder).Reset()
		}
	}
	a := &l.associations
	if n, o, p := l.sendings.recent.count, a.offers.count, a.protections.count; n != maxSendings || o != maxOffers || p != maxProtections {
		t.Errorf("%d sendings, %d offers, %d protections", n, o, p)
	}
}

func TestChoices(t *testing.T) {
	transform := func(kind ike.TransformType, id uint16) ike.Transform { return ike.Transform{Type: kind, ID: id} }
	proposal := func(number uint8, last bool, list ...ike.Transform) []byte {
		var transforms []byte
		for i, x := range list {
			transforms = x.Append(transforms, i == len(list)-1)
		}
		var first byte = 2
		if last {
			first = 0
		}
		n := 8 + len(transforms)
		return append([]byte{first, 0, byte(n >> 8), byte(n), number, 1, 0, byte(len(list))}, transforms...)
	}
	des, sha, group, prf := transform(1, 3), transform(3, 2), transform(4, 2), transform(2, 2)
	chacha, better := transform(1, 28), transform(4, 31)
	request := header2(ike.ExchangeSAInit, 0, ike.FlagInitiator, 0)
	response := header2(ike.ExchangeSAInit, 0, ike.FlagResponse, 9)
	offer := slices.Concat(proposal(1, false, des, prf, sha, group), proposal(2, true, chacha, prf, better, group))
	asked := at(ikeEvent(1, message(request, payload{ike.PayloadSA, offer})), 0)
	answer := func(p payload) []*reassembly.Event {
		return []*reassembly.Event{asked, at(back(ikeEvent(2, message(response, p))), 1)}
	}
	for name, tt := range map[string]struct {
		answer payload
		want   string
		fact   string
	}{
		"the second": {payload{ike.PayloadSA, proposal(2, true, chacha, prf, group)},
			"IKE_SA_INIT 0 response, chose CHACHA20-POLY1305/SHA1/MODP1024, proposal 2 of 2",
			"choice: proposal 2 of 2, CHACHA20_POLY1305 1 of 1, PRF_HMAC_SHA1 1 of 1, MODP_1024 2 of 2; all as offered"},
		"a mixture": {payload{ike.PayloadSA, proposal(1, true, des, prf, sha, better)},
			"IKE_SA_INIT 0 response, chose 3DES/SHA1/CURVE25519, against the offer of #1: chosen KE CURVE_25519 was not offered",
			"choice: proposal 1 of 2, 3DES_CBC 1 of 1, PRF_HMAC_SHA1 1 of 1, HMAC_SHA1_96 1 of 1, CURVE_25519 not among the 1"},
		"another number": {payload{ike.PayloadSA, proposal(7, true, des)},
			"IKE_SA_INIT 0 response, chose 3DES, against the offer of #1: chosen proposal 7 was not offered",
			"choice: not offered"},
		"none": {payload{ike.PayloadNotify, []byte{0, 0, 0, 14}},
			"IKE_SA_INIT 0 response, NO_PROPOSAL_CHOSEN, offered was 3DES/SHA1/MODP1024 (+2 more in 2 proposals)",
			"offer of #1: 3DES_CBC / HMAC_SHA1_96 / PRF_HMAC_SHA1 / MODP_1024; CHACHA20_POLY1305 / PRF_HMAC_SHA1 / CURVE_25519, MODP_1024"},
	} {
		t.Run(name, func(t *testing.T) {
			events := answer(tt.answer)
			if got := said(t, Options{}, events...)[1]; got != tt.want {
				t.Errorf("%q\nwant %q", got, tt.want)
			}
			if got := factsOf(t, events...); !slices.Equal(got, []string{tt.fact}) {
				t.Errorf("%q\nwant %q", got, tt.fact)
			}
			// Of a request that was not captured nothing is told.
			for _, alone := range said(t, Options{}, events[1]) {
				if strings.Contains(alone, "offered") || strings.Contains(alone, " of ") {
					t.Errorf("%q", alone)
				}
			}
		})
	}
	cut := at(back(ikeEvent(2, message(response, payload{ike.PayloadSA, proposal(2, true, chacha, prf, group)})[:50])), 1)
	cut.Length, cut.Truncated = 64, true
	if got := said(t, Options{}, asked, cut)[1]; strings.Contains(got, "against") || strings.Contains(got, "proposal 2") {
		t.Errorf("of a choice that was cut: %q", got)
	}
}

// TestBothOffer: where the side that turns an offer down has made one itself, the
// two are compared.
func TestBothOffer(t *testing.T) {
	h := header2(ike.ExchangeSAInit, 0, ike.FlagInitiator, 0)
	asked := at(ikeEvent(1, message(h, payload{ike.PayloadSA, saGCM})), 0)
	other := slices.Clone(saGCM)
	other[18], other[19] = 0, 128 // bits of key
	h.InitiatorSPI = 2
	own := at(back(ikeEvent(2, message(h, payload{ike.PayloadSA, other}))), 1)
	refused := at(back(ikeEvent(3, message(header2(ike.ExchangeSAInit, 0, ike.FlagResponse, 0), payload{ike.PayloadNotify, []byte{0, 0, 0, 14}}))), 2)
	want := "offer of #1 and #2 of the other side: no ENCR in common: AES_GCM_16_256 and AES_GCM_16_128"
	if got := factsOf(t, asked, own, refused); len(got) != 2 || got[1] != want {
		t.Errorf("%q\nwant %q", got, want)
	}
	if got := factsOf(t, asked, refused); len(got) != 1 {
		t.Errorf("%q", got)
	}
}

func TestV1ChoiceAndRefusal(t *testing.T) {
	h := ike.Header{InitiatorSPI: 1, Version: ike.Version{Major: 1}, ExchangeType: ike.ExchangeV1Main}
	two := slices.Concat(saV1[:8], []byte{0, 0, 0, 0x38, 1, 1, 0, 2}, []byte{3, 0, 0, 24, 1, 1, 0, 0}, saV1[24:36], []byte{0x80, 4, 0, 5}, []byte{0, 0, 0, 24, 2, 1, 0, 0}, saV1[24:])
	asked := at(ikeEvent(1, message(h, payload{ike.PayloadV1SA, two})), 0)
	h.ResponderSPI = 9
	chose := at(back(ikeEvent(2, message(h, payload{ike.PayloadV1SA, saV1}))), 1)
	h.ExchangeType, h.MessageID = ike.ExchangeV1Informational, 0xabcd
	refused := at(back(ikeEvent(3, message(h, payload{ike.PayloadV1Notify, unhex("00000001 01 00 000e")}))), 2)
	wants(t, []*reassembly.Event{asked, chose, refused},
		"main mode, offers 3DES/SHA1/MODP1536 pre-shared key (+1 more)",
		"main mode, chose 3DES/SHA1/MODP1024 pre-shared key, transform 2 of 2",
		"informational 0000abcd, NO-PROPOSAL-CHOSEN, offered was 3DES/SHA1/MODP1536 pre-shared key (+1 more)",
	)
}

func TestSizes(t *testing.T) {
	begin := func(sa []byte) []*reassembly.Event {
		return []*reassembly.Event{
			at(ikeEvent(1, message(header2(ike.ExchangeSAInit, 0, ike.FlagInitiator, 0), payload{ike.PayloadSA, sa})), 0),
			at(back(ikeEvent(2, message(header2(ike.ExchangeSAInit, 0, ike.FlagResponse, 9), payload{ike.PayloadSA, sa}))), 0.1),
		}
	}
	one := slices.Clone(saGCM[:36]) // without MODP_2048
	one[3], one[7], one[28] = 36, 3, 0
	for _, tt := range []struct {
		h    ike.Header
		body int
		want string
	}{
		// AES-GCM: 8 bytes of IV, 16 of ICV, and one of padding.
		{header2(ike.ExchangeInformational, 2, 0, 9), 25, "INFORMATIONAL 2 request, encrypted, 57 bytes: size of an empty message"},
		{header2(ike.ExchangeInformational, 2, 0, 9), 33, "INFORMATIONAL 2 request, encrypted, 65 bytes: size of a bare notify or delete"},
		{header2(ike.ExchangeInformational, 2, 0, 9), 37, "INFORMATIONAL 2 request, encrypted, 69 bytes: size of a delete"},
		{header2(ike.ExchangeInformational, 2, 0, 9), 40, "INFORMATIONAL 2 request, encrypted, 72 bytes"},
		{header2(ike.ExchangeAuth, 1, ike.FlagResponse, 9), 33, "IKE_AUTH 1 response, encrypted, 65 bytes: size of a bare notify"},
		{header2(ike.ExchangeAuth, 3, ike.FlagResponse, 9), 33, "IKE_AUTH 3 response, encrypted, 65 bytes: size of a bare notify or short EAP message"},
		{header2(ike.ExchangeAuth, 1, ike.FlagResponse, 9), 25, "IKE_AUTH 1 response, encrypted, 57 bytes"},
		{header2(ike.ExchangeInformational, 2, 0, 8), 25, "INFORMATIONAL 2 request, encrypted, 57 bytes"}, // another responder's SPI
	} {
		got := said(t, Options{}, append(begin(one), at(ikeEvent(3, message(tt.h, payload{ike.PayloadSK, make([]byte, tt.body)})), 1))...)
		if got[2] != tt.want {
			t.Errorf("%q, want %q", got[2], tt.want)
		}
	}
	short := message(header2(ike.ExchangeInformational, 2, 0, 9), payload{ike.PayloadSK, make([]byte, 20)})
	var out strings.Builder
	l := New(&out, Options{Verbose: 1})
	for _, e := range append(begin(one), at(ikeEvent(3, short), 1)) {
		if err := l.Event(e); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Finish(&report.Stream{}); err != nil {
		t.Fatal(err)
	}
	if want := "! warning: encrypted payload is shorter than the chosen algorithms make it"; !strings.Contains(out.String(), want) {
		t.Errorf("%s\nwant %s", out.String(), want)
	}
}

func TestIdentities(t *testing.T) {
	h := ike.Header{InitiatorSPI: 1, Version: ike.Version{Major: 1}, ExchangeType: ike.ExchangeV1Aggressive}
	id := func(typ byte, data string) *reassembly.Event {
		return ikeEvent(1, message(h, payload{ike.PayloadV1SA, saV1}, payload{ike.PayloadV1ID, append([]byte{typ, 17, 1, 0xf4}, data...)}))
	}
	for data, want := range map[string]string{
		"branch7.example.com":      `identity "branch7.example.com"`,
		"a\x1b[31m\n":              `identity "a\x1b[31m\x0a"`,
		strings.Repeat("\x00", 40): `identity "` + strings.Repeat(`\x00`, 32) + `.."`,
		strings.Repeat("x", 200):   `identity "` + strings.Repeat("x", maxIdentity) + `.."`,
	} {
		got := said(t, Options{}, id(2, data))[0]
		if want = "aggressive mode, offers 3DES/SHA1/MODP1024 pre-shared key, " + want; got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if got := said(t, Options{}, id(1, "abc"))[0]; strings.Contains(got, "identity") {
		t.Errorf("%q of an address of three bytes", got)
	}
}

// TestNATFacts: on TCP each candidate of RFC 9329 6.5 is tried.
func TestNATFacts(t *testing.T) {
	h := header2(ike.ExchangeSAInit, 0, ike.FlagInitiator, 0)
	for _, tt := range []struct {
		of, transport, want string
	}{
		{"192.0.2.1:51000", "tcp", "made of 192.0.2.1:51000, as on the wire here"},
		{"192.0.2.1:500", "tcp", "made of 192.0.2.1:500, the address on the wire with a port of UDP"},
		{"192.0.2.1:4500", "tcp", "made of 192.0.2.1:4500, the address on the wire with a port of UDP"},
		{"192.0.2.1:51001", "tcp", "not made of 192.0.2.1 with ports 51000, 500 or 4500: changed on the way, or pretended"},
		{"192.0.2.1:4500", "udp", "not made of 192.0.2.1:51000: changed on the way, or pretended"},
	} {
		hash := ike.NATDetectionHash(1, 0, netip.MustParseAddrPort(tt.of))
		e := ikeEvent(1, message(h, payload{ike.PayloadNotify, ike.Notify{Type: 16388, Data: hash[:]}.Append(nil)}))
		e.Src = netip.MustParseAddrPort("192.0.2.1:51000")
		if tt.transport == "tcp" {
			e.Transport = reassembly.TransportTCP
		}
		if got := factsOf(t, e); len(got) != 1 || got[0] != "NAT detection, sender: "+tt.want {
			t.Errorf("%s over %s: %q", tt.of, tt.transport, got)
		}
	}
	odd := ikeEvent(1, message(h, payload{ike.PayloadNotify, ike.Notify{Type: 16388, Data: make([]byte, 7)}.Append(nil)}))
	if got := factsOf(t, odd); len(got) != 1 || !strings.HasSuffix(got[0], "cannot be checked") {
		t.Errorf("%q", got)
	}
}

// TestFingerprints: what is remembered is what dissect/ike says, for every
// message of every capture.
func TestFingerprints(t *testing.T) {
	var f fingerprints
	seen := 0
	for _, file := range captures(t) {
		var wrong error
		eachIKE(t, file, func(e *reassembly.Event) {
			m, err := ike.Parse(e.Data, e.Length)
			if err != nil || m.Truncated {
				return
			}
			seen++
			if got, want := f.of(&m), (fingerprint{ike.FingerprintHash(&m), ike.FingerprintText(&m)}); got != want {
				wrong = fmt.Errorf("%v: %v, want %v", e.Ref, got, want)
			}
		})
		if wrong != nil {
			t.Errorf("%s: %v", file, wrong)
		}
	}
	if seen < 200 || len(f.known) < 10 {
		t.Errorf("%d messages, %d fingerprints", seen, len(f.known))
	}
}

func TestIncompleteDatagrams(t *testing.T) {
	whole := message(header2(ike.ExchangeAuth, 1, ike.FlagInitiator, 9), payload{ike.PayloadSK, make([]byte, 2000)})
	part := func(n int, unknown bool) *reassembly.Event {
		e := at(ikeEvent(7, whole[:n]), 1)
		e.Kind, e.Transport, e.Length, e.Truncated, e.Packets, e.QuotedUnknown = reassembly.KindFragment, reassembly.TransportUDPNATT, len(whole), true, 2, unknown
		return e
	}
	esp := part(1000, false)
	esp.Message = reassembly.MessageESP
	wants(t, []*reassembly.Event{part(1000, false), part(0, true), esp},
		"IKE_AUTH 1 request, encrypted, 2032 bytes, not whole: IP fragments are missing (2 captured)",
		"IKE by its port, not whole: IP fragments are missing (2 captured)",
	)
	if got := said(t, Options{Filter: Filter{Exchanges: []ike.ExchangeType{ike.ExchangeSAInit}}}, part(1000, false), part(0, true)); len(got) != 0 {
		t.Errorf("%q in spite of the filter", got)
	}
}

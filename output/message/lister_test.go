package message

import (
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/ikesniff/ikesniff/capture"
	"github.com/ikesniff/ikesniff/dissect/ike"
	"github.com/ikesniff/ikesniff/reassembly"
	"github.com/ikesniff/ikesniff/report"
)

var (
	left  = netip.MustParseAddrPort("192.0.2.1:500")
	right = netip.MustParseAddrPort("198.51.100.2:500")
	start = time.Date(2026, 3, 14, 23, 9, 0, 0, time.UTC).UnixNano()
)

// payload is one payload of a message under construction.
type payload struct {
	t    ike.PayloadType
	body []byte
}

// message makes an IKE message.
func message(h ike.Header, payloads ...payload) []byte {
	var body []byte
	for i, p := range payloads {
		next := ike.PayloadNone
		if i+1 < len(payloads) {
			next = payloads[i+1].t
		}
		body = ike.AppendPayload(body, next, false, p.body)
	}
	if len(payloads) > 0 {
		h.NextPayload = payloads[0].t
	}
	h.Length = uint32(ike.HeaderLength + len(body))
	return append(h.Append(nil), body...)
}

func unhex(s string) []byte {
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		panic(err)
	}
	return b
}

// ikeEvent is a message from left to right, a second after each other.
func ikeEvent(frame int, b []byte) *reassembly.Event {
	at := start + int64(frame)*int64(time.Second)
	return &reassembly.Event{
		Kind: reassembly.KindMessage, Message: reassembly.MessageIKE, Time: at, FirstTime: at,
		Ref: capture.FrameRef(0, uint64(frame)), FirstRef: capture.FrameRef(0, uint64(frame)),
		Src: left, Dst: right, Data: b, Length: len(b),
	}
}

func espEvent(frame int, spi, sequence uint32) *reassembly.Event {
	e := ikeEvent(frame, binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, spi), sequence))
	e.Message, e.Transport, e.SPI, e.Sequence = reassembly.MessageESP, reassembly.TransportUDPNATT, spi, sequence
	return e
}

// said runs events through a Lister and gives its words, a line each.
func said(t *testing.T, opt Options, events ...*reassembly.Event) []string {
	t.Helper()
	var out strings.Builder
	opt.Format = FormatNDJSON
	l := New(&out, opt)
	for _, e := range events {
		if err := l.Event(e); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Finish(&report.Stream{}); err != nil {
		t.Fatal(err)
	}
	var words []string
	for line := range strings.Lines(out.String()) {
		var r record
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		if r.EventType != "summary" {
			words = append(words, r.Text)
		}
	}
	return words
}

// saGCM offers AES-GCM-256, PRF SHA384, and groups ECP384 and MODP2048.
var saGCM = unhex(
	"00 00 00 2c 01 01 00 04" + // the last proposal, 44 bytes, number 1, IKE, no SPI, 4 transforms
		"03 00 00 0c 01 00 00 14 80 0e 01 00" + // ENCR_AES_GCM_16, key length 256
		"03 00 00 08 02 00 00 06" + // PRF_HMAC_SHA2_384
		"03 00 00 08 04 00 00 14" + // ECP_384
		"00 00 00 08 04 00 00 0e") // MODP_2048

// saV1 offers one transform of phase 1: 3DES, SHA1, MODP 1024, pre-shared key.
var saV1 = unhex(
	"00 00 00 01 00 00 00 01" + // IPsec DOI, identity only
		"00 00 00 20 01 01 00 01" + // the last proposal, 32 bytes, number 1, ISAKMP, no SPI, 1 transform
		"00 00 00 18 01 01 00 00" + // the last transform, 24 bytes, number 1, KEY_IKE
		"80 01 00 05 80 02 00 02 80 03 00 01 80 04 00 02")

func TestWords(t *testing.T) {
	v2 := func(x ike.ExchangeType, id uint32, f ike.Flags, responder ike.SPI) ike.Header {
		return ike.Header{InitiatorSPI: 0x1122334455667788, ResponderSPI: responder, Version: ike.Version{Major: 2},
			ExchangeType: x, Flags: f, MessageID: id}
	}
	v1 := func(x ike.ExchangeType, id uint32, f ike.Flags, responder ike.SPI) ike.Header {
		h := v2(x, id, f, responder)
		h.Version.Major = 1
		return h
	}
	request := v2(ike.ExchangeSAInit, 0, ike.FlagInitiator, 0)
	good := ike.NATDetectionHash(request.InitiatorSPI, 0, left)
	wrong := ike.NATDetectionHash(request.InitiatorSPI, 0, right)
	natd := func(typ ike.NotifyType, hash [20]byte) payload {
		return payload{ike.PayloadNotify, ike.Notify{Type: typ, Data: hash[:]}.Append(nil)}
	}
	encrypted := v1(ike.ExchangeV1Quick, 0xb3a1c2d4, ike.FlagEncryption, 9)
	encrypted.NextPayload, encrypted.Length = ike.PayloadV1Hash, 60
	cut := message(request, payload{ike.PayloadSA, saGCM})
	broken := message(request, payload{ike.PayloadNonce, make([]byte, 32)})
	broken[30] = 0xff

	for name, tt := range map[string]struct {
		b    []byte
		wire int
		want string
	}{
		"offer": {b: message(request, payload{ike.PayloadSA, saGCM}, payload{ike.PayloadKE, []byte{0, 20, 0, 0}}),
			want: "IKE_SA_INIT 0 request, offers AES-GCM-256/SHA384/ECP384 (+1 more)"},
		"other group guessed": {b: message(request, payload{ike.PayloadSA, saGCM}, payload{ike.PayloadKE, []byte{0, 14, 0, 0}}),
			want: "IKE_SA_INIT 0 request, offers AES-GCM-256/SHA384/ECP384 (+1 more), key exchange with MODP2048"},
		"chosen": {b: message(v2(ike.ExchangeSAInit, 0, ike.FlagResponse, 9), payload{ike.PayloadSA, saGCM}),
			want: "IKE_SA_INIT 0 response, chose AES-GCM-256/SHA384/ECP384 (+1 more)"},
		"broken SA": {b: message(request, payload{ike.PayloadSA, saGCM[:20]}),
			want: "IKE_SA_INIT 0 request, offers a broken proposal"},
		"wrong group": {b: message(v2(ike.ExchangeSAInit, 0, ike.FlagResponse, 0),
			payload{ike.PayloadNotify, []byte{0, 0, 0, 17, 0, 31}}),
			want: "IKE_SA_INIT 0 response, INVALID_KE_PAYLOAD, wants CURVE25519"},
		"unknown notify": {b: message(v2(ike.ExchangeSAInit, 0, ike.FlagResponse, 0),
			payload{ike.PayloadNotify, []byte{0, 0, 0x9f, 0xff}}),
			want: "IKE_SA_INIT 0 response, notify 40959"},
		"no NAT": {b: message(request, payload{ike.PayloadNonce, nil}, natd(16388, good), natd(16389, wrong)),
			want: "IKE_SA_INIT 0 request, Nonce N N"},
		"sender behind NAT": {b: message(request, natd(16388, wrong), natd(16389, wrong)),
			want: "IKE_SA_INIT 0 request, behind NAT"},
		"one of two hashes fits": {b: message(request, natd(16388, wrong), natd(16388, good)),
			want: "IKE_SA_INIT 0 request, N N"},
		"receiver behind NAT": {b: message(request, natd(16388, good), natd(16389, good)),
			want: "IKE_SA_INIT 0 request, receiver behind NAT"},
		"both behind NAT": {b: message(request, natd(16388, wrong), natd(16389, good)),
			want: "IKE_SA_INIT 0 request, both behind NAT"},
		"FortiGate": {b: message(request, payload{ike.PayloadVendorID, unhex("8299031757a36082c6a621de00000000")}),
			want: "IKE_SA_INIT 0 request, FortiGate"},
		"encrypted": {b: message(v2(ike.ExchangeAuth, 1, ike.FlagInitiator, 9), payload{ike.PayloadSK, make([]byte, 100)}),
			want: "IKE_AUTH 1 request, encrypted, 132 bytes"},
		"fragment": {b: message(v2(ike.ExchangeAuth, 1, ike.FlagInitiator, 9), payload{ike.PayloadSKF, []byte{0, 1, 0, 2, 0xff}}),
			want: "IKE_AUTH 1 request, encrypted fragment 1 of 2 (1 not seen yet), 37 bytes"},
		"empty":            {b: message(v2(ike.ExchangeInformational, 7, ike.FlagResponse, 9)), want: "INFORMATIONAL 7 response, empty"},
		"unknown exchange": {b: message(v2(99, 7, 0, 9)), want: "exchange 99 7 request, empty"},
		"main mode": {b: message(v1(ike.ExchangeV1Main, 0, 0, 0), payload{ike.PayloadV1SA, saV1}),
			want: "main mode, offers 3DES/SHA1/MODP1024 pre-shared key"},
		"main mode chosen": {b: message(v1(ike.ExchangeV1Main, 0, 0, 9), payload{ike.PayloadV1SA, saV1}),
			want: "main mode, chose 3DES/SHA1/MODP1024 pre-shared key"},
		"main mode KE": {b: message(v1(ike.ExchangeV1Main, 0, 0, 9), payload{ike.PayloadV1KE, make([]byte, 128)}),
			want: "main mode, key exchange"},
		"quick mode": {b: append(encrypted.Append(nil), make([]byte, 32)...), want: "quick mode b3a1c2d4, encrypted, 60 bytes"},
		"v1 notify": {b: message(v1(ike.ExchangeV1Informational, 0, 0, 0), payload{ike.PayloadV1Notify, unhex("00000001 01 00 000e")}),
			want: "informational, NO-PROPOSAL-CHOSEN"},
		"v1 fragment": {b: message(v1(ike.ExchangeV1Main, 0, 0, 9), payload{ike.PayloadV1Fragment, []byte{0, 5, 2, 1, 9}}),
			want: "main mode, fragment 2 of 2 (1 not seen yet)"},
		"cut":         {b: cut[:40], wire: len(cut), want: "IKE_SA_INIT 0 request, offers a broken proposal, cut by the capture"},
		"cut header":  {b: cut[:12], wire: len(cut), want: "IKE, cut by the capture"},
		"short":       {b: cut[:12], want: "IKE, malformed: header: at byte 12: ends early"},
		"broken":      {b: broken, want: "IKE_SA_INIT 0 request, malformed: payload chain: at byte 28: payload reaches beyond the message"},
		"version 3":   {b: append(append([]byte{}, cut[:17]...), append([]byte{0x30}, cut[18:]...)...), want: "IKE of version 3.0, malformed: header: at byte 17: major version is neither 1 nor 2"},
		"hostile SKF": {b: message(v2(ike.ExchangeAuth, 1, 0, 9), payload{ike.PayloadSKF, []byte{0xff, 0xff, 0xff, 0xff}}), want: "IKE_AUTH 1 request, encrypted fragment 65535 of 65535, 36 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			e := ikeEvent(1, tt.b)
			if tt.wire > 0 {
				e.Length, e.Truncated = tt.wire, true
			}
			got := said(t, Options{}, e)
			if len(got) != 1 || got[0] != tt.want {
				t.Errorf("%q\nwant %q", got, tt.want)
			}
		})
	}
}

// TestFragmentsInAnyOrder: the last one to arrive makes the set whole, and a
// second IKE SA with the same message ID has a set of its own.
func TestFragmentsInAnyOrder(t *testing.T) {
	piece := func(spi ike.SPI, n byte) []byte {
		return message(ike.Header{InitiatorSPI: spi, ResponderSPI: 9, Version: ike.Version{Major: 2},
			ExchangeType: ike.ExchangeAuth, Flags: ike.FlagInitiator, MessageID: 1},
			payload{ike.PayloadSKF, []byte{0, n, 0, 2, 1, 2, 3, 4}})
	}
	got := said(t, Options{}, ikeEvent(1, piece(1, 2)), ikeEvent(2, piece(2, 1)), ikeEvent(3, piece(1, 1)))
	for i, want := range []string{"2 of 2 (1 not seen yet)", "1 of 2 (1 not seen yet)", "1 of 2 (all seen)"} {
		if !strings.Contains(got[i], want) {
			t.Errorf("%q, want %q", got[i], want)
		}
	}
	var out strings.Builder
	l := New(&out, Options{})
	for i, b := range [][]byte{piece(1, 2), piece(2, 1), piece(1, 1)} {
		if err := l.Event(ikeEvent(i+1, b)); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Finish(&report.Stream{}); err != nil {
		t.Fatal(err)
	}
	if want := "Not whole at the end: IKE_AUTH 1 request of IKE SA 0000000000000002, without fragment 2 of 2\n"; !strings.HasSuffix(out.String(), want) {
		t.Errorf("%s\nwant at its end %s", out.String(), want)
	}
}

// TestNATOverTCP: a hash made with a port of UDP proves no NAT on TCP.
func TestNATOverTCP(t *testing.T) {
	h := ike.Header{InitiatorSPI: 1, Version: ike.Version{Major: 2}, ExchangeType: ike.ExchangeSAInit, Flags: ike.FlagInitiator}
	e := func(hashed netip.AddrPort) *reassembly.Event {
		hash := ike.NATDetectionHash(1, 0, hashed)
		e := ikeEvent(1, message(h, payload{ike.PayloadNotify, ike.Notify{Type: 16388, Data: hash[:]}.Append(nil)}))
		e.Src, e.Transport = netip.MustParseAddrPort("192.0.2.1:51000"), reassembly.TransportTCP
		return e
	}
	other := netip.MustParseAddrPort("10.0.0.1:51000")
	got := said(t, Options{}, e(netip.MustParseAddrPort("192.0.2.1:51000")), e(netip.MustParseAddrPort("192.0.2.1:4500")), e(other))
	for i, want := range []string{"N", "N", "behind NAT"} {
		if want = "IKE_SA_INIT 0 request, " + want; got[i] != want {
			t.Errorf("%q, want %q", got[i], want)
		}
	}
	udp := e(netip.MustParseAddrPort("192.0.2.1:4500"))
	udp.Transport = reassembly.TransportUDP
	if got := said(t, Options{}, udp); got[0] != "IKE_SA_INIT 0 request, behind NAT" {
		t.Errorf("%q over UDP", got[0])
	}
}

// TestV1Fragments: the fragment that makes a message whole says what that says.
func TestV1Fragments(t *testing.T) {
	h := ike.Header{InitiatorSPI: 1, ResponderSPI: 9, Version: ike.Version{Major: 1}, ExchangeType: ike.ExchangeV1Main}
	whole := message(h, payload{ike.PayloadV1SA, saV1})
	first := message(h, payload{ike.PayloadV1Fragment, append([]byte{0, 5, 1, 0}, whole[:40]...)})
	last := message(h, payload{ike.PayloadV1Fragment, append([]byte{0, 5, 2, 1}, whole[40:]...)})
	got := said(t, Options{Verbose: 1}, ikeEvent(1, last), ikeEvent(2, first))
	want := []string{
		"main mode, fragment 2 of 2 (1 not seen yet)",
		"main mode, fragment 1 of 2 (all seen): main mode, chose 3DES/SHA1/MODP1024 pre-shared key",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	var out strings.Builder
	l := New(&out, Options{Verbose: 1})
	for i, b := range [][]byte{first, last} {
		if err := l.Event(ikeEvent(i+1, b)); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Finish(&report.Stream{}); err != nil {
		t.Fatal(err)
	}
	if s := out.String(); !strings.Contains(s, "message that the fragments make up") || !strings.Contains(s, "Security Association") {
		t.Errorf("%s", s)
	}
}

// TestV1FragmentsMissing: what was not seen is named at the end.
func TestV1FragmentsMissing(t *testing.T) {
	h := ike.Header{InitiatorSPI: 1, ResponderSPI: 9, Version: ike.Version{Major: 1}, ExchangeType: ike.ExchangeV1Main}
	var out strings.Builder
	l := New(&out, Options{})
	for i, body := range [][]byte{{0, 5, 3, 1, 0xff}, {0, 5, 1, 0, 0xff}, {0, 6, 1, 0, 0xff}} {
		if err := l.Event(ikeEvent(i+1, message(h, payload{ike.PayloadV1Fragment, body}))); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Finish(&report.Stream{}); err != nil {
		t.Fatal(err)
	}
	want := "Not whole at the end: IKEv1 message 5 of IKE SA 0000000000000001, without fragment 2\n" +
		"Not whole at the end: IKEv1 message 6 of IKE SA 0000000000000001, without its last fragment\n"
	if !strings.HasSuffix(out.String(), want) {
		t.Errorf("%s\nwant at its end\n%s", out.String(), want)
	}
}

// TestRuns: packets of one SPI make one line until the next IKE message of
// their pair, or a pause.
func TestRuns(t *testing.T) {
	empty := message(ike.Header{InitiatorSPI: 1, ResponderSPI: 2, Version: ike.Version{Major: 2}, ExchangeType: ike.ExchangeInformational})
	other := ikeEvent(3, message(ike.Header{InitiatorSPI: 7, ResponderSPI: 2, Version: ike.Version{Major: 2}, ExchangeType: ike.ExchangeInformational}))
	other.Src = netip.MustParseAddrPort("203.0.113.9:500")
	events := []*reassembly.Event{
		espEvent(1, 0xaa, 5), espEvent(2, 0xbb, 1), other, espEvent(4, 0xaa, 3), ikeEvent(5, empty),
		espEvent(6, 0xaa, 6), espEvent(120, 0xaa, 7),
	}
	got := said(t, Options{}, events...)
	want := []string{
		"INFORMATIONAL 0 request, empty", // of another pair: it ends no run
		"ESP 000000aa, 2 packets in 3.000 s, sequence 3-5, 16 bytes",
		"ESP 000000bb, sequence 1, 8 bytes",
		"INFORMATIONAL 0 request, empty",
		"ESP 000000aa, sequence 6, 8 bytes",
		"ESP 000000aa, sequence 7, 8 bytes",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if got := said(t, Options{Each: true}, events...); len(got) != len(events) {
		t.Errorf("each: %d lines", len(got))
	}
}

// TestRunsAreBounded: with more SPIs than are kept, none is lost.
func TestRunsAreBounded(t *testing.T) {
	var events []*reassembly.Event
	for i := range 3 * maxRuns {
		e := espEvent(1, uint32(i+256), 1)
		e.Ref = capture.FrameRef(0, uint64(i+1))
		events = append(events, e)
	}
	l := New(io.Discard, Options{})
	for _, e := range events {
		if err := l.Event(e); err != nil {
			t.Fatal(err)
		}
		if len(l.runs.open) > maxRuns {
			t.Fatalf("%d runs are open", len(l.runs.open))
		}
	}
	if err := l.Finish(&report.Stream{}); err != nil {
		t.Fatal(err)
	}
	if l.listed != uint64(len(events)) || len(l.runs.open)+len(l.runs.pairs) != 0 {
		t.Errorf("%d listed, %d left", l.listed, len(l.runs.open))
	}
}

type brokenWriter struct{ calls int }

func (w *brokenWriter) Write([]byte) (int, error) { w.calls++; return 0, errors.New("gone") }

func TestWriteErrorsStop(t *testing.T) {
	w := &brokenWriter{}
	l := New(w, Options{Prompt: true})
	if l.Event(espEvent(1, 256, 1)) != nil {
		t.Error("a run that goes on was written")
	}
	e := ikeEvent(2, make([]byte, 40))
	for range 2 {
		if l.Event(e) == nil {
			t.Error("an error of writing got lost")
		}
	}
	if l.Finish(&report.Stream{}) == nil {
		t.Error("an error of writing got lost at the end")
	}
	if w.calls != 1 {
		t.Errorf("%d writes", w.calls)
	}
}

// TestNamesAreSafe: a name out of a file reaches no terminal raw.
func TestNamesAreSafe(t *testing.T) {
	var out strings.Builder
	l := New(&out, Options{Names: func(netip.Addr) string { return "a\x1b[31m" }})
	if err := l.Event(ikeEvent(1, make([]byte, 40))); err != nil {
		t.Fatal(err)
	}
	if err := l.Finish(&report.Stream{}); err != nil {
		t.Fatal(err)
	}
	if s := out.String(); strings.Contains(s, "\x1b") || !strings.Contains(s, `a\x1b[31m:500`) {
		t.Errorf("%q", s)
	}
}

// TestNoAllocations: a line or record costs no memory once names are known.
func TestNoAllocations(t *testing.T) {
	b := message(ike.Header{InitiatorSPI: 1, Version: ike.Version{Major: 2}, ExchangeType: ike.ExchangeSAInit, Flags: ike.FlagInitiator},
		payload{ike.PayloadSA, saGCM}, payload{ike.PayloadVendorID, []byte("OpenIKED-7.3")})
	for _, f := range []Format{FormatTable, FormatNDJSON} {
		l := New(io.Discard, Options{Format: f, Time: "relative", Start: func() int64 { return start }})
		e := ikeEvent(1, b)
		if n := testing.AllocsPerRun(1000, func() {
			if err := l.Event(e); err != nil {
				t.Fatal(err)
			}
		}); n > 0 {
			t.Errorf("%s: %v allocations a message", f, n)
		}
	}
}

func FuzzLister(f *testing.F) {
	f.Add(message(ike.Header{InitiatorSPI: 1, Version: ike.Version{Major: 2}, ExchangeType: ike.ExchangeSAInit}, payload{ike.PayloadSA, saGCM}), 100)
	f.Add(message(ike.Header{InitiatorSPI: 1, Version: ike.Version{Major: 1}, ExchangeType: ike.ExchangeV1Main}, payload{ike.PayloadV1SA, saV1}), 0)
	f.Fuzz(func(t *testing.T, b []byte, wire int) {
		e := ikeEvent(1, b)
		e.Length = max(len(b), wire%70000)
		e.Truncated = e.Length > len(b)
		var out strings.Builder
		for _, format := range []Format{FormatTable, FormatNDJSON} {
			out.Reset()
			l := New(&out, Options{Format: format, Verbose: 2, Width: 100})
			if err := l.Event(e); err != nil {
				t.Fatal(err)
			}
			if err := l.Finish(&report.Stream{}); err != nil {
				t.Fatal(err)
			}
			for line := range strings.Lines(out.String()) {
				if format == FormatNDJSON && !json.Valid([]byte(line)) {
					t.Fatalf("no JSON: %s", line)
				}
				for _, c := range []byte(strings.TrimSuffix(line, "\n")) {
					if c < 0x20 || c == 0x7f {
						t.Fatalf("byte %#x in %q", c, line)
					}
				}
			}
		}
	})
}

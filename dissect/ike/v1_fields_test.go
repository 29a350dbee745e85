package ike

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// v1PayloadOf gives fields and findings of a payload of IKEv1 whose body begins
// at byte at of its message.
func v1PayloadOf(kind PayloadType, at int, body []byte) ([]node, []Finding) {
	m := Message{Header: Header{Version: Version{Major: 1}, ExchangeType: ExchangeAuthIPMain}}
	return bodyOf(&m, Payload{Type: kind, Offset: at - genericLength, Length: genericLength + len(body), Body: body})
}

// runV1Bodies checks tests of payloads of IKEv1: fields, findings, and that
// every prefix of a body gives fields within its bytes.
func runV1Bodies(t *testing.T, tests []bodyTest) {
	t.Helper()
	const at = 100
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			fields, found := v1PayloadOf(tt.kind, at, tt.body)
			if d := cmp.Diff(tt.want, dump(fields)); d != "" {
				t.Errorf("fields:\n%s", d)
			}
			var said []string
			for _, f := range found {
				said = append(said, f.Severity+": "+f.Text)
			}
			if d := cmp.Diff(tt.findings, said); d != "" {
				t.Errorf("findings:\n%s", d)
			}
			for n := range len(tt.body) + 1 {
				fields, found := v1PayloadOf(tt.kind, at, tt.body[:n:n])
				checkCovered(t, fields, at, tt.body[:n])
				for _, f := range found {
					if f.Offset < at || f.Offset > at+n {
						t.Errorf("%d bytes: %v is outside the body", n, f)
					}
				}
			}
		})
	}
}

// v1Append parses a body as a type of payload and appends it again; ok is false
// if it does not parse, or has no Append.
func v1Append(kind PayloadType, body []byte) (again []byte, ok bool) {
	switch kind {
	case PayloadV1SA:
		return parsedAgain(ParseV1SA(body))
	case PayloadV1KE:
		return parsedAgain(ParseV1KE(body))
	case PayloadV1ID:
		return parsedAgain(ParseV1ID(body))
	case PayloadV1Certificate:
		return parsedAgain(ParseV1Certificate(body))
	case PayloadV1CertRequest:
		return parsedAgain(ParseV1CertRequest(body))
	case PayloadV1Hash:
		return parsedAgain(ParseV1Hash(body))
	case PayloadV1Signature:
		return parsedAgain(ParseV1Signature(body))
	case PayloadV1Nonce:
		return parsedAgain(ParseV1Nonce(body))
	case PayloadV1Notify:
		return parsedAgain(ParseV1Notify(body))
	case PayloadV1Delete:
		return parsedAgain(ParseV1Delete(body))
	case PayloadV1VendorID:
		return parsedAgain(ParseVendorID(body))
	case PayloadV1Attributes:
		return parsedAgain(ParseV1Config(body))
	case PayloadV1SAKEK:
		return parsedAgain(ParseV1SAKEK(body))
	case PayloadV1SATEK:
		return parsedAgain(ParseV1SATEK(body))
	case PayloadV1KeyDownload:
		return parsedAgain(ParseV1KeyDownload(body))
	case PayloadV1Sequence:
		return parsedAgain(ParseV1Sequence(body))
	case PayloadV1Possession:
		return parsedAgain(ParseV1Possession(body))
	case PayloadV1GAP:
		return parsedAgain(ParseV1GAP(body))
	case PayloadV1NATD:
		return parsedAgain(ParseV1NATD(body))
	case PayloadV1NATOA:
		return parsedAgain(ParseV1NATOA(body))
	case PayloadV1Fragment:
		return parsedAgain(ParseV1Fragment(body))
	}
	return nil, false
}

func parsedAgain[T interface{ Append([]byte) []byte }](v T, err error) ([]byte, bool) {
	if err != nil {
		return nil, false
	}
	return v.Append(nil), true
}

// v1ComesBack checks that parsing and appending gives the same bytes.
func v1ComesBack(t *testing.T, kind PayloadType, bodies ...[]byte) {
	t.Helper()
	for _, body := range bodies {
		if again, ok := v1Append(kind, body); !ok || !bytes.Equal(again, body) {
			t.Errorf("payload type %d: %x comes back as %x, %v", kind, body, again, ok)
		}
	}
}

// Bodies of all payload types, for the fuzzer to begin with.
func v1Seeds() map[PayloadType][][]byte {
	return map[PayloadType][][]byte{
		PayloadV1SA:          {v1saBody, v1quickBody, v1labelledBody, v1gdoiBody},
		PayloadV1KE:          {make([]byte, 128)},
		PayloadV1ID:          {v1idSubnet, v1idRange6},
		PayloadV1Certificate: {{4, 0x30, 0}},
		PayloadV1CertRequest: {append([]byte{4}, dnDER...), {4}},
		PayloadV1Hash:        {make([]byte, 20)},
		PayloadV1Signature:   {make([]byte, 256)},
		PayloadV1Nonce:       {make([]byte, 20)},
		PayloadV1Notify:      {v1dpdBody, v1lifetimeBody},
		PayloadV1Delete:      {v1deleteBody},
		PayloadV1VendorID:    {[]byte("OE-Libreswan-4.6")},
		PayloadV1Attributes:  {v1configBody, v1xauthBody},
		PayloadV1SAKEK:       {v1sakekBody},
		PayloadV1SATEK:       {v1satekBody},
		PayloadV1KeyDownload: {v1kdBody},
		PayloadV1Sequence:    {{0, 0, 0, 7}},
		PayloadV1Possession:  {{1, 2, 3}},
		PayloadV1GAP:         {{0x80, 1, 0, 30}},
		PayloadV1NATD:        {make([]byte, 20)},
		PayloadV1NATOA:       {{1, 0, 0, 0, 192, 0, 2, 1}},
		PayloadV1Fragment:    {{0, 1, 1, 1, 9, 9}},
		PayloadAuthIPCrypto:  {{1, 2, 3}},
	}
}

func TestV1PayloadsComeBack(t *testing.T) {
	for kind, bodies := range v1Seeds() {
		if kind != PayloadAuthIPCrypto {
			v1ComesBack(t, kind, bodies...)
		}
	}
}

// A payload that the capture cut is shown as far as it goes, and nobody is
// blamed.
func TestV1PayloadCutByTheCapture(t *testing.T) {
	m := Message{Header: Header{Version: Version{Major: 1}}}
	for kind, bodies := range v1Seeds() {
		for _, body := range bodies {
			for n := range body {
				p := Payload{Type: kind, Offset: 28, Length: genericLength + len(body), Body: body[:n:n], Truncated: true}
				fields, found := bodyOf(&m, p)
				if len(found) != 0 {
					t.Fatalf("type %d, %d of %d bytes: %v", kind, n, len(body), found)
				}
				checkTree(t, fields, 32, 32+len(body))
			}
		}
	}
}

// What an attacker declares costs no memory.
func TestV1PayloadsBounded(t *testing.T) {
	for kind, bodies := range v1Seeds() {
		for _, body := range bodies {
			for i := range body {
				b := bytes.Clone(body)
				b[i] = 0xff
				if n := allocated(func() { v1PayloadOf(kind, 32, b) }); n > 1<<18 {
					t.Errorf("type %d with 0xff at byte %d of %d: %d bytes", kind, i, len(b), n)
				}
			}
		}
	}
}

func FuzzV1Payloads(f *testing.F) {
	for kind, bodies := range v1Seeds() {
		for _, b := range bodies {
			f.Add(byte(kind), b)
		}
	}
	f.Fuzz(func(t *testing.T, kind byte, body []byte) {
		fields, found := v1PayloadOf(PayloadType(kind), 32, body)
		checkTree(t, fields, 32, 32+len(body))
		for _, f := range found {
			if f.Offset < 32 || f.Offset > 32+len(body) {
				t.Errorf("%v is outside the body", f)
			}
		}
		again, ok := v1Append(PayloadType(kind), body)
		if !ok {
			return
		}
		if len(again) != len(body) {
			t.Fatalf("%x comes back as %x", body, again)
		}
		twice, ok := v1Append(PayloadType(kind), again)
		if !ok || !bytes.Equal(again, twice) {
			t.Errorf("%x comes back as %x, %v", again, twice, ok)
		}
	})
}

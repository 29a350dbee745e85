package ike

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ikesniff/ikesniff/internal/testenv"
)

// ids is a transform under construction; 0 key bits give no attribute.
type ids struct {
	t    TransformType
	id   uint16
	bits uint16
}

// saOf makes the body of an SA payload with one proposal for IKE of each row,
// numbered from 1.
func saOf(t *testing.T, rows ...[]ids) SA {
	t.Helper()
	return must[SA](t)(ParseSA(saBytes(1, rows...)))
}

func saBytes(number uint8, rows ...[]ids) []byte {
	var b []byte
	for i, row := range rows {
		var transforms []byte
		for j, x := range row {
			tr := Transform{Type: x.t, ID: x.id}
			if x.bits != 0 {
				tr.attributes = []byte{0x80, AttributeKeyLength, byte(x.bits >> 8), byte(x.bits)}
			}
			transforms = tr.Append(transforms, j == len(row)-1)
		}
		p := Proposal{Number: number + uint8(i), Protocol: ProtocolIKE, transforms: transforms}
		b = p.Append(b, i == len(rows)-1)
	}
	return b
}

func wantFindings(t *testing.T, what string, got []Finding, want ...Finding) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" && len(want)+len(got) > 0 {
		t.Errorf("%s: want - got +\n%s", what, d)
	}
}

func parsed(t *testing.T, b []byte) *Message {
	t.Helper()
	m := must[Message](t)(Parse(b, len(b)))
	return &m
}

func TestJudgePayloads(t *testing.T) {
	head := Header{InitiatorSPI: 1, ExchangeType: ExchangeSAInit, Flags: FlagInitiator}
	critical := build(head, pl{PayloadVendorID, []byte("v")}, pl{60, []byte("x")}, pl{PayloadNotify, []byte{0, 0, 0x40, 0x2e}})
	critical[28+1] = 0x80 // vendor ID
	unknown := append([]byte{}, critical...)
	unknown[28+5+1] = 0x80
	v1 := build(Header{InitiatorSPI: 1, Version: Version{Major: 1}, ExchangeType: ExchangeV1Main},
		pl{PayloadV1VendorID, []byte("v")}, pl{PayloadV1SA, v1saBody})
	sha512 := saBytes(1, []ids{{TransformEncryption, 12, 256}, {TransformPRF, 7, 0}, {TransformPRF, 5, 0}})
	at := 28 + 4 + len(sha512)
	for _, tt := range []struct {
		name string
		b    []byte
		want []Finding
	}{
		{"nothing", saInit(), nil},
		{"IKEv1", mainMode(), nil},
		{"encrypted IKEv1", quickMode(), nil},
		{"critical flag on what is known", critical, []Finding{
			{29, FindingWarning, "critical flag is set on V, which every receiver knows"},
			{33, FindingNote, "payload of unknown type 60: receivers that do not know it skip it"}}},
		{"critical and unknown", unknown, []Finding{
			{29, FindingWarning, "critical flag is set on V, which every receiver knows"},
			{34, FindingWarning, "payload of unknown type 60 is critical: receivers that do not know it refuse the message"}}},
		{"twice and thrice", build(head, pl{PayloadNonce, make([]byte, 16)}, pl{PayloadNonce, make([]byte, 16)}, pl{PayloadNonce, make([]byte, 16)}), []Finding{
			{48, FindingWarning, "second Nonce payload in a message"}}},
		{"SA of IKEv1 is late", v1, []Finding{{33, FindingWarning, "SA payload is not the first"}}},
		{"nonce too short for SHA-512", build(head, pl{PayloadSA, sha512}, pl{PayloadNonce, make([]byte, 31)}), []Finding{
			{at + 4, FindingWarning, "nonce is 31 bytes, less than the 32 that half the key of a proposed PRF takes"}}},
		{"nonce just long enough", build(head, pl{PayloadSA, sha512}, pl{PayloadNonce, make([]byte, 32)}), nil},
		{"a responder's ciphertext from the initiator", build(head, pl{PayloadKE, KE{Group: 36, Data: make([]byte, 1088)}.Append(nil)}), []Finding{
			{36, FindingWarning, "key exchange data are 1088 bytes, but the initiator of ML_KEM_768 sends 1184"}}},
		{"a ciphertext", build(Header{InitiatorSPI: 1, Flags: FlagResponse, ExchangeType: ExchangeFollowupKE}, pl{PayloadKE, KE{Group: 36, Data: make([]byte, 1088)}.Append(nil)}), nil},
	} {
		wantFindings(t, tt.name, Judge(parsed(t, tt.b)), tt.want...)
	}
}

func TestJudgeV1Keys(t *testing.T) {
	for _, tt := range []struct {
		name       string
		attributes []byte
		want       string
	}{
		{"AES-256", []byte{0x80, 1, 0, 7, 0x80, 14, 1, 0}, ""},
		{"AES", []byte{0x80, 1, 0, 7}, "AES_CBC lacks the key length it must have"},
		{"Camellia-100", []byte{0x80, 1, 0, 8, 0x80, 14, 0, 100}, "CAMELLIA_CBC has no keys of 100 bits"},
		{"3DES", []byte{0x80, 1, 0, 5}, ""},
		{"3DES-192", []byte{0x80, 1, 0, 5, 0x80, 14, 0, 192}, "3DES_CBC has a key length, but its keys are of one size"},
		{"Blowfish", []byte{0x80, 1, 0, 3}, ""},
		{"Blowfish-448", []byte{0x80, 1, 0, 3, 0x80, 14, 1, 0xc0}, ""},
		{"no cipher", nil, ""},
	} {
		tr := V1Transform{Number: 1, ID: 1, attributes: tt.attributes}
		for protocol, want := range map[uint8]string{1: tt.want, 3: ""} {
			p := V1Proposal{Number: 1, Protocol: V1ProtocolID(protocol), transforms: tr.Append(nil, true)}
			body := V1SA{DOI: DOIIPsec, Situation: 1, b: p.Append(nil, true)}.Append(nil)
			m := parsed(t, build(Header{InitiatorSPI: 1, Version: Version{Major: 1}, ExchangeType: ExchangeV1Main}, pl{PayloadV1SA, body}))
			if want == "" {
				wantFindings(t, tt.name, Judge(m))
			} else {
				wantFindings(t, tt.name, Judge(m), Finding{48, FindingWarning, want})
			}
		}
	}
}

func TestJudgeKE(t *testing.T) {
	for _, tt := range []struct {
		group     uint16
		initiator int
		responder int
	}{
		{1, 96, 96}, {2, 128, 128}, {5, 192, 192}, {14, 256, 256}, {15, 384, 384}, {16, 512, 512}, // RFC 7296 3.4
		{17, 768, 768}, {18, 1024, 1024}, {19, 64, 64}, {20, 96, 96}, {21, 132, 132}, // RFC 5903 7
		{22, 128, 128}, {23, 256, 256}, {24, 256, 256}, {25, 48, 48}, {26, 56, 56}, // RFC 5114
		{27, 56, 56}, {28, 64, 64}, {29, 96, 96}, {30, 128, 128}, // RFC 6954
		{31, 32, 32}, {32, 56, 56}, // RFC 8031
		{35, 800, 768}, {36, 1184, 1088}, {37, 1568, 1568}, // FIPS 203
	} {
		i, ok1 := KEDataLength(tt.group, false)
		r, ok2 := KEDataLength(tt.group, true)
		if i != tt.initiator || r != tt.responder || !ok1 || !ok2 {
			t.Errorf("group %d: %d and %d", tt.group, i, r)
		}
	}
	if n, ok := KEDataLength(99, false); ok || n != 0 {
		t.Errorf("group 99 has %d bytes", n)
	}
	wantFindings(t, "right", JudgeV1KE(make([]byte, 256), 14, 32))
	wantFindings(t, "wrong", JudgeV1KE(make([]byte, 255), 14, 32),
		Finding{32, FindingWarning, "key exchange data are 255 bytes, but MODP_2048 has 256"})
	wantFindings(t, "unknown", JudgeV1KE(make([]byte, 255), 7, 32))
	wantFindings(t, "not of IKEv1", JudgeV1KE(make([]byte, 255), 35, 32))
}

func TestJudgeSA(t *testing.T) {
	reserved := saBytes(1, []ids{{TransformEncryption, 12, 256}})
	reserved[1], reserved[8+5] = 1, 1
	long := []byte{0, 0, 0, 0x14, 1, 1, 0, 1, 0, 0, 0, 0x0e, 1, 0, 0, 12, 0, 14, 0, 2, 1, 0}
	long[3] = byte(len(long))
	for _, tt := range []struct {
		name string
		b    []byte
		want []Finding
	}{
		{"right", saBytes(1, []ids{{TransformEncryption, 20, 128}, {TransformEncryption, 28, 0}, {TransformPRF, 5, 0}, {TransformKeyExchange, 31, 0}}), nil},
		{"variable keys", saBytes(1, []ids{{TransformEncryption, 7, 448}, {TransformEncryption, 7, 0}}), nil},
		{"unknown algorithms", saBytes(1, []ids{{TransformEncryption, 999, 7}, {TransformIntegrity, 999, 7}, {99, 1, 7}}), nil},
		{"AES without key length", saBytes(1, []ids{{TransformEncryption, 12, 0}}), []Finding{{108, FindingWarning, "AES_CBC lacks the key length it must have"}}},
		{"3DES with key length", saBytes(1, []ids{{TransformEncryption, 3, 192}}), []Finding{{116, FindingWarning, "3DES_CBC has a key length, but its keys are of one size"}}},
		{"ChaCha20 with key length", saBytes(1, []ids{{TransformEncryption, 28, 256}}), []Finding{{116, FindingWarning, "CHACHA20_POLY1305 has a key length, but its keys are of one size"}}},
		{"PRF with key length", saBytes(1, []ids{{TransformPRF, 5, 256}}), []Finding{{116, FindingWarning, "PRF_HMAC_SHA2_256 has a key length, but its keys are of one size"}}},
		{"AES-100", saBytes(1, []ids{{TransformEncryption, 12, 100}}), []Finding{{116, FindingWarning, "AES_CBC has no keys of 100 bits"}}},
		{"reserved", reserved, []Finding{
			{101, FindingWarning, "reserved byte of a proposal is not zero"},
			{109, FindingWarning, "reserved bytes of a transform are not zero"}}},
		{"long key length", long, []Finding{
			{116, FindingWarning, "key length is a long attribute, which it must not be"},
			{108, FindingWarning, "AES_CBC lacks the key length it must have"}}},
		{"numbers", append(notLast(saBytes(1, []ids{{TransformPRF, 5, 0}})), saBytes(3, []ids{{TransformPRF, 5, 0}})...), []Finding{
			{120, FindingWarning, "proposal is number 3 where 2 is due"}}},
		{"the third, chosen", saBytes(3, []ids{{TransformPRF, 5, 0}}), nil},
	} {
		sa := must[SA](t)(ParseSA(tt.b))
		wantFindings(t, tt.name, sa.findings(100), tt.want...)
	}
}

// notLast marks the one proposal of b as not the last.
func notLast(b []byte) []byte {
	b[0] = moreProposals
	return b
}

func TestJudgeChoice(t *testing.T) {
	aes := []ids{{TransformEncryption, 12, 256}, {TransformEncryption, 12, 128}, {TransformPRF, 5, 0}, {TransformIntegrity, 12, 0}, {TransformKeyExchange, 14, 0}, {TransformKeyExchange, 31, 0}}
	gcm := []ids{{TransformEncryption, 20, 256}, {TransformIntegrity, 0, 0}, {TransformPRF, 5, 0}, {TransformKeyExchange, 31, 0}}
	offer := saOf(t, aes, gcm)
	choice := func(number uint8, row ...ids) SA { return must[SA](t)(ParseSA(saBytes(number, row))) }
	warn := func(at int, text string) Finding { return Finding{at, FindingWarning, text} }
	for _, tt := range []struct {
		name   string
		chosen SA
		want   []Finding
	}{
		{"right", choice(1, aes[1], aes[2], aes[3], aes[5]), nil},
		{"NONE left out", choice(2, gcm[0], gcm[2], gcm[3]), nil},
		{"NONE kept", choice(2, gcm...), nil},
		{"number 3", choice(3, gcm...), []Finding{warn(104, "chosen proposal 3 was not offered")}},
		{"another group", choice(2, gcm[0], gcm[2], ids{TransformKeyExchange, 14, 0}), []Finding{warn(128, "chosen KE MODP_2048 was not offered")}},
		{"another key length", choice(1, ids{TransformEncryption, 12, 192}, aes[2], aes[3], aes[4]), []Finding{warn(108, "chosen ENCR AES_CBC_192 was not offered")}},
		{"two ciphers", choice(1, aes[0], aes[1], aes[2], aes[3], aes[4]), []Finding{warn(120, "the choice has more than one ENCR")}},
		{"no PRF", choice(1, aes[0], aes[3], aes[4]), []Finding{warn(100, "the choice has no PRF, of which the offer demands one")}},
		{"two proposals", offer, []Finding{
			warn(120, "the choice has more than one ENCR"),
			warn(156, "the choice has more than one KE"),
			warn(164, "the choice has more than one proposal")}},
		{"none", SA{}, []Finding{warn(100, "the choice has no proposal")}},
	} {
		wantFindings(t, tt.name, JudgeChoice(offer, tt.chosen, 100), tt.want...)
	}
	esp := must[SA](t)(ParseSA(change(saBytes(2, gcm), 5, byte(ProtocolESP))))
	wantFindings(t, "protocol", JudgeChoice(offer, esp, 100), warn(105, "chosen protocol ESP is not that of the offered proposal, IKE"))
}

func TestJudgeV1Choice(t *testing.T) {
	offer := must[V1SA](t)(ParseV1SA(v1saBody))
	var first V1Transform
	for i := offer.Proposals(); i.Next(); {
		for j := i.Proposal().Transforms(); j.Next() && first.attributes == nil; {
			first = j.Transform()
		}
	}
	choice := func(tr V1Transform) V1SA {
		p := V1Proposal{Number: 1, Protocol: V1ProtocolID(ProtocolIKE), transforms: tr.Append(nil, true)}
		return must[V1SA](t)(ParseV1SA(V1SA{DOI: DOIIPsec, Situation: 1, b: p.Append(nil, true)}.Append(nil)))
	}
	wantFindings(t, "right", JudgeV1Choice(offer, choice(first), 32))
	turned := first
	turned.attributes = append(append([]byte{}, first.attributes[4:]...), first.attributes[:4]...)
	wantFindings(t, "in another order", JudgeV1Choice(offer, choice(turned), 32))
	other := first
	other.attributes = first.attributes[4:]
	wantFindings(t, "without its first attribute", JudgeV1Choice(offer, choice(other), 32),
		Finding{48, FindingWarning, "chosen transform was not offered in this form"})
	wantFindings(t, "all of it", JudgeV1Choice(offer, offer, 32),
		Finding{40, FindingWarning, "the choice has more than one transform"})
	wantFindings(t, "nothing", JudgeV1Choice(offer, V1SA{}, 32), Finding{32, FindingWarning, "the choice has no transform"})
}

func TestCommonTransforms(t *testing.T) {
	a := saOf(t, []ids{{TransformEncryption, 12, 256}, {TransformEncryption, 20, 256}, {TransformPRF, 5, 0}, {TransformKeyExchange, 14, 0}})
	b := saOf(t, []ids{{TransformEncryption, 12, 128}, {TransformEncryption, 20, 256}, {TransformPRF, 5, 0}, {TransformKeyExchange, 19, 0}, {TransformKeyExchange, 31, 0}})
	var got []string
	for _, o := range CommonTransforms(a, b, ProtocolIKE) {
		got = append(got, o.Type.Name()+": "+transformNames(o.Common)+" | "+transformNames(o.First)+" | "+transformNames(o.Second))
	}
	want := []string{"ENCR: AES_GCM_16_256 | AES_CBC_256 | AES_CBC_128", "PRF: PRF_HMAC_SHA2_256 |  | ", "KE:  | MODP_2048 | ECP_256, CURVE_25519"}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if Agree(a, b, ProtocolIKE) || !Agree(a, a, ProtocolIKE) || Agree(a, a, ProtocolESP) {
		t.Error("Agree is wrong")
	}
	wantFindings(t, "no group", JudgeOffers(a, b, ProtocolIKE, 32), Finding{32, FindingNote, "no KE in common: MODP_2048 and ECP_256, CURVE_25519"})
	wantFindings(t, "the same", JudgeOffers(b, b, ProtocolIKE, 32))
	c := saOf(t, []ids{{TransformEncryption, 12, 256}, {TransformKeyExchange, 31, 0}}, []ids{{TransformEncryption, 20, 256}, {TransformKeyExchange, 14, 0}})
	d := saOf(t, []ids{{TransformEncryption, 12, 256}, {TransformKeyExchange, 14, 0}})
	wantFindings(t, "each type, but no pair", JudgeOffers(c, d, ProtocolIKE, 32),
		Finding{32, FindingNote, "no proposal of one has all in common with one of the other"})
}

func TestProtectedSize(t *testing.T) {
	size := func(row ...ids) (ProtectedSize, bool) {
		for i := saOf(t, row).Proposals(); i.Next(); {
			return ProtectedSizeOf(i.Proposal())
		}
		return ProtectedSize{}, false
	}
	for _, tt := range []struct {
		name                 string
		row                  []ids
		empty, notify, child int
	}{
		// By RFC 7296 3.14: 28 + 4 + IV + whole blocks + ICV.
		{"AES-CBC, SHA2-256", []ids{{TransformEncryption, 12, 256}, {TransformIntegrity, 12, 0}}, 80, 80, 80},
		{"AES-CBC, SHA1", []ids{{TransformEncryption, 12, 128}, {TransformIntegrity, 2, 0}}, 76, 76, 76},
		{"3DES, MD5", []ids{{TransformEncryption, 3, 0}, {TransformIntegrity, 1, 0}}, 60, 68, 68},
		{"AES-GCM-16", []ids{{TransformEncryption, 20, 256}}, 57, 65, 69},
		{"AES-GCM-8", []ids{{TransformEncryption, 18, 128}}, 49, 57, 61},
		{"ChaCha20", []ids{{TransformEncryption, 28, 0}}, 57, 65, 69},
		{"AES-CTR, XCBC", []ids{{TransformEncryption, 13, 128}, {TransformIntegrity, 5, 0}}, 53, 61, 65},
		{"AES-CBC, SHA2-512", []ids{{TransformEncryption, 12, 256}, {TransformIntegrity, 14, 0}}, 96, 96, 96},
	} {
		s, ok := size(tt.row...)
		if !ok || s.Empty() != tt.empty || s.BareNotify() != tt.notify || s.Length(deleteChildInside) != tt.child {
			t.Errorf("%s: %+v: %d, %d, %d", tt.name, s, s.Empty(), s.BareNotify(), s.Length(deleteChildInside))
		}
	}
	for name, row := range map[string][]ids{
		"no cipher":               {{TransformIntegrity, 12, 0}},
		"no integrity":            {{TransformEncryption, 12, 256}},
		"unknown cipher":          {{TransformEncryption, 999, 0}, {TransformIntegrity, 12, 0}},
		"unknown integrity":       {{TransformEncryption, 12, 256}, {TransformIntegrity, 999, 0}},
		"implicit IV":             {{TransformEncryption, 30, 256}},
		"integrity beside an ICV": {{TransformEncryption, 20, 256}, {TransformIntegrity, 12, 0}},
	} {
		if s, ok := size(row...); ok {
			t.Errorf("%s: %+v", name, s)
		}
	}
	gcm, _ := size(ids{TransformEncryption, 20, 256})
	des, _ := size(ids{TransformEncryption, 3, 0}, ids{TransformIntegrity, 1, 0})
	cbc, _ := size(ids{TransformEncryption, 12, 256}, ids{TransformIntegrity, 12, 0})
	for _, tt := range []struct {
		s      ProtectedSize
		length int
		want   string
	}{
		{gcm, 57, "empty"},
		{gcm, 65, "one bare notify, or the delete of the IKE SA"},
		{gcm, 69, "the delete of one Child SA"},
		{gcm, 61, ""},
		{des, 60, "empty"},
		{des, 68, "one bare notify, or one delete"},
		{cbc, 80, "empty, one bare notify, or one delete"},
		{cbc, 96, ""},
	} {
		if got := tt.s.Says(tt.length); got != tt.want {
			t.Errorf("%+v, %d: %q", tt.s, tt.length, got)
		}
	}
	sk := func(n int) *Message {
		return parsed(t, build(Header{InitiatorSPI: 1, ResponderSPI: 2, ExchangeType: ExchangeInformational}, pl{PayloadSK, make([]byte, n)}))
	}
	wantFindings(t, "whole blocks", JudgeSize(sk(16+32+16), cbc))
	wantFindings(t, "a byte more", JudgeSize(sk(16+33+16), cbc), Finding{30, FindingWarning, "encrypted payload does not hold whole blocks of the chosen cipher"})
	wantFindings(t, "nothing inside", JudgeSize(sk(32), cbc), Finding{30, FindingWarning, "encrypted payload is shorter than the chosen algorithms make it"})
	wantFindings(t, "not even an ICV", JudgeSize(sk(3), cbc), Finding{30, FindingWarning, "encrypted payload is shorter than the chosen algorithms make it"})
}

// Real daemons break none of the rules: what is judged on their messages is
// right, choices are out of offers, and protected messages are as long as the
// chosen transforms make them.
func TestJudgeLabCaptures(t *testing.T) {
	names, err := filepath.Glob(filepath.Join(testenv.Shared(t, "lab-captures"), "*.pcap*"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no captures: %v", err)
	}
	messages, choices, sizes, empty := 0, 0, 0, 0
	for _, name := range names {
		offers, suites := map[SPI]SA{}, map[SPI]ProtectedSize{}
		for _, u := range readUDP(t, name) {
			b, n, ok := u.ike()
			if !ok || !Plausible(b, n) {
				continue
			}
			m, err := Parse(b, n)
			if err != nil {
				continue
			}
			messages++
			for _, f := range Judge(&m) {
				t.Errorf("%s frame %d: %+v", filepath.Base(name), u.frame, f)
			}
			if m.V1() {
				continue
			}
			for w := m.Walk(); w.Next(); {
				p := w.Payload()
				if p.Type != PayloadSA || m.ExchangeType != ExchangeSAInit {
					continue
				}
				sa := must[SA](t)(ParseSA(p.Body))
				for _, f := range sa.findings(p.Offset) {
					t.Errorf("%s frame %d: %+v", filepath.Base(name), u.frame, f)
				}
				if !m.IsResponse() {
					offers[m.InitiatorSPI] = sa
					continue
				}
				choices++
				for _, f := range JudgeChoice(offers[m.InitiatorSPI], sa, p.Offset) {
					t.Errorf("%s frame %d: %+v", filepath.Base(name), u.frame, f)
				}
				for i := sa.Proposals(); i.Next(); {
					if suites[m.InitiatorSPI], ok = ProtectedSizeOf(i.Proposal()); !ok {
						t.Errorf("%s frame %d: no sizes", filepath.Base(name), u.frame)
					}
				}
			}
			if s, ok := suites[m.InitiatorSPI]; ok && m.Encrypted() {
				sizes++
				for _, f := range JudgeSize(&m, s) {
					t.Errorf("%s frame %d: %+v", filepath.Base(name), u.frame, f)
				}
				if m.ExchangeType == ExchangeInformational && s.Says(int(m.Length)) != "" {
					empty++
				}
			}
		}
	}
	t.Logf("%d messages, %d choices, %d sizes, %d of them short", messages, choices, sizes, empty)
	if messages < 200 || choices < 20 || sizes < 100 || empty < 10 {
		t.Errorf("too few: %d messages, %d choices, %d sizes, %d short", messages, choices, sizes, empty)
	}
}

// Comparing takes the square of the number of transforms, and so is refused for
// offers that only an attacker sends.
func TestJudgeHostileOffers(t *testing.T) {
	rows := make([][]ids, 32)
	for i := range rows {
		for j := range 250 {
			rows[i] = append(rows[i], ids{TransformKeyExchange, uint16(250*i + j), 0})
		}
	}
	a := saOf(t, rows...)
	if found := JudgeChoice(a, a, 0); found != nil {
		t.Errorf("choice: %v", found[0])
	}
	if Agree(a, a, ProtocolIKE) || JudgeOffers(a, a, ProtocolIKE, 0) != nil {
		t.Error("offers were compared")
	}
	if o := CommonTransforms(a, a, ProtocolIKE); len(o) != 1 || len(o[0].Common) != maxTransforms {
		t.Errorf("%d types in common", len(o))
	}
	v1 := V1SA{b: make([]byte, maxCompared+1)}
	if JudgeV1Choice(v1, v1, 0) != nil {
		t.Error("choice of IKEv1 was compared")
	}
	if n := allocated(func() { Judge(&Message{}) }); n > 4096 {
		t.Errorf("%d bytes for nothing", n)
	}
}

func FuzzJudge(f *testing.F) {
	for _, b := range [][]byte{saInit(), mainMode(), auth(), quickMode(), initWith(1, twoGroups(31, 14), 31)} {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := Parse(b, len(b))
		if err != nil {
			return
		}
		found := Judge(&m)
		found = append(found, JudgeSize(&m, ProtectedSize{IV: 16, Block: 16, ICV: 16})...)
		for w := m.Walk(); w.Next(); {
			p := w.Payload()
			sa, _ := ParseSA(p.Body)
			v1, _ := ParseV1SA(p.Body)
			at := p.Offset + genericLength
			found = append(found, sa.findings(at)...)
			if len(JudgeOffers(sa, sa, ProtocolIKE, at)) > 1 {
				t.Error("an offer does not agree with itself in more than one way")
			}
			found = append(found, JudgeChoice(sa, sa, at)...)
			found = append(found, JudgeV1Choice(v1, v1, at)...)
			found = append(found, JudgeV1KE(p.Body, 14, at)...)
		}
		for _, x := range found {
			if x.Offset < 0 || x.Offset > len(b) || x.Text == "" {
				t.Errorf("finding %+v in %d bytes", x, len(b))
			}
		}
	})
}

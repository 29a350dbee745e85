package ike

import (
	"testing"

	"github.com/google/go-cmp/cmp"
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
// Real daemons break none of the rules: what is judged on their messages is
// right, choices are out of offers, and protected messages are as long as the
// chosen transforms make them.
// Comparing takes the square of the number of transforms, and so is refused for
// offers that only an attacker sends.
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

package ike

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

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

package ike

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestChoice(t *testing.T) {
	cbc, gcm := ids{TransformEncryption, 12, 256}, ids{TransformEncryption, 20, 256}
	short, prf := ids{TransformEncryption, 12, 128}, ids{TransformPRF, 5, 0}
	p256, p384 := ids{TransformKeyExchange, 19, 0}, ids{TransformKeyExchange, 20, 0}
	offer := saOf(t, []ids{cbc, short, prf, p256, p384}, []ids{gcm, prf, p256})
	for name, tt := range map[string]struct {
		chosen       SA
		position, of int
		transforms   []string
	}{
		"the first proposal":    {must[SA](t)(ParseSA(saBytes(1, []ids{short, prf, p384}))), 1, 2, []string{"ENCR 2/2", "PRF 1/1", "KE 2/2"}},
		"the second":            {must[SA](t)(ParseSA(saBytes(2, []ids{gcm, prf, p256}))), 2, 2, []string{"ENCR 1/1", "PRF 1/1", "KE 1/1"}},
		"of another key":        {must[SA](t)(ParseSA(saBytes(2, []ids{cbc, prf, p256}))), 2, 2, []string{"ENCR 0/1", "PRF 1/1", "KE 1/1"}},
		"one that is not":       {must[SA](t)(ParseSA(saBytes(3, []ids{gcm}))), 0, 2, nil},
		"nothing":               {SA{}, 0, 2, nil},
		"longer than is honest": {SA{b: make([]byte, maxCompared+1)}, 0, 2, nil},
	} {
		t.Run(name, func(t *testing.T) {
			if n, of := ChoicePosition(offer, tt.chosen); n != tt.position || of != tt.of {
				t.Errorf("%d of %d, want %d of %d", n, of, tt.position, tt.of)
			}
			var got []string
			for _, x := range ChosenTransforms(offer, tt.chosen) {
				got = append(got, fmt.Sprintf("%s %d/%d", x.Type.Name(), x.Position, x.Of))
			}
			if d := cmp.Diff(tt.transforms, got); d != "" {
				t.Error(d)
			}
		})
	}
	chosen := must[SA](t)(ParseSA(saBytes(2, []ids{gcm, prf, p256})))
	noAllocs(t, "ChoicePosition", func() { ChoicePosition(offer, chosen) })
}

func TestV1ChoicePosition(t *testing.T) {
	offer := must[V1SA](t)(ParseV1SA(v1saBody))
	var all []V1Transform
	for i := offer.Proposals(); i.Next(); {
		for j := i.Proposal().Transforms(); j.Next(); {
			all = append(all, j.Transform())
		}
	}
	choice := func(tr V1Transform) V1SA {
		p := V1Proposal{Number: 1, Protocol: V1ProtocolID(ProtocolIKE), transforms: tr.Append(nil, true)}
		return must[V1SA](t)(ParseV1SA(V1SA{DOI: DOIIPsec, Situation: 1, b: p.Append(nil, true)}.Append(nil)))
	}
	for i, tr := range all {
		chosen := choice(tr)
		if n, of := V1ChoicePosition(offer, chosen); n != i+1 || of != len(all) {
			t.Errorf("transform %d is at %d of %d", i+1, n, of)
		}
		if first, ok := chosen.FirstTransform(); !ok || first.Phase1() != tr.Phase1() {
			t.Errorf("first transform %v, want %v", first, tr)
		}
	}
	other := all[0]
	other.attributes = other.attributes[4:]
	if n, _ := V1ChoicePosition(offer, choice(other)); n != 0 {
		t.Errorf("what was not offered is at %d", n)
	}
	if n, of := V1ChoicePosition(offer, V1SA{}); n != 0 || of != len(all) {
		t.Errorf("no choice is at %d of %d", n, of)
	}
	if _, ok := (V1SA{}).FirstTransform(); ok {
		t.Error("a first transform of none")
	}
}

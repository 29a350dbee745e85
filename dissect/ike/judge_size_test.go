package ike

import (
	"path/filepath"
	"testing"

	"github.com/ikesniff/ikesniff/internal/testenv"
)

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

package ike

import "testing"

// Lengths are those of messages of strongSwan.
func TestV1ProtectedSize(t *testing.T) {
	for name, tt := range map[string]struct {
		p                            V1Phase1
		ok                           bool
		liveness, deleteIKE, deleted int
	}{
		"AES and SHA1":       {V1Phase1{Encryption: 7, Hash: 2}, true, 92, 92, 76},
		"AES and SHA256":     {V1Phase1{Encryption: 7, Hash: 4}, true, 108, 108, 92},
		"3DES and MD5":       {V1Phase1{Encryption: 5, Hash: 1}, true, 84, 76, 68},
		"unknown hash":       {V1Phase1{Encryption: 7, Hash: 99}, false, 0, 0, 0},
		"unknown cipher":     {V1Phase1{Encryption: 65001, Hash: 2}, false, 0, 0, 0},
		"nothing was chosen": {V1Phase1{}, false, 0, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			s, ok := V1ProtectedSizeOf(tt.p)
			if ok != tt.ok {
				t.Fatalf("known: %v", ok)
			}
			if !ok {
				return
			}
			for _, x := range []struct{ length, inside int }{
				{tt.liveness, V1LivenessInside}, {tt.deleteIKE, V1DeleteIKEInside}, {tt.deleted, V1DeleteChildInside},
			} {
				if !s.Fits(x.length, x.inside) {
					t.Errorf("%d bytes cannot hold %d, which take %d", x.length, x.inside, s.Length(x.inside))
				}
				if s.Fits(x.length+2*s.Block, x.inside) || s.Fits(x.length-s.Block, x.inside) && x.length == s.Length(x.inside) {
					t.Errorf("%d bytes fit other lengths, too", x.inside)
				}
			}
		})
	}
}

func TestV1WholeBlocksNeedNoPadding(t *testing.T) {
	s := V1ProtectedSize{Block: 16, Hash: 32}
	if !s.Fits(92, V1DeleteIKEInside) || !s.Fits(108, V1DeleteIKEInside) || s.Fits(124, V1DeleteIKEInside) {
		t.Error("64 bytes take 64, or 80 of a sender who always pads")
	}
	if s.Fits(124, V1LivenessInside) {
		t.Error("68 bytes take 80")
	}
}

func TestJudgeV1Size(t *testing.T) {
	s := V1ProtectedSize{Block: 16, Hash: 20}
	h := Header{InitiatorSPI: 1, ResponderSPI: 2, Version: Version{Major: 1}, ExchangeType: ExchangeV1Informational, Flags: FlagEncryption, NextPayload: PayloadV1Hash}
	of := func(n int, f Flags) *Message {
		h.Length, h.Flags = uint32(HeaderLength+n), f
		return parsed(t, append(h.Append(nil), make([]byte, n)...))
	}
	wantFindings(t, "whole blocks", JudgeV1Size(of(64, FlagEncryption), s))
	wantFindings(t, "in clear", JudgeV1Size(of(63, 0), s))
	wantFindings(t, "a byte short", JudgeV1Size(of(63, FlagEncryption), s),
		Finding{28, FindingWarning, "what is encrypted does not come in whole blocks of the chosen cipher"})
	if JudgeV1Size(&Message{}, s) != nil {
		t.Error("nothing was judged")
	}
}

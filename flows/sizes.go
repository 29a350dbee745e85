package flows

import (
	"github.com/ikesniff/ikesniff/dissect/ike"
	"github.com/ikesniff/ikesniff/flows/diagnose"
)

// protection is what the chosen transforms add to a protected message, in
// bytes; all zero while not known. Of IKEv1 only block and hash count.
type protection struct{ iv, block, icv, hash uint8 }

func (p protection) known() bool { return p.block != 0 }

// chosenProtection reads the SA payload that chooses.
func chosenProtection(m *ike.Message, body []byte) protection {
	if m.V1() {
		return chosenV1(body)
	}
	sa, err := ike.ParseSA(body)
	l := sa.Proposals()
	if err != nil || !l.Next() {
		return protection{}
	}
	s, ok := ike.ProtectedSizeOf(l.Proposal())
	if !ok {
		return protection{}
	}
	return protection{iv: uint8(s.IV), block: uint8(s.Block), icv: uint8(s.ICV)}
}

func chosenV1(body []byte) protection {
	sa, err := ike.ParseV1SA(body)
	l := sa.Proposals()
	if err != nil || !l.Next() {
		return protection{}
	}
	p := l.Proposal()
	t := p.Transforms()
	if !t.Next() {
		return protection{}
	}
	s, ok := ike.V1ProtectedSizeOf(t.Transform().Phase1())
	if !ok {
		return protection{}
	}
	return protection{block: uint8(s.Block), hash: uint8(s.Hash)}
}

// fact gives the sizes of IKEv2's shortest messages. Those of IKEv1, whose
// informational messages hold other things, are not told.
func (p protection) fact() diagnose.Sizes {
	if !p.known() || p.hash != 0 {
		return diagnose.Sizes{}
	}
	s := ike.ProtectedSize{IV: int(p.iv), Block: int(p.block), ICV: int(p.icv)}
	return diagnose.Sizes{Empty: s.Empty(), Notify: s.BareNotify(), DeleteChild: s.Length(deleteChildInside)}
}

// deleteChildInside is the Delete of one Child SA in bytes: generic header,
// protocol, SPI size, number and one SPI (RFC 7296 3.11).
const deleteChildInside = 12

// probeLength tells whether an encrypted informational message of IKEv1 can ask
// whether the peer lives, by its length; any can while the transforms are not
// known.
func (p protection) probeLength(n int) bool {
	if p.hash == 0 {
		return true
	}
	return ike.V1ProtectedSize{Block: int(p.block), Hash: int(p.hash)}.Fits(n, ike.V1LivenessInside)
}

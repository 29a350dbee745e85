package message

import (
	"strconv"
	"strings"

	"github.com/ikesniff/ikesniff/dissect/ike"
	"github.com/ikesniff/ikesniff/output"
	"github.com/ikesniff/ikesniff/reassembly"
)

// fact is something computed of a message as a whole, for people.
type fact struct{ name, value string }

// facts gives what -v tells of a message beside its fields.
func (l *Lister) facts(e *reassembly.Event, s *summary) []fact {
	var out []fact
	add := func(name, value string) {
		if value != "" {
			out = append(out, fact{name, value})
		}
	}
	add("sent before", l.repetitionFact(s))
	for _, f := range s.choiceFacts() {
		add(f.name, f.value)
	}
	if s.link.refused {
		add("offer of "+string(l.appendFrame(nil, s.link.answers.request)), s.refusedFact())
		add(l.comparedFact(e, s))
	}
	add("size", s.sizeFact())
	add("NAT detection, sender", s.natFact(e, s.natSrc, e.Src.Addr().String(), true))
	add("NAT detection, receiver", s.natFact(e, s.natDst, e.Dst.Addr().String(), false))
	if s.fingerprints() {
		x := l.fingerprints.of(&s.m)
		add("fingerprint", x.hash)
		add("fingerprint text", x.text)
	}
	return out
}

func (l *Lister) repetitionFact(s *summary) string {
	x := s.sending
	switch s.repetition {
	case isCopy:
		return "the packet of " + string(l.appendFrame(nil, x.last)) + ", at most 50 ms from it: captured twice, or doubled on the way"
	case isSame:
		return "same bytes as " + string(l.appendFrame(nil, x.last)) +
			", at most 50 ms from it and without an IP ID: captured twice, doubled on the way, or sent again"
	case isAgain:
		b := append([]byte("first as "), l.appendFrame(nil, x.first)...)
		if x.back {
			return string(b) + ", with times that go back"
		}
		b = append(b, ", "...)
		b = strconv.AppendInt(b, int64(x.again)+1, 10)
		b = append(b, " sendings, "...)
		b = x.appendGaps(b)
		if name := x.timers(&s.m); name != "" {
			b = append(b, ": like "...)
			b = append(b, name...)
			b = append(b, "'s default timers"...)
		}
		return string(b)
	}
	return ""
}

// choiceFacts tells of each algorithm how it stood in the offer.
func (s *summary) choiceFacts() []fact {
	if !s.chosen() {
		return nil
	}
	value := "not offered"
	if s.link.position > 0 {
		value = alternative(&s.m) + " " + strconv.Itoa(s.link.position) + " of " + strconv.Itoa(s.link.of)
	}
	if s.m.V2() {
		for _, t := range s.chosenTransforms() {
			value += ", " + t.Name() + " "
			if t.Position == 0 {
				value += "not among the " + strconv.Itoa(t.Of)
			} else {
				value += strconv.Itoa(t.Position) + " of " + strconv.Itoa(t.Of)
			}
		}
	}
	if len(s.link.found) == 0 {
		value += "; all as offered"
	}
	return []fact{{"choice", value}}
}

func (s *summary) chosenTransforms() []ike.ChosenTransform {
	offer, _ := ike.ParseSA(s.link.answers.body)
	chosen, _ := ike.ParseSA(s.sa)
	return ike.ChosenTransforms(offer, chosen)
}

// refusedFact lists the proposals that were turned down.
func (s *summary) refusedFact() string {
	var list []ike.ProposalSummary
	if s.m.V1() {
		sa, _ := ike.ParseV1SA(s.link.answers.body)
		list = sa.Summaries()
	} else {
		sa, _ := ike.ParseSA(s.link.answers.body)
		list = sa.Summaries()
	}
	var out []string
	for _, p := range list {
		var kinds []string
		for _, k := range [][]string{p.Encryption, p.Integrity, p.PRF, p.KeyExchange, p.Authentication} {
			if len(k) > 0 {
				kinds = append(kinds, strings.Join(k, ", "))
			}
		}
		out = append(out, strings.Join(kinds, " / "))
	}
	return strings.Join(out, "; ")
}

// comparedFact compares the offer that was turned down with one that the other
// side made to the first, if it was captured: what the two have in common.
func (l *Lister) comparedFact(e *reassembly.Event, s *summary) (name, value string) {
	own := l.associations.requestOf(e.Src.Addr(), e.Dst.Addr(), s.m.Version.Major)
	if own == nil || !s.m.V2() {
		return "", ""
	}
	a, _ := ike.ParseSA(s.link.answers.body)
	b, _ := ike.ParseSA(own.body)
	value = "they have all in common"
	for i, f := range ike.JudgeOffers(a, b, ike.ProtocolIKE, 0) {
		if i == 0 {
			value = f.Text
		} else {
			value += "; " + f.Text
		}
	}
	return "offer of " + string(l.appendFrame(nil, s.link.answers.request)) + " and " + string(l.appendFrame(nil, own.request)) + " of the other side", value
}

// sizeFact tells by which lengths that of the message was judged.
func (s *summary) sizeFact() string {
	if s.fits() == 0 {
		return ""
	}
	n := func(v int) string { return strconv.Itoa(v) }
	x := s.link.protects
	if s.m.V1() {
		return n(int(s.m.Length)) + " bytes; with the chosen algorithms a liveness check takes " + n(x.sizeV1.Length(ike.V1LivenessInside)) +
			", a delete of the IKE SA " + n(x.sizeV1.Length(ike.V1DeleteIKEInside)) +
			", of an IPsec SA " + n(x.sizeV1.Length(ike.V1DeleteChildInside)) + ", or a block more; other messages may be as long"
	}
	return n(int(s.m.Length)) + " bytes; with the chosen algorithms an empty message takes " + n(x.size.Empty()) +
		", a bare notify or the delete of the IKE SA " + n(x.size.BareNotify()) +
		", the delete of a Child SA " + n(x.size.Length(deleteChildInside)) + "; other messages may be as long"
}

// natFact tells which address the hashes of one side were made of.
func (s *summary) natFact(e *reassembly.Event, hashes [][]byte, addr string, sender bool) string {
	if len(hashes) == 0 {
		return ""
	}
	wire := e.Dst
	if sender {
		wire = e.Src
	}
	switch fit, ok := s.fit(e, hashes, wire); {
	case !s.checkable(hashes):
		return "a hash of unknown make, which cannot be checked"
	case ok && fit == wire:
		return "made of " + fit.String() + ", as on the wire here"
	case ok:
		return "made of " + fit.String() + ", the address on the wire with a port of UDP"
	case overTCP(e.Transport):
		return "not made of " + addr + " with ports " + strconv.Itoa(int(wire.Port())) + ", 500 or 4500: changed on the way, or pretended"
	}
	return "not made of " + wire.String() + ": changed on the way, or pretended"
}

// appendFacts appends facts as lines below those of the fields.
func (t *tree) appendFacts(b []byte, facts []fact) []byte {
	for _, f := range facts {
		b = append(b, treeIndent...)
		b = append(b, "       = "...)
		b = t.appendText(b, output.Safe(f.name+": "+f.value), len(treeIndent)+9)
	}
	return b
}

package message

import (
	"encoding/binary"
	"strconv"
	"strings"

	"github.com/ikesniff/ikesniff/dissect/ike"
	"github.com/ikesniff/ikesniff/output"
	"github.com/ikesniff/ikesniff/reassembly"
)

// appendWords appends what an IKE message says. Its text is fit to print.
func (l *Lister) appendWords(b []byte, e *reassembly.Event, s *summary) []byte {
	b = appendExchange(b, &s.m)
	b = l.appendSays(b, e, s)
	if s.err != nil && !s.headless(e) {
		b = append(b, ", malformed: "...)
		b = append(b, problem(s.err)...)
	}
	if e.Truncated {
		b = append(b, ", cut by the capture"...)
	}
	return l.appendRepetition(b, s)
}

// appendExchange appends exchange, message ID and whether it is a response.
func appendExchange(b []byte, m *ike.Message) []byte {
	switch {
	case m.V2():
		b = append(b, exchangeName(m.ExchangeType)...)
		b = append(b, ' ')
		b = strconv.AppendUint(b, uint64(m.MessageID), 10)
		if m.IsResponse() {
			return append(b, " response"...)
		}
		return append(b, " request"...)
	case m.V1():
		b = append(b, exchangeName(m.ExchangeType)...)
		if m.MessageID != 0 {
			b = append(b, ' ')
			b = appendHex32(b, m.MessageID)
		}
		return b
	}
	if m.Version == (ike.Version{}) {
		return append(b, "IKE"...)
	}
	b = append(b, "IKE of version "...)
	return append(b, m.Version.String()...)
}

// problem is what an error of the parser says.
func problem(err error) string { return strings.TrimPrefix(err.Error(), "ike: ") }

func exchangeName(t ike.ExchangeType) string {
	if n := t.Name(); n != strconv.Itoa(int(t)) {
		return n
	}
	return "exchange " + strconv.Itoa(int(t))
}

func (l *Lister) appendSays(b []byte, e *reassembly.Event, s *summary) []byte {
	from := len(b)
	if s.hasSA {
		if s.chooses() {
			b = append(b, ", chose "...)
		} else {
			b = append(b, ", offers "...)
		}
		if s.m.V1() {
			b = l.algorithms.appendV1(b, s.sa)
		} else {
			b = l.algorithms.appendV2(b, s.sa)
		}
		b = l.appendChoice(b, s)
	}
	b = l.appendKE(b, s)
	b = l.appendNotifies(b, s)
	b = l.appendRefused(b, s)
	b = s.appendIdentities(b)
	switch n := s.behind; {
	case n.src && n.dst:
		b = append(b, ", both behind NAT"...)
	case n.src:
		b = append(b, ", behind NAT"...)
	case n.dst:
		b = append(b, ", receiver behind NAT"...)
	}
	if p := l.vendors.product(s.vendors); p != "" {
		b = append(b, ", "...)
		b = append(b, output.Safe(p)...)
	}
	switch {
	case s.fragment.Total > 0:
		b = appendFragment(b, s)
		b = appendSize(b, s)
	case s.inPieces:
		b = l.appendV1Fragment(b, e, s)
	case s.encrypted:
		b = append(b, ", encrypted"...)
		b = appendSize(b, s)
	}
	if len(b) > from {
		return b
	}
	if len(s.payloads) == 0 {
		if s.err != nil {
			return b
		}
		return append(b, ", empty"...)
	}
	for i, p := range s.payloads {
		if i > 0 {
			b = append(b, ' ')
		} else {
			b = append(b, ", "...)
		}
		b = append(b, p.Name()...)
	}
	return b
}

// appendKE appends what the KE payload is for, where the SA payload does not
// say so at once: a sender may offer one group first and guess another, and
// IKEv1's main mode has it in messages of its own.
func (l *Lister) appendKE(b []byte, s *summary) []byte {
	switch {
	case !s.hasKE || s.m.V1() && s.hasSA:
		return b
	case s.m.V1():
		return append(b, ", key exchange"...)
	case s.hasSA && l.algorithms.firstGroup == s.keGroup:
		return b
	}
	b = append(b, ", key exchange with "...)
	return append(b, l.algorithms.name(algorithm{kind: ike.TransformKeyExchange, id: s.keGroup})...)
}

// quiet are notifies that nearly every IKE_SA_INIT has. Those of NAT detection
// are told by what they show.
var quiet = map[ike.NotifyType]bool{
	ike.NotifyNATDetectionSourceIP: true, ike.NotifyNATDetectionDestinationIP: true,
	ike.NotifyFragmentationSupported: true, ike.NotifySignatureHashAlgorithms: true,
	16404: true, // MULTIPLE_AUTH_SUPPORTED
	16406: true, // REDIRECT_SUPPORTED
	16418: true, // CHILDLESS_IKEV2_SUPPORTED
	16438: true, // INTERMEDIATE_EXCHANGE_SUPPORTED
}

func (l *Lister) appendNotifies(b []byte, s *summary) []byte {
	for i := range s.notifies {
		n := &s.notifies[i]
		if s.m.V2() && quiet[ike.NotifyType(n.typ)] {
			continue
		}
		b = append(b, ", "...)
		if name := s.notifyName(i); name != strconv.Itoa(int(n.typ)) {
			b = append(b, name...)
		} else {
			b = append(b, "notify "...)
			b = append(b, name...)
		}
		if s.m.V2() && ike.NotifyType(n.typ) == ike.NotifyInvalidKEPayload && len(n.data) >= 2 {
			b = append(b, ", wants "...)
			b = append(b, l.algorithms.name(algorithm{kind: ike.TransformKeyExchange, id: binary.BigEndian.Uint16(n.data)})...)
		}
	}
	return b
}

func appendHex32(b []byte, v uint32) []byte {
	const digits = "0123456789abcdef"
	for shift := 28; shift >= 0; shift -= 4 {
		b = append(b, digits[v>>shift&15])
	}
	return b
}

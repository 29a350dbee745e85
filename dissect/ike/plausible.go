package ike

import "encoding/binary"

// Plausible reports whether b begins with an IKE message, by content alone, so
// that it can be asked about any payload on any port. b holds what was
// captured from the IKE header on (without a non-ESP marker), wireLen is what
// there was on the wire. With fewer than 28 captured bytes nothing can be told
// and the answer is no.
//
// It demands what every sound sender does: the stated length is exactly that
// of the datagram, the version is 1.0 or 2.x, the exchange is known for the
// version, no reserved flag is set, SPIs and message ID fit the exchange, and
// the payloads that are not encrypted form a chain that ends where the message
// ends. The length alone makes a chance hit one in four thousand million. For
// ports that belong to IKE, where broken messages are worth seeing, see
// PlausibleOnPort.
func Plausible(b []byte, wireLen int) bool {
	// The cheapest test that dismisses nearly everything comes first.
	if len(b) < HeaderLength || int64(binary.BigEndian.Uint32(b[24:])) != int64(max(wireLen, len(b))) {
		return false
	}
	m, err := Parse(b, wireLen)
	if err != nil || m.InitiatorSPI.IsZero() {
		return false
	}
	if m.V1() {
		return plausibleV1(&m)
	}
	return plausibleV2(&m)
}

// PlausibleOnPort is the lenient form for datagrams that something else marks
// as IKE already: UDP ports 500 and 848, port 4500 behind the non-ESP marker,
// or a flow known to carry IKE. It lets broken messages through, so that they
// are reported and not overlooked: lengths that exceed or undercut the
// datagram, trailing bytes, SPIs of zero, reserved flags, unknown exchanges.
// What remains is a version that exists, an exchange type within the version's
// range, and a length that holds the header. A minor version above zero, which
// nobody sends today, needs a known exchange and clean flags as well.
func PlausibleOnPort(b []byte, wireLen int) bool {
	m, err := Parse(b, wireLen)
	if err != nil {
		return false
	}
	if m.V1() {
		return m.Version.Minor == 0 && m.ExchangeType != 0
	}
	if m.ExchangeType < ExchangeSAInit {
		return false // reserved for IKEv1 (RFC 7296 3.1)
	}
	return m.Version.Minor == 0 || knownV2(m.ExchangeType) && m.Flags&^flagsV2 == 0
}

func knownV2(t ExchangeType) bool {
	return t >= ExchangeSAInit && t <= ExchangeFollowupKE && t != 42 || t >= 240
}

func plausibleV2(m *Message) bool {
	if m.Flags&^flagsV2 != 0 || !knownV2(m.ExchangeType) {
		return false
	}
	switch m.ExchangeType {
	case ExchangeSAInit, ExchangeSessionResume:
		// The first exchange is in clear, has message ID 0, and its request has
		// no responder SPI (RFC 7296 3.1, RFC 5723 4.3).
		if m.MessageID != 0 || !m.IsResponse() && !m.ResponderSPI.IsZero() {
			return false
		}
		return m.NextPayload != PayloadNone && !m.NextPayload.Encrypted() && chainV2(m)
	case ExchangeInformational:
		// Outside an IKE SA an INFORMATIONAL carries a notify in clear
		// (RFC 7296 1.5). One of nothing but the header is empty but sound.
		if m.NextPayload == PayloadNone {
			return m.Length == HeaderLength
		}
		if m.NextPayload == PayloadNotify {
			return chainV2(m)
		}
	}
	return !m.ResponderSPI.IsZero() && m.NextPayload.Encrypted() && chainV2(m)
}

// chainV2 checks that the payloads are of types that exist, and fill the
// message exactly, as far as it was captured.
func chainV2(m *Message) bool {
	w := m.Walk()
	for w.Next() {
		t := w.cur.Type
		if t < PayloadSA || t > payloadLastAssigned && t < 128 {
			return false
		}
		if t == PayloadSKF && len(w.cur.Body) >= 4 {
			n, total := binary.BigEndian.Uint16(w.cur.Body), binary.BigEndian.Uint16(w.cur.Body[2:])
			if n == 0 || n > total {
				return false
			}
		}
	}
	return w.problem == "" && (m.Truncated || w.at == w.end)
}

func plausibleV1(m *Message) bool {
	if m.Version.Minor != 0 || m.Flags&^flagsV1 != 0 || !typeV1(m.NextPayload) {
		return false
	}
	phase1 := false
	switch m.ExchangeType {
	case ExchangeV1Base, ExchangeV1Main, ExchangeV1AuthOnly, ExchangeV1Aggressive:
		phase1 = true
	case ExchangeV1Informational, ExchangeV1Transaction, ExchangeV1Quick, ExchangeV1NewGroup:
	default:
		return false
	}
	// Phase 1 has message ID 0; later exchanges have their own (RFC 2408 3.1).
	// An INFORMATIONAL in clear may come without one.
	if phase1 != (m.MessageID == 0) && (phase1 || m.ExchangeType != ExchangeV1Informational || m.Encrypted()) {
		return false
	}
	if m.Encrypted() {
		// All ciphers of IKEv1 are block ciphers of 8 or 16 bytes.
		body := m.Length - HeaderLength
		return !m.ResponderSPI.IsZero() && body > 0 && body%8 == 0
	}
	w := m.Walk()
	for w.Next() {
		if !typeV1(w.cur.Type) {
			return false
		}
	}
	if w.problem != "" {
		return false
	}
	if m.Truncated {
		return true
	}
	// Some senders pad the message to a multiple of four bytes.
	rest := m.raw[w.at:]
	for _, c := range rest {
		if c != 0 {
			return false
		}
	}
	return len(rest) < 4
}

// typeV1 reports whether t can be a payload of an IKEv1 message: SA to vendor
// ID, NAT-D and NAT-OA, those of the drafts, and fragments.
func typeV1(t PayloadType) bool {
	return t >= PayloadV1SA && t <= PayloadV1VendorID ||
		t == PayloadV1NATD || t == PayloadV1NATOA ||
		t >= PayloadV1NATDDraft && t <= PayloadV1Fragment
}

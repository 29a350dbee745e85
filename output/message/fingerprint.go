package message

import (
	"encoding/binary"

	"github.com/ikesniff/ikesniff/dissect/ike"
)

// fingerprints gives the fingerprints of messages, and remembers them: clients
// of one make and configuration have one, and its text takes a while to write.
type fingerprints struct {
	known map[string]fingerprint
	key   []byte
}

type fingerprint struct{ hash, text string }

// Bounds of what is remembered.
const (
	maxFingerprints   = 1024
	maxFingerprintKey = 2048
	// maxVendorPart of a vendor ID goes into a fingerprint.
	maxVendorPart = 28
)

// fingerprints tells whether the message has a fingerprint that says something
// of its sender's program: it opens an IKE SA, and is whole.
func (s *summary) fingerprints() bool {
	return s.hasSA && s.opens() && !s.chooses() && s.err == nil && !s.m.Truncated
}

// of gives the fingerprint of a message.
func (f *fingerprints) of(m *ike.Message) fingerprint {
	f.setKey(m)
	if x, ok := f.known[string(f.key)]; ok {
		return x
	}
	x := fingerprint{ike.FingerprintHash(m), ike.FingerprintText(m)}
	if len(f.key) <= maxFingerprintKey {
		if f.known == nil || len(f.known) >= maxFingerprints {
			f.known = map[string]fingerprint{}
		}
		f.known[string(f.key)] = x
	}
	return x
}

// setKey sets the key to all that goes into a fingerprint, so that messages with
// one key have one fingerprint. Those with one fingerprint may have several
// keys.
func (f *fingerprints) setKey(m *ike.Message) {
	b := append(f.key[:0], m.Version.Major, byte(m.ExchangeType))
	for w := m.Walk(); w.Next(); {
		p := w.Payload()
		part := p.Body
		var typ [2]byte
		switch p.Type {
		case ike.PayloadNotify, ike.PayloadV1Notify:
			part = nil
			if n, err := ike.ParseNotify(p.Body); err == nil && m.V2() {
				binary.BigEndian.PutUint16(typ[:], uint16(n.Type))
				part = typ[:]
			} else if n, err := ike.ParseV1Notify(p.Body); err == nil && m.V1() {
				binary.BigEndian.PutUint16(typ[:], uint16(n.Type))
				part = typ[:]
			}
		case ike.PayloadVendorID, ike.PayloadV1VendorID:
			part = part[:min(len(part), maxVendorPart)]
		case ike.PayloadSA, ike.PayloadV1SA:
		default:
			part = nil
		}
		b = append(b, byte(p.Type))
		b = binary.BigEndian.AppendUint16(b, uint16(len(part)))
		b = append(b, part...)
	}
	f.key = b
}

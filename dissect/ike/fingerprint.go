package ike

// maxFingerprintVendor is how much of a vendor ID goes into a fingerprint.
// Check Point sends a time behind its first 28 bytes.
const maxFingerprintVendor = 28

// Fingerprint condenses what a message in clear says of the sender's program
// and configuration: the order of its payloads, its proposals, the types of
// its notifies, its vendor IDs. It does not depend on SPIs, message IDs,
// nonces, the key exchange and its group, NAT detection hashes or a cookie, so
// that an attempt and its repetition, with a new SPI, over TCP, with the group
// or cookie that was asked for, have one fingerprint. Other values of the
// fingerprint mean nothing, and it is the same for any two clients of one make
// and configuration. It does not allocate.
func Fingerprint(m *Message) uint64 {
	h := fnv(fnvOffset)
	h.byte(m.Version.Major)
	h.byte(byte(m.ExchangeType))
	for w := m.Walk(); w.Next(); {
		p := &w.cur
		switch {
		case m.V2() && p.Type == PayloadNotify:
			n, err := ParseNotify(p.Body)
			if err != nil || n.Type == NotifyCookie {
				continue
			}
			h.byte(byte(p.Type))
			h.uint16(uint16(n.Type))
			continue
		case m.V1() && p.Type == PayloadV1Notify:
			h.byte(byte(p.Type))
			if n, err := ParseV1Notify(p.Body); err == nil {
				h.uint16(uint16(n.Type))
			}
			continue
		}
		h.byte(byte(p.Type))
		switch {
		case m.V2() && p.Type == PayloadSA:
			sa, _ := ParseSA(p.Body)
			h.sa(sa)
		case m.V1() && p.Type == PayloadV1SA:
			sa, _ := ParseV1SA(p.Body)
			h.v1sa(sa)
		case p.Type == PayloadVendorID, p.Type == PayloadV1VendorID:
			h.bytes(p.Body[:min(len(p.Body), maxFingerprintVendor)])
		}
	}
	return uint64(h)
}

// fnv is the FNV-1a hash of 64 bits.
type fnv uint64

const (
	fnvOffset = 14695981039346656037
	fnvPrime  = 1099511628211
)

func (h *fnv) byte(c byte) { *h = (*h ^ fnv(c)) * fnvPrime }

func (h *fnv) uint16(v uint16) {
	h.byte(byte(v >> 8))
	h.byte(byte(v))
}

func (h *fnv) uint64(v uint64) {
	for i := 56; i >= 0; i -= 8 {
		h.byte(byte(v >> i))
	}
}

// bytes takes the length as well, so that two strings never run together.
func (h *fnv) bytes(b []byte) {
	h.uint16(uint16(len(b)))
	for _, c := range b {
		h.byte(c)
	}
}

// sa takes key exchange methods without their order: strongSwan puts the one
// that INVALID_KE_PAYLOAD asked for first when it tries again.
func (h *fnv) sa(s SA) {
	for i := s.Proposals(); i.Next(); {
		p := i.Proposal()
		h.byte(p.Number)
		h.byte(byte(p.Protocol))
		var ke fnv
		for j := p.Transforms(); j.Next(); {
			t := j.Transform()
			if t.Type == TransformKeyExchange {
				one := fnv(fnvOffset)
				one.transform(t)
				ke += one.mixed()
			} else {
				h.transform(t)
			}
		}
		h.uint64(uint64(ke))
	}
}

// mixed spreads every bit over all others (the finalizer of MurmurHash3): sums
// of bare FNV hashes are the same where two of them swap a bit.
func (h fnv) mixed() fnv {
	h = (h ^ h>>33) * 0xff51afd7ed558ccd
	h = (h ^ h>>33) * 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}

func (h *fnv) transform(t Transform) {
	h.byte(byte(t.Type))
	h.uint16(t.ID)
	h.bytes(t.attributes)
}

func (h *fnv) v1sa(s V1SA) {
	for i := s.Proposals(); i.Next(); {
		p := i.Proposal()
		h.byte(p.Number)
		h.byte(byte(p.Protocol))
		for j := p.Transforms(); j.Next(); {
			t := j.Transform()
			h.byte(t.Number)
			h.byte(t.ID)
			h.bytes(t.attributes)
		}
	}
}

package ike

import "strings"

// encryptedDNS takes the value of an ENCDNS_IP4 or ENCDNS_IP6 attribute, which
// tells of a resolver for DNS over TLS, HTTPS or QUIC (RFC 9464 3.1). size is
// that of an address in bytes.
func (r *fieldReader) encryptedDNS(size int) {
	r.uintN("service priority", 2)
	addresses := r.uintN("number of addresses", 1)
	name := r.uintN("name length", 1)
	for i := uint64(0); i < addresses && !r.bad; i++ {
		r.addressN("address", size)
	}
	r.textN("authentication domain name", int(name))
	for r.more() {
		r.serviceParameter()
	}
}

// Keys of service parameters (RFC 9460 14.3.2, RFC 9461).
const (
	svcALPN    = 1
	svcPort    = 3
	svcDoHPath = 7
)

// serviceParameter takes one parameter in the wire format of SVCB records (RFC
// 9460 2.2): key, length, value.
func (r *fieldReader) serviceParameter() {
	if len(r.b) < 4 || len(r.b)-4 < int(bigEndian(r.b[2:4])) {
		r.bad = true
		return
	}
	key, n := bigEndian(r.b[:2]), int(bigEndian(r.b[2:4]))
	b := r.take(4 + n)
	v := b[4:]
	switch {
	case key == svcALPN:
		r.bytes("ALPN", b).str(alpnText(v))
	case key == svcPort && n == 2:
		r.bytes("port", b).num(bigEndian(v))
	case key == svcDoHPath:
		add(r.bytes("DoH path", b), v)
	default:
		r.bytes("service parameter "+itoa(int(key)), b).printable(v)
	}
}

// alpnText lists protocol IDs, each with one byte for its length in front.
func alpnText(b []byte) string {
	all := []string{}
	for rest := b; len(rest) > 0; {
		n := 1 + int(rest[0])
		if n > len(rest) {
			return opaqueText(b)
		}
		all = append(all, string(rest[1:n]))
		rest = rest[n:]
	}
	return strings.Join(all, ", ")
}

// encryptedDNSDigest takes the value of an ENCDNS_DIGEST_INFO attribute (RFC
// 9464 3.2).
func (r *fieldReader) encryptedDNSDigest() {
	count := r.uintN("number of hash algorithms", 1)
	name := r.uintN("name length", 1)
	r.textN("authentication domain name", int(name))
	for i := uint64(0); i < count && !r.bad; i++ {
		r.enumN("hash algorithm", 2, namesHashAlgorithms)
	}
	if !r.bad {
		r.restOpaque("certificate digest")
	}
}

package ike

import "strings"

// gateway takes the identity of a gateway in REDIRECT and REDIRECTED_FROM: its
// type, its length, and an address or name (RFC 5685 9.2).
func (r *fieldReader) gateway() {
	const (
		ip4  = 1
		ip6  = 2
		fqdn = 3
	)
	t := r.enum("gateway type", 1, namesGatewayIDTypes)
	n := int(r.uint("gateway length", 1))
	switch {
	case t == ip4 && n == 4, t == ip6 && n == 16:
		r.address("gateway", n)
	case t == fqdn:
		r.textN("gateway", n)
	case t == ip4 || t == ip6:
		r.bad = true
	default:
		r.opaqueN("gateway", n)
	}
}

// rohcValue gives the value of an attribute of ROHC_SUPPORTED (RFC 5857 3.1.2).
func rohcValue(a Attribute) string {
	const (
		profile = 2
		integ   = 3
	)
	v, ok := a.Uint()
	if !ok || !a.Short {
		return a.valueText()
	}
	switch a.Type {
	case profile:
		names := map[uint64]string{ // RFC 3095 8, RFC 5225 8
			0: "uncompressed", 1: "RTP", 2: "UDP", 3: "ESP", 4: "IP", 6: "TCP", 7: "RTP/UDP-Lite", 8: "UDP-Lite",
			0x101: "ROHCv2 RTP", 0x102: "ROHCv2 UDP", 0x103: "ROHCv2 ESP", 0x104: "ROHCv2 IP",
			0x107: "ROHCv2 RTP/UDP-Lite", 0x108: "ROHCv2 UDP-Lite",
		}
		if name := names[v]; name != "" {
			return named(name, uint16(v))
		}
	case integ:
		return nameOf(namesIntegrity, uint16(v))
	}
	return a.valueText()
}

// announcement takes one authentication method out of SUPPORTED_AUTH_METHODS
// (RFC 9593 3.2): length, method, then in the longer forms a link to a
// certificate request, counted from 1, and an AlgorithmIdentifier.
func (r *fieldReader) announcement() {
	if len(r.b) < 2 || r.b[0] < 2 || int(r.b[0]) > len(r.b) {
		r.bad = true
		return
	}
	b := r.take(int(r.b[0]))
	a := newFieldReader(r.at, b)
	a.uint("length", 1)
	method := a.enum("method", 1, namesAuthMethods)
	text := nameOf(namesAuthMethods, method)
	if len(a.b) > 0 {
		a.uint("certificate request", 1)
	}
	if len(a.b) > 0 {
		name, _ := algorithmText(a.b)
		a.bytes("algorithm", name, a.take(len(a.b)))
		text += ", " + name
	}
	r.group("announcement", text, len(b), a.fields)
}

// flags takes a byte of flags, named by bit; bit 0 is the lowest one.
func (r *fieldReader) flags(name string, names map[uint]string) {
	b := r.take(1)
	if b == nil {
		return
	}
	var set []string
	for bit := uint(7); bit < 8; bit-- { // ends below 0
		if b[0]&(1<<bit) == 0 {
			continue
		}
		if s := names[bit]; s != "" {
			set = append(set, s)
		} else {
			set = append(set, "bit "+itoa(int(bit)))
		}
	}
	if set == nil {
		set = []string{"none"}
	}
	r.add(name, strings.Join(set, ", "), 1)
}

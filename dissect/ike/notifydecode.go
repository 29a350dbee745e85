package ike

// gateway takes the identity of a gateway in REDIRECT and REDIRECTED_FROM: its
// type, its length, and an address or name (RFC 5685 9.2).
func (r *fieldReader) gateway() {
	const (
		ip4  = 1
		ip6  = 2
		fqdn = 3
	)
	t := r.enumN("gateway type", 1, namesGatewayIDTypes)
	n := int(r.uintN("gateway length", 1))
	switch {
	case t == ip4 && n == 4, t == ip6 && n == 16:
		r.addressN("gateway", n)
	case t == fqdn:
		r.textN("gateway", n)
	case t == ip4 || t == ip6:
		r.bad = true
	default:
		r.opaqueN("gateway", n)
	}
}

// rohcValue writes the value of an attribute of ROHC_SUPPORTED (RFC 5857 3.1.2).
func rohcValue(t *Tree, a Attribute) {
	const (
		profile = 2
		integ   = 3
	)
	v, ok := a.Uint()
	switch {
	case !ok || !a.Short:
		attributeValue(t, a)
	case a.Type == profile:
		t.named(rohcProfiles[v], v)
	case a.Type == integ:
		t.enum(namesIntegrity, uint16(v))
	default:
		attributeValue(t, a)
	}
}

// rohcProfiles names profiles of header compression (RFC 3095 8, RFC 5225 8).
var rohcProfiles = map[uint64]string{
	0: "uncompressed", 1: "RTP", 2: "UDP", 3: "ESP", 4: "IP", 6: "TCP", 7: "RTP/UDP-Lite", 8: "UDP-Lite",
	0x101: "ROHCv2 RTP", 0x102: "ROHCv2 UDP", 0x103: "ROHCv2 ESP", 0x104: "ROHCv2 IP",
	0x107: "ROHCv2 RTP/UDP-Lite", 0x108: "ROHCv2 UDP-Lite",
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
	field := r.open("announcement", len(b))
	r.enum(namesAuthMethods, uint16(b[1]))
	algorithm := ""
	if len(b) > 3 {
		algorithm, _ = algorithmText(b[3:])
		r.str(", ").str(algorithm)
	}
	a := fieldReader{Tree: r.Tree, b: b}
	a.uintN("length", 1)
	a.enumN("method", 1, namesAuthMethods)
	if len(a.b) > 0 {
		a.uintN("certificate request", 1)
	}
	if len(a.b) > 0 {
		a.bytes("algorithm", a.rest()).str(algorithm)
	}
	r.close(field)
}

// flags takes a byte of flags, named by bit; bit 0 is the lowest one.
func (r *fieldReader) flags(name string, names map[int]string) {
	b := r.take(1)
	if b == nil {
		return
	}
	r.add(name, 1)
	for bit := 7; bit >= 0; bit-- {
		if b[0]&(1<<bit) == 0 {
			continue
		}
		if s := names[bit]; s != "" {
			r.item(s)
		} else {
			r.item("bit ").num(uint64(bit))
		}
	}
	if b[0] == 0 {
		r.str("none")
	}
}

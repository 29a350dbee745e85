package ike

import "net/netip"

// Configuration attributes of IKEv2 that the values are decoded of (RFC 7296
// 3.15.1 and the RFCs in registry/cp-attributes.csv). INTERNAL_ADDRESS_EXPIRY,
// INTERNAL_IP6_NETMASK and INTERNAL_IP6_NBNS are of RFC 4306 only.
const (
	cpIP4Address       = 1
	cpIP4Netmask       = 2
	cpIP4DNS           = 3
	cpIP4NBNS          = 4
	cpAddressExpiry    = 5
	cpIP4DHCP          = 6
	cpVersion          = 7
	cpIP6Address       = 8
	cpIP6DNS           = 10
	cpIP6NBNS          = 11
	cpIP6DHCP          = 12
	cpIP4Subnet        = 13
	cpSupported        = 14
	cpIP6Subnet        = 15
	cpMIP6HomePrefix   = 16
	cpIP6Link          = 17
	cpIP6Prefix        = 18
	cpHomeAgent        = 19
	cpPCSCFIP4         = 20
	cpPCSCFIP6         = 21
	cpFTTKAT           = 22
	cpExternalSource   = 23
	cpLivenessTimeout  = 24
	cpDNSDomain        = 25
	cpDNSSECTA         = 26
	cpEncDNSIP4        = 27
	cpEncDNSIP6        = 28
	cpEncDNSDigestInfo = 29
)

// Name gives IANA's name, such as "INTERNAL_IP4_DNS", or the number.
func (a ConfigAttribute) Name() string {
	name, _ := namesCPAttributes(a.Type)
	return or(name, a.Type)
}

// Valid reports whether the value has the form that the type asks for. An empty
// value is a question and valid for all types.
func (a ConfigAttribute) Valid() bool {
	return a.appendValue(new(Tree))
}

// String gives name and value: "INTERNAL_IP4_SUBNET 10.0.0.0/8".
func (a ConfigAttribute) String() string {
	if s := a.value(); s != "" {
		return a.Name() + " " + s
	}
	return a.Name()
}

// value gives the value in one line, empty where there is none.
func (a ConfigAttribute) value() string {
	if p, ok := a.Prefix(); ok {
		return p.String()
	}
	var t Tree
	if !a.appendValue(&t) {
		return opaqueText(a.Value)
	}
	var values []string
	for i := range t.Fields {
		values = append(values, string(t.Fields[i].Value))
	}
	return listText(values)
}

// Prefix returns an address or network whose length is part of the value, and
// false for any other attribute. Bits behind the prefix are as they were sent.
func (a ConfigAttribute) Prefix() (netip.Prefix, bool) {
	v := a.Value
	switch a.Type {
	case cpIP6Address, cpIP6Subnet, cpIP6Prefix:
		if len(v) == 17 && v[16] <= 128 {
			return netip.PrefixFrom(netip.AddrFrom16([16]byte(v[:16])), int(v[16])), true
		}
	case cpIP4Subnet:
		if len(v) != 8 {
			break
		}
		if bits, ok := maskBits(v[4:]); ok {
			return netip.PrefixFrom(netip.AddrFrom4([4]byte(v[:4])), bits), true
		}
	}
	return netip.Prefix{}, false
}

// maskBits counts the ones of a netmask, and says false if a one follows a zero.
func maskBits(mask []byte) (bits int, ok bool) {
	v := uint32(bigEndian(mask))
	for v&(1<<31) != 0 {
		bits++
		v <<= 1
	}
	return bits, v == 0
}

// AppendFields adds the fields of the attribute.
func (a ConfigAttribute) AppendFields(to *Tree) {
	name, _ := namesCPAttributes(a.Type)
	to.add("attribute type", 2).named(name, uint64(a.Type))
	to.add("length", 2).num(uint64(len(a.Value)))
	a.appendValue(to)
}

// appendValue adds the fields of the value, and reports whether it has its form.
func (a ConfigAttribute) appendValue(to *Tree) (ok bool) {
	r := fieldReader{Tree: to, b: a.Value}
	if len(a.Value) == 0 {
		return true
	}
	switch a.Type {
	case cpIP4Address, cpIP4DNS, cpIP4NBNS, cpIP4DHCP, cpPCSCFIP4:
		r.addressN("address", 4)
	case cpIP4Netmask:
		r.addressN("netmask", 4)
	case cpIP6DNS, cpIP6NBNS, cpIP6DHCP, cpPCSCFIP6:
		r.addressN("address", 16)
	case cpIP6Address, cpIP6Subnet, cpIP6Prefix:
		r.addressN("address", 16)
		if bits := r.uintN("prefix length", 1); bits > 128 {
			r.end()
			return false
		}
	case cpIP4Subnet:
		r.addressN("address", 4)
		r.addressN("netmask", 4)
	case cpAddressExpiry, cpLivenessTimeout:
		r.secondsN("timeout", 4)
	case cpFTTKAT:
		r.secondsN("keepalive time", 2)
	case cpVersion:
		r.restText("version")
	case cpDNSDomain:
		r.restText("domain")
	case cpSupported:
		for r.more() {
			r.enumN("attribute", 2, namesCPAttributes)
		}
	case cpMIP6HomePrefix: // RFC 5026 8.2
		r.secondsN("prefix lifetime", 4)
		r.addressN("home prefix", 16)
		r.uintN("prefix length", 1)
	case cpIP6Link: // RFC 5739 5.1
		r.opaqueN("link-local interface ID", 8)
		r.restOpaque("link ID")
	case cpHomeAgent: // 3GPP TS 24.302: IPv6, then IPv4 if there is one
		r.addressN("IPv6 address", 16)
		if len(r.b) > 0 {
			r.addressN("IPv4 address", 4)
		}
	case cpExternalSource: // 3GPP TS 29.139
		r.addressN("address", 4)
		r.uintN("port", 2)
	case cpDNSSECTA: // RFC 8598 4.2
		r.uintN("DNSKEY key tag", 2)
		r.uintN("DNSKEY algorithm", 1)
		r.uintN("digest type", 1)
		r.restOpaque("digest")
	case cpEncDNSIP4:
		r.encryptedDNS(4)
	case cpEncDNSIP6:
		r.encryptedDNS(16)
	case cpEncDNSDigestInfo:
		r.encryptedDNSDigest()
	default:
		r.restPrintable("value")
	}
	return r.end()
}

package ike

import (
	"bytes"
	"encoding/binary"
	"testing"
)

// cpAttr is one attribute as bytes.
func cpAttr(kind uint16, value ...byte) []byte {
	return ConfigAttribute{Type: kind, Value: value}.Append(nil)
}

func cpBody(kind byte, attributes ...[]byte) []byte {
	return append([]byte{kind, 0, 0, 0}, bytes.Join(attributes, nil)...)
}

var (
	ip6       = []byte{0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}
	encDNS    = append([]byte{0, 1, 1, 3, 192, 0, 2, 53, 'd', 'n', 's', 0, 1, 0, 6, 2, 'h', '2', 2, 'h', '3', 0, 3, 0, 2, 3, 0x55, 0, 7, 0, 2, '/', 'q'}, 0, 99, 0, 1, 0xff)
	configMsg = cpBody(2,
		cpAttr(1, 10, 0, 0, 7),
		cpAttr(13, 192, 168, 0, 0, 255, 255, 0, 0),
		cpAttr(8, append(ip6, 64)...),
		cpAttr(25, []byte("corp.example")...),
		cpAttr(3),
	)
)

func TestConfig(t *testing.T) {
	runBodies(t, []bodyTest{
		{"reply", PayloadConfig, configMsg, []string{
			"CFG type: CFG_REPLY (2)",
			"attribute: INTERNAL_IP4_ADDRESS 10.0.0.7",
			"  attribute type: INTERNAL_IP4_ADDRESS (1)", "  length: 4", "  address: 10.0.0.7",
			"attribute: INTERNAL_IP4_SUBNET 192.168.0.0/16",
			"  attribute type: INTERNAL_IP4_SUBNET (13)", "  length: 8", "  address: 192.168.0.0", "  netmask: 255.255.0.0",
			"attribute: INTERNAL_IP6_ADDRESS 2001:db8::1/64",
			"  attribute type: INTERNAL_IP6_ADDRESS (8)", "  length: 17", "  address: 2001:db8::1", "  prefix length: 64",
			"attribute: INTERNAL_DNS_DOMAIN corp.example",
			"  attribute type: INTERNAL_DNS_DOMAIN (25)", "  length: 12", "  domain: corp.example",
			"attribute: INTERNAL_IP4_DNS",
			"  attribute type: INTERNAL_IP4_DNS (3)", "  length: 0",
		}, nil},
		{"bad address", PayloadConfig, cpBody(1, cpAttr(3, 1, 2, 3)), []string{
			"CFG type: CFG_REQUEST (1)", "attribute: INTERNAL_IP4_DNS 010203",
			"  attribute type: INTERNAL_IP4_DNS (3)", "  length: 3", "  not read: 010203"},
			[]string{"warning: value is not of the form of INTERNAL_IP4_DNS"}},
		{"cut", PayloadConfig, append(cpBody(1, cpAttr(3)), 0, 1, 0, 4, 9), []string{
			"CFG type: CFG_REQUEST (1)", "attribute: INTERNAL_IP4_DNS", "  attribute type: INTERNAL_IP4_DNS (3)", "  length: 0",
			"not read: 0001000409"},
			[]string{"error: configuration: attribute reaches beyond the payload"}},
		{"empty", PayloadConfig, cpBody(4), []string{"CFG type: CFG_ACK (4)"}, nil},
	})
	comesBack(t, ParseConfig, configMsg)
	noAllocs(t, "configuration", func() {
		c, err := ParseConfig(configMsg)
		if err != nil {
			t.Fatal(err)
		}
		for i := c.Attributes(); i.Next(); {
			_, _ = i.Attribute().Prefix()
		}
	})
	// The reserved bit of a type is no part of it.
	c := must[Config](t)(ParseConfig([]byte{1, 0, 0, 0, 0x80, 1, 0, 0}))
	if i := c.Attributes(); !i.Next() || i.Attribute().Type != 1 {
		t.Errorf("%+v", i.cur)
	}
}

// TestConfigValues: every format there is, whole and cut by a byte.
func TestConfigValues(t *testing.T) {
	for _, tt := range []struct {
		kind  uint16
		value []byte
		want  string
		open  bool // any length will do
	}{
		{cpIP4Netmask, []byte{255, 255, 255, 0}, "INTERNAL_IP4_NETMASK 255.255.255.0", false},
		{cpIP6DNS, ip6, "INTERNAL_IP6_DNS 2001:db8::1", false},
		{cpAddressExpiry, []byte{0, 0, 0x0e, 0x10}, "INTERNAL_ADDRESS_EXPIRY 3600 s", false},
		{cpVersion, []byte("strongSwan 6"), "APPLICATION_VERSION strongSwan 6", true},
		{cpSupported, []byte{0, 1, 0, 3, 0x70, 0}, "SUPPORTED_ATTRIBUTES INTERNAL_IP4_ADDRESS (1), INTERNAL_IP4_DNS (3), 28672", false},
		{cpIP6Subnet, append(bytes.Clone(ip6), 48), "INTERNAL_IP6_SUBNET 2001:db8::1/48", false},
		{cpIP6Prefix, append(bytes.Clone(ip6), 0), "INTERNAL_IP6_PREFIX 2001:db8::1/0", false},
		{cpMIP6HomePrefix, append(append([]byte{0, 0, 0, 60}, ip6...), 64), "MIP6_HOME_PREFIX 60 s, 2001:db8::1, 64", false},
		{cpIP6Link, []byte{1, 2, 3, 4, 5, 6, 7, 8, 9}, "INTERNAL_IP6_LINK 0102030405060708, 09", true},
		{cpHomeAgent, append(bytes.Clone(ip6), 192, 0, 2, 1), "HOME_AGENT_ADDRESS 2001:db8::1, 192.0.2.1", false},
		{cpHomeAgent, ip6, "HOME_AGENT_ADDRESS 2001:db8::1", false},
		{cpPCSCFIP4, []byte{192, 0, 2, 1}, "P_CSCF_IP4_ADDRESS 192.0.2.1", false},
		{cpPCSCFIP6, ip6, "P_CSCF_IP6_ADDRESS 2001:db8::1", false},
		{cpFTTKAT, []byte{0, 30}, "FTT_KAT 30 s", false},
		{cpExternalSource, []byte{192, 0, 2, 1, 0x11, 0x94}, "EXTERNAL_SOURCE_IP4_NAT_INFO 192.0.2.1, 4500", false},
		{cpLivenessTimeout, []byte{0, 0, 0, 9}, "TIMEOUT_PERIOD_FOR_LIVENESS_CHECK 9 s", false},
		{cpDNSSECTA, []byte{0x4f, 0x66, 8, 2, 0xab, 0xcd}, "INTERNAL_DNSSEC_TA 20326, 8, 2, abcd", true},
		{cpEncDNSIP4, encDNS, "ENCDNS_IP4 1, 1, 3, 192.0.2.53, dns, h2, h3, 853, /q, ff", false},
		{cpEncDNSIP6, append(append([]byte{0, 1, 1, 1}, ip6...), 'd'), "ENCDNS_IP6 1, 1, 1, 2001:db8::1, d", false},
		{cpEncDNSDigestInfo, []byte{1, 1, 'd', 0, 2, 0xab}, "ENCDNS_DIGEST_INFO 1, 1, d, SHA2-256 (2), ab", true},
		{28672, []byte("hello"), "28672 hello", true},
		{28673, []byte{0, 1}, "28673 0001", true},
	} {
		a := ConfigAttribute{Type: tt.kind, Value: tt.value}
		if got := a.String(); got != tt.want {
			t.Errorf("%q, want %q", got, tt.want)
		}
		if !a.Valid() {
			t.Errorf("%s is not valid", tt.want)
		}
		checkCovered(t, fieldsAt(100, a), 100, a.Append(nil))
		for n := range tt.value {
			cut := ConfigAttribute{Type: tt.kind, Value: tt.value[:n:n]}
			checkCovered(t, fieldsAt(100, cut), 100, cut.Append(nil))
		}
		cut := ConfigAttribute{Type: tt.kind, Value: tt.value[:len(tt.value)-1]}
		if cut.Valid() != tt.open {
			t.Errorf("%s, cut: valid is %v", tt.want, cut.Valid())
		}
	}
	for _, bad := range []ConfigAttribute{
		{cpIP6Address, append(bytes.Clone(ip6), 129)},
		{cpIP4Address, []byte{1, 2, 3, 4, 5}},
		{cpEncDNSIP4, []byte{0, 1, 255, 0, 1, 2, 3, 4}},
	} {
		if bad.Valid() {
			t.Errorf("%s with %x is valid", bad.Name(), bad.Value)
		}
	}
	// A netmask with a hole is no prefix.
	if _, ok := (ConfigAttribute{cpIP4Subnet, []byte{10, 0, 0, 0, 255, 0, 255, 0}}).Prefix(); ok {
		t.Error("a netmask with a hole gives a prefix")
	}
}

func TestMaskBits(t *testing.T) {
	for bits := range 33 {
		mask := binary.BigEndian.AppendUint32(nil, ^uint32(0)<<(32-bits))
		if got, ok := maskBits(mask); got != bits || !ok {
			t.Errorf("%x: %d bits, %v", mask, got, ok)
		}
	}
	if _, ok := maskBits([]byte{255, 0, 0, 1}); ok {
		t.Error("255.0.0.1 is a netmask")
	}
}

func TestALPN(t *testing.T) {
	for want, b := range map[string][]byte{
		"":         {},
		"h2":       {2, 'h', '2'},
		"h2, dot":  {2, 'h', '2', 3, 'd', 'o', 't'},
		"02683209": {2, 'h', '2', 9},
	} {
		if got := alpnText(b); got != want {
			t.Errorf("%x: %q, want %q", b, got, want)
		}
	}
}

func FuzzConfig(f *testing.F) {
	f.Add(configMsg)
	f.Add(cpBody(2, cpAttr(cpEncDNSIP4, encDNS...), cpAttr(cpEncDNSDigestInfo, 1, 0, 0, 2)))
	f.Fuzz(func(t *testing.T, b []byte) {
		fields, _ := payloadOf(PayloadConfig, 100, b)
		checkTree(t, fields, 100, 100+len(b))
		c, err := ParseConfig(b)
		if err != nil {
			return
		}
		again := c.Append(nil)
		second, err := ParseConfig(again)
		if err != nil || len(again) != len(b) || !bytes.Equal(second.Append(nil), again) {
			t.Errorf("%x comes back as %x", b, again)
		}
	})
}

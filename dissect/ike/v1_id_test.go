package ike

import "testing"

func TestV1IDFields(t *testing.T) {
	v6 := func(last ...byte) []byte {
		var b []byte
		for _, l := range last {
			b = append(b, 0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, l)
		}
		return b
	}
	id := func(kind, protocol byte, port uint16, data ...byte) []byte {
		return append([]byte{kind, protocol, byte(port >> 8), byte(port)}, data...)
	}
	fields := func(kind, protocol, port, value string) []string {
		return []string{"type: " + kind, "protocol: " + protocol, "port: " + port, "identification: " + value}
	}
	mask64 := append([]byte{255, 255, 255, 255, 255, 255, 255, 255}, make([]byte, 8)...)
	runV1Bodies(t, []bodyTest{
		{"address", PayloadV1ID, id(1, 17, 500, 192, 0, 2, 1), fields("ID_IPV4_ADDR (1)", "UDP", "500", "192.0.2.1"), nil},
		{"name", PayloadV1ID, id(2, 0, 0, []byte("vpn.example.com")...), fields("ID_FQDN (2)", "any", "any", "vpn.example.com"), nil},
		{"mail", PayloadV1ID, id(3, 0, 0, []byte("a@example.com")...), fields("ID_USER_FQDN (3)", "any", "any", "a@example.com"), nil},
		{"subnet", PayloadV1ID, v1idSubnet, fields("ID_IPV4_ADDR_SUBNET (4)", "UDP", "1701", "192.0.2.0/24"), nil},
		{"subnet with a strange mask", PayloadV1ID, id(4, 0, 0, 10, 0, 0, 0, 255, 0, 255, 0),
			fields("ID_IPV4_ADDR_SUBNET (4)", "any", "any", "10.0.0.0/255.0.255.0"), nil},
		{"everything", PayloadV1ID, id(4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), fields("ID_IPV4_ADDR_SUBNET (4)", "any", "any", "0.0.0.0/0"), nil},
		{"IPv6", PayloadV1ID, id(5, 58, 0, v6(1)...), fields("ID_IPV6_ADDR (5)", "ICMPv6", "any", "2001:db8::1"), nil},
		{"IPv6 subnet", PayloadV1ID, id(6, 0, 0, append(v6(0), mask64...)...), fields("ID_IPV6_ADDR_SUBNET (6)", "any", "any", "2001:db8::/64"), nil},
		{"range", PayloadV1ID, id(7, 6, 443, 192, 0, 2, 1, 192, 0, 2, 9), fields("ID_IPV4_ADDR_RANGE (7)", "TCP", "443", "192.0.2.1-192.0.2.9"), nil},
		{"IPv6 range", PayloadV1ID, id(8, 0, 0, v6(1, 9)...), fields("ID_IPV6_ADDR_RANGE (8)", "any", "any", "2001:db8::1-2001:db8::9"), nil},
		{"DN", PayloadV1ID, id(9, 0, 0, dnDER...), fields("ID_DER_ASN1_DN (9)", "any", "any", "CN=vpn,O=Example,C=DE"), nil},
		{"no DN", PayloadV1ID, id(9, 0, 0, 1, 2), fields("ID_DER_ASN1_DN (9)", "any", "any", "0102"),
			[]string{"warning: identification has not the form of ID_DER_ASN1_DN"}},
		{"general name", PayloadV1ID, id(10, 0, 0, 0x82, 3, 'v', 'p', 'n'), fields("ID_DER_ASN1_GN (10)", "any", "any", "DNS:vpn"), nil},
		{"key ID", PayloadV1ID, id(11, 0, 0, []byte("group")...), fields("ID_KEY_ID (11)", "any", "any", "group"), nil},
		{"unknown", PayloadV1ID, id(200, 0, 0, 1), fields("200", "any", "any", "01"), nil},
		{"address of 3 bytes", PayloadV1ID, id(1, 0, 0, 192, 0, 2), fields("ID_IPV4_ADDR (1)", "any", "any", "c00002"),
			[]string{"error: identification: data has another length than its type needs"}},
		{"nothing", PayloadV1ID, id(2, 0, 0), fields("ID_FQDN (2)", "any", "any", "")[:3],
			[]string{"error: identification: data has another length than its type needs"}},
	})
}

func TestV1IDSelector(t *testing.T) {
	for want, id := range map[string]V1ID{
		"192.0.2.0/24":          {Type: V1IDIPv4Subnet, Data: []byte{192, 0, 2, 0, 255, 255, 255, 0}},
		"192.0.2.1 UDP/1701":    {Type: V1IDIPv4, Protocol: 17, Port: 1701, Data: []byte{192, 0, 2, 1}},
		"192.0.2.1 GRE":         {Type: V1IDIPv4, Protocol: 47, Data: []byte{192, 0, 2, 1}},
		"192.0.2.1-192.0.2.255": {Type: V1IDIPv4Range, Data: []byte{192, 0, 2, 1, 192, 0, 2, 255}},
	} {
		if got := id.Selector(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestMaskText(t *testing.T) {
	for want, mask := range map[string][]byte{
		"0":             {0, 0, 0, 0},
		"1":             {128, 0, 0, 0},
		"8":             {255, 0, 0, 0},
		"17":            {255, 255, 128, 0},
		"32":            {255, 255, 255, 255},
		"0.255.0.0":     {0, 255, 0, 0},
		"255.0.255.0":   {255, 0, 255, 0},
		"255.127.0.0":   {255, 127, 0, 0},
		"255.255.0.128": {255, 255, 0, 128},
	} {
		if got := maskText(mask); got != want {
			t.Errorf("%v: %q, want %q", mask, got, want)
		}
	}
}

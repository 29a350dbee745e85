package ike

import (
	"bytes"
	"net/netip"
	"testing"
)

// tsBody is 10.0.0.0/8 for TCP 443, and ICMP echo to a range of IPv6.
var tsBody = []byte{
	0x02, 0, 0, 0, // two selectors, reserved
	0x07, 0x06, 0x00, 0x10, // IPv4 range, TCP, length 16
	0x01, 0xbb, 0x01, 0xbb, // port 443
	10, 0, 0, 0, 10, 255, 255, 255, // addresses
	0x08, 0x3a, 0x00, 0x28, // IPv6 range, ICMPv6, length 40
	0x80, 0x00, 0x80, 0xff, // type 128, any code
	0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1,
	0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9,
}

func TestTS(t *testing.T) {
	runBodies(t, []bodyTest{
		{"two", PayloadTSi, tsBody, []string{
			"number of selectors: 2",
			"traffic selector: 10.0.0.0/8 TCP port 443",
			"  type: TS_IPV4_ADDR_RANGE (7)",
			"  protocol: TCP",
			"  length: 16",
			"  start port: 443",
			"  end port: 443",
			"  first address: 10.0.0.0",
			"  last address: 10.255.255.255",
			"traffic selector: 2001:db8::1 - 2001:db8::9 ICMPv6 type 128",
			"  type: TS_IPV6_ADDR_RANGE (8)",
			"  protocol: ICMPv6",
			"  length: 40",
			"  start port: 32768",
			"  end port: 33023",
			"  first address: 2001:db8::1",
			"  last address: 2001:db8::9",
		}, nil},
		{"Fibre Channel", PayloadTSr, []byte{
			1, 0, 0, 0,
			9, 0, 0, 16,
			0, 1, 2, 3, // first address
			0, 4, 5, 6, // last address
			7, 8, 9, 10, // R_CTL, type
		}, []string{
			"number of selectors: 1",
			"traffic selector: TS_FC_ADDR_RANGE (9)",
			"  type: TS_FC_ADDR_RANGE (9)",
			"  length: 16",
			"  first address: 010203",
			"  last address: 040506",
			"  first R_CTL: 7",
			"  last R_CTL: 8",
			"  first type: 9",
			"  last type: 10",
		}, nil},
		{"security label", PayloadTSi, []byte{1, 0, 0, 0, 10, 0, 0, 9, 's', ':', 'c', '0', 0}, []string{
			"number of selectors: 1", "traffic selector: s:c0", "  type: TS_SECLABEL (10)", "  length: 9", "  security label: s:c0"}, nil},
		{"unknown type", PayloadTSi, []byte{1, 0, 0, 0, 99, 0, 0, 5, 0xaa}, []string{
			"number of selectors: 1", "traffic selector: 99", "  type: 99", "  length: 5", "  selector: aa"}, nil},
		{"none", PayloadTSi, []byte{0, 0, 0, 0}, []string{"number of selectors: 0"},
			[]string{"warning: traffic selector payload has no selector"}},
		{"backwards", PayloadTSi, []byte{1, 0, 0, 0, 7, 0, 0, 16, 0, 0, 0xff, 0xff, 10, 0, 0, 9, 10, 0, 0, 1}, []string{
			"number of selectors: 1", "traffic selector: 10.0.0.9 - 10.0.0.1", "  type: TS_IPV4_ADDR_RANGE (7)", "  protocol: any",
			"  length: 16", "  start port: 0", "  end port: 65535", "  first address: 10.0.0.9", "  last address: 10.0.0.1"},
			[]string{"warning: traffic selector begins behind its end"}},
		{"too long", PayloadTSi, []byte{1, 0, 0, 0, 99, 0, 0, 6, 0xaa}, []string{"number of selectors: 1", "not read: 63000006aa"},
			[]string{"error: traffic selector: selector reaches beyond the payload"}},
		{"too short", PayloadTSi, []byte{1, 0, 0, 0, 7, 0, 0, 5, 0xaa}, []string{"number of selectors: 1", "not read: 07000005aa"},
			[]string{"error: traffic selector: selector length is less than its type needs"}},
		{"miscounted", PayloadTSi, []byte{3, 0, 0, 0, 99, 0, 0, 4}, []string{
			"number of selectors: 3", "traffic selector: 99", "  type: 99", "  length: 4"},
			[]string{"error: traffic selector: payload states another number of selectors than it has"}},
	})
	comesBack(t, ParseTS, tsBody)
	prefixesFail(t, tsBody, len(tsBody), ParseTS)
	noAllocs(t, "traffic selectors", func() {
		ts, err := ParseTS(tsBody)
		if err != nil {
			t.Fatal(err)
		}
		for i := ts.Selectors(); i.Next(); {
			_, _ = i.Selector().Prefix()
		}
	})
}

func selector4(from, to string, protocol uint8, ports ...byte) Selector {
	s := Selector{Type: TSIPv4Range, Protocol: protocol, Data: ports}
	for _, a := range []string{from, to} {
		ip := netip.MustParseAddr(a).As4()
		s.Data = append(s.Data, ip[:]...)
	}
	return s
}

func TestSelectorText(t *testing.T) {
	anyPort := []byte{0, 0, 0xff, 0xff}
	for _, tt := range []struct {
		s    Selector
		want string
	}{
		{selector4("0.0.0.0", "255.255.255.255", 0, anyPort...), "0.0.0.0/0"},
		{selector4("10.0.0.1", "10.0.0.1", 0, anyPort...), "10.0.0.1/32"},
		{selector4("10.0.0.0", "10.0.0.1", 0, anyPort...), "10.0.0.0/31"},
		{selector4("10.0.0.1", "10.0.0.2", 0, anyPort...), "10.0.0.1 - 10.0.0.2"},
		{selector4("10.0.0.0", "10.0.0.2", 0, anyPort...), "10.0.0.0 - 10.0.0.2"},
		{selector4("128.0.0.0", "255.255.255.255", 0, anyPort...), "128.0.0.0/1"},
		{selector4("0.0.0.0", "0.0.0.0", 0, anyPort...), "0.0.0.0/32"},
		{selector4("10.0.0.0", "10.0.0.255", 17, 0, 80, 0, 90), "10.0.0.0/24 UDP ports 80 - 90"},
		{selector4("10.0.0.0", "10.0.0.255", 6, 0xff, 0xff, 0, 0), "10.0.0.0/24 TCP opaque"},
		{selector4("10.0.0.0", "10.0.0.255", 6, 0, 0, 0, 0), "10.0.0.0/24 TCP port 0"},
		{selector4("10.0.0.0", "10.0.0.255", 1, 8, 0, 8, 0), "10.0.0.0/24 ICMP type 8 code 0"},
		{selector4("10.0.0.0", "10.0.0.255", 1, 3, 0, 5, 255), "10.0.0.0/24 ICMP type 3 code 0 - type 5 code 255"},
		{selector4("10.0.0.0", "10.0.0.255", 135, 5, 0, 5, 255), "10.0.0.0/24 Mobility Header type 5"},
		{selector4("10.0.0.0", "10.0.0.255", 200, anyPort...), "10.0.0.0/24 protocol 200"},
	} {
		if got := tt.s.String(); got != tt.want {
			t.Errorf("%q, want %q", got, tt.want)
		}
	}
}

func TestLastAddress(t *testing.T) {
	for prefix, want := range map[string]string{
		"0.0.0.0/0":        "255.255.255.255",
		"10.1.2.0/23":      "10.1.3.255",
		"10.1.2.3/32":      "10.1.2.3",
		"::/0":             "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
		"2001:db8::/61":    "2001:db8:0:7:ffff:ffff:ffff:ffff",
		"2001:db8::1/128":  "2001:db8::1",
		"::ffff:a00:0/104": "::ffff:10.255.255.255",
	} {
		if got := lastAddress(netip.MustParsePrefix(prefix)); got != netip.MustParseAddr(want) {
			t.Errorf("%s ends at %v, want %s", prefix, got, want)
		}
	}
}

// A selector put together by hand may be too short for its type.
func TestSelectorCut(t *testing.T) {
	for n := range 12 {
		s := Selector{Type: TSIPv4Range, Data: make([]byte, n)}
		if _, _, ok := s.Range(); ok {
			t.Errorf("%d bytes are a range", n)
		}
		_, _ = s.String(), fieldsAt(100, s)
	}
}

func FuzzTS(f *testing.F) {
	f.Add(tsBody)
	f.Add([]byte{1, 0, 0, 0, 10, 0, 0, 9, 's', ':', 'c', '0', 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		fields, _ := payloadOf(PayloadTSi, 100, b)
		checkTree(t, fields, 100, 100+len(b))
		ts, err := ParseTS(b)
		if err != nil {
			return
		}
		copy(b[1:4], []byte{0, 0, 0}) // reserved
		if again := ts.Append(nil); !bytes.Equal(again, b) {
			t.Errorf("%x comes back as %x", b, again)
		}
	})
}

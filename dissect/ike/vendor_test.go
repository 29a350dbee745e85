package ike

import (
	"encoding/hex"
	"testing"
)

func TestVendorName(t *testing.T) {
	for id, want := range map[string]string{
		"882fe56d6fd20dbc2251613b2ebe5beb":                 "strongSwan",
		"afcad71368a1f1c96b8696fc77570100":                 "DPD (RFC 3706)",
		"4a131c81070358455c5728f20e95452f":                 "NAT-T (RFC 3947)",
		"cd60464335df21f87cfdb2fc68b6a448":                 "draft-ietf-ipsec-nat-t-ike-02",
		"90cb80913ebb696e086381b5ec427b1f":                 `draft-ietf-ipsec-nat-t-ike-02\n`,
		"7d9419a65310ca6f2c179d9215529d56":                 "draft-ietf-ipsec-nat-t-ike-03",
		"09002689dfd6b712":                                 "XAUTH",
		"12f5f28c457168a9702d9fe274cc0100":                 "Cisco Unity",
		"4048b7d56ebce88525e7de7f00d6c2d3":                 "FRAGMENTATION",
		"4048b7d56ebce88525e7de7f00d6c2d3c0000000":         "FRAGMENTATION",
		"1e2b516905991c7d7c96fcbfb587e46100000009":         "MS NT5 ISAKMPOAKLEY",
		"8299031757a36082c6a621de00000000":                 "FortiGate",
		"8299031757a36082c6a621de0005024d":                 "FortiGate",
		"4c53427b6d465d1b337bb755a37a7fef":                 "FortiClient Connect License",
		"b4f01ca951e9da8d0bafbbd34ad3044e":                 "Fortinet Endpoint Control",
		"f4ed19e0c114eb516faaac0ee37daf2807b4381f00000001": "Check Point",
		"7003cbc1097dbe9c2600ba6983bc8b35":                 "racoon (KAME)",
		"4f452d4c696272657377616e2d342e36":                 "Libreswan",           // OE-Libreswan-4.6: the longest prefix wins
		"4f454e4a":                                         "Libreswan 3.0 - 3.5", // OEN, longer than OE
		"4f45407942714f72547e497b":                         "FreeS/WAN or Openswan",
		"434953434f2d44454c4554452d524541534f4e":           "Cisco Delete Reason",

		// Not known: an exact ID with more behind it, a prefix cut short, nothing.
		"09002689dfd6b71201":     "unknown 09002689dfd6b71201",
		"8299031757a36082c6a621": "unknown 8299031757a36082c6a621",
		"":                       "unknown ",
		"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff00": "unknown 00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff...",
	} {
		b, err := hex.DecodeString(id)
		if err != nil {
			t.Fatal(err)
		}
		if got := VendorName(b); got != want {
			t.Errorf("%s: %q, want %q", id, got, want)
		}
	}
}

func TestVendorKnownWithoutAllocations(t *testing.T) {
	v := VendorID{Data: []byte("OE-Libreswan-4.6")}
	noAllocs(t, "Known", func() {
		if _, ok := v.Known(); !ok {
			t.Fatal("not known")
		}
	})
}

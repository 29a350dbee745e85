package ike

import (
	"bytes"
	"crypto/md5"
	"encoding/hex"
	"sort"
	"strings"
	"testing"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	return must[[]byte](t)(hex.DecodeString(strings.ReplaceAll(s, " ", "")))
}

func TestVendorDetail(t *testing.T) {
	const (
		checkPoint = "f4ed19e0c114eb516faaac0ee37daf2807b4381f"
		netScreen  = "299ee8289f40a8973bc78687e2e7226b532c3b76"
		windows    = "1e2b516905991c7d7c96fcbfb587e461"
		fragments  = "4048b7d56ebce88525e7de7f00d6c2d3"
	)
	for id, want := range map[string]string{
		// With version bytes.
		"afcad71368a1f1c96b8696fc7757 0100":         "DPD (RFC 3706) 1.0",
		"12f5f28c457168a9702d9fe274cc 0100":         "Cisco Unity 1.0",
		"1f07f70eaa6514d3b0fa96542a50 0407":         "Cisco VPN 3000 4.0.7",
		"8299031757a36082c6a621de 0005024d":         "FortiGate FortiOS 5 build 589",
		"8299031757a36082c6a621de 000000":           "FortiGate 000000",
		"8299031757a36082c6a621de 00000000":         "FortiGate 00000000",
		windows + "00000002":                        "MS NT5 ISAKMPOAKLEY (Windows 2000)",
		windows + "00000009":                        "MS NT5 ISAKMPOAKLEY (Windows 8 or later, or Server 2012 or later)",
		windows + "000000ff":                        "MS NT5 ISAKMPOAKLEY (255)",
		"01528bbbc00696121849ab9a1c5b2a51 00000002": "MS KEY_MODS (IKEv2)",
		"7bb93867d76c8d80df0f40fae8fc3b19 00000004": "MS AuthIP INIT KE (group 19)",
		fragments:                        "FRAGMENTATION",
		fragments + "80000000":           "FRAGMENTATION (main and aggressive mode)",
		fragments + "c0000000":           "FRAGMENTATION (main and aggressive mode, base exchanges)",
		fragments + "c0000001":           "FRAGMENTATION c0000001",
		checkPoint:                       "Check Point",
		checkPoint + "00000001 00000fa2": "Check Point Firewall-1 4.1 SP2 or above",
		checkPoint + "00000001 0000138d 00000000 00000000 18800000":                                       "Check Point Firewall-1 NG AI R55",
		checkPoint + "00000001 0000138d 5f000000 00000000 18800000":                                       "Check Point Firewall-1 NGX or later, its clock at 2020-07-04T04:05:20Z",
		checkPoint + "00000002 0000270f":                                                                  "Check Point SecuRemote/SecureClient version 9999",
		checkPoint + "00000009 0000270f":                                                                  "Check Point 000000090000270f",
		netScreen + "00000009 00000500":                                                                   "NetScreen 1 model 9, ScreenOS 5.0.0",
		netScreen + "00000009 00000403":                                                                   "NetScreen 1 model 9, ScreenOS 4.0.3",
		netScreen + "00000000 00000000":                                                                   "NetScreen 1 0000000000000000",
		hex.EncodeToString([]byte("OE-Libreswan-4.6")):                                                    "Libreswan 4.6",
		hex.EncodeToString([]byte("OpenIKED-7.4")):                                                        "OpenIKED -7.4",
		hex.EncodeToString([]byte("OpenPGP10171")):                                                        "OpenPGP 10171",
		hex.EncodeToString([]byte("OE0123456789")):                                                        "FreeS/WAN or Openswan (unknown version)",
		hex.EncodeToString([]byte("LVC7.1.2:XP")):                                                         "Lucent VPN Client 7.1.2:XP",
		hex.EncodeToString([]byte("TIMESTEP 1 SGW 1520 315 2.01E013")):                                    `TimeStep " 1 SGW 1520 315 2.01E013"`,
		"47bbe7c993f1fc13b4e6d0db565c68e5 01020101 02010101 0310 382e302e3020284275696c6420313029 000000": `SafeNet SoftRemote "8.0.0 (Build 10)"`,
		"686a8cbdfe634b405146fb2baf33e9e8 000102030405060708090a0b0c0d0e0f":                               "MSFT IPsec Security Realm Id 000102030405060708090a0b0c0d0e0f",

		// Exact, though there is a prefix with versions.
		"5b362bc820f70001": "SonicWall",
		"da8e937880010000": "SonicWall or WatchGuard",

		// Unknown: hexadecimal, and text where it is one.
		"a9b9b1034f7e50a2513b47b100bb85a9":                 "unknown a9b9b1034f7e50a2513b47b100bb85a9",
		hex.EncodeToString([]byte("moon\"beam")):           `unknown 6d6f6f6e226265616d "moon\"beam"`,
		hex.EncodeToString([]byte("moon\x1b[0m")):          "unknown 6d6f6f6e1b5b306d",
		hex.EncodeToString([]byte("abc")):                  "unknown 616263",
		hex.EncodeToString(bytes.Repeat([]byte("a"), 100)): "unknown " + strings.Repeat("61", 32) + `... "` + strings.Repeat("a", 64) + `"`,
	} {
		if got := (VendorID{Data: unhex(t, id)}).Detail(); got != want {
			t.Errorf("%s: %q, want %q", id, got, want)
		}
	}
}

// Vendor IDs as others list them, and the text that they are a hash of: neither
// the list nor the text is taken on trust.
func TestVendorHashes(t *testing.T) {
	for _, x := range []struct{ id, text, name string }{
		{"4a131c81070358455c5728f20e95452f", "RFC 3947", "NAT-T (RFC 3947)"}, // RFC 3947 3.1
		{"afcad71368a1f1c96b8696fc7757", "CISCO-DEAD-PEER-DETECTION", "DPD (RFC 3706)"},
		{"09002689dfd6b712", "draft-ietf-ipsra-isakmp-xauth-06.txt", "XAUTH"},
		{"90cb80913ebb696e086381b5ec427b1f", "draft-ietf-ipsec-nat-t-ike-02\n", `draft-ietf-ipsec-nat-t-ike-02\n`},
		{"42ea5b6f898d9773a575df26e7dd19e1", "draft-ietf-ipsec-nat-t-ike-09", "draft-ietf-ipsec-nat-t-ike-09"},
		{"0d33611a5d521b5e3c9c03d2fc107e12", "IKE Challenge/Response for Authenticated Cryptographic Keys\n", `IKE Challenge/Response\n`},
		{"13f11823f966fa91900f024ba66a86ba", "IKE Challenge/Response for Authenticated Cryptographic Keys (Revised)\n", `IKE Challenge/Response (Revised)\n`},
		{"b46d8914f3aaa3f2fedeb7c7db2943ca", "A GSS-API Authentication Method for IKE\n", `A GSS-API Authentication Method for IKE\n`},
		{"12f5f28c457168a9702d9fe274cc", "CISCO-UNITY", "Cisco Unity"},
		{"1f07f70eaa6514d3b0fa96542a50", "ALTIGA GATEWAY", "Cisco VPN 3000"},
		{"f6f7efc7f5aeb8cb158cb9d094ba69e7", "ALTIGA NETWORKS", "Cisco VPN 3000 client"},
		{"4048b7d56ebce88525e7de7f00d6c2d3", "FRAGMENTATION", "FRAGMENTATION"},
		{"1e2b516905991c7d7c96fcbfb587e461", "MS NT5 ISAKMPOAKLEY", "MS NT5 ISAKMPOAKLEY"},
		{"214ca4faffa7f32d6748e5303395ae83", "MS-MamieExists", "MS AuthIP supported"},
		{"72872b95fcda2eb708efe322119b4971", "NLBS_PRESENT", "MS NLB/MSCS fast failover"},
		{"686a8cbdfe634b405146fb2baf33e9e8", "MSFT IPsec Security Realm Id", "MSFT IPsec Security Realm Id"},
		{"8aa394cf8a5577dc3110c113b027a4f2", "Microsoft Xbox One 2013", "Microsoft Xbox One 2013"},
		{"8299031757a36082c6a621de", "FORTIGATE", "FortiGate"},
		{"9b15e65a871aff342666623ba5022e60", "Fortinet Auto-Discovery Sender", "Fortinet Auto-Discovery Sender"},
		{"ca4a4cbb12eab6c58c57067c2e653786", "Fortinet Auto-Discovery Receiver", "Fortinet Auto-Discovery Receiver"},
		{"a58fec5036f57b21e8b499e336c76ee6", "Fortinet Exchange Interface IP", "Fortinet Exchange Interface IP"},
		{"b4f01ca951e9da8d0bafbbd34ad3044e", "Fortinet Endpoint Control", "Fortinet Endpoint Control"},
		{"7003cbc1097dbe9c2600ba6983bc8b35", "KAME/racoon", "racoon (KAME)"},
		{"20a3622c1cea7ce37bee3ca484425276", "IPSec-Tools", "racoon (IPsec-Tools)"},
		{"3b9031dce4fcf88b489a923963dd0c49", "DPD", "DPDv1_NG"},
		{"882fe56d6fd20dbc2251613b2ebe5beb", "strongSwan", "strongSwan"},
		{"488c08f57afc382112f7cb396f2d4f6c", "strongSwan 4.2.9", "strongSwan 4.2.9"},
		{"9aa1f3b43472a45d5f506aeb260cf214", "SSH Communications Security IPSEC Express version 4.1.0", "SSH IPSEC Express 4.1.0"},
		{"dbfb81eb5760b0788562067da102d755", "NETGEAR", "Netgear"},
	} {
		id := unhex(t, x.id)
		if sum := md5.Sum([]byte(x.text)); !bytes.HasPrefix(sum[:], id) {
			t.Errorf("%s is not how MD5 of %q begins", x.id, x.text)
		}
		if got := VendorName(id); got != x.name {
			t.Errorf("%s: %q, want %q", x.id, got, x.name)
		}
	}
}

// FreeS/WAN and its heirs: bytes by ike-scan, names computed.
func TestVendorFolded(t *testing.T) {
	for id, want := range map[string]string{
		"4f454e784e716375596d5e6f":   "", // made up
		"4f45486b7d44784d42676b5d":   "FreeS/WAN 2.00",
		"4f455d787a5b6948787a655b":   "Openswan 2.1.0",
		"4f4568794c64414365636661":   "Openswan 2.6.32",
		"4f53577666617a6f6355505a":   "Openswan 2.6.40",
		"4f535771775064405e494145":   "Openswan 2.6.46",
		"4f454e5f52685050487b645e":   "Libreswan 3.5",
		"4f457a7d4646466667725f65":   "Openswan 2.4.4 X.509-1.5.4",
		"4f45486b7d44784d42676b5dff": "FreeS/WAN or Openswan", // longer: only the prefix
	} {
		if want == "" {
			want = "Libreswan 3.0 - 3.5"
		}
		if got := VendorName(unhex(t, id)); got != want {
			t.Errorf("%s: %q, want %q", id, got, want)
		}
	}
}

// Both tables are in order, and every entry is found by its own bytes.
func TestVendorTables(t *testing.T) {
	if len(vendorExact) < 300 || len(vendorPrefixes) < 40 {
		t.Errorf("%d exact, %d prefixes", len(vendorExact), len(vendorPrefixes))
	}
	exact := map[string]bool{}
	for _, e := range vendorExact {
		exact[e.id] = true
		if got := VendorName([]byte(e.id)); got != e.name {
			t.Errorf("%x: %q, want %q", e.id, got, e.name)
		}
	}
	for _, e := range vendorPrefixes {
		if got := VendorName([]byte(e.id)); got != e.name && !exact[e.id] {
			t.Errorf("%x: %q, want %q", e.id, got, e.name)
		}
	}
	if !sort.SliceIsSorted(vendorExact[:], func(i, j int) bool { return vendorExact[i].id < vendorExact[j].id }) {
		t.Error("exact ones are not in order")
	}
	for name := range vendorVersions {
		found := false
		for _, e := range vendorPrefixes {
			found = found || e.name == name
		}
		if !found {
			t.Errorf("a version format for %q, which is no prefix", name)
		}
	}
}

func FuzzVendorID(f *testing.F) {
	for _, e := range vendorPrefixes {
		f.Add([]byte(e.id + "\x00\x00\x00\x01\x00\x00\x13\x8d\xff\xff\xff\xff"))
	}
	f.Add([]byte("moon"))
	f.Fuzz(func(t *testing.T, b []byte) {
		v := VendorID{Data: b}
		name, ok := v.Known()
		d := v.Detail()
		if ok && !strings.HasPrefix(d, name) || !ok && !strings.HasPrefix(d, "unknown") {
			t.Errorf("%x is %q, in detail %q", b, name, d)
		}
		for _, c := range []byte(d) {
			if c < ' ' || c > '~' {
				t.Fatalf("%x: control characters in %q", b, d)
			}
		}
		if len(d) > 400 {
			t.Errorf("%x: %d characters", b, len(d))
		}
	})
}

func BenchmarkVendorKnown(b *testing.B) {
	v := VendorID{Data: []byte("OE-Libreswan-4.6")}
	for b.Loop() {
		_, _ = v.Known()
	}
}

package main

import (
	"encoding/hex"
	"strings"
	"testing"
)

func TestVendorBytes(t *testing.T) {
	for _, x := range []struct{ form, value, want string }{
		{"hex", "0aff", "0aff"},
		{"text", "IKEv2", "494b457632"},
		{"md5", "RFC 3947", "4a131c81070358455c5728f20e95452f"}, // RFC 3947 3.1
		{"md5/14", "CISCO-DEAD-PEER-DETECTION", "afcad71368a1f1c96b8696fc7757"},
		{"fold/OE", "Linux FreeS/WAN 2.00", "4f45486b7d44784d42676b5d"}, // as ike-scan lists it
		{"fold/OSW", "Openswan 2.6.40", "4f53577666617a6f6355505a"},
	} {
		id, err := vendorBytes(x.form, x.value)
		if err != nil || hex.EncodeToString(id) != x.want {
			t.Errorf("%s %q: %x, %v; want %s", x.form, x.value, id, err, x.want)
		}
	}
	for form, want := range map[string]string{
		"sha1":              "form is",
		"md5/17":            "from 8 to 16",
		"md5/7":             "from 8 to 16",
		"md5/x":             "from 8 to 16",
		"fold":              "no prefix",
		"fold/ABCDEFGHIJKL": "no prefix",
	} {
		if id, err := vendorBytes(form, "moon"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("form %s: %x, %v", form, id, err)
		}
	}
}

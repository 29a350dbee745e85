package message

import (
	"encoding/json"
	"testing"
	"unicode/utf8"

	"github.com/ikesniff/ikesniff/dissect/ike"
)

func TestPlainName(t *testing.T) {
	for _, tt := range []struct {
		x    algorithm
		want string
	}{
		{algorithm{ike.TransformEncryption, 12, 256, false}, "AES-CBC-256"},
		{algorithm{ike.TransformEncryption, 20, 128, false}, "AES-GCM-128"},
		{algorithm{ike.TransformEncryption, 18, 128, false}, "AES-GCM-8-128"},
		{algorithm{ike.TransformEncryption, 28, 0, false}, "CHACHA20-POLY1305"},
		{algorithm{ike.TransformEncryption, 3, 0, false}, "3DES"},
		{algorithm{ike.TransformEncryption, 65001, 0, false}, "ENCR 65001"},
		{algorithm{ike.TransformIntegrity, 2, 0, false}, "SHA1"},
		{algorithm{ike.TransformIntegrity, 12, 0, false}, "SHA256"},
		{algorithm{ike.TransformIntegrity, 5, 0, false}, "AES-XCBC"},
		{algorithm{ike.TransformPRF, 7, 0, false}, "SHA512"},
		{algorithm{ike.TransformPRF, 1, 0, false}, "MD5"},
		{algorithm{ike.TransformKeyExchange, 14, 0, false}, "MODP2048"},
		{algorithm{ike.TransformKeyExchange, 31, 0, false}, "CURVE25519"},
		{algorithm{ike.TransformKeyExchange, 28, 0, false}, "ECP256-BP"},
		{algorithm{ike.TransformKeyExchange, 24, 0, false}, "MODP2048-256"},
		{algorithm{ike.TransformKeyExchange, 36, 0, false}, "ML-KEM-768"},
		{algorithm{ike.TransformEncryption, 7, 256, true}, "AES-CBC-256"},
		{algorithm{ike.TransformEncryption, 1, 0, true}, "DES"},
		{algorithm{ike.TransformIntegrity, 2, 0, true}, "SHA1"},
		{algorithm{ike.TransformIntegrity, 4, 0, true}, "SHA256"},
		{algorithm{ike.TransformKeyExchange, 2, 0, true}, "MODP1024"},
	} {
		if got := plainName(tt.x); got != tt.want {
			t.Errorf("%+v: %s, want %s", tt.x, got, tt.want)
		}
	}
}

// FuzzAppendString: strings come back from encoding/json as they were, and in
// between they print.
func FuzzAppendString(f *testing.F) {
	for _, s := range []string{"plain", "\"\\/\b", "\x1b[31m\u009b\u202e", "\U0001f600\U000e0001", "\xff\xfe", "\u2028"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		b := appendString(nil, s)
		if string(b) != string(appendString(nil, []byte(s))) {
			t.Fatal("string and bytes differ")
		}
		var got string
		if err := json.Unmarshal(b, &got); err != nil {
			t.Fatalf("%s: %v", b, err)
		}
		if utf8.ValidString(s) && got != s {
			t.Fatalf("%q became %q", s, got)
		}
		for _, c := range b {
			if c < 0x20 || c == 0x7f {
				t.Fatalf("byte %#x in %s", c, b)
			}
		}
	})
}

func TestBreakAt(t *testing.T) {
	for _, tt := range []struct {
		s          string
		max        int
		head, rest string
	}{
		{"one two", 10, "one two", ""},
		{"one two", 7, "one two", ""},
		{"one two", 6, "one", "two"},
		{"one two", 3, "one", "two"},
		{"onetwo", 3, "one", "two"},
		{"\u00e4\u00e4", 3, "\u00e4", "\u00e4"},
		{"\u20ac", 1, "\u20ac", ""},
	} {
		if head, rest := breakAt(tt.s, tt.max); head != tt.head || rest != tt.rest {
			t.Errorf("%q at %d: %q, %q", tt.s, tt.max, head, rest)
		}
	}
}

func TestTreeText(t *testing.T) {
	tr := tree{hex: true}
	fields := []ike.Field{
		{Name: "a", Value: []byte("v\x1b"), Offset: 4, Length: 70},
		{Name: "b", Offset: 4, Length: 70, Level: 1, Bytes: make([]byte, 70)},
	}
	want := "            4    70  a: v\\x1b\n" +
		"            4    70    b\n" +
		"                         00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00\n" +
		"                         00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00\n" +
		"                         00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00\n" +
		"                         00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00\n" +
		"                         .. 6 bytes more\n"
	var got []byte
	for i := range fields {
		got = tr.appendField(got, &fields[i])
	}
	if string(got) != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestTreeJSON(t *testing.T) {
	j := jsonTree{hex: true}
	j.tree.Fields = []ike.Field{
		{Name: "a", Value: []byte("v\x1b"), Offset: 4, Length: 7},
		{Name: "b", Offset: 4, Length: 3, Level: 1},
		{Name: "c", Offset: 4, Length: 1, Level: 2, Bytes: []byte{9}},
		{Name: "d", Offset: 7, Length: 4, Level: 1},
		{Name: "e", Offset: 11, Level: 0},
	}
	want := `{"name":"a","value":"v\u001b","offset":4,"length":7,"fields":[` +
		`{"name":"b","offset":4,"length":3,"fields":[{"name":"c","offset":4,"length":1,"hex":"09"}]},` +
		`{"name":"d","offset":7,"length":4}]},{"name":"e","offset":11,"length":0}`
	if got := string(j.appendFields(nil)); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	j.tree.Fields = j.tree.Fields[:3]
	if got := string(j.appendFields(nil)); !json.Valid([]byte(got)) {
		t.Errorf("no JSON: %s", got)
	}
}

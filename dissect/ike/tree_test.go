package ike

import (
	"strings"
	"testing"
)

// checkTree demands that fields are in order, inside what holds them, and that
// none lies outside the message.
func checkTree(t *testing.T, fields []node, from, to int) {
	t.Helper()
	at := from
	for _, f := range fields {
		if f.Offset < at || f.Length < 0 || f.Offset+f.Length > to {
			t.Errorf("%q at %d, %d bytes: not between %d and %d", f.Name, f.Offset, f.Length, at, to)
		}
		if len(f.Bytes) > f.Length {
			t.Errorf("%q has %d bytes of %d", f.Name, len(f.Bytes), f.Length)
		}
		checkTree(t, f.Children, f.Offset, f.Offset+f.Length)
		at = f.Offset + f.Length
	}
}

func TestTree(t *testing.T) {
	reserved := auth()
	reserved[29] = 0x01
	reserved[19] |= 0x40
	long := mainMode()
	long[26] = 1
	broken := mainMode()
	broken[30], broken[31] = 0xff, 0xff
	for name, tt := range map[string]struct {
		b        []byte
		wire     int
		fields   string // names at the top
		findings []string
	}{
		"IKE_SA_INIT": {b: saInit(), fields: "header|Security Association|Key Exchange|Nonce|Notify"},
		"main mode":   {b: mainMode(), fields: "header|Security Association|Vendor ID"},
		"encrypted":   {b: quickMode(), fields: "header|encrypted"},
		"reserved": {b: reserved, fields: "header|Encrypted and Authenticated", findings: []string{
			"warning: reserved flags are set", "warning: reserved bits of the payload header are set"}},
		"overlong": {b: long, fields: "header|Security Association|Vendor ID", findings: []string{"error: length is"}},
		"broken": {b: broken, fields: "header|rest", findings: []string{
			"error: payload chain: payload reaches beyond the message"}},
		"trailing": {b: append(auth(), 0, 0), fields: "header|Encrypted and Authenticated|trailing bytes", findings: []string{
			"warning: 2 bytes follow the message"}},
		"cut": {b: saInit()[:60], wire: len(saInit()), fields: "header|Security Association|rest", findings: []string{
			"note: the capture holds only 60 of"}},
	} {
		t.Run(name, func(t *testing.T) {
			m, err := Parse(tt.b, max(tt.wire, len(tt.b)))
			if err != nil {
				t.Fatal(err)
			}
			fields, found := wholeTree(&m)
			checkTree(t, fields, 0, max(tt.wire, len(tt.b)))
			var names []string
			for _, f := range fields {
				names = append(names, f.Name)
			}
			if got := strings.Join(names, "|"); got != tt.fields {
				t.Errorf("fields %s\nwant %s", got, tt.fields)
			}
			for i, want := range tt.findings {
				if i >= len(found) || !strings.HasPrefix(found[i].Severity+": "+found[i].Text, want) {
					t.Errorf("findings %v, want %q", found, tt.findings)
					break
				}
			}
			if tt.findings == nil && len(found) > 0 {
				t.Errorf("findings %v, want none", found)
			}
		})
	}
}

// TestTreeOfAHeader: what Parse refuses still shows its header.
func TestTreeOfAHeader(t *testing.T) {
	b := saInit()
	b[17] = 0x30
	m, err := Parse(b, len(b))
	if err == nil {
		t.Fatal("version 3 parsed")
	}
	fields, found := wholeTree(&m)
	if len(fields) != 1 || len(found) != 1 || found[0].Offset != 17 {
		t.Errorf("%v %v", fields, found)
	}
}

// TestTreePrefixes: a capture may cut a message anywhere.
func TestTreePrefixes(t *testing.T) {
	for _, b := range [][]byte{saInit(), mainMode(), quickMode(), auth()} {
		for n := HeaderLength; n < len(b); n++ {
			m, err := Parse(b[:n], len(b))
			if err != nil {
				t.Fatal(err)
			}
			fields, _ := wholeTree(&m)
			checkTree(t, fields, 0, len(b))
			m, err = Parse(b[:n], n)
			if err != nil {
				t.Fatal(err)
			}
			fields, _ = wholeTree(&m)
			checkTree(t, fields, 0, n)
		}
	}
}

// A tree that is used again allocates nothing, whatever it held before.
func TestTreeAllocations(t *testing.T) {
	for name, b := range map[string][]byte{"IKE_SA_INIT": saInit(), "IKE_AUTH": auth(), "quick mode": quickMode()} {
		m := must[Message](t)(Parse(b, len(b)))
		var tr Tree
		tr.Read(&m)
		noAllocs(t, name, func() { tr.Read(&m) })
	}
}

// What a tree held before leaves no trace.
func FuzzTree(f *testing.F) {
	for _, b := range [][]byte{saInit(), mainMode(), quickMode(), auth()} {
		f.Add(b, len(b), saInit())
	}
	f.Fuzz(func(t *testing.T, b []byte, wire int, before []byte) {
		var used Tree
		if m, err := Parse(before, len(before)); err == nil {
			used.Read(&m)
		}
		m, _ := Parse(b, min(wire, 1<<20))
		used.Read(&m)
		fields := nodes(&used)
		checkTree(t, fields, 0, max(len(b), min(wire, 1<<20), HeaderLength))
		if got, want := probeText(fields, used.Findings), probeText(wholeTree(&m)); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
		level := 0
		for _, f := range used.Fields {
			if f.Level < 0 || f.Level > level+1 {
				t.Errorf("%q: level %d behind %d", f.Name, f.Level, level)
			}
			level = f.Level
			for _, c := range f.Name {
				if c < ' ' || c > '~' || c == '"' || c == '\\' {
					t.Errorf("%q is no plain name", f.Name)
				}
			}
		}
	})
}

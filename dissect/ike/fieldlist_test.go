package ike

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// node is a Field with those inside it.
type node struct {
	Name, Value    string
	Offset, Length int
	Bytes          []byte
	Children       []node
}

// nodes gives the fields of a tree as they lie in each other.
func nodes(tr *Tree) []node {
	rest := tr.Fields
	var row func(level int) []node
	row = func(level int) (out []node) {
		for len(rest) > 0 && rest[0].Level >= level {
			f := rest[0]
			if f.Level != level {
				panic("a field lies deeper than in the one before it")
			}
			rest = rest[1:]
			out = append(out, node{f.Name, string(f.Value), f.Offset, f.Length, f.Bytes, row(level + 1)})
		}
		return out
	}
	return row(0)
}

// treeOf gives what is added to a tree at byte at of a message.
func treeOf(at int, appendTo func(*Tree)) ([]node, []Finding) {
	tr := Tree{at: at}
	appendTo(&tr)
	return nodes(&tr), tr.Findings
}

// bodyOf gives the fields and findings of a payload's body.
func bodyOf(m *Message, p Payload) ([]node, []Finding) {
	return treeOf(p.Offset, func(tr *Tree) { tr.addBody(m, p) })
}

func fieldsAt(at int, b payloadBody) []node {
	fields, _ := treeOf(at, b.AppendFields)
	return fields
}

// dataAt gives the fields of the data of a notify, and whether they have their
// form.
func dataAt(at int, n Notify) (fields []node, ok bool) {
	fields, _ = treeOf(at, func(tr *Tree) { ok = n.AppendData(tr) })
	return fields, ok
}

// decoded gives what a decoder of certificates or the like adds.
func decoded(at int, decode certificateDecoder, der []byte) (value string, fields []node, err error) {
	fields, _ = treeOf(at, func(tr *Tree) { value, err = decode(tr, der) })
	return value, fields, err
}

// wholeTree gives all of a message.
func wholeTree(m *Message) ([]node, []Finding) {
	var tr Tree
	tr.Read(m)
	return nodes(&tr), tr.Findings
}

// dump gives one line for each field: indented name, value.
func dump(fields []node) []string {
	var lines []string
	var walk func(fields []node, indent string)
	walk = func(fields []node, indent string) {
		for _, f := range fields {
			lines = append(lines, strings.TrimRight(indent+f.Name+": "+f.Value, " "))
			walk(f.Children, indent+"  ")
		}
	}
	walk(fields, "")
	return lines
}

// checkCovered demands that the fields of a body that begins at byte at are in
// their place, that their bytes are those there, and that no byte but zeros is
// in no field.
func checkCovered(t *testing.T, fields []node, at int, body []byte) {
	t.Helper()
	checkTree(t, fields, at, at+len(body))
	covered := make([]bool, len(body))
	var walk func(fields []node)
	walk = func(fields []node) {
		for _, f := range fields {
			from := f.Offset - at
			if f.Bytes != nil && !bytes.Equal(f.Bytes, body[from:from+len(f.Bytes)]) {
				t.Errorf("%q does not hold the bytes at %d", f.Name, f.Offset)
			}
			walk(f.Children)
			leaf := true
			for _, c := range f.Children {
				leaf = leaf && c.Length == 0
			}
			for i := from; leaf && i < from+f.Length; i++ {
				covered[i] = true
			}
		}
	}
	walk(fields)
	for i, ok := range covered {
		if !ok && body[i] != 0 {
			t.Errorf("byte %d (%#x) is in no field", i, body[i])
		}
	}
}

// bodyTest is one body of a payload: what its fields must be, and what must be
// said of it.
type bodyTest struct {
	name     string
	kind     PayloadType
	body     []byte
	want     []string // dump of the fields
	findings []string
}

// run checks the tests, and every prefix of their bodies: nothing panics, and
// all fields are within the bytes.
func runBodies(t *testing.T, tests []bodyTest) {
	t.Helper()
	const at = 100
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			fields, found := payloadOf(tt.kind, at, tt.body)
			if d := cmp.Diff(tt.want, dump(fields)); d != "" {
				t.Errorf("fields:\n%s", d)
			}
			checkCovered(t, fields, at, tt.body)
			var said []string
			for _, f := range found {
				if f.Offset < at || f.Offset > at+len(tt.body) {
					t.Errorf("%v is outside the body", f)
				}
				said = append(said, f.Severity+": "+f.Text)
			}
			if d := cmp.Diff(tt.findings, said); d != "" {
				t.Errorf("findings:\n%s", d)
			}
			for n := range tt.body {
				fields, found := payloadOf(tt.kind, at, tt.body[:n:n])
				checkCovered(t, fields, at, tt.body[:n])
				for _, f := range found {
					if f.Offset < at || f.Offset > at+n {
						t.Errorf("%d bytes: %v is outside the body", n, f)
					}
				}
			}
		})
	}
}

// payloadOf gives fields and findings of a payload of IKEv2 whose body begins at
// byte at of its message.
func payloadOf(kind PayloadType, at int, body []byte) ([]node, []Finding) {
	m := Message{Header: Header{Version: Version{Major: 2}}}
	return bodyOf(&m, Payload{Type: kind, Offset: at - genericLength, Length: genericLength + len(body), Body: body})
}

// comesBack checks that parsing and appending gives the same bytes.
func comesBack[T interface{ Append([]byte) []byte }](t *testing.T, parse func([]byte) (T, error), body []byte) {
	t.Helper()
	v, err := parse(body)
	if err != nil {
		t.Fatal(err)
	}
	if got := v.Append(nil); !bytes.Equal(got, body) {
		t.Errorf("%x comes back as %x", body, got)
	}
}

func TestOpaqueText(t *testing.T) {
	for want, b := range map[string][]byte{
		"":         {},
		"00ff":     {0, 255},
		"33 bytes": make([]byte, 33),
	} {
		if got := opaqueText(b); got != want {
			t.Errorf("%x: %q, want %q", b, got, want)
		}
	}
	if got := textOrOpaque([]byte("moon\n")); got != "6d6f6f6e0a" {
		t.Errorf("a line feed is text: %q", got)
	}
	if got := textOrOpaque([]byte("moon")); got != "moon" {
		t.Errorf("%q", got)
	}
}

package ike

import (
	"crypto/x509"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write docs/ike.md anew")

const coverageFile = "../../docs/ike.md"

// section is a part of the coverage table: the registries of one kind of thing.
// nobody's is a number that no registry that fits into a byte or into two has
// assigned.
const (
	unassignedByte = 99
	unassignedWord = 9999
)

// probe dumps the fields of a body from the skip-th on, and its findings.
func probe(skip int, b payloadBody) string {
	fields, found := treeOf(0, b.AppendFields)
	return probeText(fields[skip:], found)
}

func probeText(fields []node, found []Finding) string {
	var b strings.Builder
	for _, f := range fields {
		fmt.Fprintf(&b, "%s=%s@%d+%d%s;", f.Name, f.Value, f.Offset, f.Length, probeText(f.Children, nil))
	}
	for _, f := range found {
		fmt.Fprintf(&b, "!%d;", f.Offset)
	}
	return b.String()
}

func shortValue(data []byte) []byte { return append([]byte{0, 0}, data...)[len(data):] }

func shortAttribute(t uint16, data []byte) []byte {
	return Attribute{Type: t, Short: true, Value: shortValue(data)}.Append(nil)
}

func v2PayloadText(v uint16, data []byte) string {
	return probeText(treeOf(0, func(tr *Tree) { tr.addBodyV2(PayloadType(v), data) }))
}

func v1PayloadText(v uint16, data []byte) string {
	m := Message{Header: Header{Version: Version{Major: 1}}}
	return probeText(treeOf(0, func(tr *Tree) { tr.addBodyV1(&m, PayloadType(v), data) }))
}

func v2NotifyText(v uint16, data []byte) string {
	fields, ok := dataAt(0, Notify{Type: NotifyType(v), Data: data})
	return probeText(fields, nil) + fmt.Sprint(ok)
}

func v1NotifyText(v uint16, data []byte) string {
	n := V1Notify{Type: V1NotifyType(v), Data: data}
	return probe(4, n)
}

// valueText dumps the value of a data attribute, long and short.
func valueText(write func(*Tree, Attribute)) func(v uint16, data []byte) string {
	return attributeText(func(tr *Tree, a, _ Attribute) string {
		write(tr, a)
		return ""
	})
}

func attributeText(write attributeWriter) func(v uint16, data []byte) string {
	return func(v uint16, data []byte) string {
		life := Attribute{Type: v - 1, Short: true, Value: []byte{0, V1LifeSeconds}}
		said := func(a Attribute) string {
			var tr Tree
			tr.open("", 0)
			write(&tr, a, life)
			fields := nodes(&tr)
			return fields[0].Value + probeText(fields[0].Children, nil)
		}
		return said(Attribute{Type: v, Value: data}) + "|" + said(Attribute{Type: v, Short: true, Value: shortValue(data)})
	}
}

// text dumps a selector but for its own type.
func (s Selector) text(v uint16) string {
	return strings.ReplaceAll(probeText(fieldsAt(0, s), nil), fmt.Sprint("=", nameOf(namesTSTypes, v)), "=")
}

// decoded tells whether the package knows the content of a value: whether it
// says anything else of any data than of the same data under a number that
// nobody has assigned.
func (s section) decoded(v uint16) bool {
	nobody := uint16(unassignedWord)
	switch s.file {
	case "payload-types", "v1-private-payload-types", "id-types", "cert-encodings", "auth-methods", "ts-types", "eap-types",
		"gateway-id-types", "v1-id-types", "v1-cert-encodings":
		nobody = unassignedByte
	}
	for _, data := range sampleData() {
		if s.decodes(v, data) != s.decodes(nobody, data) {
			return true
		}
	}
	return false
}

// sampleData gives data of all short lengths, of numbers and of letters.
func sampleData() [][]byte {
	var out [][]byte
	for n := range 41 {
		numbers, letters := make([]byte, n), make([]byte, n)
		for i := range n {
			numbers[i], letters[i] = byte(i+1), byte('a'+i%26)
		}
		out = append(out, numbers, letters, make([]byte, n))
	}
	imei := []byte{0, 1, 1} // length and type, as of a question
	key, _ := x509.MarshalPKIXPublicKey(ed25519Key.Public())
	return append(out, v1saBody, saBody, []byte{1, 1}, []byte{0, 1}, []byte{0, 2}, imei, ed25519ID, key)
}

// noContent are the values whose documents give them no data.
func noContent(file string, v uint16) bool {
	switch file {
	case "notify-types":
		return !Notify{Type: NotifyType(v)}.decodeData(&fieldReader{Tree: new(Tree)})
	case "v1-notify-types":
		return V1NotifyType(v) == V1NotifyInitialContact
	}
	return false
}

// row gives the cells of a value: whether its content is decoded, and a remark.
func (s section) row(r registryRow) (decoded, remark string) {
	key := fmt.Sprint(r.file, " ", r.value)
	reason := notDecoded[key]
	if reason == "" {
		reason = notDecoded[r.file]
	}
	switch {
	case s.decodes == nil:
		return "named", alsoKnown(r)
	case noContent(r.file, r.value):
		return "no data", decodedRemarks[key]
	case s.decoded(r.value) || partOfAnother[key]:
		return "yes", decodedRemarks[key]
	}
	return "no", reason
}

// coverage gives the table, and what keeps it from being complete.
func coverage(t *testing.T) (table string, missing []string) {
	rows := registryRows(t)
	var b strings.Builder
	covered := map[string]bool{}
	for _, s := range sections {
		fmt.Fprintf(&b, "\n### %s\n\n| value | name | defined in | content | remark |\n|---|---|---|---|---|\n", s.title)
		for _, r := range rows {
			if r.file != s.file || r.value < s.from || s.to != 0 && r.value > s.to {
				continue
			}
			key := fmt.Sprint(r.file, " ", r.value)
			covered[key] = true
			decoded, remark := s.row(r)
			if decoded == "no" && remark == "" {
				missing = append(missing, key+" "+r.name)
			}
			if _, ok := notDecoded[key]; ok && decoded != "no" {
				missing = append(missing, key+" has a reason, but is decoded")
			}
			fmt.Fprintf(&b, "| %d | %s | %s | %s | %s |\n", r.value, r.name, r.ref, decoded, remark)
		}
	}
	for _, r := range rows {
		if key := fmt.Sprint(r.file, " ", r.value); !covered[key] && r.value != 0 {
			missing = append(missing, key+" is in no section")
		}
	}
	return b.String(), missing
}

// The coverage table in docs/ike.md is what the registries and the decoders give
// now, and nothing in it says no without a reason.
func TestCoverageTable(t *testing.T) {
	table, missing := coverage(t)
	for _, m := range missing {
		t.Errorf("no reason: %s", m)
	}
	const begin, end = "<!-- coverage begins -->\n", "<!-- coverage ends -->\n"
	doc, err := os.ReadFile(coverageFile)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok1 := strings.Cut(string(doc), begin)
	_, tail, ok2 := strings.Cut(rest, end)
	if !ok1 || !ok2 {
		t.Fatalf("%s has no marks for the table", coverageFile)
	}
	want := head + begin + table + "\n" + end + tail
	if *update {
		if err := os.WriteFile(coverageFile, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if want != string(doc) {
		t.Errorf("%s is not current: run go test ./dissect/ike -run TestCoverageTable -update", coverageFile)
	}
}

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
type section struct {
	title string
	file  string
	// decodes dumps what the package says of a value's content, given as data.
	// What it dumps for a number that nobody has assigned is what it says
	// without knowing the content. It is nil for values that have no content: a
	// number that stands for an algorithm or a method is all there is.
	decodes func(v uint16, data []byte) string
	// from and to bound the values that belong here; to is 0 for all.
	from, to uint16
}

// nobody's is a number that no registry that fits into a byte or into two has
// assigned.
const (
	unassignedByte = 99
	unassignedWord = 9999
)

var sections = []section{
	{"Exchange types", "exchange-types", nil, 0, 0},
	{"Exchange types of AuthIP (IKEv1, private)", "v1-private-exchange-types", nil, 0, 0},
	{"Payloads of IKEv2", "payload-types", v2PayloadText, 33, 127},
	{"Payloads of IKEv1", "payload-types", v1PayloadText, 1, 32},
	{"Payloads of IKEv1 with private numbers", "v1-private-payload-types", v1PayloadText, 0, 0},
	{"Notify types of IKEv2", "notify-types", v2NotifyText, 0, 0},
	{"Notify types of IKEv2 for private use", "private-notify-types", v2NotifyText, 0, 0},
	{"Notify types of IKEv1", "v1-notify-types", v1NotifyText, 0, 0},
	{"Transform types", "transform-types", nil, 0, 0},
	{"Transforms: encryption", "encryption", nil, 0, 0},
	{"Transforms: pseudorandom functions", "prf", nil, 0, 0},
	{"Transforms: integrity", "integrity", nil, 0, 0},
	{"Transforms: key exchange methods", "key-exchange-methods", nil, 0, 0},
	{"Transforms: sequence numbers", "esn", nil, 0, 0},
	{"Transforms: key wrap algorithms", "key-wrap", nil, 0, 0},
	{"Transforms: authentication of a group's controller", "group-authentication", nil, 0, 0},
	{"Transform attributes", "attributes", func(v uint16, data []byte) string {
		t := Transform{Type: TransformEncryption, ID: 12, attributes: shortAttribute(v, data)}
		return t.Name() + valueText(transformAttribute)(v, data)
	}, 0, 0},
	{"Attributes of a group SA policy", "gsa-attributes", valueText(groupSAValue), 0, 0},
	{"Attributes of a group-wide policy", "group-policy-attributes", valueText(groupPolicyValue), 0, 0},
	{"Attributes of a group key bag", "group-key-attributes", valueText(groupKeyValue), 0, 0},
	{"Attributes of a member key bag", "member-key-attributes", valueText(memberKeyValue), 0, 0},
	{"Protocols", "protocols", nil, 0, 0},
	{"Identification types", "id-types", func(v uint16, data []byte) string {
		id := ID{Type: uint8(v), Data: data}
		return probe(1, id) + id.String()
	}, 0, 0},
	{"Certificate encodings", "cert-encodings", func(v uint16, data []byte) string {
		c := Cert{Encoding: uint8(v), Data: data}
		return probe(1, c)
	}, 0, 0},
	{"Authentication methods", "auth-methods", func(v uint16, data []byte) string {
		a := Auth{Method: uint8(v), Data: data}
		return probe(1, a)
	}, 0, 0},
	{"Traffic selector types", "ts-types", func(v uint16, data []byte) string {
		return Selector{Type: uint8(v), Data: data}.text(v)
	}, 0, 0},
	{"Configuration types", "cp-types", nil, 0, 0},
	{"Configuration attributes", "cp-attributes", func(v uint16, data []byte) string {
		var tr Tree
		ok := ConfigAttribute{Type: v, Value: data}.appendValue(&tr)
		return probeText(nodes(&tr), nil) + fmt.Sprint(ok)
	}, 0, 0},
	{"EAP codes", "eap-codes", nil, 0, 0},
	{"EAP types", "eap-types", func(v uint16, data []byte) string {
		e := EAP{Code: EAPRequest, Type: EAPType(v), Data: data, typed: true}
		return probe(4, e)
	}, 0, 0},
	{"Signature hash algorithms", "hash-algorithms", nil, 0, 0},
	{"Gateway identity types", "gateway-id-types", func(v uint16, data []byte) string {
		n := Notify{Type: notifyRedirectedFrom, Data: append([]byte{byte(v), byte(len(data))}, data...)}
		fields, ok := dataAt(0, n)
		return probeText(fields[1:], nil) + fmt.Sprint(ok)
	}, 0, 0},
	{"ROHC attributes", "rohc-attributes", func(v uint16, data []byte) string {
		fields, _ := dataAt(0, Notify{Type: notifyROHCSupported, Data: shortAttribute(v, data)})
		return strings.TrimPrefix(probeText(fields, nil), nameOf(namesROHCAttributes, v))
	}, 0, 0},
	{"IPComp transforms", "ipcomp", nil, 0, 0},
	{"Secure password methods", "secure-password-methods", nil, 0, 0},
	{"PPK identity types", "ppk-id-types", nil, 0, 0},
	{"IKEv1: domains of interpretation", "v1-dois", nil, 0, 0},
	{"IKEv1: attributes of phase 1", "v1-attributes", attributeText(v1Phase1Attribute), 0, 0},
	{"IKEv1: encryption algorithms of phase 1", "v1-encryption", nil, 0, 0},
	{"IKEv1: hash algorithms", "v1-hash", nil, 0, 0},
	{"IKEv1: authentication methods", "v1-authentication", nil, 0, 0},
	{"IKEv1: groups beyond those of IKEv2", "v1-groups", nil, 0, 0},
	{"IKEv1: group types", "v1-group-types", nil, 0, 0},
	{"IKEv1: life types", "v1-life-types", nil, 0, 0},
	{"IKEv1: asymmetric algorithms", "v1-asymmetric-algorithms", nil, 0, 0},
	{"IKEv1: protocols", "v1-protocols", nil, 0, 0},
	{"IKEv1: ISAKMP transforms", "v1-isakmp-transforms", nil, 0, 0},
	{"IKEv1: ESP transforms", "v1-ipsec-transforms-esp", nil, 0, 0},
	{"IKEv1: AH transforms", "v1-ipsec-transforms-ah", nil, 0, 0},
	{"IKEv1: IPComp transforms", "v1-ipsec-transforms-ipcomp", nil, 0, 0},
	{"IKEv1: attributes of phase 2", "v1-ipsec-attributes", attributeText(v1IPsecAttribute), 0, 0},
	{"IKEv1: authentication algorithms of phase 2", "v1-auth-algorithms", nil, 0, 0},
	{"IKEv1: encapsulation modes", "v1-encap-modes", nil, 0, 0},
	{"IKEv1: ECN tunnel", "v1-ecn-tunnel", nil, 0, 0},
	{"IKEv1: address preservation", "v1-address-preservation", nil, 0, 0},
	{"IKEv1: SA direction", "v1-sa-direction", nil, 0, 0},
	{"IKEv1: identification types", "v1-id-types", func(v uint16, data []byte) string {
		id, err := ParseV1ID(append([]byte{byte(v), 0, 0, 0}, data...))
		return probe(1, id) + fmt.Sprint(err)
	}, 0, 0},
	{"IKEv1: certificate encodings", "v1-cert-encodings", func(v uint16, data []byte) string {
		c := V1Certificate{Encoding: V1CertEncoding(v), Data: data}
		return probe(1, c)
	}, 0, 0},
	{"IKEv1: mode config types", "v1-mode-config-types", nil, 0, 0},
	{"IKEv1: mode config attributes", "v1-mode-config-attributes", func(v uint16, data []byte) string {
		return attributeText(v1ConfigAttribute)(v, data)
	}, 0, 0},
	{"IKEv1: XAUTH types", "v1-xauth-types", nil, 0, 0},
	{"IKEv1: XAUTH status", "v1-xauth-status", nil, 0, 0},
}

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

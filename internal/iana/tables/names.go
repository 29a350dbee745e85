package main

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
)

// writeNames writes a function for one registry, whose rows are value, name,
// short name, and where the value is defined. A short name that is left out is
// the name. The last column is for docs/ike.md; no value is without one.
func writeNames(b *bytes.Buffer, registry string, rows [][]string) error {
	fmt.Fprintf(b, "\n// %s returns the names that registry/%s.csv has for v, or empty strings.\n", funcName(registry), registry)
	fmt.Fprintf(b, "func %s(v uint16) (name, short string) {\n\tswitch v {\n", funcName(registry))
	last := -1
	for _, row := range rows {
		v, err := strconv.ParseUint(row[0], 10, 16)
		if err != nil {
			return err
		}
		if int(v) <= last {
			return fmt.Errorf("value %d is not in ascending order", v)
		}
		last = int(v)
		name, short := row[1], row[2]
		if name == "" {
			return fmt.Errorf("value %d has no name", v)
		}
		if row[3] == "" {
			return fmt.Errorf("value %d has no reference", v)
		}
		if short == "" {
			short = name
		}
		fmt.Fprintf(b, "\tcase %d:\n\t\treturn %q, %q\n", v, name, short)
	}
	b.WriteString("\t}\n\treturn \"\", \"\"\n}\n")
	return nil
}

// initialisms are the words that Go writes other than with one capital.
var initialisms = map[string]string{
	"ah": "AH", "cp": "CP", "dois": "DOIs", "eap": "EAP", "ecn": "ECN", "esn": "ESN",
	"esp": "ESP", "gsa": "GSA", "id": "ID", "ipcomp": "IPCOMP", "ipsec": "IPsec", "isakmp": "ISAKMP",
	"ppk": "PPK", "prf": "PRF", "rohc": "ROHC", "sa": "SA", "ts": "TS", "xauth": "XAUTH",
}

// funcName makes namesKeyExchangeMethods of key-exchange-methods.
func funcName(registry string) string {
	var s strings.Builder
	s.WriteString("names")
	for _, part := range strings.Split(registry, "-") {
		if word, ok := initialisms[part]; ok {
			s.WriteString(word)
			continue
		}
		s.WriteString(strings.ToUpper(part[:1]) + part[1:])
	}
	return s.String()
}

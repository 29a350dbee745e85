package main

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
)

// writeNames writes a function for one registry, whose rows are value, name
// and short name. A short name that is left out is the name.
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
		if short == "" {
			short = name
		}
		fmt.Fprintf(b, "\tcase %d:\n\t\treturn %q, %q\n", v, name, short)
	}
	b.WriteString("\t}\n\treturn \"\", \"\"\n}\n")
	return nil
}

// funcName makes namesKeyExchangeMethods of key-exchange-methods.
func funcName(registry string) string {
	var s strings.Builder
	s.WriteString("names")
	for _, part := range strings.Split(registry, "-") {
		s.WriteString(strings.ToUpper(part[:1]) + part[1:])
	}
	return s.String()
}

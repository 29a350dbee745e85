package main

import (
	"bytes"
	"crypto/md5"
	"encoding/hex"
	"fmt"
)

// writeVendors writes the table of vendor IDs. The rows are match (exact or
// prefix), form (hex, text, or md5 of a text), value, name and source.
func writeVendors(b *bytes.Buffer, rows [][]string) error {
	b.WriteString("\nvar vendorTable = [...]vendorEntry{\n")
	seen := map[string]bool{}
	for _, row := range rows {
		match, form, value, name, source := row[0], row[1], row[2], row[3], row[4]
		if match != "exact" && match != "prefix" {
			return fmt.Errorf("%s: match is %q", name, match)
		}
		var id []byte
		switch form {
		case "hex":
			var err error
			if id, err = hex.DecodeString(value); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		case "text":
			id = []byte(value)
		case "md5":
			sum := md5.Sum([]byte(value))
			id = sum[:]
		default:
			return fmt.Errorf("%s: form is %q", name, form)
		}
		if key := match + string(id); len(id) == 0 || name == "" || source == "" || seen[key] {
			return fmt.Errorf("%s: empty field, or listed twice", name)
		} else {
			seen[key] = true
		}
		fmt.Fprintf(b, "\t// %s\n\t{id: \"", source)
		for _, c := range id {
			fmt.Fprintf(b, "\\x%02x", c)
		}
		fmt.Fprintf(b, "\", prefix: %v, name: %q},\n", match == "prefix", name)
	}
	b.WriteString("}\n")
	return nil
}

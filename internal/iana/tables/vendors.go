package main

import (
	"bytes"
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"sort"
	"strconv"
	"strings"
)

// vendor is one row of the registry of vendor IDs.
type vendor struct{ id, name, source string }

// writeVendors writes the tables of vendor IDs, those to match exactly and
// those that are prefixes, in the order of their bytes. The rows are match
// (exact or prefix), form, value, name and source; see vendorBytes.
func writeVendors(b *bytes.Buffer, rows [][]string) error {
	tables := map[string][]vendor{}
	seen := map[string]bool{}
	for _, row := range rows {
		match, form, value, name, source := row[0], row[1], row[2], row[3], row[4]
		if match != "exact" && match != "prefix" {
			return fmt.Errorf("%s: match is %q", name, match)
		}
		id, err := vendorBytes(form, value)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if key := match + string(id); len(id) == 0 || name == "" || source == "" || seen[key] {
			return fmt.Errorf("%s: empty field, or listed twice", name)
		} else {
			seen[key] = true
		}
		tables[match] = append(tables[match], vendor{string(id), name, source})
	}
	for _, t := range []struct{ match, name string }{{"exact", "vendorExact"}, {"prefix", "vendorPrefixes"}} {
		vendors := tables[t.match]
		sort.Slice(vendors, func(i, j int) bool { return vendors[i].id < vendors[j].id })
		fmt.Fprintf(b, "\nvar %s = [...]vendorEntry{\n", t.name)
		for _, v := range vendors {
			fmt.Fprintf(b, "\t// %s\n\t{id: \"", v.source)
			for i := range len(v.id) {
				fmt.Fprintf(b, "\\x%02x", v.id[i])
			}
			fmt.Fprintf(b, "\", name: %q},\n", v.name)
		}
		b.WriteString("}\n")
	}
	return nil
}

// vendorBytes makes the bytes of a vendor ID out of a value. The form is
//
//	hex       the bytes in hexadecimal
//	text      the bytes as they are
//	md5       MD5 of the text
//	md5/12    the first 12 bytes of that, or another number
//	fold/OE   OE, and then so much of MD5 as makes 12 bytes, each of them turned
//	          into a printable one as FreeS/WAN and its heirs do
func vendorBytes(form, value string) ([]byte, error) {
	form, arg, _ := strings.Cut(form, "/")
	sum := md5.Sum([]byte(value))
	switch form {
	case "hex":
		return hex.DecodeString(value)
	case "text":
		return []byte(value), nil
	case "md5":
		if arg == "" {
			return sum[:], nil
		}
		n, err := strconv.Atoi(arg)
		if err != nil || n < 8 || n > len(sum) {
			return nil, fmt.Errorf("form md5/%s: not a number of bytes from 8 to 16", arg)
		}
		return sum[:n], nil
	case "fold":
		const length = 12
		if arg == "" || len(arg) >= length {
			return nil, fmt.Errorf("form fold/%s: no prefix", arg)
		}
		id := append([]byte(arg), sum[:length-len(arg)]...)
		for i := len(arg); i < length; i++ {
			id[i] = id[i]&0x7f | 0x40
		}
		return id, nil
	}
	return nil, fmt.Errorf("form is %q", form)
}

// Command tables turns registries, kept as CSV files, into Go source:
//
//	go run ./internal/iana/tables DIR PACKAGE OUTDIR
//
// Every file of DIR becomes a function in OUTDIR/zz_generated_names.go that
// maps a value to its names, but for vendor-ids.csv, which becomes a table in
// OUTDIR/zz_generated_vendors.go. The output depends on the files alone.
package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"go/format"
	"os"
	"path/filepath"
	"strings"
)

const vendorFile = "vendor-ids.csv"

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: tables DIR PACKAGE OUTDIR")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2], os.Args[3]); err != nil {
		fmt.Fprintln(os.Stderr, "tables:", err)
		os.Exit(1)
	}
}

func run(dir, pkg, out string) error {
	files, err := filepath.Glob(filepath.Join(dir, "*.csv")) // sorted
	if err != nil {
		return err
	}
	names, vendors := header(dir, pkg), header(dir, pkg)
	for _, f := range files {
		rows, err := read(f)
		if err != nil {
			return err
		}
		if filepath.Base(f) == vendorFile {
			err = writeVendors(vendors, rows)
		} else {
			err = writeNames(names, strings.TrimSuffix(filepath.Base(f), ".csv"), rows)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", f, err)
		}
	}
	if err := save(filepath.Join(out, "zz_generated_names.go"), names); err != nil {
		return err
	}
	return save(filepath.Join(out, "zz_generated_vendors.go"), vendors)
}

func header(dir, pkg string) *bytes.Buffer {
	var b bytes.Buffer
	fmt.Fprintf(&b, "// Code generated from %s by internal/iana/tables. DO NOT EDIT.\n\npackage %s\n", filepath.ToSlash(dir), pkg)
	return &b
}

// read returns the rows of a file behind its comments and its line of titles.
func read(name string) ([][]string, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comment = '#'
	rows, err := r.ReadAll()
	if err != nil {
		return nil, err
	}
	if len(rows) < 2 {
		return nil, fmt.Errorf("%s: no rows", name)
	}
	return rows[1:], nil
}

func save(name string, b *bytes.Buffer) error {
	src, err := format.Source(b.Bytes())
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return os.WriteFile(name, src, 0o644)
}

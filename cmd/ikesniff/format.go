package main

import (
	"fmt"
	"path/filepath"
	"strings"
)

// formats that analyze writes, in the order in which help and errors name them.
var formats = []string{"table", "json", "ndjson", "markdown", "csv"}

// formatOfName tells the format that a file name's ending asks for. An ending
// that says nothing means the table; one that names a known other format is an
// error.
func formatOfName(name string) (string, error) {
	switch ext := strings.ToLower(filepath.Ext(name)); ext {
	case ".json":
		return "json", nil
	case ".ndjson", ".jsonl":
		return "ndjson", nil
	case ".md", ".markdown":
		return "markdown", nil
	case ".csv":
		return "csv", nil
	case ".html", ".htm", ".xml", ".yaml", ".yml", ".pdf", ".svg", ".pcap", ".pcapng":
		return "", fmt.Errorf("no format for the ending %s of %s; choose one with --format: %s", ext, name, strings.Join(formats, ", "))
	}
	return "table", nil
}

// chooseFormat settles -f and -o.
func chooseFormat(flag, output string) (string, error) {
	if flag == "" {
		return formatOfName(output)
	}
	for _, f := range formats {
		if flag == f {
			return f, nil
		}
	}
	return "", fmt.Errorf("unknown format %q for --format; choose one of %s", flag, strings.Join(formats, ", "))
}

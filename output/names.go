package output

import (
	"bufio"
	"fmt"
	"io"
	"net/netip"
	"os"
	"strings"
)

// Names maps addresses to names.
type Names map[netip.Addr]string

// Name returns the name of an address, "" if none is known. It fits
// Options.Names.
func (n Names) Name(a netip.Addr) string { return n[a] }

// Bounds of a names file: a hosts file of a large site is far smaller.
const (
	maxNames    = 1 << 20
	maxNameLine = 64 << 10
)

// OpenNames reads a file in hosts syntax.
func OpenNames(file string) (Names, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return ReadNames(f, file)
}

// ReadNames reads hosts syntax: an address, blanks, names; # begins a comment.
// The first name of a line and the first line of an address count, as they do
// for a resolver. Byte order marks, CR LF and zones of addresses are tolerated;
// what is no address is an error that names file and line.
func ReadNames(r io.Reader, file string) (Names, error) {
	names := Names{}
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxNameLine)
	n := 0
	for lines.Scan() {
		n++
		text := lines.Text()
		if n == 1 {
			text = strings.TrimPrefix(text, "\ufeff")
		}
		text, _, _ = strings.Cut(text, "#")
		fields := strings.Fields(text)
		if len(fields) == 0 {
			continue
		}
		addr, err := netip.ParseAddr(fields[0])
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %q is not an IP address; a line is an address and its name", file, n, clip(fields[0]))
		}
		if len(fields) == 1 {
			return nil, fmt.Errorf("%s:%d: %s has no name; a line is an address and its name", file, n, addr)
		}
		addr = addr.Unmap().WithZone("")
		if _, ok := names[addr]; ok {
			continue
		}
		if len(names) == maxNames {
			return nil, fmt.Errorf("%s:%d: more than %s addresses; give a shorter file", file, n, Number(maxNames))
		}
		names[addr] = strings.Clone(fields[1])
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%s:%d: %w", file, n+1, err)
	}
	return names, nil
}

// clip bounds what an error repeats of a file.
func clip(s string) string {
	if len(s) > 40 {
		return s[:40]
	}
	return s
}

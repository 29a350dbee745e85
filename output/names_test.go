package output

import (
	"bytes"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestReadNames(t *testing.T) {
	const hosts = "\ufeff# sites\r\n" +
		"203.0.113.9\tspoke-1.example spoke-1  # branch\r\n" +
		"\r\n" +
		"   2001:db8::1   hub\n" +
		"fe80::1%eth0 link\n" +
		"::ffff:198.51.100.1 mapped\n" +
		"203.0.113.9 again\n" +
		"192.0.2.1 last"
	names, err := ReadNames(strings.NewReader(hosts), "names.txt")
	if err != nil {
		t.Fatal(err)
	}
	for addr, want := range map[string]string{
		"203.0.113.9": "spoke-1.example", "2001:db8::1": "hub", "fe80::1": "link", "198.51.100.1": "mapped",
		"192.0.2.1": "last", "192.0.2.2": "",
	} {
		if got := names.Name(netip.MustParseAddr(addr)); got != want {
			t.Errorf("%s is %q, want %q", addr, got, want)
		}
	}
	if len(names) != 5 {
		t.Errorf("%d names", len(names))
	}
}

func TestReadNamesErrors(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"not an address", "192.0.2.1 a\nhub 192.0.2.1\n", `names.txt:2: "hub" is not an IP address`},
		{"no name", "# x\n\n192.0.2.1 # nothing\n", "names.txt:3: 192.0.2.1 has no name"},
		{"binary", "\xd4\xc3\xb2\xa1\x02\x00", `names.txt:1: "\xd4ò\xa1\x02\x00" is not an IP address`},
		{"endless line", "192.0.2.1 a\n" + strings.Repeat("x", 1<<20), "names.txt:2: "},
		{"long word", strings.Repeat("x", 1000), `names.txt:1: "` + strings.Repeat("x", 40) + `" is`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := ReadNames(strings.NewReader(tt.in), "names.txt")
			if err == nil || !strings.HasPrefix(err.Error(), tt.want) {
				t.Errorf("error %v, want %s", err, tt.want)
			}
		})
	}
}

func TestOpenNames(t *testing.T) {
	file := filepath.Join(t.TempDir(), "hosts")
	if _, err := OpenNames(file); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("error %v", err)
	}
	if err := os.WriteFile(file, []byte("10.3.2.150 client\x1b[2J\n10.55.3.193 hub\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	names, err := OpenNames(file)
	if err != nil {
		t.Fatal(err)
	}
	var buf bytes.Buffer
	if err := Table(&buf, sampleWarning(), Options{Names: names.Name}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`#1 WARNING  10.3.2.150 (client\x1b[2J) -> 10.55.3.193 (hub)`, "beside 10.55.3.193 (hub)"} {
		if !strings.Contains(buf.String(), want) {
			t.Errorf("no %q in\n%s", want, buf.String())
		}
	}
}

func FuzzReadNames(f *testing.F) {
	f.Add("203.0.113.9 a\n# b\n")
	f.Add("\ufeff::1 x\r\n")
	f.Fuzz(func(t *testing.T, in string) {
		names, err := ReadNames(strings.NewReader(in), "f")
		if (err == nil) != (names != nil) {
			t.Errorf("names %v with error %v", names, err)
		}
		for a, n := range names {
			if n == "" || a.Zone() != "" || a.Is4In6() {
				t.Errorf("%v: %q", a, n)
			}
		}
	})
}

package output

import (
	"strings"
	"testing"
)

func TestNumber(t *testing.T) {
	for n, want := range map[uint64]string{
		0: "0", 7: "7", 999: "999", 1000: "1,000", 12345: "12,345", 123456: "123,456", 1234567: "1,234,567",
		18446744073709551615: "18,446,744,073,709,551,615",
	} {
		if got := Number(n); got != want {
			t.Errorf("Number(%d) = %s, want %s", n, got, want)
		}
	}
}

func TestCompact(t *testing.T) {
	for _, tt := range []struct {
		n     uint64
		width int
		want  string
	}{
		{1234567, 9, "1,234,567"},
		{12345678, 9, "1.23e7"},
		{1999999999, 9, "1.99e9"}, // never more than there is
		{18446744073709551615, 7, "1.84e19"},
	} {
		if got := compact(tt.n, tt.width); got != tt.want {
			t.Errorf("compact(%d, %d) = %s, want %s", tt.n, tt.width, got, tt.want)
		}
	}
}

func TestWrap(t *testing.T) {
	for _, tt := range []struct {
		text string
		max  int
		want string
	}{
		{"", 5, ""},
		{"ab cd", 5, "ab cd"},
		{"ab cd ef", 5, "ab cd|ef"},
		{"abcdefgh", 3, "abc|def|gh"},
		{"a bcdefgh i", 3, "a|bcd|efg|h i"},
		{"a  b", 9, "a  b"},
		{"\u6771\u4eac\u6771\u4eac", 4, "\u6771\u4eac|\u6771\u4eac"}, // two cells each
		{"\u6771\u4eac", 1, "\u6771|\u4eac"},                         // wider than there is room: still ends
	} {
		if got := strings.Join(wrap(tt.text, tt.max), "|"); got != tt.want {
			t.Errorf("wrap(%q, %d) = %q, want %q", tt.text, tt.max, got, tt.want)
		}
	}
}

func TestElide(t *testing.T) {
	if got := Elide("hub.example.org", 8); got != "hub.ex.." {
		t.Errorf("elide: %q", got)
	}
	if got := elideFront("/var/captures/hub.pcap", 10); got != "..hub.pcap" {
		t.Errorf("elideFront: %q", got)
	}
	if got := Elide("short", 8) + elideFront("short", 8); got != "shortshort" {
		t.Errorf("short text: %q", got)
	}
}

func TestFlow(t *testing.T) {
	got := strings.Join(flow([]string{"aaa", "", "bbb", "ccccccccccc", "d"}, "  ", 8), "|")
	if got != "aaa  bbb|cccccccc|ccc|d" {
		t.Error(got)
	}
}

// FuzzWrap: nothing is lost, no line is too wide.
func FuzzWrap(f *testing.F) {
	f.Add("some words that wrap", 7)
	f.Add("\u6771\u4eac", 3)
	f.Fuzz(func(t *testing.T, s string, max int) {
		if max < 2 || max > 200 {
			return
		}
		s = Safe(s)
		lines := wrap(s, max)
		for _, l := range lines {
			if Width(l) > max {
				t.Errorf("wrap(%q, %d) has %q of %d cells", s, max, l, Width(l))
			}
		}
		bare := func(s string) string { return strings.ReplaceAll(s, " ", "") }
		if bare(strings.Join(lines, "")) != bare(s) {
			t.Errorf("wrap(%q, %d) = %q lost text", s, max, lines)
		}
	})
}

package output

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestSafe(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"plain", `fgt-port2 (a+b) "x" C:\new`, `fgt-port2 (a+b) "x" C:\new`},
		{"empty", "", ""},
		{"printable Unicode", "B\u00fcro \u6771\u4eac", "B\u00fcro \u6771\u4eac"},
		{"OSC title", "\x1b]0;owned\x07", `\x1b]0;owned\x07`},
		{"CSI", "\x1b[2J", `\x1b[2J`},
		{"C1 CSI in UTF-8", "\u009b2J", `\x9b2J`},
		{"C1 CSI as a byte", "\x9b2J", `\x9b2J`},
		{"line ends and tab", "a\r\nb\tc", `a\x0d\x0ab\x09c`},
		{"NUL and DEL", "\x00\x7f", `\x00\x7f`},
		{"bidi override", "a\u202egnp.exe", `a\u202egnp.exe`},
		{"isolate and zero width", "\u2066\u200b\ufeff", `\u2066\u200b\ufeff`},
		{"line separator", "a\u2028b", `a\u2028b`},
		{"no-break space", "a\u00a0b", `a\xa0b`},
		{"tag characters", "\U000e0041", `\U000e0041`},
		{"invalid UTF-8", "a\xff\xc3", `a\xff\xc3`},
		{"encoded surrogate", "\xed\xa0\x80", `\xed\xa0\x80`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Safe(tt.in); got != tt.want {
				t.Errorf("Safe(%q) = %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}

func FuzzSafe(f *testing.F) {
	for _, s := range []string{"", "plain", "\x1b]0;t\x07", "\u202e", "\xff\xfe", "\U000e0041"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := Safe(s)
		if !utf8.ValidString(got) {
			t.Errorf("Safe(%q) = %q is not UTF-8", s, got)
		}
		if i := strings.IndexFunc(got, func(r rune) bool { return !unicode.IsPrint(r) }); i >= 0 {
			t.Errorf("Safe(%q) = %q does not print at byte %d", s, got, i)
		}
		if Safe(got) != got {
			t.Errorf("Safe(%q) changes when done twice", s)
		}
	})
}

func TestSafePlainDoesNotAllocate(t *testing.T) {
	if n := testing.AllocsPerRun(100, func() { Safe("203.0.113.9 -> 198.51.100.1") }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

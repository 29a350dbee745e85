package output

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Safe quotes what must not reach a terminal or a spreadsheet raw: control and
// escape characters (line ends too), characters that change the direction of
// text or are invisible, and bytes that are not UTF-8. They appear as \x1b or
// \u202e; everything that prints stays as it is, backslashes included.
func Safe(s string) string {
	if plain(s) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case unicode.IsPrint(r):
			b.WriteString(s[i : i+n])
		case r <= 0xff:
			fmt.Fprintf(&b, `\x%02x`, r)
		case r <= 0xffff:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			fmt.Fprintf(&b, `\U%08x`, r)
		}
		i += n
	}
	return b.String()
}

// plain reports whether s is printable ASCII, as nearly every string is.
func plain(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < 0x20 || s[i] > 0x7e {
			return false
		}
	}
	return true
}

// invisible reports whether r neither prints nor is a line end, which JSON uses
// between values. In text Safe quotes line ends too.
func invisible(r rune) bool { return r != '\n' && !unicode.IsPrint(r) }

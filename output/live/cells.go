package live

import (
	"strings"
	"unicode/utf8"

	"github.com/ikesniff/ikesniff/output"
)

// left and right pad s, or shorten it, to exactly n cells; s has no colours.
func left(s string, n int) string {
	s = output.Elide(s, n)
	return s + blanks(n-output.Width(s))
}

func right(s string, n int) string {
	s = output.Elide(s, n)
	return blanks(n-output.Width(s)) + s
}

func blanks(n int) string { return strings.Repeat(" ", max(n, 0)) }

// crop cuts a line behind n cells. Colours take none, and are ended where the
// line is.
func crop(s string, n int) string {
	if len(s) <= n {
		return s // no more cells than bytes
	}
	used, coloured := 0, false
	for i := 0; i < len(s); {
		if end := colour(s[i:]); end > 0 {
			coloured = true
			i += end
			continue
		}
		_, size := utf8.DecodeRuneInString(s[i:])
		w := 1
		if size > 1 {
			w = output.Width(s[i : i+size])
		}
		if used+w > n {
			s = s[:i]
			if coloured {
				s += sgrReset
			}
			return s
		}
		used += w
		i += size
	}
	return s
}

// colour is the length of the SGR sequence that s begins with, 0 if there is
// none.
func colour(s string) int {
	rest, ok := strings.CutPrefix(s, "\x1b[")
	if !ok {
		return 0
	}
	end := strings.TrimLeft(rest, "0123456789;")
	if !strings.HasPrefix(end, "m") {
		return 0
	}
	return len(s) - len(end) + 1
}

// The SGR codes that words do not have of their own.
const (
	sgrReset   = "\x1b[0m"
	sgrReverse = "\x1b[7m"
	sgrBold    = "\x1b[1m"
)

// flow joins fields by two blanks into at most most lines of n cells. Fields that
// find no room are left out, the last first. Widths are given where fields have
// colours.
func flow(fields []field, n, most int) []string {
	var lines []string
	line, used := "", 0
	for _, f := range fields {
		w := output.Width(f.text)
		if line != "" && used+2+w > n {
			if len(lines)+1 == most {
				continue
			}
			lines = append(lines, line)
			line, used = "", 0
		}
		if line != "" {
			line += "  "
			used += 2
		}
		line += f.painted()
		used += w
	}
	return append(lines, line)
}

// field is a part of the header; code is the SGR code that it has, "" for none.
type field struct{ text, code string }

func (f field) painted() string {
	if f.code == "" {
		return f.text
	}
	return f.code + f.text + sgrReset
}

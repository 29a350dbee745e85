package output

import (
	"strings"

	"github.com/olekukonko/tablewriter/pkg/twwidth"
)

// lineWidth is the widest line that the table form writes.
const lineWidth = 100

// Width counts terminal cells, colours not counted, as tablewriter does.
func Width(s string) int {
	if plain(s) {
		return len(s)
	}
	return twwidth.WidthNoCache(s)
}

// wrap breaks text at spaces into lines of at most max cells; a word that is
// wider alone is broken where it must. Runs of spaces inside a line stay. It
// returns at least one line.
func wrap(text string, max int) []string {
	if max < 1 {
		max = 1
	}
	if Width(text) <= max {
		return []string{text}
	}
	var lines []string
	line := ""
	for word := range strings.SplitSeq(text, " ") {
		if line != "" && Width(line)+1+Width(word) > max {
			lines = append(lines, strings.TrimRight(line, " "))
			line = ""
		} else if line != "" {
			line += " "
		}
		line += word
		for Width(line) > max {
			var head string
			head, line = cut(line, max)
			lines = append(lines, head)
		}
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}

// cut splits s behind the last character that fits into max cells; it always
// takes one.
func cut(s string, max int) (head, rest string) {
	used := 0
	for i, r := range s {
		w := Width(string(r))
		if i > 0 && used+w > max {
			return s[:i], s[i:]
		}
		used += w
	}
	return s, ""
}

// Elide shortens s to max cells, ".." at its end.
func Elide(s string, max int) string {
	if Width(s) <= max {
		return s
	}
	head, _ := cut(s, max-2)
	return strings.TrimRight(head, " ") + ".."
}

// elideFront shortens s to max cells, ".." in front, for file names, whose end
// says more.
func elideFront(s string, max int) string {
	if Width(s) <= max {
		return s
	}
	runes := []rune(s)
	for len(runes) > 0 && Width(string(runes)) > max-2 {
		runes = runes[1:]
	}
	return ".." + string(runes)
}

// flow joins fields by gap into lines of at most max cells, breaking between
// fields first and inside a field only where one is too wide alone.
func flow(fields []string, gap string, max int) []string {
	var lines []string
	line := ""
	for _, f := range fields {
		if f == "" {
			continue
		}
		if line != "" && Width(line)+len(gap)+Width(f) <= max {
			line += gap + f
			continue
		}
		if line != "" {
			lines = append(lines, wrap(line, max)...)
		}
		line = f
	}
	if line != "" {
		lines = append(lines, wrap(line, max)...)
	}
	return lines
}

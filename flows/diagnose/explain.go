package diagnose

import (
	"fmt"
	"strings"
)

// explainWidth is the widest line of Explain, in columns.
const explainWidth = 100

// Explain tells of a code in plain text, wrapped at 100 columns; of every
// code in a line if code is empty. It returns "" for a code that there is not.
func Explain(code string) string {
	if code == "" {
		return overview()
	}
	e, ok := Lookup(code)
	if !ok {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%s)\n%s\n", e.Code, e.Severity, e.Title)
	for _, p := range e.prose() {
		b.WriteString("\n" + p.head + "\n")
		wrapTo(&b, "  ", "  ", p.text)
	}
	for _, p := range e.lists() {
		b.WriteString("\n" + p.head + "\n")
		for i, item := range p.items {
			lead := "  - "
			if p.numbered {
				lead = fmt.Sprintf("  %d. ", i+1)
			}
			wrapTo(&b, lead, strings.Repeat(" ", len(lead)), item)
		}
	}
	b.WriteString("\nEvidence\n")
	width := 0
	for _, k := range e.Evidence {
		width = max(width, len(k.Name))
	}
	for _, k := range e.Evidence {
		wrapTo(&b, fmt.Sprintf("  %-*s  ", width, k.Name), strings.Repeat(" ", width+4), k.Meaning+" ("+k.Unit+")")
	}
	b.WriteString("\nReferences\n")
	for _, r := range e.References {
		wrapTo(&b, "  ", "    ", r.String())
	}
	return b.String()
}

// overview lists the codes.
func overview() string {
	var b strings.Builder
	width := 0
	for _, e := range catalogue {
		width = max(width, len(e.Code))
	}
	for _, e := range catalogue {
		wrapTo(&b, fmt.Sprintf("%-*s  %-8s  ", width, e.Code, e.Severity), strings.Repeat(" ", width+12), e.Title)
	}
	return b.String()
}

// part of an entry under its heading.
type part struct {
	head     string
	text     string
	items    []string
	numbered bool
}

func (e *Entry) prose() []part {
	parts := []part{
		{head: "What it is", text: e.Explanation},
		{head: "On the wire", text: e.OnTheWire},
		{head: "Why it happens", text: e.Causes},
	}
	if e.Grading != "" {
		parts = append(parts, part{head: "Severity", text: "Usually " + string(e.Severity) + ". " + e.Grading})
	}
	return parts
}

func (e *Entry) lists() []part {
	return []part{
		{head: "Easily taken for it", items: e.LookAlikes},
		{head: "What to do", items: e.Advice, numbered: true},
		{head: "Commands that decide", items: e.Commands},
	}
}

// String writes the place as people cite it: "RFC 7296 section 2.6: cookies".
func (r Reference) String() string {
	s := fmt.Sprintf("RFC %d", r.RFC)
	if r.Section != "" {
		s += " section " + r.Section
	}
	if r.About != "" {
		s += ": " + r.About
	}
	return s
}

// wrapTo writes words in lines of at most explainWidth columns, the first one
// after lead and the others after rest. A word that is longer stays whole.
func wrapTo(b *strings.Builder, lead, rest, text string) {
	column := len(lead)
	b.WriteString(lead)
	for i, w := range strings.Fields(text) {
		switch {
		case i == 0:
		case column+1+len(w) > explainWidth:
			b.WriteString("\n" + rest)
			column = len(rest)
		default:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(w)
		column += len(w)
	}
	b.WriteByte('\n')
}

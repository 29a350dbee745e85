package message

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/ikesniff/ikesniff/dissect/ike"
	"github.com/ikesniff/ikesniff/output"
)

// tree writes all fields of an IKE message below its line: offset and length
// in bytes, then name and value, indented by depth.
type tree struct {
	width int // 0: lines are not wrapped
	hex   bool
	tree  ike.Tree
}

// maxHex is how many bytes of a field are shown in lines.
const maxHex = 64

// treeIndent is where the column of offsets begins.
const treeIndent = "        "

// withJudgement adds to the findings of a message what takes more than one of
// its payloads to see, and puts all in order of offsets.
func withJudgement(found []ike.Finding, s *summary) []ike.Finding {
	found = append(found, ike.Judge(&s.m)...)
	found = append(found, s.link.found...)
	found = append(found, s.sizeFindings()...)
	slices.SortStableFunc(found, func(a, b ike.Finding) int { return cmp.Compare(a.Offset, b.Offset) })
	return found
}

// wholeMessage gives the message that this one completes as its last fragment.
func wholeMessage(s *summary) (ike.Message, bool) {
	b := s.v1Set.Message
	if b == nil {
		return ike.Message{}, false
	}
	m, err := ike.Parse(b, len(b))
	return m, err == nil
}

// How the fields of such a message are announced.
const (
	wholeName  = "message that the fragments make up"
	wholeValue = "offsets count from its own beginning"
)

func (t *tree) append(b []byte, s *summary) []byte {
	t.tree.Read(&s.m)
	found := withJudgement(t.tree.Findings, s)
	if whole, ok := wholeMessage(s); ok {
		t.tree.AddInside(wholeName, wholeValue, &whole)
	}
	for i := range t.tree.Fields {
		b = t.appendField(b, &t.tree.Fields[i])
	}
	for i := range found {
		f := &found[i]
		b = append(b, treeIndent...)
		from := len(b)
		b = strconv.AppendInt(b, int64(f.Offset), 10)
		b = padFrom(b, from, 5)
		b = append(b, "  ! "...)
		b = append(b, f.Severity...)
		b = append(b, ": "...)
		b = t.appendText(b, output.Safe(f.Text), len(treeIndent)+9)
	}
	return b
}

func (t *tree) appendField(b []byte, f *ike.Field) []byte {
	b = append(b, treeIndent...)
	from := len(b)
	b = strconv.AppendInt(b, int64(f.Offset), 10)
	b = padFrom(b, from, 5)
	from = len(b)
	b = strconv.AppendInt(b, int64(f.Length), 10)
	b = padFrom(b, from, 6)
	b = append(b, "  "...)
	column := len(treeIndent) + 13 + 2*f.Level
	for range f.Level {
		b = append(b, "  "...)
	}
	text := output.Safe(f.Name)
	if len(f.Value) > 0 {
		text += ": " + output.Safe(string(f.Value))
	}
	b = t.appendText(b, text, column)
	if t.hex {
		b = appendHexLines(b, f, column)
	}
	return b
}

// appendText appends text that begins at a column, and further lines if it is
// too wide.
func (t *tree) appendText(b []byte, text string, column int) []byte {
	if t.width > 0 {
		room := max(t.width-column-2, 20)
		head, rest := breakAt(text, room+2)
		for rest != "" {
			b = append(b, head...)
			b = append(b, '\n')
			b = append(b, strings.Repeat(" ", column+2)...)
			head, rest = breakAt(rest, room)
		}
		text = head
	}
	b = append(b, text...)
	return append(b, '\n')
}

// appendHexLines appends the first bytes of a field, sixteen a line.
func appendHexLines(b []byte, f *ike.Field, column int) []byte {
	const digits = "0123456789abcdef"
	shown := f.Bytes[:min(len(f.Bytes), maxHex)]
	for i, c := range shown {
		if i%16 == 0 {
			b = append(b, strings.Repeat(" ", column+2)...)
		} else {
			b = append(b, ' ')
		}
		b = append(b, digits[c>>4], digits[c&15])
		if i%16 == 15 || i == len(shown)-1 {
			b = append(b, '\n')
		}
	}
	if more := len(f.Bytes) - len(shown); more > 0 {
		b = append(b, strings.Repeat(" ", column+2)...)
		b = append(b, ".. "...)
		b = strconv.AppendInt(b, int64(more), 10)
		b = append(b, " bytes more\n"...)
	}
	return b
}

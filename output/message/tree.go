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
}

// maxDepth bounds how deep a tree is shown. Parsers nest a dozen levels.
const maxDepth = 32

// maxHex is how many bytes of a field are shown in lines.
const maxHex = 64

// treeIndent is where the column of offsets begins.
const treeIndent = "        "

// fieldsOf gives the fields of a message, and all that is wrong with it in order
// of offsets.
func fieldsOf(s *summary) ([]ike.Field, []ike.Finding) {
	fields, found := ike.Tree(&s.m)
	found = append(found, ike.Judge(&s.m)...)
	slices.SortStableFunc(found, func(a, b ike.Finding) int { return cmp.Compare(a.Offset, b.Offset) })
	if b := s.v1Set.Message; b != nil {
		if m, err := ike.Parse(b, len(b)); err == nil {
			whole, _ := ike.Tree(&m)
			fields = append(fields, ike.Field{Name: "message that the fragments make up", Value: "offsets count from its own beginning",
				Length: len(b), Children: whole})
		}
	}
	return fields, found
}

func (t *tree) append(b []byte, s *summary) []byte {
	fields, found := fieldsOf(s)
	b = t.appendFields(b, fields, 0)
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

func (t *tree) appendFields(b []byte, fields []ike.Field, depth int) []byte {
	if depth >= maxDepth {
		return b
	}
	for i := range fields {
		f := &fields[i]
		b = append(b, treeIndent...)
		from := len(b)
		b = strconv.AppendInt(b, int64(f.Offset), 10)
		b = padFrom(b, from, 5)
		from = len(b)
		b = strconv.AppendInt(b, int64(f.Length), 10)
		b = padFrom(b, from, 6)
		b = append(b, "  "...)
		column := len(treeIndent) + 13 + 2*depth
		b = append(b, strings.Repeat("  ", depth)...)
		text := output.Safe(f.Name)
		if f.Value != "" {
			text += ": " + output.Safe(f.Value)
		}
		b = t.appendText(b, text, column)
		if t.hex {
			b = appendHexLines(b, f, column)
		}
		b = t.appendFields(b, f.Children, depth+1)
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

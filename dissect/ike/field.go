package ike

import (
	"encoding/hex"
	"net/netip"
	"strconv"
)

// Field is one node of the tree of a message: a part of the wire format with
// what it says.
type Field struct {
	// Name is never out of the packet: printable ASCII without quotes and
	// backslashes.
	Name string
	// Value is borrowed from the Tree. Text out of the packet is as it was sent
	// and may hold control characters.
	Value []byte
	// Offset in bytes from the first byte of the message, and Length in bytes
	// on the wire, of which the capture may hold fewer.
	Offset, Length int
	// Level is 0 at the top. The fields inside this one follow it, with a Level
	// that is greater by 1.
	Level int
	Bytes []byte // borrowed; nil where the fields inside show them, or none were captured
}

// Tree holds the fields of a message, or of a part of it, in wire order, and
// what is wrong with them. The zero value is ready. A Tree that is used again
// needs no more memory than the largest message took: what Fields and their
// values borrow is valid until the next Reset.
type Tree struct {
	Fields   []Field
	Findings []Finding

	text  []byte // all values, one behind the other
	at    int    // where the next field begins, in bytes from the message's first
	level int    // of the next field
	cur   int    // the field whose value is being written
	from  int    // where in text that value begins
}

// Bounds of what Reset keeps. Honest messages stay far below.
const (
	maxKeptFields = 4096
	maxKeptText   = 256 << 10
)

// Reset empties the tree.
func (t *Tree) Reset() {
	if cap(t.Fields) > maxKeptFields || cap(t.text) > maxKeptText {
		*t = Tree{}
	}
	*t = Tree{Fields: t.Fields[:0], Findings: t.Findings[:0], text: t.text[:0]}
}

// add appends a field of length bytes that lies behind the one before. It has
// no value yet: the methods below give it one, piece by piece.
func (t *Tree) add(name string, length int) *Tree {
	t.cur, t.from = len(t.Fields), len(t.text)
	t.Fields = append(t.Fields, Field{Name: name, Offset: t.at, Length: length, Level: t.level})
	t.at += length
	return t
}

// bytes appends a field that is b.
func (t *Tree) bytes(name string, b []byte) *Tree {
	t.add(name, len(b))
	t.Fields[t.cur].Bytes = b
	return t
}

// opaqueBytes appends bytes that nothing is known of, if there are any.
func (t *Tree) opaqueBytes(name string, b []byte) {
	if len(b) > 0 {
		t.bytes(name, b).opaque(b)
	}
}

// sizedBytes appends bytes that look random, of which the number says most.
func (t *Tree) sizedBytes(name string, b []byte) {
	t.bytes(name, b).count(len(b), " bytes")
}

// textBytes appends a text, if there is any. It is given as it was sent.
func (t *Tree) textBytes(name string, b []byte) {
	if len(b) > 0 {
		add(t.bytes(name, b), b)
	}
}

// derived appends what follows from fields before: it takes no bytes.
func (t *Tree) derived(name, value string) { t.add(name, 0).str(value) }

// skip goes over reserved bytes, which get no field.
func (t *Tree) skip(length int) { t.at += length }

// open appends a field of length bytes that holds those that follow until it
// is closed. They begin where it does.
func (t *Tree) open(name string, length int) (field int) {
	field = len(t.Fields)
	t.add(name, length)
	t.at -= length
	t.level++
	return field
}

// close ends what open began. The next field lies behind it.
func (t *Tree) close(field int) {
	f := &t.Fields[field]
	t.level, t.at = f.Level, f.Offset+f.Length
}

// value begins the value of a field anew.
func (t *Tree) value(field int) *Tree {
	t.cur, t.from = field, len(t.text)
	return t
}

// cut drops the fields from the one with that index on.
func (t *Tree) cut(field int) {
	if field < len(t.Fields) {
		t.level, t.at = t.Fields[field].Level, t.Fields[field].Offset
		t.Fields = t.Fields[:field]
	}
}

// find appends a finding at an offset from the message's first byte.
func (t *Tree) find(at int, severity, text string) {
	t.Findings = append(t.Findings, Finding{at, severity, text})
}

// said ends the value that is being written behind what was appended to text.
func (t *Tree) said() *Tree {
	t.Fields[t.cur].Value = t.text[t.from:len(t.text):len(t.text)]
	return t
}

// add appends bytes or text to the value that is being written.
func add[T string | []byte](t *Tree, s T) *Tree {
	t.text = append(t.text, s...)
	return t.said()
}

func (t *Tree) str(s string) *Tree { return add(t, s) }

// item writes the next of a list with commas between.
func (t *Tree) item(s string) *Tree {
	if len(t.text) > t.from {
		t.text = append(t.text, ", "...)
	}
	return add(t, s)
}

// num writes a number in decimal.
func (t *Tree) num(v uint64) *Tree {
	t.text = strconv.AppendUint(t.text, v, 10)
	return t.said()
}

// count writes a number and its unit.
func (t *Tree) count(n int, unit string) *Tree { return t.num(uint64(n)).str(unit) }

// named writes "name (number)", or the number alone where there is no name.
func (t *Tree) named(name string, v uint64) *Tree {
	if name == "" {
		return t.num(v)
	}
	t.text = append(t.text, name...)
	t.text = append(t.text, " ("...)
	t.text = strconv.AppendUint(t.text, v, 10)
	t.text = append(t.text, ')')
	return t.said()
}

// enum writes "name (number)" out of a registry, or the number alone.
func (t *Tree) enum(names func(uint16) (name, short string), v uint16) *Tree {
	name, _ := names(v)
	return t.named(name, uint64(v))
}

// opaque writes bytes as opaqueText gives them.
func (t *Tree) opaque(b []byte) *Tree {
	if len(b) > maxOpaque {
		return t.count(len(b), " bytes")
	}
	t.text = hex.AppendEncode(t.text, b)
	return t.said()
}

// printable writes bytes as textOrOpaque gives them.
func (t *Tree) printable(b []byte) *Tree {
	if isPrintable(b) {
		return add(t, b)
	}
	return t.opaque(b)
}

// address writes bytes as addressText gives them.
func (t *Tree) address(b []byte) *Tree {
	if a, ok := netip.AddrFromSlice(b); ok {
		t.text = a.AppendTo(t.text)
		return t.said()
	}
	return t.opaque(b)
}

// spi writes the SPI of an IKE SA.
func (t *Tree) spi(s SPI) *Tree {
	t.text = s.appendTo(t.text)
	return t.said()
}

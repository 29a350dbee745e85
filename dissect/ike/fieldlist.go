package ike

import (
	"encoding/hex"
	"net/netip"
	"strconv"
)

// fieldList gathers fields that lie one behind the other: each begins where
// the one before it ends.
type fieldList struct {
	at     int // where the next field begins, in bytes from the message's first
	fields []Field
}

// add appends a field of length bytes whose value says all there is to say.
func (l *fieldList) add(name, value string, length int) {
	l.fields = append(l.fields, Field{Name: name, Value: value, Offset: l.at, Length: length})
	l.at += length
}

// number appends a number of length bytes.
func (l *fieldList) number(name string, v uint64, length int) {
	l.add(name, strconv.FormatUint(v, 10), length)
}

// bytes appends a field that is b, shown as value.
func (l *fieldList) bytes(name, value string, b []byte) {
	l.fields = append(l.fields, Field{Name: name, Value: value, Offset: l.at, Length: len(b), Bytes: b})
	l.at += len(b)
}

// opaque appends bytes that nothing is known of, if there are any.
func (l *fieldList) opaque(name string, b []byte) {
	if len(b) > 0 {
		l.bytes(name, opaqueText(b), b)
	}
}

// text appends a text, if there is any. It is given as it was sent.
func (l *fieldList) text(name string, b []byte) {
	if len(b) > 0 {
		l.bytes(name, string(b), b)
	}
}

// group appends a field of length bytes that holds others.
func (l *fieldList) group(name, value string, length int, children []Field) {
	l.fields = append(l.fields, Field{Name: name, Value: value, Offset: l.at, Length: length, Children: children})
	l.at += length
}

// derived appends what follows from fields before: it takes no bytes.
func (l *fieldList) derived(name, value string) { l.add(name, value, 0) }

// skip goes over reserved bytes, which get no field.
func (l *fieldList) skip(length int) { l.at += length }

// fieldReader is a fieldList that takes its fields off the front of a row of
// bytes. Where too few are left it takes none and remembers: bad.
type fieldReader struct {
	fieldList
	b   []byte // what is left
	bad bool
}

func newFieldReader(at int, b []byte) *fieldReader {
	return &fieldReader{fieldList: fieldList{at: at}, b: b}
}

// maxListed bounds how many fields a list gets, since a field takes a hundred
// times the memory of the bytes that it shows. No honest list is that long.
const maxListed = 1000

// more reports whether a list goes on.
func (r *fieldReader) more() bool {
	return len(r.b) > 0 && !r.bad && len(r.fields) < maxListed
}

// take gives the next n bytes, or nil.
func (r *fieldReader) take(n int) []byte {
	if r.bad || n > len(r.b) {
		r.bad = true
		return nil
	}
	b := r.b[:n:n]
	r.b = r.b[n:]
	return b
}

// uint takes a number of n bytes, at most 8, and adds it in decimal.
func (r *fieldReader) uint(name string, n int) uint64 {
	b := r.take(n)
	if b == nil {
		return 0
	}
	v := bigEndian(b)
	r.number(name, v, n)
	return v
}

// enum takes a number of n bytes, at most 2, and adds it by its name.
func (r *fieldReader) enum(name string, n int, names func(uint16) (string, string)) uint16 {
	b := r.take(n)
	if b == nil {
		return 0
	}
	v := uint16(bigEndian(b))
	r.add(name, nameOf(names, v), n)
	return v
}

// address takes an IPv4 address of 4 bytes, or an IPv6 address of 16.
func (r *fieldReader) address(name string, n int) {
	if b := r.take(n); b != nil {
		r.bytes(name, addressText(b), b)
	}
}

// opaqueN takes n bytes that nothing is known of.
func (r *fieldReader) opaqueN(name string, n int) {
	if b := r.take(n); b != nil {
		r.opaque(name, b)
	}
}

// textN takes a text of n bytes.
func (r *fieldReader) textN(name string, n int) {
	if b := r.take(n); b != nil {
		r.text(name, b)
	}
}

// skipN goes over n reserved bytes, which get a field only if they are not
// zero.
func (r *fieldReader) skipN(n int) {
	b := r.take(n)
	for _, c := range b {
		if c != 0 {
			r.opaque("reserved", b)
			return
		}
	}
	r.skip(len(b))
}

// restText takes all that is left as a text, restOpaque as opaque bytes.
func (r *fieldReader) restText(name string)   { r.textN(name, len(r.b)) }
func (r *fieldReader) restOpaque(name string) { r.opaqueN(name, len(r.b)) }

// end gives the fields, one for what was not taken among them, and whether all
// bytes had their place.
func (r *fieldReader) end() ([]Field, bool) {
	ok := !r.bad && len(r.b) == 0
	r.opaque("not read", r.b)
	r.b = nil
	return r.fields, ok
}

// nameOf gives "name (number)" out of a registry, or the number alone.
func nameOf(names func(uint16) (string, string), v uint16) string {
	name, _ := names(v)
	return named(or(name, v), v)
}

// opaqueText shows bytes as hexadecimal where they are few, or counts them.
func opaqueText(b []byte) string {
	const most = 32
	if len(b) > most {
		return itoa(len(b)) + " bytes"
	}
	return hex.EncodeToString(b)
}

// textOrOpaque shows bytes as text where all of them are printable ASCII.
func textOrOpaque(b []byte) string {
	for _, c := range b {
		if c < ' ' || c > '~' {
			return opaqueText(b)
		}
	}
	return string(b)
}

// addressText shows 4 bytes as an IPv4 and 16 as an IPv6 address, and anything
// else as what it is.
func addressText(b []byte) string {
	if a, ok := netip.AddrFromSlice(b); ok {
		return a.String()
	}
	return opaqueText(b)
}

func itoa(n int) string { return strconv.Itoa(n) }

// bigEndian reads all of b, at most 8 bytes.
func bigEndian(b []byte) (v uint64) {
	for _, c := range b {
		v = v<<8 | uint64(c)
	}
	return v
}

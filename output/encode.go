package output

import (
	"bytes"
	"encoding/json"
	"math"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"
)

// encoder writes values as encoding/json would, without HTML escapes, and so that
// the promises of the report hold: lists and maps are there even if nil, evidence
// without a value is not, and what does not print is escaped. It writes indented
// text at once: encoding/json would write it, check it and indent it in turn.
//
// How a type is written is settled once. What this encoder has no way of its own
// for, such as a type with a MarshalJSON method, it leaves to encoding/json.
type encoder struct {
	buf    []byte
	indent bool
	depth  int // of the values that encode is given
	err    error
}

// newEncoder returns an encoder for one line each, or for indented values that
// stand depth levels deep.
func newEncoder(indent bool, depth int) *encoder { return &encoder{indent: indent, depth: depth} }

// encode returns the JSON of v without a line end, valid until the next call. A
// value is read without being copied if v is a pointer to it.
func (e *encoder) encode(v any) ([]byte, error) {
	e.buf, e.err = e.buf[:0], nil
	r := reflect.ValueOf(v)
	if !r.IsValid() {
		return append(e.buf, "null"...), nil
	}
	writerOf(r.Type())(e, r, e.depth)
	return e.buf, e.err
}

// writer appends a value that stands depth levels deep.
type writer func(e *encoder, v reflect.Value, depth int)

var writers sync.Map // reflect.Type to writer

func writerOf(t reflect.Type) writer {
	if w, ok := writers.Load(t); ok {
		return w.(writer)
	}
	w := makeWriter(t)
	writers.Store(t, w)
	return w
}

var (
	marshaler     = reflect.TypeFor[json.Marshaler]()
	textMarshaler = reflect.TypeFor[interface{ MarshalText() ([]byte, error) }]()
)

func makeWriter(t reflect.Type) writer {
	if t == timeType {
		return writeTime
	}
	for _, x := range []reflect.Type{t, reflect.PointerTo(t)} {
		if t.Kind() != reflect.Pointer && (x.Implements(marshaler) || x.Implements(textMarshaler)) {
			return writeByMethod
		}
	}
	switch t.Kind() {
	case reflect.Bool:
		return func(e *encoder, v reflect.Value, _ int) {
			if v.Bool() {
				e.buf = append(e.buf, "true"...)
			} else {
				e.buf = append(e.buf, "false"...)
			}
		}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return func(e *encoder, v reflect.Value, _ int) { e.buf = appendInt(e.buf, v.Int()) }
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return func(e *encoder, v reflect.Value, _ int) { e.buf = appendUint(e.buf, v.Uint()) }
	case reflect.Float64:
		return writeFloat
	case reflect.String:
		return func(e *encoder, v reflect.Value, _ int) { e.buf = appendString(e.buf, v.String()) }
	case reflect.Pointer:
		return writePointer
	case reflect.Interface:
		return writeInterface
	case reflect.Slice:
		if t.Elem().Kind() != reflect.Uint8 {
			return writeSlice
		}
	case reflect.Map:
		if t.Key().Kind() == reflect.String && !t.Key().Implements(textMarshaler) {
			return writeMap
		}
	case reflect.Struct:
		fields, ok := fieldsOf(t)
		if !ok {
			return writeByMethod
		}
		return func(e *encoder, v reflect.Value, depth int) { e.fields(fields, v, depth) }
	}
	return writeOther
}

// line begins a line for what stands depth levels deep.
func (e *encoder) line(depth int) {
	if e.indent {
		e.buf = append(e.buf, '\n')
		for range depth {
			e.buf = append(e.buf, "  "...)
		}
	}
}

// next begins another entry of a list, map or struct.
func (e *encoder) next(first bool, depth int) {
	if !first {
		e.buf = append(e.buf, ',')
	}
	e.line(depth)
}

func writePointer(e *encoder, v reflect.Value, depth int) {
	if v.IsNil() {
		e.buf = append(e.buf, "null"...)
		return
	}
	writerOf(v.Type().Elem())(e, v.Elem(), depth)
}

func writeInterface(e *encoder, v reflect.Value, depth int) {
	if v.IsNil() {
		e.buf = append(e.buf, "null"...)
		return
	}
	writerOf(v.Elem().Type())(e, v.Elem(), depth)
}

func writeSlice(e *encoder, v reflect.Value, depth int) {
	e.buf = append(e.buf, '[')
	n := v.Len()
	w := writerOf(v.Type().Elem())
	for i := range n {
		e.next(i == 0, depth+1)
		w(e, v.Index(i), depth+1)
	}
	if n > 0 {
		e.line(depth)
	}
	e.buf = append(e.buf, ']')
}

func writeMap(e *encoder, v reflect.Value, depth int) {
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
	e.buf = append(e.buf, '{')
	first := true
	for _, k := range keys {
		x := v.MapIndex(k)
		if x.Kind() == reflect.Interface && x.IsNil() {
			continue
		}
		e.next(first, depth+1)
		first = false
		e.buf = appendString(e.buf, k.String())
		e.buf = append(e.buf, ':')
		if e.indent {
			e.buf = append(e.buf, ' ')
		}
		writerOf(x.Type())(e, x, depth+1)
	}
	if !first {
		e.line(depth)
	}
	e.buf = append(e.buf, '}')
}

func writeTime(e *encoder, v reflect.Value, depth int) {
	if !v.CanAddr() || !v.CanInterface() {
		writeByMethod(e, v, depth)
		return
	}
	t := v.Addr().Interface().(*time.Time)
	if _, offset := t.Zone(); offset != 0 || t.Year() < 0 || t.Year() > 9999 {
		writeByMethod(e, v, depth) // which may be an error
		return
	}
	e.buf = append(e.buf, '"')
	e.buf = t.AppendFormat(e.buf, time.RFC3339Nano)
	e.buf = append(e.buf, '"')
}

func writeFloat(e *encoder, v reflect.Value, depth int) {
	f := v.Float()
	if math.IsNaN(f) || math.IsInf(f, 0) {
		writeOther(e, v, depth) // an error
		return
	}
	e.buf = appendFloat(e.buf, f)
}

// writeOther leaves a value to encoding/json, with its lists made.
func writeOther(e *encoder, v reflect.Value, depth int) {
	writeByMethod(e, rebuildValue(v, unchanged), depth)
}

// writeByMethod leaves a value that writes itself to encoding/json.
func writeByMethod(e *encoder, v reflect.Value, depth int) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if e.indent {
		enc.SetIndent(strings.Repeat("  ", depth), "  ")
	}
	if err := enc.Encode(v.Interface()); err != nil {
		if e.err == nil {
			e.err = err
		}
		return
	}
	e.buf = append(e.buf, escapeInvisible(bytes.TrimRight(b.Bytes(), "\n"))...)
}

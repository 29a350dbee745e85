package output

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strconv"
	"strings"
	"sync"
)

// encoder writes values as encoding/json would, without HTML escapes, and so that
// the promises of the report hold: lists and maps are there even if nil, evidence
// without a value is not, and what does not print is escaped. It writes indented
// text at once: encoding/json would write it, check it and indent it in turn.
//
// How a type is written is settled once. What this encoder has no way of its own
// for, such as a type with a MarshalJSON method, it leaves to encoding/json.
//
// The text goes from function to function as an argument: kept in the encoder, it
// would be a pointer written to the heap for each piece, which is dear while
// garbage is collected.
type encoder struct {
	indent bool
	depth  int      // of the values that encode is given
	buf    []byte   // used again
	keys   []string // of the maps in hand, used again
	err    error
}

// newEncoder returns an encoder for one line each, or for indented values that
// stand depth levels deep.
func newEncoder(indent bool, depth int) *encoder { return &encoder{indent: indent, depth: depth} }

// encode returns the JSON of v without a line end, valid until the next call. A
// value is read without being copied if v is a pointer to it.
func (e *encoder) encode(v any) ([]byte, error) {
	e.err = nil
	e.buf = e.value(e.buf[:0], v, e.depth)
	return e.buf, e.err
}

// value appends what an interface holds.
func (e *encoder) value(b []byte, v any, depth int) []byte {
	switch x := v.(type) { // nearly all evidence is one of these
	case nil:
		return append(b, "null"...)
	case string:
		return appendString(b, x)
	case bool:
		return strconv.AppendBool(b, x)
	case int:
		return appendInt(b, int64(x))
	case uint64:
		return appendUint(b, x)
	}
	r := reflect.ValueOf(v)
	return writerOf(r.Type())(e, b, r, depth)
}

// writer appends a value that stands depth levels deep.
type writer func(e *encoder, b []byte, v reflect.Value, depth int) []byte

// writers has the writer of each type that was met. A type may hold itself, so
// what holds it keeps the place of its writer, which is filled in before anybody
// else gets to see it.
var writers = struct {
	sync.Mutex
	places map[reflect.Type]*writer
}{places: map[reflect.Type]*writer{}}

func writerOf(t reflect.Type) writer {
	writers.Lock()
	defer writers.Unlock()
	return *placeOf(t)
}

func placeOf(t reflect.Type) *writer {
	p := writers.places[t]
	if p == nil {
		p = new(writer)
		writers.places[t] = p
		*p = makeWriter(t)
	}
	return p
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
		return func(_ *encoder, b []byte, v reflect.Value, _ int) []byte { return strconv.AppendBool(b, v.Bool()) }
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return func(_ *encoder, b []byte, v reflect.Value, _ int) []byte { return appendInt(b, v.Int()) }
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return func(_ *encoder, b []byte, v reflect.Value, _ int) []byte { return appendUint(b, v.Uint()) }
	case reflect.Float64:
		return writeFloat
	case reflect.String:
		return func(_ *encoder, b []byte, v reflect.Value, _ int) []byte { return appendString(b, v.String()) }
	case reflect.Pointer:
		return pointerWriter(placeOf(t.Elem()))
	case reflect.Interface:
		return func(e *encoder, b []byte, v reflect.Value, depth int) []byte { return e.value(b, v.Interface(), depth) }
	case reflect.Slice:
		if t.Elem().Kind() != reflect.Uint8 {
			return sliceWriter(placeOf(t.Elem()))
		}
	case reflect.Map:
		if t.Key().Kind() == reflect.String && !t.Key().Implements(textMarshaler) {
			return mapWriter(t, placeOf(t.Elem()))
		}
	case reflect.Struct:
		if fields, ok := fieldsOf(t); ok {
			return func(e *encoder, b []byte, v reflect.Value, depth int) []byte { return e.fields(b, fields, v, depth) }
		}
		return writeByMethod
	}
	return writeOther
}

// indents is a line end and the spaces of the next line, for what stands no
// deeper than reports go.
var indents = "\n" + strings.Repeat("  ", 32)

// line begins a line for what stands depth levels deep.
func (e *encoder) line(b []byte, depth int) []byte {
	if !e.indent {
		return b
	}
	n := 1 + 2*depth
	b = append(b, indents[:min(n, len(indents))]...)
	for i := len(indents); i < n; i++ {
		b = append(b, ' ')
	}
	return b
}

// next begins another entry of a list, map or struct.
func (e *encoder) next(b []byte, first bool, depth int) []byte {
	if !first {
		b = append(b, ',')
	}
	return e.line(b, depth)
}

// writeOther leaves a value to encoding/json, with its lists made.
func writeOther(e *encoder, b []byte, v reflect.Value, depth int) []byte {
	return writeByMethod(e, b, rebuildValue(v, unchanged), depth)
}

// writeByMethod leaves a value that writes itself to encoding/json.
func writeByMethod(e *encoder, b []byte, v reflect.Value, depth int) []byte {
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	if e.indent {
		enc.SetIndent(strings.Repeat("  ", depth), "  ")
	}
	if err := enc.Encode(v.Interface()); err != nil {
		if e.err == nil {
			e.err = err
		}
		return b
	}
	return append(b, escapeInvisible(bytes.TrimRight(text.Bytes(), "\n"))...)
}

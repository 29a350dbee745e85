package output

import (
	"math"
	"reflect"
	"slices"
	"time"
)

func pointerWriter(elem *writer) writer {
	return func(e *encoder, b []byte, v reflect.Value, depth int) []byte {
		if v.IsNil() {
			return append(b, "null"...)
		}
		return (*elem)(e, b, v.Elem(), depth)
	}
}

func sliceWriter(elem *writer) writer {
	return func(e *encoder, b []byte, v reflect.Value, depth int) []byte {
		b = append(b, '[')
		n := v.Len()
		for i := range n {
			b = (*elem)(e, e.next(b, i == 0, depth+1), v.Index(i), depth+1)
		}
		if n > 0 {
			b = e.line(b, depth)
		}
		return append(b, ']')
	}
}

// mapWriter writes maps whose keys are strings, in the order of these.
func mapWriter(t reflect.Type, elem *writer) writer {
	if t == reflect.TypeFor[map[string]any]() { // evidence
		return func(e *encoder, b []byte, v reflect.Value, depth int) []byte {
			return e.evidence(b, v.Interface().(map[string]any), depth)
		}
	}
	return func(e *encoder, b []byte, v reflect.Value, depth int) []byte {
		began := len(e.keys)
		for it := v.MapRange(); it.Next(); {
			if x := it.Value(); x.Kind() != reflect.Interface || !x.IsNil() {
				e.keys = append(e.keys, it.Key().String())
			}
		}
		key := reflect.New(t.Key()).Elem()
		return e.entries(b, began, depth, func(b []byte, k string) []byte {
			key.SetString(k)
			return (*elem)(e, b, v.MapIndex(key), depth+1)
		})
	}
}

func (e *encoder) evidence(b []byte, m map[string]any, depth int) []byte {
	began := len(e.keys)
	for k, v := range m {
		if v != nil {
			e.keys = append(e.keys, k)
		}
	}
	return e.entries(b, began, depth, func(b []byte, k string) []byte { return e.value(b, m[k], depth+1) })
}

// entries writes a map of the keys from began on, and forgets these.
func (e *encoder) entries(b []byte, began, depth int, value func(b []byte, k string) []byte) []byte {
	slices.Sort(e.keys[began:])
	n := len(e.keys)
	b = append(b, '{')
	for i := began; i < n; i++ {
		k := e.keys[i] // a map inside may move the list
		b = appendString(e.next(b, i == began, depth+1), k)
		b = append(b, ':')
		if e.indent {
			b = append(b, ' ')
		}
		b = value(b, k)
	}
	clear(e.keys[began:])
	e.keys = e.keys[:began]
	if n > began {
		b = e.line(b, depth)
	}
	return append(b, '}')
}

func writeTime(e *encoder, b []byte, v reflect.Value, depth int) []byte {
	if !v.CanAddr() || !v.CanInterface() {
		return writeByMethod(e, b, v, depth)
	}
	t := v.Addr().Interface().(*time.Time)
	if _, offset := t.Zone(); offset != 0 || t.Year() < 0 || t.Year() > 9999 {
		return writeByMethod(e, b, v, depth) // which may be an error
	}
	b = append(b, '"')
	b = t.AppendFormat(b, time.RFC3339Nano)
	return append(b, '"')
}

func writeFloat(e *encoder, b []byte, v reflect.Value, depth int) []byte {
	f := v.Float()
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return writeOther(e, b, v, depth) // an error
	}
	return appendFloat(b, f)
}

package output

import (
	"reflect"
	"strings"
)

// field is one field of a struct as JSON has it.
type field struct {
	index     []int  // through embedded structs
	name      string // quoted, with the colon, for one line
	spaced    string // with a space behind the colon
	omitEmpty bool
	write     *writer
}

// fieldsOf lists the fields of a struct, those of embedded structs among them. It
// says no where encoding/json has rules that this encoder does not know.
func fieldsOf(t reflect.Type) (list []field, ok bool) {
	seen := map[string]bool{}
	for _, f := range reflect.VisibleFields(t) {
		tag, tagged := f.Tag.Lookup("json")
		if f.Anonymous && !tagged {
			continue // its own fields come after it
		}
		if !f.IsExported() || tag == "-" {
			continue
		}
		name, options, _ := strings.Cut(tag, ",")
		if name == "" {
			name = f.Name
		}
		if seen[name] || f.Anonymous || options != "" && options != "omitempty" {
			return nil, false
		}
		seen[name] = true
		quoted := string(appendString(nil, name))
		list = append(list, field{
			index: f.Index, name: quoted + ":", spaced: quoted + ": ", omitEmpty: options == "omitempty",
			write: placeOf(f.Type),
		})
	}
	return list, true
}

func (e *encoder) fields(b []byte, list []field, v reflect.Value, depth int) []byte {
	b = append(b, '{')
	first := true
	for i := range list {
		f := &list[i]
		x, ok := f.of(v)
		if !ok || f.omitEmpty && empty(x) {
			continue
		}
		b = e.next(b, first, depth+1)
		first = false
		if e.indent {
			b = append(b, f.spaced...)
		} else {
			b = append(b, f.name...)
		}
		b = (*f.write)(e, b, x, depth+1)
	}
	if !first {
		b = e.line(b, depth)
	}
	return append(b, '}')
}

// of returns the field of a struct; there is none behind an embedded pointer that
// is nil.
func (f *field) of(v reflect.Value) (reflect.Value, bool) {
	if len(f.index) == 1 {
		return v.Field(f.index[0]), true
	}
	for i, n := range f.index {
		if i > 0 && v.Kind() == reflect.Pointer {
			if v.IsNil() {
				return v, false
			}
			v = v.Elem()
		}
		v = v.Field(n)
	}
	return v, true
}

// empty is what omitempty leaves out.
func empty(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Slice, reflect.Map, reflect.Array:
		return v.Len() == 0
	case reflect.Struct:
		return false
	case reflect.Float64, reflect.Float32:
		return v.Float() == 0 // -0, too
	}
	return v.IsZero()
}

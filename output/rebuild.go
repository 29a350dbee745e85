package output

import (
	"reflect"
	"time"
)

// rebuild returns a deep copy of x in which text has seen every string and no
// list or map is nil: the JSON form promises lists that are there, empty if so.
// Evidence without a value is left out, for null is not an answer either.
func rebuild[T any](x T, text func(string) string) T {
	return rebuildValue(reflect.ValueOf(&x).Elem(), text).Interface().(T)
}

// safe is rebuild with Safe: nothing that comes out of it can harm a terminal.
func safe[T any](x T) T { return rebuild(x, Safe) }

func unchanged(s string) string { return s }

var timeType = reflect.TypeFor[time.Time]()

func rebuildValue(v reflect.Value, text func(string) string) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	switch v.Kind() {
	case reflect.String:
		out.SetString(text(v.String()))
	case reflect.Struct:
		out.Set(v)
		if v.Type() == timeType {
			break
		}
		for i := range v.NumField() {
			out.Field(i).Set(rebuildValue(v.Field(i), text))
		}
	case reflect.Pointer:
		if !v.IsNil() {
			out.Set(reflect.New(v.Type().Elem()))
			out.Elem().Set(rebuildValue(v.Elem(), text))
		}
	case reflect.Interface:
		if !v.IsNil() {
			out.Set(rebuildValue(v.Elem(), text))
		}
	case reflect.Slice:
		out.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
		for i := range v.Len() {
			out.Index(i).Set(rebuildValue(v.Index(i), text))
		}
	case reflect.Map:
		out.Set(reflect.MakeMapWithSize(v.Type(), v.Len()))
		for it := v.MapRange(); it.Next(); {
			if e := it.Value(); e.Kind() == reflect.Interface && e.IsNil() {
				continue
			}
			out.SetMapIndex(rebuildValue(it.Key(), text), rebuildValue(it.Value(), text))
		}
	default:
		out.Set(v)
	}
	return out
}

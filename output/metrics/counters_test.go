package metrics

import (
	"reflect"

	"github.com/ikesniff/ikesniff/report"
)

// eachUint calls visit for each number in c, those of its ring and sinks too,
// with a function that raises it by 1 in a copy.
func eachUint(c report.Counters, visit func(path string, set func(c *report.Counters))) {
	var walk func(t reflect.Value, path string, at func(root reflect.Value) reflect.Value)
	walk = func(v reflect.Value, path string, at func(root reflect.Value) reflect.Value) {
		switch v.Kind() {
		case reflect.Uint64:
			visit(path, func(c *report.Counters) {
				f := at(reflect.ValueOf(c).Elem())
				f.SetUint(f.Uint() + 1)
			})
		case reflect.Pointer:
			walk(v.Elem(), path, func(root reflect.Value) reflect.Value { return at(root).Elem() })
		case reflect.Slice:
			for i := range v.Len() {
				walk(v.Index(i), path, func(root reflect.Value) reflect.Value { return at(root).Index(i) })
			}
		case reflect.Struct:
			for i := range v.NumField() {
				walk(v.Field(i), path+"."+v.Type().Field(i).Name, func(root reflect.Value) reflect.Value { return at(root).Field(i) })
			}
		}
	}
	walk(reflect.ValueOf(c), "Counters", func(root reflect.Value) reflect.Value { return root })
}

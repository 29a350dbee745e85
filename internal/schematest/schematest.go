// Package schematest validates JSON documents against the subset of JSON Schema
// (draft 2020-12) that ikesniff's own schema uses. Tests use it so that golden
// reports need no module of their own.
//
// A keyword that it does not know is an error, so a schema cannot rely on a
// check that is not made. Annotations ($schema, $id, title, description,
// $comment) are accepted.
package schematest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// maxErrors bounds how many faults Validate lists.
const maxErrors = 20

// Validate reports where doc is not as schema says; nil if it is.
func Validate(schema, doc []byte) error {
	root, err := decode(schema)
	if err != nil {
		return fmt.Errorf("schema: %w", err)
	}
	value, err := decode(doc)
	if err != nil {
		return fmt.Errorf("document: %w", err)
	}
	v := validator{root: root}
	v.check("", root, value)
	return errors.Join(v.faults...)
}

// decode keeps numbers as they are written and refuses what follows a value.
func decode(b []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errors.New("more than one JSON value")
	}
	return v, nil
}

type validator struct {
	root   any
	faults []error
}

func (v *validator) fail(at, format string, args ...any) {
	if len(v.faults) < maxErrors {
		if at == "" {
			at = "/"
		}
		v.faults = append(v.faults, fmt.Errorf("%s: %s", at, fmt.Sprintf(format, args...)))
	}
}

// passes tells whether value is as schema says, and keeps no faults. A fault of
// the schema itself counts as one of the value.
func (v *validator) passes(at string, schema, value any) bool {
	try := validator{root: v.root}
	try.check(at, schema, value)
	return len(try.faults) == 0
}

// check walks schema and value together; at is a JSON pointer into the document.
func (v *validator) check(at string, schema, value any) {
	switch s := schema.(type) {
	case bool:
		if !s {
			v.fail(at, "nothing is allowed here")
		}
	case map[string]any:
		for _, keyword := range sortedKeys(s) {
			v.keyword(at, keyword, s, value)
		}
	default:
		v.fail(at, "schema is %T, not an object or a boolean", schema)
	}
}

func (v *validator) keyword(at, keyword string, s map[string]any, value any) {
	arg := s[keyword]
	switch keyword {
	case "$schema", "$id", "$defs", "$comment", "title", "description":
	case "then", "else": // with "if"
	case "$ref":
		target, err := v.resolve(arg)
		if err != nil {
			v.fail(at, "%v", err)
			return
		}
		v.check(at, target, value)
	case "type":
		if !slices.ContainsFunc(list(arg), func(t any) bool { return isType(t, value) }) {
			v.fail(at, "is %s, want %v", describe(value), arg)
		}
	case "const":
		if !equal(arg, value) {
			v.fail(at, "is %s, want %v", describe(value), arg)
		}
	case "enum":
		if !slices.ContainsFunc(list(arg), func(x any) bool { return equal(x, value) }) {
			v.fail(at, "is %s, want one of %v", describe(value), arg)
		}
	case "pattern":
		v.pattern(at, arg, value)
	case "minimum":
		if n, ok := value.(json.Number); ok && !atLeast(n, arg) {
			v.fail(at, "is %s, want at least %v", n, arg)
		}
	case "required", "properties", "additionalProperties":
		if object, ok := value.(map[string]any); ok {
			v.object(at, keyword, s, object)
		}
	case "items":
		if array, ok := value.([]any); ok {
			for i, x := range array {
				v.check(at+"/"+strconv.Itoa(i), arg, x)
			}
		}
	case "allOf":
		for _, sub := range list(arg) {
			v.check(at, sub, value)
		}
	case "oneOf":
		n := 0
		for _, sub := range list(arg) {
			if v.passes(at, sub, value) {
				n++
			}
		}
		if n != 1 {
			v.fail(at, "matches %d of the alternatives, want 1", n)
		}
	case "if":
		branch := "else"
		if v.passes(at, arg, value) {
			branch = "then"
		}
		if sub, ok := s[branch]; ok {
			v.check(at, sub, value)
		}
	default:
		v.fail(at, "schema keyword %q is not supported", keyword)
	}
}

// object checks the keywords that concern objects.
func (v *validator) object(at, keyword string, s map[string]any, object map[string]any) {
	known, _ := s["properties"].(map[string]any)
	switch keyword {
	case "required":
		for _, name := range list(s["required"]) {
			if _, ok := object[fmt.Sprint(name)]; !ok {
				v.fail(at, "%v is missing", name)
			}
		}
	case "properties":
		for _, name := range sortedKeys(known) {
			if x, ok := object[name]; ok {
				v.check(at+"/"+escape(name), known[name], x)
			}
		}
	case "additionalProperties":
		for _, name := range sortedKeys(object) {
			if _, ok := known[name]; ok {
				continue
			}
			if s["additionalProperties"] == false {
				v.fail(at, "%q is not a property here", name)
				continue
			}
			v.check(at+"/"+escape(name), s["additionalProperties"], object[name])
		}
	}
}

func (v *validator) pattern(at string, arg, value any) {
	text, ok := value.(string)
	if !ok {
		return
	}
	re, err := regexp.Compile(fmt.Sprint(arg))
	if err != nil {
		v.fail(at, "schema pattern: %v", err)
		return
	}
	if !re.MatchString(text) {
		v.fail(at, "%q does not match %s", text, re)
	}
}

// resolve follows a reference into the schema's own $defs.
func (v *validator) resolve(ref any) (any, error) {
	name, ok := strings.CutPrefix(fmt.Sprint(ref), "#/$defs/")
	root, _ := v.root.(map[string]any)
	defs, _ := root["$defs"].(map[string]any)
	target, found := defs[name]
	if !ok || !found {
		return nil, fmt.Errorf("schema reference %v leads nowhere", ref)
	}
	return target, nil
}

func isType(name, value any) bool {
	switch x := value.(type) {
	case nil:
		return name == "null"
	case bool:
		return name == "boolean"
	case string:
		return name == "string"
	case []any:
		return name == "array"
	case map[string]any:
		return name == "object"
	case json.Number:
		if name == "integer" {
			r, ok := new(big.Rat).SetString(x.String())
			return ok && r.IsInt()
		}
		return name == "number"
	}
	return false
}

// equal compares JSON values, numbers by value.
func equal(a, b any) bool {
	x, ok1 := a.(json.Number)
	y, ok2 := b.(json.Number)
	if ok1 && ok2 {
		r, ok1 := new(big.Rat).SetString(x.String())
		q, ok2 := new(big.Rat).SetString(y.String())
		return ok1 && ok2 && r.Cmp(q) == 0
	}
	return reflect.DeepEqual(a, b)
}

func atLeast(n json.Number, bound any) bool {
	b, ok := bound.(json.Number)
	if !ok {
		return false
	}
	x, ok1 := new(big.Rat).SetString(n.String())
	y, ok2 := new(big.Rat).SetString(b.String())
	return ok1 && ok2 && x.Cmp(y) >= 0
}

// list makes a list of one value, as type may be a word or several.
func list(x any) []any {
	if l, ok := x.([]any); ok {
		return l
	}
	return []any{x}
}

func describe(value any) string {
	b, err := json.Marshal(value)
	if err != nil || len(b) > 60 {
		return fmt.Sprintf("a %T", value)
	}
	return string(b)
}

func escape(name string) string {
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

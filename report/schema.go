package report

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"time"
)

// Schema returns the JSON Schema (draft 2020-12) of Report, indented. It is made
// from the types, so it has every field; what a field means and which words it
// may hold stands in schemaText and schemaWords.
//
// evidence lists the keys that the evidence of each anomaly code may have; the
// codes are all there are. nil leaves codes and evidence open.
func Schema(evidence map[string][]string) []byte {
	g := schemaGenerator{defs: map[string]object{}, evidence: evidence}
	root := g.structure(reflect.TypeFor[Report]())
	names := make([]string, 0, len(g.defs))
	for name := range g.defs {
		names = append(names, name)
	}
	slices.Sort(names)
	defs := object{}
	for _, name := range names {
		defs = defs.with(name, g.defs[name])
	}
	schema := object{
		{"$schema", "https://json-schema.org/draft/2020-12/schema"},
		{"title", "ikesniff report, schema version 1"},
		{"description", "What one run of ikesniff found. Fields are only added within a schema version."},
	}
	schema = append(schema, root...)
	schema = schema.with("$defs", defs)
	// The value is made of maps, lists and strings: encoding cannot fail.
	compact, _ := json.Marshal(schema)
	var out bytes.Buffer
	_ = json.Indent(&out, compact, "", "  ")
	out.WriteByte('\n')
	return out.Bytes()
}

// object is a JSON object that keeps the order of its members.
type object []member

type member struct {
	name  string
	value any
}

func (o object) with(name string, value any) object { return append(o, member{name, value}) }

// MarshalJSON implements json.Marshaler.
func (o object) MarshalJSON() ([]byte, error) {
	out := []byte{'{'}
	for i, m := range o {
		if i > 0 {
			out = append(out, ',')
		}
		name, err := json.Marshal(m.name)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(m.value)
		if err != nil {
			return nil, err
		}
		out = append(append(append(out, name...), ':'), value...)
	}
	return append(out, '}'), nil
}

type schemaGenerator struct {
	defs     map[string]object // by name; an entry is there before it is complete
	evidence map[string][]string
}

// Times are RFC 3339 in UTC, with up to nanoseconds.
const timePattern = `^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?Z$`

// value is the schema of a type.
func (g *schemaGenerator) value(t reflect.Type) object {
	if words, ok := schemaWords[t.Name()]; ok && t.Kind() == reflect.String {
		return object{{"type", "string"}, {"enum", words}}
	}
	if t == reflect.TypeFor[time.Time]() {
		return object{{"type", "string"}, {"pattern", timePattern}}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return g.value(t.Elem())
	case reflect.Struct:
		name := defName(t)
		if _, ok := g.defs[name]; !ok {
			g.defs[name] = nil
			g.defs[name] = g.structure(t)
		}
		return object{{"$ref", "#/$defs/" + name}}
	case reflect.Slice:
		return object{{"type", "array"}, {"items", g.value(t.Elem())}}
	case reflect.Map:
		return object{{"type", "object"}, {"additionalProperties", g.value(t.Elem())}}
	case reflect.Bool:
		return object{{"type", "boolean"}}
	case reflect.Int, reflect.Uint32, reflect.Uint64:
		return object{{"type", "integer"}, {"minimum", 0}}
	case reflect.Float64:
		return object{{"type", "number"}, {"minimum", 0}}
	case reflect.String:
		return object{{"type", "string"}}
	}
	return object{} // evidence: anything
}

// defName is a type's name; that of a Direction names what it pairs.
func defName(t reflect.Type) string {
	name, of, generic := strings.Cut(t.Name(), "[")
	if !generic {
		return name
	}
	of = strings.TrimSuffix(of[strings.LastIndex(of, ".")+1:], "]")
	return name + strings.ToUpper(of[:1]) + of[1:]
}

// structure is the schema of a struct.
func (g *schemaGenerator) structure(t reflect.Type) object {
	var properties object
	required := []string{}
	g.fields(t, func(f reflect.StructField, name string, optional bool) {
		properties = properties.with(name, g.property(t, f, name))
		if !optional {
			required = append(required, name)
		}
	})
	s := object{
		{"type", "object"}, {"properties", properties}, {"required", required}, {"additionalProperties", false},
	}
	switch t {
	case reflect.TypeFor[Ref](), reflect.TypeFor[RoleRef]():
		s = s.with("oneOf", []object{{{"required", []string{"frame"}}}, {{"required", []string{"line"}}}})
	case reflect.TypeFor[Anomaly]():
		if g.evidence != nil {
			s = s.with("allOf", g.evidenceByCode())
		}
	}
	return s
}

// fields calls visit for each JSON field of t, those of embedded structs too.
func (g *schemaGenerator) fields(t reflect.Type, visit func(f reflect.StructField, name string, optional bool)) {
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous {
			g.fields(f.Type, visit)
			continue
		}
		name, flags, _ := strings.Cut(f.Tag.Get("json"), ",")
		visit(f, name, flags == "omitempty")
	}
}

// property is the schema of one field with its description, words and pattern.
func (g *schemaGenerator) property(t reflect.Type, f reflect.StructField, name string) object {
	key := defName(t) + "." + name
	if t.NumField() == 2 && strings.HasPrefix(t.Name(), "Direction[") {
		key = "Direction." + name
	}
	text, ok := schemaText[key]
	if !ok { // embedding brought the field in
		for i := range t.NumField() {
			if e := t.Field(i); e.Anonymous && text == "" {
				text = schemaText[defName(e.Type)+"."+name]
			}
		}
	}
	s := object{{"description", text}}
	switch {
	case key == "Report.schema_version":
		return s.with("const", SchemaVersion)
	case key == "Anomaly.code" && g.evidence != nil:
		return append(s, member{"type", "string"}, member{"enum", g.codes()})
	case schemaPatterns[key] != "":
		return append(s, member{"type", "string"}, member{"pattern", schemaPatterns[key]})
	case schemaWords[key] != nil && f.Type.Kind() == reflect.Slice:
		return append(s, member{"type", "array"},
			member{"items", object{{"type", "string"}, {"enum", schemaWords[key]}}})
	case schemaWords[key] != nil:
		return append(s, member{"type", "string"}, member{"enum", schemaWords[key]})
	}
	return append(s, g.value(f.Type)...)
}

func (g *schemaGenerator) codes() []string {
	codes := []string{}
	for code := range g.evidence {
		codes = append(codes, code)
	}
	slices.Sort(codes)
	return codes
}

// evidenceByCode narrows the evidence of each code to its keys.
func (g *schemaGenerator) evidenceByCode() []object {
	rules := []object{}
	for _, code := range g.codes() {
		keys := slices.Sorted(slices.Values(g.evidence[code]))
		properties := object{}
		for _, key := range slices.Compact(keys) {
			properties = properties.with(key, true)
		}
		rules = append(rules, object{
			{"if", object{{"properties", object{{"code", object{{"const", code}}}}}}},
			{"then", object{{"properties", object{{"evidence", object{
				{"properties", properties}, {"additionalProperties", false},
			}}}}}},
		})
	}
	return rules
}

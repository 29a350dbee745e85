package schematest

import (
	"strings"
	"testing"
)

func TestValidate(t *testing.T) {
	const object = `{"type":"object","properties":{"a":{"type":"integer","minimum":1}},"required":["a"],"additionalProperties":false}`
	tests := []struct {
		name, schema, doc string
		fault             string // part of the error, "" if there is none
	}{
		{"object", object, `{"a":1}`, ""},
		{"missing", object, `{}`, "/: a is missing"},
		{"additional", object, `{"a":1,"b":2}`, `"b" is not a property`},
		{"minimum", object, `{"a":0}`, "/a: is 0, want at least 1"},
		{"large", object, `{"a":18446744073709551615}`, ""},
		{"fraction", object, `{"a":1.5}`, "want integer"},
		{"integer with point", object, `{"a":2.0}`, ""},
		{"null", object, `{"a":null}`, "is null"},
		{"not an object", object, `[]`, "want object"},
		{"two types", `{"type":["string","null"]}`, `null`, ""},
		{"number", `{"type":"number"}`, `1.5`, ""},
		{"enum", `{"enum":["x",2]}`, `2.0`, ""},
		{"not in enum", `{"enum":["x",2]}`, `"y"`, "want one of"},
		{"const", `{"const":"x"}`, `"y"`, "want x"},
		{"pattern", `{"pattern":"^[0-9]$"}`, `"10"`, "does not match"},
		{"pattern of number", `{"pattern":"^[0-9]$"}`, `10`, ""},
		{"bad pattern", `{"pattern":"("}`, `"a"`, "schema pattern"},
		{"items", `{"items":{"type":"string"}}`, `["a",1]`, "/1: is 1"},
		{"ref", `{"$defs":{"d":{"type":"string"}},"items":{"$ref":"#/$defs/d"}}`, `[1]`, "/0: is 1"},
		{"dangling ref", `{"$ref":"#/$defs/d"}`, `1`, "leads nowhere"},
		{"additional as schema", `{"additionalProperties":{"type":"string"}}`, `{"a/b":1}`, "/a~1b: is 1"},
		{"allOf", `{"allOf":[true,{"type":"string"}]}`, `1`, "want string"},
		{"oneOf none", `{"oneOf":[{"required":["a"]},{"required":["b"]}]}`, `{}`, "matches 0"},
		{"oneOf one", `{"oneOf":[{"required":["a"]},{"required":["b"]}]}`, `{"a":1}`, ""},
		{"oneOf both", `{"oneOf":[{"required":["a"]},{"required":["b"]}]}`, `{"a":1,"b":1}`, "matches 2"},
		{"then", `{"if":{"const":1},"then":false,"else":true}`, `1`, "nothing is allowed"},
		{"else", `{"if":{"const":1},"then":false,"else":true}`, `2`, ""},
		{"unknown keyword", `{"maxLength":1}`, `"abc"`, "not supported"},
		{"schema not one", `{"items":1}`, `[1]`, "not an object or a boolean"},
		{"broken schema", `{`, `1`, "schema:"},
		{"broken document", `{}`, `{`, "document:"},
		{"trailing", `{}`, `1 2`, "more than one JSON value"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := Validate([]byte(tt.schema), []byte(tt.doc))
			switch {
			case tt.fault == "" && err != nil:
				t.Error(err)
			case tt.fault != "" && (err == nil || !strings.Contains(err.Error(), tt.fault)):
				t.Errorf("error %v, want one with %q", err, tt.fault)
			}
		})
	}
}

func TestValidateBoundsErrors(t *testing.T) {
	doc := "[" + strings.TrimSuffix(strings.Repeat("1,", 1000), ",") + "]"
	err := Validate([]byte(`{"items":{"type":"string"}}`), []byte(doc))
	if err == nil || strings.Count(err.Error(), "\n") != maxErrors-1 {
		t.Errorf("want %d errors, got %v", maxErrors, err)
	}
}

package capgen

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
)

const readmeHead = `# Captures

Made by internal/capgen: run "go generate ./internal/capgen" to write them again.
No packet comes from a real network. Addresses are those reserved for
documentation, or private ones; keys, nonces and ciphertext are pseudorandom bytes that depend on
the file's name only. Do not edit: a test compares every byte.

Each capture proves one thing. "Expected" lists the anomalies a right report
names, those of severity info in brackets.
`

// README lists the captures by family, with what each proves: the doc comment of the
// function that builds it.
func README(list []Scenario, source string) ([]byte, error) {
	comments, err := docComments(source)
	if err != nil {
		return nil, err
	}
	b := bytes.NewBufferString(readmeHead)
	family := ""
	for i := range list {
		s := &list[i]
		if s.family != family {
			family = s.family
			fmt.Fprintf(b, "\n## %s\n", family)
		}
		comment := comments[s.build]
		if comment == "" {
			return nil, fmt.Errorf("%s: function %q has no doc comment", s.Name, s.build)
		}
		fmt.Fprintf(b, "\n### %s\n\n%s\n\n", s.Name, comment)
		fmt.Fprintf(b, "- %s\n- tunnels: %d; expected: %s\n", &s.Expect, s.Expect.Tunnels, expected(&s.Expect))
	}
	return b.Bytes(), nil
}

func expected(e *Expect) string {
	all := append([]string{}, e.Codes...)
	for _, c := range e.Info {
		all = append(all, "("+c+")")
	}
	if e.Unreadable {
		all = append(all, "report not complete")
	}
	if e.CutShort {
		all = append(all, "a note that the file was cut short")
	}
	if len(all) == 0 {
		return "nothing"
	}
	return strings.Join(all, ", ")
}

// docComments returns the doc comments of the functions in a folder, by name.
func docComments(dir string) (map[string]string, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for _, name := range files {
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			return nil, err
		}
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil {
				out[fn.Name.Name] = strings.TrimSpace(fn.Doc.Text())
			}
		}
	}
	return out, nil
}

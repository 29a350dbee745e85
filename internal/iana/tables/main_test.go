package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The generated files in the tree are those that the registries give now.
func TestGeneratedFilesAreCurrent(t *testing.T) {
	const pkg = "../../../dissect/ike"
	out := t.TempDir()
	wd, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(pkg) // as go generate does: the folder's name is in the files
	if err := run("registry", "ike", out); err != nil {
		t.Fatal(err)
	}
	t.Chdir(wd)
	for _, name := range []string{"zz_generated_names.go", "zz_generated_vendors.go"} {
		want, err := os.ReadFile(filepath.Join(out, name))
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(filepath.Join(pkg, name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is not current: run go generate ./dissect/ike", name)
		}
	}
}

func TestBadRegistriesAreRefused(t *testing.T) {
	for name, tt := range map[string]struct{ file, text, want string }{
		"not a number":      {"a.csv", "value,name,short,ref\nx,N,,R\n", "invalid syntax"},
		"above 16 bits":     {"a.csv", "value,name,short,ref\n65536,N,,R\n", "out of range"},
		"a value twice":     {"a.csv", "value,name,short,ref\n1,N,,R\n1,M,,R\n", "ascending"},
		"no name":           {"a.csv", "value,name,short,ref\n1,,,R\n", "no name"},
		"no reference":      {"a.csv", "value,name,short,ref\n1,N,,\n", "no reference"},
		"no rows":           {"a.csv", "value,name,short,ref\n", "no rows"},
		"match":             {vendorFile, "match,form,value,name,source\nmaybe,hex,00,N,S\n", "match"},
		"form":              {vendorFile, "match,form,value,name,source\nexact,sha1,00,N,S\n", "form"},
		"hex":               {vendorFile, "match,form,value,name,source\nexact,hex,0g,N,S\n", "invalid byte"},
		"a vendor ID twice": {vendorFile, "match,form,value,name,source\nexact,hex,61,N,S\nexact,text,a,M,S\n", "twice"},
		"no source":         {vendorFile, "match,form,value,name,source\nexact,hex,00,N,\n", "empty"},
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, tt.file), []byte(tt.text), 0o644); err != nil {
			t.Fatal(err)
		}
		err := run(dir, "p", t.TempDir())
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

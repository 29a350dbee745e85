package capgen

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"

	"github.com/klauspost/compress/zstd"
)

// Write writes all captures and their README into a folder. source is the
// folder of this package, whose comments the README quotes. A compressed file
// whose content is right already is left alone: compressors may change.
func Write(dir, source string) error {
	list := byFamily()
	for _, s := range list {
		path := filepath.Join(dir, s.Name)
		if old, err := os.ReadFile(path); err == nil && Same(s.Name, old, s.file) {
			continue
		}
		if err := os.WriteFile(path, s.file, 0o644); err != nil {
			return err
		}
	}
	text, err := README(list, source)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "README.md"), text, 0o644)
}

// Same tells whether two files of one name hold the same capture.
func Same(name string, x, y []byte) bool {
	x, err1 := uncompressed(name, x)
	y, err2 := uncompressed(name, y)
	return errors.Join(err1, err2) == nil && bytes.Equal(x, y)
}

func uncompressed(name string, b []byte) ([]byte, error) {
	switch filepath.Ext(name) {
	case ".gz":
		r, err := gzip.NewReader(bytes.NewReader(b))
		if err != nil {
			return nil, err
		}
		return io.ReadAll(r)
	case ".zst":
		r, err := zstd.NewReader(nil)
		if err != nil {
			return nil, err
		}
		defer r.Close()
		return r.DecodeAll(b, nil)
	}
	return b, nil
}

// functionName returns the plain name of a function.
func functionName(f func(*trace)) string {
	name := runtime.FuncForPC(reflect.ValueOf(f).Pointer()).Name()
	return name[strings.LastIndexByte(name, '.')+1:]
}

func (e *Expect) String() string {
	return fmt.Sprintf("%d frames, %d IKE, %d ESP, %d AH, %d keepalives", e.Frames, e.IKE, total(e.ESP), total(e.AH), e.Keepalives)
}

func total(m map[string]int) int {
	n := 0
	for _, c := range m {
		n += c
	}
	return n
}

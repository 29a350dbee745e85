package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// outputError makes a failure of an error of writing to standard output.
func outputError(err error) error {
	if err == nil {
		return nil
	}
	return failf("cannot write the output: %w", err)
}

// writeStdout lets write fill w, buffered.
func writeStdout(w io.Writer, write func(io.Writer) error) error {
	b := bufio.NewWriterSize(w, 1<<16)
	err := write(b)
	if err == nil {
		err = b.Flush() // which repeats the error of a write
	}
	return outputError(err)
}

// writeFile lets write fill the file called name, which appears whole or not
// at all: the bytes go to a new file in the same folder, which then takes the
// name. What is no regular file, a pipe or a device, is written to as it is.
func writeFile(name string, write func(io.Writer) error) error {
	name, mode, replaced, err := target(name)
	switch {
	case err != nil:
		return err
	case !replaced:
		return writeThrough(name, write)
	}
	f, err := createBeside(name, mode)
	if err != nil {
		return fileError(name, err)
	}
	done := false
	defer func() {
		if !done {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	if err := fill(f, write); err != nil {
		return fileError(name, err)
	}
	if err := f.Close(); err != nil {
		return fileError(name, err)
	}
	if err := os.Rename(f.Name(), name); err != nil {
		return fileError(name, err)
	}
	done = true
	return nil
}

// writeThrough writes to something that is no regular file.
func writeThrough(name string, write func(io.Writer) error) error {
	f, err := os.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		return fileError(name, err)
	}
	if err := errors.Join(fill(f, write), f.Close()); err != nil {
		return fileError(name, err)
	}
	return nil
}

func fill(f *os.File, write func(io.Writer) error) error {
	b := bufio.NewWriterSize(f, 1<<16)
	if err := write(b); err != nil {
		return err
	}
	return b.Flush()
}

// createBeside makes a new file next to name. Unlike os.CreateTemp it leaves
// the mode to the umask, as for any file a user asks for.
func createBeside(name string, mode fs.FileMode) (*os.File, error) {
	dir, base := filepath.Split(name)
	for i := 0; ; i++ {
		tmp := filepath.Join(dir, fmt.Sprintf(".%s.%d-%d.tmp", base, os.Getpid(), i))
		f, err := os.OpenFile(tmp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
		if errors.Is(err, fs.ErrExist) && i < 100 {
			continue
		}
		return f, err
	}
}

// target is the file that writing to name replaces, with its mode; replaced is
// false for what is no regular file, which is written to as it is.
func target(name string) (file string, mode fs.FileMode, replaced bool, err error) {
	if real, err := filepath.EvalSymlinks(name); err == nil {
		name = real // the file that a link names is replaced, not the link
	}
	switch info, err := os.Stat(name); {
	case err != nil: // new, or making it tells what is wrong
		return name, 0o666, true, nil
	case info.IsDir():
		return name, 0, false, failf("cannot write %s: it is a directory; name a file in it", name)
	default:
		return name, info.Mode().Perm(), info.Mode().IsRegular(), nil
	}
}

// creatable tells why writeFile will not be able to write the file called name,
// as far as that can be known before.
func creatable(name string) error {
	name, _, replaced, err := target(name)
	if err != nil || !replaced {
		return err
	}
	f, err := createBeside(name, 0o600)
	if err != nil {
		return fileError(name, err)
	}
	f.Close()
	os.Remove(f.Name())
	return nil
}

// fileError says in one sentence why name was not written.
func fileError(name string, err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		err = path.Err // its path is the temporary one
	}
	if errors.Is(err, fs.ErrNotExist) {
		return failf("cannot write %s: the folder %s does not exist; make it first", name, filepath.Dir(name))
	}
	return failf("cannot write %s: %w", name, err)
}

// sameFile tells whether two names are one existing file.
func sameFile(a, b string) bool {
	x, err := os.Stat(a)
	if err != nil {
		return false
	}
	y, err := os.Stat(b)
	return err == nil && os.SameFile(x, y)
}

// inputError says in one sentence why a file beside the captures was not read.
func inputError(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return failf("cannot read %s: %w; check its name and permissions", path.Path, path.Err)
	}
	return &failure{err}
}

package capture

import (
	"errors"
	"fmt"
	"io"
	"os"
)

const (
	// maxWindows bounds the memory of all windows together where the inputs are
	// many; no window is smaller than windowStart.
	maxWindows = 64 << 20
	// maxActive is how many inputs stay open side by side from the beginning.
	// Where there are more, each is closed again once its first time is known,
	// until its turn comes: the pieces of a ring buffer follow one another.
	maxActive = 16
)

// Open returns the packets of all named inputs as one timeline, in order of
// time and, where times are equal, of the names. Within one input the order
// stays as it is, even where its times run backwards. "-" is standard input.
//
// What cannot be opened or read is told by Info, and the other inputs are read
// all the same. The error is for a call that names no input or too many.
//
// The Source belongs to one goroutine, except for Progress.
func Open(names []string) (Source, error) {
	if len(names) == 0 {
		return nil, errors.New("no capture file is named")
	}
	if len(names) > MaxSources {
		return nil, fmt.Errorf("%d capture files are named, and %d are the most that can be read together", len(names), MaxSources)
	}
	t := &timeline{patience: maxActive, window: maxWindows / len(names)}
	pool := &filePool{max: maxOpenFiles}
	sized, stdin := true, false
	for i, name := range names {
		m := &member{input: newInput(i, name, &t.names)}
		t.members = append(t.members, m)
		if name == "-" {
			if stdin {
				m.end(errors.New("it is named twice, and can be read only once"))
				continue
			}
			stdin, sized = true, false
			m.bytes = &counted{r: os.Stdin, p: &t.progress}
			continue
		}
		file := &pooledFile{pool: pool, path: name}
		m.bytes = &counted{r: file, p: &t.progress}
		m.file = file
		if st, err := os.Stat(name); err == nil {
			if st.Mode().IsRegular() {
				m.size = st.Size()
				m.bytes.end = st.Size()
				t.progress.total += st.Size()
			} else {
				sized = sized && st.IsDir()
			}
		}
	}
	if !sized {
		t.progress.total = 0
	}
	return t, nil
}

// OpenReader returns the packets of one stream. The caller closes r.
func OpenReader(r io.Reader, name string) Source {
	t := &timeline{patience: maxActive, window: windowLimit}
	m := &member{input: newInput(0, name, &t.names)}
	m.bytes = &counted{r: r, p: &t.progress}
	t.members = []*member{m}
	return t
}

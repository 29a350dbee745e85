package capture

import (
	"errors"
	"io"
	"os"
	"slices"
)

// maxOpenFiles bounds the descriptors that one run holds. Further files are
// closed between two reads, those unread for longest first.
const maxOpenFiles = 64

var errReplaced = errors.New("the file was replaced while it was being read")

// filePool keeps the most recently read files open.
type filePool struct {
	open []*pooledFile // least recently read first
	max  int
}

// pooledFile reads a file from its start. It opens the file when it is read,
// and again, at the same place, if the pool closed it.
type pooledFile struct {
	pool *filePool
	path string
	f    *os.File    // nil while closed
	id   os.FileInfo // of the file first opened
	at   int64
	pin  bool // a pipe cannot be opened twice: never closed by the pool
}

func (p *pooledFile) Read(b []byte) (int, error) {
	if err := p.ready(); err != nil {
		return 0, err
	}
	n, err := p.f.Read(b)
	p.at += int64(n)
	return n, err
}

// ready opens the file, if it is closed, and makes it the one read last.
func (p *pooledFile) ready() error {
	if p.f != nil {
		if open := p.pool.open; !p.pin && open[len(open)-1] != p {
			p.pool.drop(p)
			p.pool.open = append(p.pool.open, p)
		}
		return nil
	}
	p.pool.makeRoom()
	f, err := os.Open(p.path)
	if err != nil {
		return err
	}
	id, err := f.Stat()
	switch {
	case err != nil:
	case id.IsDir():
		err = errors.New("it is a directory")
	case p.id != nil && !os.SameFile(p.id, id):
		err = errReplaced
	case p.at > 0:
		_, err = f.Seek(p.at, io.SeekStart)
	}
	if err != nil {
		f.Close()
		return err
	}
	p.f, p.id, p.pin = f, id, !id.Mode().IsRegular()
	if !p.pin {
		p.pool.open = append(p.pool.open, p)
	}
	return nil
}

// Close closes the file; reading it again goes on where it was.
func (p *pooledFile) Close() error {
	if p.f == nil {
		return nil
	}
	f := p.f
	p.f = nil
	p.pool.drop(p)
	return f.Close()
}

// makeRoom closes the file unread for longest if there are too many.
func (pool *filePool) makeRoom() {
	if len(pool.open) >= pool.max {
		pool.open[0].Close()
	}
}

func (pool *filePool) drop(p *pooledFile) {
	if i := slices.Index(pool.open, p); i >= 0 {
		pool.open = slices.Delete(pool.open, i, i+1)
	}
}

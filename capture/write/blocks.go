package write

import "os"

// writeSize is how many bytes are handed to the system in one go.
const writeSize = 64 << 10

// blocks gathers whole blocks and writes them to a file together.
type blocks struct {
	file *os.File
	buf  []byte
	n    int64 // bytes in the file, all of whole blocks
}

// Write implements io.Writer; it only gathers.
func (b *blocks) Write(p []byte) (int, error) {
	b.buf = append(b.buf, p...)
	return len(p), nil
}

func (b *blocks) size() int64 { return b.n + int64(len(b.buf)) }

// flush writes what was gathered. Where only a part could be written, the file is
// cut to what it had before, so that it never ends within a block.
func (b *blocks) flush() error {
	if len(b.buf) == 0 {
		return nil
	}
	n, err := b.file.Write(b.buf)
	if err == nil {
		b.n += int64(n)
		b.buf = b.buf[:0]
		return nil
	}
	if n > 0 {
		_ = b.file.Truncate(b.n) // a pipe cannot be cut
		_, _ = b.file.Seek(b.n, 0)
	}
	return err
}

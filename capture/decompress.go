package capture

import (
	"bytes"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// maxZstdWindow is the largest window that the zstd program itself takes
// without being asked to (windowLog 27).
const maxZstdWindow = 128 << 20

// compression names the compression that a stream beginning with b has, as the
// suffix of a file name, or is empty.
func compression(b []byte) string {
	switch {
	case bytes.HasPrefix(b, []byte("\x1f\x8b")):
		return ".gz"
	case bytes.HasPrefix(b, []byte("\x28\xb5\x2f\xfd")), skippableZstd(b):
		return ".zst"
	}
	return ""
}

// skippableZstd tells a zstd stream that begins with a frame of metadata, as
// parallel writers make them (RFC 8878 section 3.1.2).
func skippableZstd(b []byte) bool {
	return len(b) >= 4 && b[0]&0xf0 == 0x50 && b[1] == 0x2a && b[2] == 0x4d && b[3] == 0x18
}

// decompress returns the plain bytes of the stream w. Members and frames that
// follow one another are one stream.
func decompress(suffix string, w *window) (io.ReadCloser, error) {
	if suffix == ".gz" {
		z, err := gzip.NewReader(windowReader{w})
		if err != nil {
			return nil, fmt.Errorf("its gzip header is broken: %w", err)
		}
		return z, nil
	}
	// One goroutine less, and no frames decoded ahead: the memory stays one window.
	z, err := zstd.NewReader(windowReader{w}, zstd.WithDecoderConcurrency(1),
		zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxZstdWindow),
		zstd.WithDecoderMaxMemory(1<<62)) // bounds the content of a frame, not the memory
	if err != nil {
		return nil, fmt.Errorf("its zstd header is broken: %w", err)
	}
	return z.IOReadCloser(), nil
}

// windowReader reads a window as a stream of bytes. As an io.ByteReader it
// spares gzip a buffer of its own.
type windowReader struct{ w *window }

func (r windowReader) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	b := r.w.peek(1)
	if len(b) == 0 {
		return 0, r.w.err
	}
	n := copy(p, r.w.buf[r.w.start:r.w.end])
	r.w.skip(n)
	return n, nil
}

func (r windowReader) ReadByte() (byte, error) {
	w := r.w
	if w.start == w.end {
		if b := w.peek(1); len(b) == 0 {
			return 0, w.err
		}
	}
	c := w.buf[w.start]
	w.start++
	return c, nil
}

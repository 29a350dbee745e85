package capture

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// A zstd frame says how much memory its decoder needs, and the decoder takes it
// at once. 8 MiB is what all levels up to 19 use and every decoder should grant
// (RFC 8878 section 3.1.1.1.2); 128 MiB is what the zstd program grants at most
// without being asked to. A file gets more than 8 MiB only if it is large: up
// to zstdWindowRatio times its size.
const (
	minZstdWindow   = 8 << 20
	maxZstdWindow   = 128 << 20
	zstdWindowRatio = 64
)

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

// decompress returns the plain bytes of the stream w, whose size is 0 if not
// known. Members and frames that follow one another are one stream.
func decompress(suffix string, w *window, size int64) (io.ReadCloser, error) {
	if suffix == ".gz" {
		// gzip has a faster loop for this buffer than for any other reader.
		z, err := gzip.NewReader(bufio.NewReaderSize(windowReader{w}, windowStart))
		if err != nil {
			return nil, fmt.Errorf("its gzip header is broken: %w", err)
		}
		return plain{z}, nil
	}
	grant := min(max(size, minZstdWindow/zstdWindowRatio), maxZstdWindow/zstdWindowRatio) * zstdWindowRatio
	// One goroutine less, and no frames decoded ahead: the memory stays one window.
	z, err := zstd.NewReader(windowReader{w}, zstd.WithDecoderConcurrency(1),
		zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(uint64(grant)),
		zstd.WithDecoderMaxMemory(1<<62)) // bounds the content of a frame, not the memory
	if err != nil {
		return nil, fmt.Errorf("its zstd header is broken: %w", err)
	}
	return plain{z.IOReadCloser()}, nil
}

// plain puts the errors of decompression into the words of a sentence.
type plain struct{ io.ReadCloser }

func (p plain) Read(b []byte) (int, error) {
	n, err := p.ReadCloser.Read(b)
	if s := decompressReason(err); s != "" {
		err = errors.New(s)
	}
	return n, err
}

// decompressReason puts an error of decompression into a clause; "" if it is
// none.
func decompressReason(err error) string {
	switch {
	case err == nil:
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "the compressed data ends too early"
	case errors.Is(err, gzip.ErrHeader):
		return "the compressed data goes on with something that is not gzip"
	case errors.Is(err, gzip.ErrChecksum), errors.Is(err, zstd.ErrCRCMismatch):
		return "the checksum of the compressed data is wrong"
	case errors.Is(err, zstd.ErrMagicMismatch):
		return "the compressed data goes on with something that is not zstd"
	case errors.Is(err, zstd.ErrWindowSizeExceeded), errors.Is(err, zstd.ErrDecoderSizeExceeded):
		return "its zstd compression needs too much memory to decompress; decompress it first (zstd -d)"
	}
	return ""
}

// windowReader reads a window as a stream of bytes.
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

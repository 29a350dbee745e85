package capture

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
)

var errBadReader = errors.New("the reader returned an impossible count")

// flaw is why reading ended, or passed over a record, before the clean end.
type flaw struct {
	at    int64  // offset of the record, in uncompressed bytes
	frame uint64 // number of the packet that was passed over; 0 for another block
	cut   bool   // the stream ended within a record, and nothing else is wrong
	why   string // a clause, without full stop
}

func (f *flaw) Error() string { return fmt.Sprintf("byte %d: %s", f.at, f.why) }

func flawf(at int64, format string, args ...any) *flaw {
	return &flaw{at: at, why: fmt.Sprintf(format, args...)}
}

// ended returns what it means that the stream gave only have bytes of a record
// at offset at, which needs want: a record cut short, or a stream that broke.
func ended(w *window, at int64, have, want int64) error {
	if w.err == io.EOF {
		return &flaw{at: at, cut: true, why: fmt.Sprintf("%d of its %d bytes are there", have, want)}
	}
	return flawf(at, "%s", reason(w.err))
}

// reason is the text of an error without the operation and path that the
// sentence around it names already.
func reason(err error) string {
	if pe, ok := errors.AsType[*fs.PathError](err); ok {
		return pe.Err.Error()
	}
	return err.Error()
}

// plural returns "1 packet", "2 packets".
func plural[N int | int64 | uint64](n N, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

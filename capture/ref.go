package capture

import "fmt"

// Ref names the place a packet came from: a frame of a capture file, counted
// from 1 as Wireshark counts it, or a line of a text. It packs the index of
// the source (bits 48-63), a flag for lines (bit 47) and the number (bits
// 0-46) into one word: state that outlives packets keeps many of them. Refs of
// one source order as the source does. The zero Ref names no place.
type Ref uint64

const (
	refLine   = 1 << 47
	refNumber = refLine - 1

	// MaxSources bounds how many sources one run may name.
	MaxSources = 1 << 16
)

// FrameRef returns the Ref of frame number n, counted from 1, of a source.
func FrameRef(source int, n uint64) Ref {
	return Ref(uint64(source)<<48 | n&refNumber)
}

// LineRef returns the Ref of line number n, counted from 1, of a source.
func LineRef(source int, n uint64) Ref {
	return FrameRef(source, n) | refLine
}

// Source is the index of the source among those of the run, from 0.
func (r Ref) Source() int { return int(r >> 48) }

// Number is the frame or line number, from 1.
func (r Ref) Number() uint64 { return uint64(r & refNumber) }

// IsLine tells whether Number counts lines of a text instead of frames.
func (r Ref) IsLine() bool { return r&refLine != 0 }

// String is for tests and error texts: "0#12", or "0:12" for a line.
func (r Ref) String() string {
	if r.IsLine() {
		return fmt.Sprintf("%d:%d", r.Source(), r.Number())
	}
	return fmt.Sprintf("%d#%d", r.Source(), r.Number())
}

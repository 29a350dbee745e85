package capture

import (
	"fmt"
	"io"
	"strings"
)

// maxDeclared bounds SourceInfo.Interfaces.
const maxDeclared = 1024

// recordReader reads the packets of one format. It returns io.EOF at a clean
// end, else a *flaw. p.Ref comes from input.nextRef.
type recordReader interface {
	next(p *Packet) error
}

// input is one capture stream: its window, the reader of its format, and what
// Info tells of it.
type input struct {
	index   int   // among the run's sources
	size    int64 // in bytes as stored; 0 if unknown
	names   *interfaceTable
	win     *window
	records recordReader // nil before start and after the end
	pool    *bufferPool  // of the window's buffers, if packets are shared
	closer  io.Closer    // what decompresses; nil if nothing does
	info    SourceInfo

	frames   uint64 // numbers given so far
	lastTime int64  // of the last packet that has a time
	untimed  uint64 // packets without time
	clamped  uint64 // packets whose time an int64 cannot hold
	passed   uint64 // packets passed over for a flaw
	firstBad string // sentence about the first of them
	declared map[uint16]bool
}

// newInput returns an input named name that has read nothing yet.
func newInput(index int, name string, names *interfaceTable) *input {
	return &input{index: index, names: names, info: SourceInfo{Name: name}}
}

// start finds out the format of r. False means that there is nothing to read,
// and that info says why. The window is to read up to size bytes at a time.
func (in *input) start(r io.Reader, size int) bool {
	in.win = newWindow(r, size)
	if err := in.identify(); err != nil {
		in.end(err)
		return false
	}
	in.win.pool = in.pool
	return true
}

// next reads a packet; false means that there is none left and that info is
// complete.
func (in *input) next(p *Packet) bool {
	if in.records == nil {
		return false
	}
	untimed := in.untimed
	if err := in.records.next(p); err != nil {
		in.end(err)
		return false
	}
	p.Buffer = in.win.buffer
	i := &in.info
	if t := p.Time; in.untimed == untimed {
		in.lastTime = t
		switch {
		case i.Packets == untimed: // the first that has a time
			i.FirstTime, i.LastTime = t, t
		case t > i.LastTime:
			i.LastTime = t
		case t < i.FirstTime:
			i.FirstTime = t
		}
	}
	i.Packets++
	i.Bytes += uint64(len(p.Data))
	return true
}

// nextRef numbers a frame.
func (in *input) nextRef() Ref {
	in.frames++
	return FrameRef(in.index, in.frames)
}

// timeless returns the time of a packet that has none: the one before it, so
// that the timeline stays whole, or 0 in a file without any.
func (in *input) timeless() int64 {
	in.untimed++
	return in.lastTime
}

// snaplen notes a declared snapshot length.
func (in *input) snaplen(n uint32) { in.info.Snaplen = max(in.info.Snaplen, n) }

// declare notes an interface of the file, once however many sections have it.
func (in *input) declare(name string, id uint16) {
	if in.declared[id] || len(in.info.Interfaces) == maxDeclared {
		return
	}
	if in.declared == nil {
		in.declared = make(map[uint16]bool)
	}
	in.declared[id] = true
	in.info.Interfaces = append(in.info.Interfaces, name)
}

// passOver notes that the last block is broken and that reading goes on.
func (in *input) passOver(f *flaw) {
	in.passed++
	if in.firstBad != "" {
		return
	}
	what := fmt.Sprintf("a block behind packet %d", in.frames)
	if f.frame > 0 {
		what = fmt.Sprintf("packet %d", f.frame)
	}
	in.firstBad = fmt.Sprintf("at byte %d of %s, %s could not be read: %s", f.at, in.title(), what, f.why)
}

// end completes info with what err, from a recordReader or identify, means.
func (in *input) end(err error) {
	in.records = nil
	i := &in.info
	var notes []string
	f, isFlaw := err.(*flaw)
	switch {
	case err == io.EOF:
		i.Complete = true
	case isFlaw && f.cut:
		i.Complete, i.CutShort = true, true
		notes = append(notes, fmt.Sprintf("%s ends early, behind packet %d, within the record at byte %d: %s", in.title(), in.frames, f.at, f.why))
	case isFlaw && in.frames > 0:
		i.Err = fmt.Sprintf("%s cannot be read beyond packet %d, from byte %d on: %s.", in.title(), in.frames, f.at, f.why)
	case isFlaw:
		i.Err = fmt.Sprintf("%s cannot be read, not even its first packet (byte %d): %s.", in.title(), f.at, f.why)
	default:
		i.Err = fmt.Sprintf("%s cannot be read: %s.", in.title(), reason(err))
	}
	if in.passed > 0 {
		i.Complete, i.CutShort = false, false
		bad := in.firstBad
		if in.passed > 1 {
			bad += fmt.Sprintf(" (%d such blocks in all)", in.passed)
		}
		i.Err = strings.TrimSpace(i.Err + " " + upperFirst(bad) + ".")
	}
	if in.clamped > 0 {
		notes = append(notes, plural(in.clamped, "time")+" before 1677 or after 2262 became the nearest that can be told")
	}
	if in.untimed > 0 {
		notes = append(notes, plural(in.untimed, "packet")+" without a time got that of the one before")
	}
	if len(notes) > 0 {
		i.Note = upperFirst(strings.Join(notes, "; ")) + "."
	}
	in.release()
}

// title is the name for use in a sentence.
func (in *input) title() string {
	if in.info.Name == "-" {
		return "standard input"
	}
	return in.info.Name
}

// release lets go of the window and of what decompresses.
func (in *input) release() {
	if in.closer != nil {
		in.closer.Close()
	}
	in.closer, in.win, in.records = nil, nil, nil
}

func upperFirst(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

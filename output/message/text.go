package message

import (
	"net/netip"
	"time"

	"github.com/ikesniff/ikesniff/capture"
	"github.com/ikesniff/ikesniff/output"
	"github.com/ikesniff/ikesniff/reassembly"
	"github.com/ikesniff/ikesniff/report"
)

// textForm writes a line a message.
type textForm struct {
	l       *Lister
	loc     *time.Location
	heading string // the last one written
	// from and until bound the times for which it holds; the latter is not in.
	from, until int64
	last        int64 // time of the line before, for deltas
	ends        int   // width of the column of endpoints so far
	words       []byte
	tree        tree
}

// Columns of a line. That of endpoints grows with what was seen, up to what
// two IPv4 addresses with ports may take.
const (
	frameWidth = 6
	timeWidth  = 12
	kindWidth  = 5
	minEnds    = 39
	maxEnds    = 45
	wordsAt    = frameWidth + 2 + timeWidth + 2 // where a wrapped line goes on
)

func newTextForm(l *Lister) *textForm {
	t := &textForm{l: l, loc: time.UTC, ends: minEnds, tree: tree{width: l.opt.Width, hex: l.opt.Verbose > 1}}
	if l.opt.Time == output.TimeLocal && l.opt.Location != nil {
		t.loc = l.opt.Location
	}
	return t
}

func (t *textForm) ike(b []byte, e *reassembly.Event, s *summary) []byte {
	t.words = t.l.appendWords(t.words[:0], e, s)
	b = t.line(b, e.FirstRef, e.Ref, e.Time, e.Transport, e.Message, e.Src, e.Dst)
	if t.l.opt.Verbose > 0 {
		b = t.tree.append(b, s)
		b = t.tree.appendFacts(b, t.l.facts(e, s))
	}
	return b
}

func (t *textForm) run(b []byte, x *run) []byte {
	t.words = appendRun(t.words[:0], x)
	return t.line(b, x.firstRef, x.lastRef, x.firstTime, x.transport, x.kind, x.src, x.dst)
}

// line appends a line with t.words at its end.
func (t *textForm) line(b []byte, first, last capture.Ref, at int64, tr reassembly.Transport, kind reassembly.MessageKind, src, dst netip.AddrPort) []byte {
	b = t.appendHeading(b, at)
	from := len(b)
	b = t.appendFrames(b, first, last)
	b = padFrom(b, from, frameWidth)
	b = append(b, "  "...)
	from = len(b)
	b = t.appendTime(b, at)
	b = padFrom(b, from, timeWidth)
	b = append(b, "  "...)
	from = len(b)
	b = append(b, transportWord(tr)...)
	b = pad(b, from, kindWidth)
	b = append(b, "  "...)
	from = len(b)
	b = t.appendEnd(b, src)
	b = append(b, " > "...)
	b = t.appendEnd(b, dst)
	t.ends = max(t.ends, min(len(b)-from, maxEnds))
	b = pad(b, from, t.ends)
	b = append(b, "  "...)
	return t.appendWrapped(b, len(b)-lineStart(b))
}

// lineStart is where the last line of b begins.
func lineStart(b []byte) int {
	for i := len(b) - 1; i >= 0; i-- {
		if b[i] == '\n' {
			return i + 1
		}
	}
	return 0
}

func (t *textForm) end(b []byte, s *report.Stream) ([]byte, error) {
	if t.l.listed > 0 {
		for _, x := range t.l.sets.incomplete() {
			t.words = appendIncomplete(t.words[:0], &x)
			b = t.appendWrapped(b, 0)
		}
		return b, nil
	}
	if !t.l.opt.Filter.Empty() && s.Head.Totals.IPsecPackets > 0 {
		b = append(b, "No message matches the filters."...)
		if len(t.l.opt.Filter.Notifies) > 0 {
			b = append(b, " Notifies in encrypted messages cannot be seen."...)
		}
		return append(b, '\n'), nil
	}
	b = append(b, "No IKE, ESP or AH message found.\n"...)
	for i, n := range s.Nearby {
		if i == 0 {
			b = append(b, "What came closest:\n"...)
		}
		b = append(b, "  "...)
		b = append(b, output.Safe(n.What)...)
		b = append(b, '\n')
	}
	return b, nil
}

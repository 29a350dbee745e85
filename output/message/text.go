package message

import (
	"net/netip"
	"strconv"
	"strings"
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
	last    int64  // time of the line before, for deltas
	ends    int    // width of the column of endpoints so far
	words   []byte
	tree    tree
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

// appendWrapped appends the words, and further lines if they are too wide.
func (t *textForm) appendWrapped(b []byte, column int) []byte {
	if t.l.opt.Width == 0 {
		b = append(b, t.words...)
		return append(b, '\n')
	}
	room := t.l.opt.Width - column
	if len(t.words) > room && column > wordsAt {
		// No room beside the endpoints: all words go below.
		b = trimmed(b)
		b = append(b, '\n')
		b = append(b, strings.Repeat(" ", wordsAt)...)
		room = t.l.opt.Width - wordsAt
	}
	words := string(t.words)
	for {
		head, rest := breakAt(words, max(room, 20))
		b = append(b, head...)
		b = append(b, '\n')
		if rest == "" {
			return b
		}
		b = append(b, strings.Repeat(" ", wordsAt)...)
		words, room = rest, t.l.opt.Width-wordsAt
	}
}

// trimmed takes blanks off the end of b.
func trimmed(b []byte) []byte {
	for len(b) > 0 && b[len(b)-1] == ' ' {
		b = b[:len(b)-1]
	}
	return b
}

// breakAt splits s at the last blank within max bytes, or behind them where
// there is none. A character of several bytes is not split.
func breakAt(s string, max int) (head, rest string) {
	if len(s) <= max {
		return s, ""
	}
	if i := strings.LastIndexByte(s[:max+1], ' '); i > 0 {
		return s[:i], s[i+1:]
	}
	for max > 1 && s[max]&0xc0 == 0x80 {
		max--
	}
	for max < len(s) && s[max]&0xc0 == 0x80 {
		max++
	}
	return s[:max], s[max:]
}

// appendHeading appends a line with date and zone, or what times count from,
// wherever that changes.
func (t *textForm) appendHeading(b []byte, at int64) []byte {
	var h string
	switch t.l.opt.Time {
	case output.TimeRelative, output.TimeDelta:
		if t.heading != "" {
			return b
		}
		start := time.Unix(0, t.startTime(at)).In(t.loc).Format("2006-01-02 15:04:05.000 MST")
		h = "times: seconds since " + start
		if t.l.opt.Time == output.TimeDelta {
			h = "times: seconds since the line before, the first since " + start
		}
	default:
		h = time.Unix(0, at).In(t.loc).Format("2006-01-02 MST")
	}
	if h == t.heading {
		return b
	}
	if t.heading == "" && len(t.l.opt.Sources) > 1 {
		for i, name := range t.l.opt.Sources {
			b = append(b, '[')
			b = strconv.AppendInt(b, int64(i+1), 10)
			b = append(b, "] "...)
			b = append(b, output.Safe(name)...)
			b = append(b, '\n')
		}
	}
	t.heading = h
	b = append(b, h...)
	return append(b, '\n')
}

func (t *textForm) startTime(at int64) int64 {
	if t.l.opt.Start == nil {
		return at
	}
	return t.l.opt.Start()
}

func (t *textForm) appendTime(b []byte, at int64) []byte {
	since := t.last
	switch {
	case t.l.opt.Time == output.TimeDelta && t.last != 0:
	case t.l.opt.Time == output.TimeRelative || t.l.opt.Time == output.TimeDelta:
		since = t.startTime(at)
	default:
		return time.Unix(0, at).In(t.loc).AppendFormat(b, "15:04:05.000")
	}
	t.last = at
	return appendSeconds(b, at-since, '+')
}

// appendSeconds appends nanoseconds as seconds to the millisecond, with a sign
// if plus is one.
func appendSeconds(b []byte, ns int64, plus byte) []byte {
	switch {
	case ns < 0:
		b = append(b, '-')
		ns = -ns
	case plus != 0:
		b = append(b, plus)
	}
	ms := uint64(ns+int64(time.Millisecond)/2) / uint64(time.Millisecond)
	b = strconv.AppendUint(b, ms/1000, 10)
	return append(b, '.', byte('0'+ms/100%10), byte('0'+ms/10%10), byte('0'+ms%10))
}

// appendFrames appends the frame that completed the message, or a range.
func (t *textForm) appendFrames(b []byte, first, last capture.Ref) []byte {
	if len(t.l.opt.Sources) > 1 {
		b = append(b, '[')
		b = strconv.AppendInt(b, int64(last.Source()+1), 10)
		b = append(b, ']')
	}
	if first != 0 && first != last && first.Source() == last.Source() {
		b = strconv.AppendUint(b, first.Number(), 10)
		b = append(b, '-')
	}
	return strconv.AppendUint(b, last.Number(), 10)
}

func (t *textForm) appendEnd(b []byte, a netip.AddrPort) []byte {
	if t.l.opt.Names != nil {
		if n := t.l.opt.Names(a.Addr().Unmap().WithZone("")); n != "" {
			b = append(b, output.Safe(n)...)
			if a.Port() == 0 {
				return b
			}
			b = append(b, ':')
			return strconv.AppendUint(b, uint64(a.Port()), 10)
		}
	}
	if a.Port() == 0 {
		return a.Addr().AppendTo(b)
	}
	return a.AppendTo(b)
}

// transportWord is the short name of a transport.
func transportWord(t reassembly.Transport) string {
	switch t {
	case reassembly.TransportUDP:
		return "UDP"
	case reassembly.TransportUDPNATT:
		return "NAT-T"
	case reassembly.TransportIP:
		return "IP"
	case reassembly.TransportTCP:
		return "TCP"
	case reassembly.TransportFortinetESP:
		return "fTCP"
	case reassembly.TransportCisco:
		return "cTCP"
	}
	return t.String()
}

// pad fills what stands in b from an offset on with blanks on the right,
// padFrom on the left.
func pad(b []byte, from, width int) []byte {
	for len(b)-from < width {
		b = append(b, ' ')
	}
	return b
}

func padFrom(b []byte, from, width int) []byte {
	n := width - (len(b) - from)
	if n <= 0 {
		return b
	}
	b = append(b, "            "[:min(n, 12)]...)
	copy(b[from+n:], b[from:])
	for i := range n {
		b[from+i] = ' '
	}
	return b
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
		return append(b, "No message matches the filters.\n"...), nil
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

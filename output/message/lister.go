package message

import (
	"io"
	"net/netip"
	"time"

	"github.com/ikesniff/ikesniff/dissect/ike"
	"github.com/ikesniff/ikesniff/output"
	"github.com/ikesniff/ikesniff/reassembly"
	"github.com/ikesniff/ikesniff/report"
)

// Format is a form in which messages are written.
type Format string

// The forms. JSON is one object with a list of messages, NDJSON an object a
// line, with a summary as the last.
const (
	FormatTable  Format = "table" // and "": a line a message
	FormatJSON   Format = "json"
	FormatNDJSON Format = "ndjson"
)

// Options say what a Lister writes. The zero value is good, but for Start.
type Options struct {
	Format Format
	// Verbose: 1 adds all fields and findings of IKE messages, 2 their bytes.
	Verbose int
	// Each lists every packet of ESP and AH and every keepalive by itself.
	Each bool
	// Width is that of the terminal on which lines are wrapped; 0 wraps none.
	Width int
	// Time says how times are written in lines, Location in which zone
	// output.TimeLocal is; nil is UTC.
	Time     output.TimeMode
	Location *time.Location
	// Names gives the name of an address for lines, "" for none; nil knows none.
	Names func(netip.Addr) string
	// Sources are the names of the inputs, by index. With several, lines tell
	// which one a frame is of.
	Sources []string
	// Start gives the time of the capture's first packet, in nanoseconds since
	// the Unix epoch. It is asked when there was one.
	Start  func() int64
	Filter Filter
	// Prompt writes each message at once instead of many at a time.
	Prompt bool
}

// Lister writes messages as they come.
type Lister struct {
	w    io.Writer
	opt  Options
	form form
	buf  []byte
	err  error

	started      bool
	since, until int64
	listed       uint64 // lines or records

	summary    summary
	algorithms algorithms
	sets       sets
	whole      summary // of a message put together from fragments
	vendors    vendors
	runs       runs

	sendings     sendings
	associations associations
	fingerprints fingerprints
}

// form is how messages are written: each method appends to b.
type form interface {
	ike(b []byte, e *reassembly.Event, s *summary) []byte
	run(b []byte, x *run) []byte
	part(b []byte, e *reassembly.Event, s *summary) []byte
	end(b []byte, s *report.Stream) ([]byte, error)
}

// flushAt is how many bytes are collected before they are written.
const flushAt = 32 << 10

// New makes a Lister that writes to w.
func New(w io.Writer, opt Options) *Lister {
	l := &Lister{w: w, opt: opt, sendings: newSendings(), associations: newAssociations()}
	l.runs.emit = l.emitRun
	switch opt.Format {
	case FormatJSON, FormatNDJSON:
		l.form = &jsonForm{l: l, lines: opt.Format == FormatNDJSON, tree: jsonTree{hex: opt.Verbose > 1}}
	default:
		l.form = newTextForm(l)
	}
	return l
}

// Event takes the next message of the capture, or IP datagram that is not whole;
// events of other kinds are passed over. It borrows the event until it returns. It returns the first
// error of writing, again and again: nothing is written behind it.
func (l *Lister) Event(e *reassembly.Event) error {
	isIKE := e.Message == reassembly.MessageIKE
	if l.err != nil || e.Kind != reassembly.KindMessage && (e.Kind != reassembly.KindFragment || !isIKE) {
		return l.err
	}
	if !l.started {
		l.start(e)
	}
	switch {
	case e.Kind == reassembly.KindFragment:
		l.part(e)
	case isIKE:
		l.ike(e)
	default:
		l.data(e)
	}
	if len(l.buf) >= flushAt || l.opt.Prompt && len(l.buf) > 0 {
		l.flush()
	}
	return l.err
}

// start settles what depends on when the capture begins.
func (l *Lister) start(e *reassembly.Event) {
	l.started = true
	begin := e.FirstTime
	if l.opt.Start != nil {
		begin = l.opt.Start()
	}
	if m := l.opt.Filter.Since; m != nil {
		l.since = m.Resolve(begin)
	}
	if m := l.opt.Filter.Until; m != nil {
		l.until = m.Resolve(begin)
	}
}

func (l *Lister) ike(e *reassembly.Event) {
	s := &l.summary
	s.read(e, &l.sets)
	// Whatever is listed, later messages refer to all.
	s.sending, s.repetition = l.sendings.note(e)
	if s.err == nil {
		s.link = l.associations.note(e, s)
	}
	if !l.opt.Filter.keeps(e, &s.m.Header, l.since, l.until) || !l.opt.Filter.keepsNotifies(s) {
		return
	}
	l.runs.tick(e.Time)
	l.runs.endPair(e.Pair())
	l.listed++
	l.buf = l.form.ike(l.buf, e, s)
}

func (l *Lister) data(e *reassembly.Event) {
	if !l.opt.Filter.keeps(e, (*ike.Header)(nil), l.since, l.until) {
		return
	}
	if l.opt.Each {
		l.emitRun(single(e))
		return
	}
	l.runs.tick(e.Time)
	l.runs.add(e)
}

func (l *Lister) emitRun(x *run) {
	l.listed++
	l.buf = l.form.run(l.buf, x)
}

func (l *Lister) flush() {
	if l.err == nil {
		_, l.err = l.w.Write(l.buf)
	}
	l.buf = l.buf[:0]
}

// Finish writes what is left, and what s says of the whole input.
func (l *Lister) Finish(s *report.Stream) error {
	l.runs.endAll()
	b, err := l.form.end(l.buf, s)
	l.buf = b
	if l.err == nil {
		l.err = err
	}
	l.flush()
	return l.err
}

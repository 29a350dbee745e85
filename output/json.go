package output

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/ikesniff/ikesniff/report"
)

// JSON writes the report as one object, indented by two spaces, tunnel by
// tunnel. It is what encoding/json makes of the collected report without HTML
// escapes, with all lists there and invisible characters escaped.
func JSON(w io.Writer, s *report.Stream) error {
	head := rebuild(s.Head, unchanged)
	head.Tunnels = []*report.Tunnel{}
	before, _, err := splitHead(&head)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(w)
	out.Write(before)
	enc := newEncoder("    ", "  ")
	first := true
	for t := range s.Tunnels {
		b, err := enc.encode(rebuild(t, unchanged))
		if err != nil {
			return fmt.Errorf("tunnel %s: %w", t.ID, err)
		}
		if !first {
			out.WriteByte(',')
		}
		first = false
		out.WriteString("\n    ")
		if _, err := out.Write(b); err != nil {
			return err
		}
	}
	if !first {
		out.WriteString("\n  ")
	}
	// The gateways are known only now. They come after the tunnels, so what was
	// written of the head stays as it is.
	gateways, total := s.Gateways()
	head.Gateways, head.GatewaysTotal = rebuild(gateways, unchanged), total
	_, after, err := splitHead(&head)
	if err != nil {
		return err
	}
	out.Write(after)
	out.WriteByte('\n')
	return out.Flush()
}

// splitHead encodes a report without tunnels and cuts it inside the brackets of
// its list of tunnels. A line end followed by two spaces and this key is only
// there at the top level: deeper keys are indented more, and strings hold no
// raw line ends.
func splitHead(head *report.Report) (before, after []byte, err error) {
	b, err := newEncoder("", "  ").encode(head)
	if err != nil {
		return nil, nil, err
	}
	mark := []byte("\n  \"tunnels\": []")
	i := bytes.Index(b, mark)
	if i < 0 {
		return nil, nil, fmt.Errorf("report has no list of tunnels")
	}
	cut := i + len(mark) - 1
	return bytes.Clone(b[:cut]), bytes.Clone(b[cut:]), nil
}

// encoder encodes one value after the other into a buffer of its own.
type encoder struct {
	buf bytes.Buffer
	enc *json.Encoder
}

func newEncoder(prefix, indent string) *encoder {
	e := &encoder{}
	e.enc = json.NewEncoder(&e.buf)
	e.enc.SetEscapeHTML(false)
	e.enc.SetIndent(prefix, indent)
	return e
}

// encode returns the JSON of v without a line end, valid until the next call.
func (e *encoder) encode(v any) ([]byte, error) {
	e.buf.Reset()
	if err := e.enc.Encode(v); err != nil {
		return nil, err
	}
	return escapeInvisible(bytes.TrimRight(e.buf.Bytes(), "\n")), nil
}

// escapeInvisible writes what Safe would quote as \u escapes. encoding/json does
// so for characters below U+0020 only; U+009B, say, begins a control sequence
// too. Such characters stand in strings only, so any of them may be escaped.
func escapeInvisible(b []byte) []byte {
	// Nearly all JSON is ASCII, and below U+007F only line ends are raw in it.
	i := 0
	for i < len(b) && b[i] < 0x7f {
		i++
	}
	if i == len(b) {
		return b
	}
	out := append(make([]byte, 0, len(b)+16), b[:i]...)
	for i < len(b) {
		r, n := utf8.DecodeRune(b[i:])
		switch {
		case !invisible(r):
			out = append(out, b[i:i+n]...)
		case r > 0xffff:
			r -= 0x10000
			out = fmt.Appendf(out, `\u%04x\u%04x`, 0xd800+r>>10, 0xdc00+r&0x3ff)
		default:
			out = fmt.Appendf(out, `\u%04x`, r)
		}
		i += n
	}
	return out
}

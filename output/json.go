package output

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/ikesniff/ikesniff/report"
)

// JSON writes the report as one object, indented by two spaces, tunnel by
// tunnel. It is what encoding/json makes of the collected report without HTML
// escapes, with all lists there and invisible characters escaped.
func JSON(w io.Writer, s *report.Stream) error {
	head := s.Head
	head.Tunnels = []*report.Tunnel{}
	before, _, err := splitHead(&head)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(w)
	out.Write(before)
	enc := newEncoder(true, 2)
	first := true
	for t := range s.Tunnels {
		b, err := enc.encode(t)
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
	head.Gateways, head.GatewaysTotal = gateways, total
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
	b, err := newEncoder(true, 0).encode(head)
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
		default:
			out = appendRune(out, r)
		}
		i += n
	}
	return out
}

package tcpframe

import "github.com/ikesniff/ikesniff/reassembly/tcpstream"

// history keeps the bytes that a search has passed, so that the frames that
// prove a place are not lost.
type history struct {
	buf   []byte
	spans []span
	begin uint64 // position in the stream of the first span
	end   uint64 // and behind the last
}

// span is a stretch of the stream: n bytes of one packet, or a hole.
type span struct {
	n    int
	from tcpstream.Origin
	hole bool
	why  tcpstream.HoleReason
}

const (
	// maxHistory is how many bytes, and maxSpans how many stretches are kept.
	// Where one more does not fit, the older half goes.
	maxHistory = 1 << 16
	maxSpans   = 512
)

// reset empties the history; the next span begins at position pos.
func (h *history) reset(pos uint64) {
	h.buf, h.spans = h.buf[:0], h.spans[:0]
	h.begin, h.end = pos, pos
}

// add keeps bytes of one packet.
func (h *history) add(b []byte, from tcpstream.Origin) {
	h.end += uint64(len(b))
	if len(b) > maxHistory/2 {
		b = b[len(b)-maxHistory/2:]
		h.reset(h.end - uint64(len(b)))
		h.end += uint64(len(b))
	} else if len(h.buf)+len(b) > maxHistory || len(h.spans) == maxSpans {
		h.forget(maxHistory/2-len(b), maxSpans/2)
	}
	h.buf = append(h.buf, b...)
	if i := len(h.spans) - 1; i >= 0 && !h.spans[i].hole && h.spans[i].from == from {
		h.spans[i].n += len(b)
		return
	}
	h.spans = append(h.spans, span{n: len(b), from: from})
}

// hole notes that n bytes are missing.
func (h *history) hole(n int, why tcpstream.HoleReason) {
	if len(h.spans) == maxSpans {
		h.forget(maxHistory/2, maxSpans/2)
	}
	h.spans = append(h.spans, span{n: n, hole: true, why: why})
	h.end += uint64(n)
}

// forget drops the oldest spans until at most the given numbers of bytes and
// spans are left.
func (h *history) forget(bytes, spans int) {
	i, gone := 0, 0
	for len(h.buf)-gone > bytes || len(h.spans)-i > spans {
		if !h.spans[i].hole {
			gone += h.spans[i].n
		}
		h.begin += uint64(h.spans[i].n)
		i++
	}
	h.spans = h.spans[:copy(h.spans, h.spans[i:])]
	h.buf = h.buf[:copy(h.buf, h.buf[gone:])]
}

// captured counts the bytes that it holds from position at on.
func (h *history) captured(at uint64) int {
	n, pos := 0, h.begin
	for _, s := range h.spans {
		if pos += uint64(s.n); !s.hole && pos > at {
			n += int(min(pos-at, uint64(s.n)))
		}
	}
	return n
}

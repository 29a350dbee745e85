package pipeline

import (
	"context"
	"math/bits"

	"github.com/ikesniff/ikesniff/capture"
	"github.com/ikesniff/ikesniff/dissect"
	"github.com/ikesniff/ikesniff/reassembly"
)

// Intervals in packets, powers of two.
const (
	cancelEvery   = 1 << 8  // how often the reader looks whether to stop
	progressEvery = 1 << 12 // how often it reports progress
)

// reader takes packets from the source to the crew and counts what no worker
// sees.
type reader struct {
	src    capture.Source
	crew   crew
	decode *dissect.Decoder
	whole  *reassembly.Defragmenter

	packet   capture.Packet
	headers  dissect.Headers // of frames of a usual kind
	datagram dissect.Datagram
	counts   counts

	// plain makes a Decoder take every frame. Tests do, for comparison.
	plain bool
}

// counts are what the reader counts, in captured packets and their bytes.
type counts struct {
	packets, ignored, malformed, truncated, bytes uint64

	// encapsulations is indexed by the bits of dissect.Encap.
	encapsulations [16]uint64
}

func newReader(src capture.Source, c crew, cfg reassembly.Config) *reader {
	r := &reader{src: src, crew: c, decode: dissect.NewDecoder()}
	r.whole = reassembly.NewDefragmenter(cfg, c.event)
	return r
}

// run reads until the end of the source and returns "", or the reason why it
// stopped before.
func (r *reader) run(ctx context.Context, progress func(Progress)) (stopped string) {
	for {
		if r.counts.packets%cancelEvery == 0 && ctx.Err() != nil {
			stopped = interrupted
			break
		}
		if err := r.src.Next(&r.packet); err != nil {
			stopped = readError(ctx, err)
			break
		}
		r.next(&r.packet)
		if progress != nil && r.counts.packets%progressEvery == 0 {
			done, total := r.src.Progress()
			progress(Progress{Done: done, Total: total, Packets: r.counts.packets})
		}
	}
	r.whole.Flush()
	return stopped
}

// next sends one packet on its way.
func (r *reader) next(p *capture.Packet) {
	r.counts.packets++
	r.counts.bytes += uint64(len(p.Data))
	if len(p.Data) < p.OrigLen {
		r.counts.truncated++
	}

	if !r.plain && p.DropsBefore == 0 && r.headers.Read(p) {
		r.encap(r.headers.Encap, 1)
		r.crew.packet(&r.headers, p)
		return
	}
	d := &r.datagram
	r.decode.Decode(p, d)
	r.encap(d.Encap, 1)
	if d.DropsBefore > 0 {
		r.crew.event(&reassembly.Event{
			Kind: reassembly.KindLoss, Time: d.Time, FirstTime: d.Time,
			Ref: d.Ref, FirstRef: d.Ref, Tap: d.Tap, Lost: d.DropsBefore,
		})
	}

	switch d.Status {
	case dissect.StatusMalformed:
		r.counts.malformed++
	case dissect.StatusOther:
		r.counts.ignored++
	case dissect.StatusFragment:
		outer := d.Encap
		if d = r.whole.Add(d); d == nil {
			return
		}
		// Wrappings that came to light only when the pieces were together.
		r.encap(d.Encap&^outer, d.Packets)
		r.reassembled(d)
	default:
		r.crew.datagram(d)
	}
}

// reassembled takes a datagram put together from fragments, in which the
// decoder may have met anything.
func (r *reader) reassembled(d *dissect.Datagram) {
	switch d.Status {
	case dissect.StatusMalformed:
		r.counts.malformed += uint64(d.Packets)
	case dissect.StatusOther:
		r.counts.ignored += uint64(d.Packets)
	default:
		r.crew.datagram(d)
	}
}

// encap counts the wrappings e of n packets.
func (r *reader) encap(e dissect.Encap, n int) {
	for ; e != 0; e &= e - 1 {
		r.counts.encapsulations[bits.TrailingZeros16(uint16(e))] += uint64(n)
	}
}

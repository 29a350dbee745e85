package live

import (
	"iter"
	"time"

	"github.com/ikesniff/ikesniff/output"
	"github.com/ikesniff/ikesniff/report"
)

// summaryEvent tells what a tunnel carried since its summary before.
type summaryEvent struct {
	output.Record
	ends
	IntervalSeconds float64                  `json:"interval_seconds"`
	Packets         report.Direction[uint64] `json:"packets"`
	Bytes           report.Direction[uint64] `json:"bytes"`
	// Missing is below 0 where packets came late that were missing before.
	Missing      report.Direction[int64] `json:"missing"`
	MissingExact report.Direction[bool]  `json:"missing_exact"`
}

// Summaries yields an esp_summary line, with its line end, for each tunnel that
// carried ESP or AH since the snapshot that was summed up before, or since it was
// first seen. A line is valid until the next one. Those of tunnels that a caller
// does not get to are part of their next summary. Errors are as those of
// AppendChange.
//
// The counts of all summaries of a tunnel add up to those that it had when it was
// judged last, unless those fell, as they may where two tunnels became one.
func (e *Events) Summaries(s *report.Snapshot) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		e.pass++
		for i := range s.Rows {
			line, err := e.summary(&s.Rows[i])
			if (line != nil || err != nil) && !yield(line, err) {
				return
			}
		}
		for id, c := range e.counted {
			if c.pass != e.pass {
				delete(e.counted, id)
			}
		}
	}
}

// summary is the line of one tunnel, nil if it carried nothing. What became
// missing, or no longer is, without a packet is for the next line.
func (e *Events) summary(row *report.Row) ([]byte, error) {
	t := row.Tunnel
	before, known := e.counted[t.ID]
	if !known {
		before.at = t.FirstSeen
	}
	missing := output.MissingOf(t)
	now := counted{
		packets: t.ESPPackets, bytes: t.ESPBytes,
		missing: report.Direction[uint64]{ToResponder: missing.ToResponder.Count, ToInitiator: missing.ToInitiator.Count},
		at:      row.Judged, pass: e.pass,
	}
	packets := each(now.packets, before.packets, grown)
	if packets.ToResponder == 0 && packets.ToInitiator == 0 {
		now.missing = before.missing
		e.counted[t.ID] = now
		return nil, nil
	}
	e.counted[t.ID] = now
	at := row.Judged.UTC()
	var err error
	e.buf, err = output.AppendRecord(e.buf[:0], &summaryEvent{
		Record: output.Record{EventType: "esp_summary", Timestamp: &at, TunnelID: t.ID}, ends: endsOf(t),
		IntervalSeconds: max(row.Judged.Sub(before.at), 0).Round(time.Millisecond).Seconds(),
		Packets:         packets,
		Bytes:           each(now.bytes, before.bytes, grown),
		Missing:         each(now.missing, before.missing, func(a, b uint64) int64 { return int64(a - b) }),
		MissingExact:    report.Direction[bool]{ToResponder: !missing.ToResponder.Bound, ToInitiator: !missing.ToInitiator.Bound},
	})
	if err != nil {
		return nil, err
	}
	return e.buf, nil
}

// link makes what was told of a tunnel that became part of another count there.
func (e *Events) link(was, id string) {
	old, ok := e.counted[was]
	if !ok || was == id {
		return
	}
	delete(e.counted, was)
	c, ok := e.counted[id]
	if !ok {
		e.counted[id] = old
		return
	}
	add := func(a, b uint64) uint64 { return a + b }
	c.packets, c.bytes = each(c.packets, old.packets, add), each(c.bytes, old.bytes, add)
	c.missing = each(c.missing, old.missing, add)
	e.counted[id] = c
}

func grown(now, before uint64) uint64 { return max(now, before) - before }

// each applies f to both directions.
func each[A, B any](a, b report.Direction[A], f func(A, A) B) report.Direction[B] {
	return report.Direction[B]{ToResponder: f(a.ToResponder, b.ToResponder), ToInitiator: f(a.ToInitiator, b.ToInitiator)}
}

package live

import (
	"time"

	"github.com/ikesniff/ikesniff/output"
	"github.com/ikesniff/ikesniff/report"
)

// Events writes changes, and what was counted between snapshots, as NDJSON: an
// object a line, each with event_type and timestamp. docs/events.md shows them
// all. It is for one goroutine.
type Events struct {
	counted map[string]counted // by tunnel id: what summaries told so far
	pass    uint64
	buf     []byte
}

// NewEvents returns Events for a run that begins.
func NewEvents() *Events { return &Events{counted: map[string]counted{}} }

// AppendChange appends the line of c. All changes of a run should pass through
// here, written or not: summaries follow tunnels that are linked. An error means
// that c holds a number or a year that JSON cannot write, and dst is returned as
// it was.
func (e *Events) AppendChange(dst []byte, c *report.Change) ([]byte, error) {
	if c.Kind == report.ChangeLinked {
		e.link(c.Was, c.TunnelID)
	}
	at := c.Time.UTC()
	head := output.Record{EventType: string(c.Kind), Timestamp: &at, TunnelID: c.TunnelID}
	switch {
	case c.Kind == report.ChangeTunnel && c.Tunnel != nil:
		return output.AppendRecord(dst, &tunnelEvent{output.NewTunnelRecord(at, c.Tunnel), c.Text})
	case (c.Kind == report.ChangeAnomaly || c.Kind == report.ChangeCleared) && c.Anomaly != nil:
		return output.AppendRecord(dst, &output.AnomalyRecord{Record: head, Anomaly: c.Anomaly})
	case c.Kind == report.ChangeTimeline && c.Event != nil:
		if transportKind(c.Event.Kind) {
			head.EventType = "transport"
		}
		return output.AppendRecord(dst, &timelineEvent{head, endsOf(c.Tunnel), c.Event})
	}
	return output.AppendRecord(dst, &plainEvent{head, endsOf(c.Tunnel), c.Was, severityOf(c), c.Text})
}

// tunnelEvent is the record of a tunnel and what about it is new.
type tunnelEvent struct {
	output.TunnelRecord
	Text string `json:"text"`
}

// timelineEvent is a line of a tunnel's timeline. Its time is that of the packet.
type timelineEvent struct {
	output.Record
	ends
	*report.TimelineEvent
}

// plainEvent is a change that words tell.
type plainEvent struct {
	output.Record
	ends
	Was      string          `json:"was,omitempty"`
	Severity report.Severity `json:"severity"`
	Text     string          `json:"text"`
}

// ends are the peers of a tunnel, so that a line can be understood alone.
type ends struct {
	Initiator string `json:"initiator,omitempty"`
	Responder string `json:"responder,omitempty"`
}

func endsOf(t *report.Tunnel) ends {
	if t == nil {
		return ends{}
	}
	return ends{t.Initiator, t.Responder}
}

// transportKind tells whether a kind of timeline event is about the way that
// messages take, not about what they say.
func transportKind(kind string) bool {
	switch kind {
	case "tcp-syn", "tcp-prefix", "tcp-end", "left", "keepalives", "address-change":
		return true
	}
	return false
}

// counted is what summaries told of a tunnel so far.
type counted struct {
	packets, bytes, missing report.Direction[uint64]
	at                      time.Time // of the judgement
	pass                    uint64    // that saw it last
}

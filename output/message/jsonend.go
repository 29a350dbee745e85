package message

import (
	"bytes"
	"encoding/json"
	"time"

	"github.com/ikesniff/ikesniff/report"
)

// tail is what closes the list, and the last line.
type tail struct {
	EventType         string           `json:"event_type,omitempty"`
	Timestamp         *time.Time       `json:"timestamp,omitempty"`
	SchemaVersion     int              `json:"schema_version,omitempty"`
	Generator         report.Generator `json:"generator"`
	Listed            uint64           `json:"listed"`
	Complete          bool             `json:"complete"`
	IncompleteBecause []string         `json:"incomplete_because"`
	Sources           []report.Source  `json:"sources"`
	Totals            report.Totals    `json:"totals"`
	// Incomplete lists messages of which fragments were not seen.
	Incomplete []incomplete `json:"incomplete_messages"`
}

type incomplete struct {
	VersionMajor int    `json:"version_major"`
	InitSPI      string `json:"init_spi"`
	RespSPI      string `json:"resp_spi"`
	MessageID    uint32 `json:"message_id"`
	Exchange     string `json:"exchange,omitempty"`    // IKEv2
	Response     *bool  `json:"response,omitempty"`    // IKEv2
	ID           *int   `json:"fragment_id,omitempty"` // IKEv1
	// Total is left out where the last fragment of IKEv1 was not seen.
	Total   int   `json:"fragments_total,omitempty"`
	Missing []int `json:"fragments_missing"`
}

// incomplete lists the messages of both versions that are not whole.
func (s *sets) incomplete() []incomplete {
	out := []incomplete{}
	for _, p := range s.v1.Pending() {
		id := int(p.Key.FragmentID)
		x := incomplete{VersionMajor: 1, InitSPI: p.Key.InitiatorSPI.String(), RespSPI: p.Key.ResponderSPI.String(),
			MessageID: p.Key.MessageID, ID: &id, Missing: append([]int{}, p.Missing...)}
		out = append(out, x)
	}
	for _, g := range s.v2.Incomplete() {
		x := incomplete{VersionMajor: 2, InitSPI: g.Key.InitiatorSPI.String(), RespSPI: g.Key.ResponderSPI.String(),
			MessageID: g.Key.MessageID, Exchange: g.Exchange.Name(), Response: &g.Key.Response,
			Total: int(g.Total), Missing: []int{}}
		for _, n := range g.Missing() {
			x.Missing = append(x.Missing, int(n))
		}
		out = append(out, x)
	}
	return out
}

func (j *jsonForm) end(b []byte, s *report.Stream) ([]byte, error) {
	h := &s.Head
	t := tail{Generator: h.Generator, Listed: j.l.listed, Complete: h.Complete,
		IncompleteBecause: h.IncompleteBecause, Sources: h.Sources, Totals: h.Totals,
		Incomplete: j.l.sets.incomplete()}
	if t.IncompleteBecause == nil {
		t.IncompleteBecause = []string{}
	}
	if j.lines {
		t.EventType, t.SchemaVersion = "summary", report.SchemaVersion
		for i := range h.Sources {
			if x := h.Sources[i].LastSeen; x != nil && (t.Timestamp == nil || x.After(*t.Timestamp)) {
				t.Timestamp = x
			}
		}
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if !j.lines {
		enc.SetIndent("", "  ")
	}
	if err := enc.Encode(t); err != nil {
		return b, err
	}
	text := escaped(bytes.TrimRight(buf.Bytes(), "\n"))
	if j.lines {
		b = append(b, text...)
		return append(b, '\n'), nil
	}
	if j.began {
		b = append(b, "\n  ],"...)
	} else {
		b = j.begin(b)
		b = append(bytes.TrimRight(b, "\n "), "],"...)
	}
	b = append(b, text[1:]...) // its first byte is the brace that was opened long ago
	return append(b, '\n'), nil
}

package output

import (
	"bufio"
	"io"
	"time"

	"github.com/ikesniff/ikesniff/report"
)

// NDJSON writes one object a line: each tunnel ("event_type": "tunnel"), after
// it its anomalies ("anomaly"), then the gateways that have several tunnels
// ("gateway"), the anomalies of the capture, and a "summary" at the end.
// timestamp is when a tunnel, anomaly or gateway was first seen, and the end of
// the capture for the summary. A tunnel's line names its
// anomalies by id, and carries the SPIs and algorithms of its last IKE SA under
// the names of Suricata's EVE ike records.
func NDJSON(w io.Writer, s *report.Stream) error {
	out := bufio.NewWriter(w)
	var b []byte
	emit := func(v any) (err error) {
		if b, err = AppendRecord(b[:0], v); err != nil {
			return err
		}
		_, err = out.Write(b)
		return err
	}
	var tally Tally
	for t := range tally.Watch(s).Tunnels {
		line := NewTunnelRecord(t.FirstSeen, t)
		if err := emit(&line); err != nil {
			return err
		}
		for i := range t.Anomalies {
			a := &t.Anomalies[i]
			line := AnomalyRecord{Record{"anomaly", &a.FirstSeen, t.ID}, a}
			if err := emit(&line); err != nil {
				return err
			}
		}
	}
	head := rebuild(s.Head, unchanged)
	gateways, _ := s.Gateways()
	for _, g := range rebuild(gateways, unchanged) {
		if err := emit(gatewayLine{Record{"gateway", &g.FirstSeen, ""}, &g}); err != nil {
			return err
		}
	}
	for i := range head.Anomalies {
		if err := emit(AnomalyRecord{Record{"anomaly", &head.Anomalies[i].FirstSeen, ""}, &head.Anomalies[i]}); err != nil {
			return err
		}
	}
	if err := emit(summaryRecord(&head, &tally)); err != nil {
		return err
	}
	return out.Flush()
}

// AppendRecord appends v as one line of NDJSON, as JSON would write it. What it
// returns holds what was appended before, and no part of the line, if there is
// an error: numbers and years that JSON cannot write. A value is read without
// being copied if v is a pointer to it.
func AppendRecord(b []byte, v any) ([]byte, error) {
	var e encoder
	line := e.value(b, v, 0)
	if e.err != nil {
		return b, e.err
	}
	return append(line, '\n'), nil
}

// Record leads every line.
type Record struct {
	EventType string     `json:"event_type"`
	Timestamp *time.Time `json:"timestamp,omitempty"`
	TunnelID  string     `json:"tunnel_id,omitempty"`
}

// TunnelRecord is the line of a tunnel.
type TunnelRecord struct {
	Record
	InitSPI string `json:"init_spi,omitempty"`
	RespSPI string `json:"resp_spi,omitempty"`
	AlgEnc  string `json:"alg_enc,omitempty"`
	AlgAuth string `json:"alg_auth,omitempty"`
	AlgPRF  string `json:"alg_prf,omitempty"`
	AlgDH   string `json:"alg_dh,omitempty"`
	*report.Tunnel
	// Anomalies hides the tunnel's own: they have lines of their own.
	Anomalies  *struct{} `json:"anomalies,omitempty"`
	AnomalyIDs []string  `json:"anomaly_ids"`
}

// NewTunnelRecord makes the line of a tunnel, which stays the caller's.
func NewTunnelRecord(at time.Time, t *report.Tunnel) TunnelRecord {
	line := TunnelRecord{Record: Record{"tunnel", &at, t.ID}, Tunnel: t, AnomalyIDs: []string{}}
	for i := range t.Anomalies {
		line.AnomalyIDs = append(line.AnomalyIDs, t.Anomalies[i].ID)
	}
	if n := len(t.IKESAs); n > 0 {
		sa := &t.IKESAs[n-1]
		line.InitSPI, line.RespSPI = sa.InitiatorSPI, sa.ResponderSPI
		if p := sa.Proposal; p != nil {
			line.AlgEnc, line.AlgAuth, line.AlgPRF, line.AlgDH = p.Encryption, p.Integrity, p.PRF, p.KeyExchange
		}
	}
	return line
}

// AnomalyRecord is the line of an anomaly.
type AnomalyRecord struct {
	Record
	*report.Anomaly
}

type gatewayLine struct {
	Record
	*report.Gateway
}

type summaryLine struct {
	Record
	SchemaVersion     int                        `json:"schema_version"`
	Generator         report.Generator           `json:"generator"`
	Complete          bool                       `json:"complete"`
	IncompleteBecause []string                   `json:"incomplete_because"`
	Sources           []report.Source            `json:"sources"`
	Totals            report.Totals              `json:"totals"`
	Tunnels           uint64                     `json:"tunnels"`
	ByStatus          map[report.Status]uint64   `json:"tunnels_by_status"`
	BySeverity        map[report.Severity]uint64 `json:"anomalies_by_severity"`
}

func summaryRecord(r *report.Report, t *Tally) summaryLine {
	var end *time.Time
	for i := range r.Sources {
		if x := r.Sources[i].LastSeen; x != nil && (end == nil || x.After(*end)) {
			end = x
		}
	}
	return summaryLine{
		Record: Record{EventType: "summary", Timestamp: end}, SchemaVersion: r.SchemaVersion, Generator: r.Generator,
		Complete: r.Complete, IncompleteBecause: r.IncompleteBecause, Sources: r.Sources, Totals: r.Totals,
		Tunnels: t.Tunnels, ByStatus: t.ByStatus, BySeverity: t.BySeverity,
	}
}

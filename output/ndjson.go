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
	enc := newEncoder(false, 0)
	emit := func(v any) error {
		b, err := enc.encode(v)
		if err != nil {
			return err
		}
		out.Write(b)
		return out.WriteByte('\n')
	}
	var tally Tally
	for t := range tally.Watch(s).Tunnels {
		line := tunnelRecord(t)
		if err := emit(&line); err != nil {
			return err
		}
		for i := range t.Anomalies {
			line := anomalyRecord(t.ID, &t.Anomalies[i])
			if err := emit(&line); err != nil {
				return err
			}
		}
	}
	head := rebuild(s.Head, unchanged)
	gateways, _ := s.Gateways()
	for _, g := range rebuild(gateways, unchanged) {
		if err := emit(gatewayLine{record{"gateway", &g.FirstSeen, ""}, &g}); err != nil {
			return err
		}
	}
	for i := range head.Anomalies {
		if err := emit(anomalyRecord("", &head.Anomalies[i])); err != nil {
			return err
		}
	}
	if err := emit(summaryRecord(&head, &tally)); err != nil {
		return err
	}
	return out.Flush()
}

// record leads every line.
type record struct {
	EventType string     `json:"event_type"`
	Timestamp *time.Time `json:"timestamp,omitempty"`
	TunnelID  string     `json:"tunnel_id,omitempty"`
}

type tunnelLine struct {
	record
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

func tunnelRecord(t *report.Tunnel) tunnelLine {
	line := tunnelLine{record: record{"tunnel", &t.FirstSeen, t.ID}, Tunnel: t, AnomalyIDs: []string{}}
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

type anomalyLine struct {
	record
	*report.Anomaly
}

func anomalyRecord(tunnel string, a *report.Anomaly) anomalyLine {
	return anomalyLine{record{"anomaly", &a.FirstSeen, tunnel}, a}
}

type gatewayLine struct {
	record
	*report.Gateway
}

type summaryLine struct {
	record
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
		record: record{EventType: "summary", Timestamp: end}, SchemaVersion: r.SchemaVersion, Generator: r.Generator,
		Complete: r.Complete, IncompleteBecause: r.IncompleteBecause, Sources: r.Sources, Totals: r.Totals,
		Tunnels: t.Tunnels, ByStatus: t.ByStatus, BySeverity: t.BySeverity,
	}
}

package output

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/ikesniff/ikesniff/report"
)

var csvHeader = []string{
	"id", "status", "phase1", "phase2", "data", "worst_severity",
	"initiator", "responder", "initiator_known", "ike_version", "transports", "first_seen", "last_seen",
	"ike_messages_initiator", "ike_messages_responder",
	"esp_packets_to_responder", "esp_packets_to_initiator", "esp_bytes_to_responder", "esp_bytes_to_initiator",
	"missing_to_responder", "missing_to_initiator", "anomalies", "verdict",
}

// CSV writes a header and one line per tunnel. Anomalies are codes separated by
// spaces, consequences left out.
func CSV(w io.Writer, s *report.Stream) error {
	out := csv.NewWriter(w)
	if err := out.Write(csvHeader); err != nil {
		return err
	}
	for t := range s.Tunnels {
		if err := out.Write(csvRow(safe(t))); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func csvRow(t *report.Tunnel) []string {
	count := func(n uint64) string { return strconv.FormatUint(n, 10) }
	moment := func(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }
	version := ""
	if t.IKEVersion > 0 {
		version = strconv.Itoa(t.IKEVersion)
	}
	var list []string
	for i := range t.Anomalies {
		if t.Anomalies[i].ConsequenceOf == "" {
			list = append(list, t.Anomalies[i].Code)
		}
	}
	m := MissingOf(t)
	row := []string{
		t.ID, string(t.Status), string(t.Phase1), string(t.Phase2), string(t.Data), string(worstOf(t.Anomalies)),
		t.Initiator, t.Responder, strconv.FormatBool(t.InitiatorKnown), version,
		strings.Join(t.Transports, " "), moment(t.FirstSeen), moment(t.LastSeen),
		count(t.IKEMessages.Initiator), count(t.IKEMessages.Responder),
		count(t.ESPPackets.ToResponder), count(t.ESPPackets.ToInitiator),
		count(t.ESPBytes.ToResponder), count(t.ESPBytes.ToInitiator),
		csvMissing(m.ToResponder), csvMissing(m.ToInitiator), strings.Join(list, " "), t.Verdict,
	}
	for i := range row {
		row[i] = noFormula(row[i])
	}
	return row
}

// csvMissing is a plain number, or empty where nothing could be judged.
func csvMissing(m Missing) string {
	if !m.Judged {
		return ""
	}
	return strconv.FormatUint(m.Count, 10)
}

// noFormula keeps a spreadsheet from running a cell: with an apostrophe in front
// it is text. Line ends and tabs are gone already (Safe).
func noFormula(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}

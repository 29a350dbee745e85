package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/ikesniff/ikesniff/report"
)

func readReport(t *testing.T, name string) *report.Report {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Error(err)
		return &report.Report{}
	}
	return parseReport(t, b)
}

func parseReport(t *testing.T, b []byte) *report.Report {
	t.Helper()
	var r report.Report
	if err := json.Unmarshal(b, &r); err != nil {
		t.Errorf("%v in %.300q", err, b)
	}
	return &r
}

// analyzed is what analyze says of a file.
func analyzed(t *testing.T, args ...string) *report.Report {
	t.Helper()
	var out, errs bytes.Buffer
	if status := run(t.Context(), append([]string{"analyze", "-f", "json"}, args...), strings.NewReader(""), &out, &errs); status != exitDone {
		t.Errorf("analyze %v: status %d, %s", args, status, errs.String())
	}
	return parseReport(t, out.Bytes())
}

// contents is what does not depend on when packets came.
func contents(r *report.Report) map[string]string {
	out := map[string]string{}
	for _, u := range r.Tunnels {
		var spis []string
		for i := range u.ChildSAs {
			c := &u.ChildSAs[i]
			spis = append(spis, fmt.Sprintf("%s %s %d packets", c.Protocol, c.SPI, c.Packets))
		}
		for i := range u.IKESAs {
			spis = append(spis, u.IKESAs[i].InitiatorSPI+" "+u.IKESAs[i].ResponderSPI)
		}
		slices.Sort(spis)
		out[u.ID] = fmt.Sprint(u.Initiator, " ", u.Responder, " ", u.Transports, " ", u.IKEMessages, " ", u.ESPPackets, "\n", strings.Join(spis, "\n"))
	}
	return out
}

// judged is what a report says of its tunnels.
func judged(r *report.Report) map[string]string {
	out := contents(r)
	for _, u := range r.Tunnels {
		var codes []string
		for i := range u.Anomalies {
			codes = append(codes, fmt.Sprint(u.Anomalies[i].ID, " ", u.Anomalies[i].Severity))
		}
		out[u.ID] += fmt.Sprint("\n", u.Status, " ", u.Phase1, " ", u.Phase2, " ", u.Data, "\n", codes)
	}
	return out
}

// metric sums up a metric over its labels.
func metric(page, name string) (sum float64) {
	for line := range strings.Lines(page) {
		if rest, ok := strings.CutPrefix(line, name); ok && (strings.HasPrefix(rest, "{") || strings.HasPrefix(rest, " ")) {
			var v float64
			fmt.Sscan(rest[strings.LastIndexByte(strings.TrimSpace(rest), ' ')+1:], &v)
			sum += v
		}
	}
	return sum
}

func grep(page, word string) (out string) {
	for line := range strings.Lines(page) {
		if strings.Contains(line, word) && !strings.HasPrefix(line, "#") {
			out += line
		}
	}
	return out
}

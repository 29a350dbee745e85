package output

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"

	"github.com/ikesniff/ikesniff/report"
)

func TestCSV(t *testing.T) {
	s := sampleWarning()
	for tunnel := range s.Tunnels {
		tunnel.Verdict = "=HYPERLINK(\"http://x\",\"a\"), \x1b[2J\nnext \"line\""
		tunnel.Initiator = "@sum"
	}
	var buf bytes.Buffer
	if err := CSV(&buf, s); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&buf).ReadAll()
	if err != nil || len(rows) != 2 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	got := map[string]string{}
	for i, name := range rows[0] {
		got[name] = rows[1][i]
	}
	for name, want := range map[string]string{
		"id": "9c1de00a7b42", "status": "up", "worst_severity": "warning", "initiator": "'@sum", "responder": "10.55.3.193",
		"first_seen": "2026-02-26T23:17:23Z", "esp_packets_to_responder": "1714", "missing_to_initiator": "0",
		"anomalies": "address-change one-way-keepalives", "ike_version": "2",
		"verdict": `'=HYPERLINK("http://x","a"), \x1b[2J\x0anext "line"`,
	} {
		if got[name] != want {
			t.Errorf("%s is %q, want %q", name, got[name], want)
		}
	}
}

func TestNoFormula(t *testing.T) {
	for in, want := range map[string]string{
		"=1+1": "'=1+1", "+1": "'+1", "-1": "'-1", "@a": "'@a", "": "", "a=1": "a=1", "10.0.0.1": "10.0.0.1", "\uff1d1": "\uff1d1",
	} {
		if got := noFormula(in); got != want {
			t.Errorf("noFormula(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestMarkdownGolden(t *testing.T) {
	var buf bytes.Buffer
	if err := Markdown(&buf, sampleMany(60), Options{Top: 3}); err != nil {
		t.Fatal(err)
	}
	golden(t, "many.md", buf.Bytes())
}

func TestMarkdownEscapes(t *testing.T) {
	s := sampleWarning()
	for tunnel := range s.Tunnels {
		tunnel.Verdict = "a | b <script> [x](y) *z* `c`\nnew"
	}
	var buf bytes.Buffer
	if err := Markdown(&buf, s, Options{Color: true}); err != nil {
		t.Fatal(err)
	}
	if want := "a \\| b \\<script\\> \\[x\\](y) \\*z\\* \\`c\\`\\\\x0anew |"; !strings.Contains(buf.String(), want) {
		t.Errorf("no %s in\n%s", want, buf.String())
	}
}

func TestDirectionOfChildSA(t *testing.T) {
	tunnel := &report.Tunnel{
		Initiator: "10.0.0.1", Responder: "10.0.0.2",
		Paths: []report.Path{
			{Initiator: "10.0.0.1:4500", Responder: "10.0.0.2:4500"},
			{Initiator: "192.0.2.9:61001", Responder: "10.0.0.2:4500"},
			{Initiator: "127.0.0.1:4500", Responder: "127.0.0.1:4501"},
		},
	}
	for _, tt := range []struct {
		src, dst string
		want     bool
	}{
		{"10.0.0.1:4500", "10.0.0.2:4500", true},
		{"10.0.0.2:4500", "10.0.0.1:4500", false},
		{"10.0.0.1", "10.0.0.2", true},
		{"10.0.0.2", "192.0.2.9", false},            // after a move
		{"127.0.0.1:4501", "127.0.0.1:4500", false}, // one host
		{"127.0.0.1:4500", "127.0.0.1:4501", true},
		{"10.0.0.2", "172.16.0.1", false}, // unknown destination, known source
	} {
		if got := toResponder(tunnel, &report.ChildSA{Source: tt.src, Destination: tt.dst}); got != tt.want {
			t.Errorf("%s to %s: to responder %v", tt.src, tt.dst, got)
		}
	}
}

func TestTransportSummary(t *testing.T) {
	path := func(transport, responder string) report.Path {
		return report.Path{Transport: transport, Initiator: "10.0.0.1:1", Responder: responder}
	}
	for _, tt := range []struct {
		version int
		paths   []report.Path
		want    string
	}{
		{2, []report.Path{path("udp", "10.0.0.2:500"), path("udp-nat-t", "10.0.0.2:4500")}, "UDP 500 > 4500"},
		{2, []report.Path{path("udp-nat-t", "10.0.0.2:4500"), path("udp-nat-t", "10.0.0.2:4500")}, "UDP 4500"},
		{2, []report.Path{path("udp-nat-t", "10.0.0.2:4500"), path("tcp-rfc8229", "10.0.0.2:443")}, "UDP 4500 > TCP 443"},
		{0, []report.Path{path("ip", "10.0.0.2")}, "raw IP, no IKE"},
		{2, []report.Path{path("udp", "a:1"), path("udp", "10.0.0.2:2"), path("ip", "a"), path("tcp-cisco", "10.0.0.2:10000")}, "UDP > .. > cTCP 10000"},
	} {
		if got := transportSummary(&report.Tunnel{IKEVersion: tt.version, Paths: tt.paths}); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}

package metrics

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"github.com/ikesniff/ikesniff/report"
)

var (
	started = time.Date(2026, 11, 22, 5, 0, 0, 0, time.UTC)
	options = Options{Codes: []string{"esp-loss", "no-answer"}, Version: "1.2.3", Revision: "0123abc"}
)

// full is a snapshot in which everything has a value of its own.
func full() *report.Snapshot {
	tunnel := func(status report.Status, transport string, seen time.Duration, anomalies ...report.Anomaly) report.Row {
		return report.Row{Transport: transport, Tunnel: &report.Tunnel{
			ID: "0123456789ab", Initiator: "198.51.100.7", Responder: "203.0.113.5",
			Status: status, LastSeen: started.Add(seen), Anomalies: anomalies,
		}}
	}
	return &report.Snapshot{
		Time: started.Add(90 * time.Second), Started: started, Running: true,
		Interfaces: []report.InterfaceState{{Name: "eth0", State: "up"}, {Name: "wan\xff\"\n", State: "down"}, {Name: "tun0", State: "gone"}},
		Rows: []report.Row{
			tunnel(report.StatusUp, "udp", time.Second, report.Anomaly{Severity: report.SeverityInfo}),
			tunnel(report.StatusUp, "tcp-rfc8229", 1500*time.Millisecond,
				report.Anomaly{Severity: report.SeverityCritical}, report.Anomaly{Severity: report.SeverityWarning, ConsequenceOf: "a1"},
				report.Anomaly{Severity: report.SeverityCritical}),
			tunnel(report.StatusFailed, "udp", 0),
			{Transport: "ip"},
		},
		Counters: report.Counters{
			Packets: 1000, IPsecPackets: 700, IgnoredPackets: 200, MalformedPackets: 10,
			TruncatedPackets: 3, UndecidedPackets: 4, Bytes: 123456,
			IKEMessages: 20, ESPPackets: 600, AHPackets: 30, Keepalives: 50, TCPConnections: 6, IgnoredForgotten: 7, Evicted: 8, ChangesLeft: 7,
			Ring: &report.RingCounters{Received: 1050, Dropped: 40, Freezes: 2, Looped: 5, Split: 9, Damaged: 1, Pieces: 11},
			Sinks: []report.SinkCounters{
				{Name: "stdout", Written: 11, Dropped: 12, Error: "no space left on device"}, {Name: "packets", Written: 13},
			},
			TunnelsSeen: 14, TunnelsForgotten: 10, Missing: 15,
			Anomalies: map[string]uint64{"esp-loss": 16, "of-another-version": 1},
		},
	}
}

// gather returns the values of all metrics of this package, as Prometheus would
// write them.
func gather(t *testing.T, e *Exporter) map[string]float64 {
	t.Helper()
	r := prometheus.NewPedanticRegistry()
	r.MustRegister(e)
	families, err := r.Gather()
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]float64{}
	for _, f := range families {
		for _, m := range f.Metric {
			var labels []string
			for _, l := range m.Label {
				labels = append(labels, fmt.Sprintf("%s=%q", l.GetName(), l.GetValue()))
			}
			out[f.GetName()+"{"+strings.Join(labels, ",")+"}"] = m.GetCounter().GetValue() + m.GetGauge().GetValue()
		}
	}
	return out
}

func TestAllValues(t *testing.T) {
	e := New(options)
	e.Set(full())
	got := gather(t, e)
	for key, value := range got {
		switch {
		case strings.HasPrefix(key, "ikesniff_build_info{") && strings.Contains(key, `revision="0123abc",version="1.2.3"`) && value == 1:
			delete(got, key)
		case strings.HasPrefix(key, "ikesniff_snapshot_timestamp_seconds{"):
			if age := time.Since(time.Unix(int64(value), 0)); age < 0 || age > time.Minute {
				t.Errorf("the snapshot is %s old", age)
			}
			delete(got, key)
		}
		if strings.Contains(key, "198.51.100.7") || strings.Contains(key, "0123456789ab") {
			t.Errorf("%s names a tunnel", key)
		}
	}
	begin := float64(started.Unix())
	want := map[string]float64{
		`ikesniff_capture_running{}`:                               1,
		`ikesniff_capture_start_time_seconds{}`:                    begin,
		`ikesniff_capture_clock_seconds{}`:                         begin + 90,
		`ikesniff_interface_up{interface="eth0"}`:                  1,
		`ikesniff_interface_up{interface="wan�\"\n"}`:              0,
		`ikesniff_interface_up{interface="tun0"}`:                  0,
		`ikesniff_tunnels{status="up"}`:                            2,
		`ikesniff_tunnels{status="negotiating"}`:                   0,
		`ikesniff_tunnels{status="failed"}`:                        1,
		`ikesniff_tunnels{status="silent"}`:                        0,
		`ikesniff_tunnels{status="closed"}`:                        0,
		`ikesniff_tunnels{status="esp-only"}`:                      0,
		`ikesniff_transport_tunnels{transport="udp"}`:              2,
		`ikesniff_transport_tunnels{transport="udp-nat-t"}`:        0,
		`ikesniff_transport_tunnels{transport="ip"}`:               1,
		`ikesniff_transport_tunnels{transport="tcp-rfc8229"}`:      1,
		`ikesniff_transport_tunnels{transport="tcp-fortinet-esp"}`: 0,
		`ikesniff_transport_tunnels{transport="tcp-cisco"}`:        0,
		`ikesniff_tunnels_seen_total{}`:                            14,
		`ikesniff_tunnels_forgotten_total{}`:                       10,
		`ikesniff_tunnels_last_seen_timestamp_seconds{}`:           begin + 1.5,
		`ikesniff_anomalies_total{code="esp-loss"}`:                16,
		`ikesniff_anomalies_total{code="no-answer"}`:               0,
		`ikesniff_anomalies_total{code="of-another-version"}`:      1,
		`ikesniff_anomalies_standing{severity="info"}`:             1,
		`ikesniff_anomalies_standing{severity="notice"}`:           0,
		`ikesniff_anomalies_standing{severity="warning"}`:          0,
		`ikesniff_anomalies_standing{severity="critical"}`:         2,
		`ikesniff_packets_total{verdict="ipsec"}`:                  700,
		`ikesniff_packets_total{verdict="ignored"}`:                200,
		`ikesniff_packets_total{verdict="malformed"}`:              10,
		`ikesniff_packets_waiting{}`:                               90,
		`ikesniff_truncated_packets_total{}`:                       3,
		`ikesniff_undecided_packets_total{}`:                       4,
		`ikesniff_captured_bytes_total{}`:                          123456,
		`ikesniff_ike_messages_total{}`:                            20,
		`ikesniff_esp_packets_total{}`:                             600,
		`ikesniff_ah_packets_total{}`:                              30,
		`ikesniff_keepalives_total{}`:                              50,
		`ikesniff_tcp_connections_total{}`:                         6,
		`ikesniff_missing_sequence_numbers_total{}`:                15,
		`ikesniff_kernel_received_packets_total{}`:                 1050,
		`ikesniff_kernel_dropped_packets_total{}`:                  40,
		`ikesniff_kernel_freezes_total{}`:                          2,
		`ikesniff_kernel_looped_packets_total{}`:                   5,
		`ikesniff_kernel_split_packets_total{}`:                    9,
		`ikesniff_kernel_split_pieces_total{}`:                     11,
		`ikesniff_kernel_damaged_packets_total{}`:                  1,
		`ikesniff_sink_written_items_total{sink="stdout"}`:         11,
		`ikesniff_sink_written_items_total{sink="packets"}`:        13,
		`ikesniff_sink_dropped_items_total{sink="stdout"}`:         12,
		`ikesniff_sink_dropped_items_total{sink="packets"}`:        0,
		`ikesniff_sink_failing{sink="stdout"}`:                     1,
		`ikesniff_sink_failing{sink="packets"}`:                    0,
		`ikesniff_changes_left_out_total{}`:                        7,
		`ikesniff_evictions_total{}`:                               8,
		`ikesniff_ignored_connections_forgotten_total{}`:           7,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// Every counter of the snapshot reaches Prometheus: a change of any of them
// changes a value.
func TestEveryCounterIsExported(t *testing.T) {
	count := func(change func(c *report.Counters)) map[string]float64 {
		s := full()
		change(&s.Counters)
		e := New(options)
		e.Set(s)
		values := gather(t, e)
		maps.DeleteFunc(values, func(key string, _ float64) bool { return strings.HasPrefix(key, "ikesniff_snapshot_timestamp") })
		return values
	}
	before := count(func(*report.Counters) {})
	changes := 0
	eachUint(full().Counters, func(path string, set func(c *report.Counters)) {
		changes++
		if cmp.Equal(before, count(set)) {
			t.Errorf("%s is in no metric", path)
		}
	})
	if changes < 25 {
		t.Errorf("only %d counters found", changes)
	}
}

func TestBeforeTheFirstSnapshot(t *testing.T) {
	got := slices.Sorted(maps.Keys(gather(t, New(options))))
	if len(got) != 2 || !strings.HasPrefix(got[0], "ikesniff_build_info") || got[1] != "ikesniff_capture_running{}" {
		t.Error(got)
	}
}

// What is not there has no value, rather than one that means something else.
func TestNothingToTell(t *testing.T) {
	e := New(options)
	e.Set(&report.Snapshot{})
	for key := range gather(t, e) {
		if strings.Contains(key, "kernel") || strings.Contains(key, "last_seen") || strings.Contains(key, "sink") || strings.Contains(key, "interface") {
			t.Error(key)
		}
	}
}

// Names that read alike must not break a scrape.
func TestSameNames(t *testing.T) {
	e := New(options)
	e.Set(&report.Snapshot{
		Interfaces: []report.InterfaceState{{Name: "a\xfe", State: "up"}, {Name: "a\xff", State: "down"}},
		Counters:   report.Counters{Sinks: []report.SinkCounters{{Name: "x", Written: 1}, {Name: "x", Written: 2}}},
	})
	got := gather(t, e)
	if got["ikesniff_interface_up{interface=\"a\uFFFD\"}"] != 1 || got[`ikesniff_sink_written_items_total{sink="x"}`] != 3 {
		t.Error(got)
	}
}

func TestLint(t *testing.T) {
	e := New(options)
	e.Set(full())
	r := prometheus.NewPedanticRegistry()
	r.MustRegister(e)
	families, err := r.Gather()
	if err != nil {
		t.Fatal(err)
	}
	problems, err := promlint.NewWithMetricFamilies(families).Lint()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
	if len(families) != len(e.families) {
		t.Errorf("%d of %d metrics have a value here", len(families), len(e.families))
	}
}

// The words that are always there are all that the report knows.
func TestWordsAreThoseOfTheReport(t *testing.T) {
	var schema struct {
		Defs map[string]struct {
			Properties map[string]struct{ Enum []string }
		} `json:"$defs"`
	}
	if err := json.Unmarshal(report.Schema(nil), &schema); err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		def, property string
		have          []string
	}{
		{"Tunnel", "status", statuses}, {"Path", "transport", transports}, {"Anomaly", "severity", severities},
	} {
		want := schema.Defs[x.def].Properties[x.property].Enum
		if len(want) == 0 || !cmp.Equal(slices.Sorted(slices.Values(want)), slices.Sorted(slices.Values(x.have))) {
			t.Errorf("%s.%s: the report has %q, metrics %q", x.def, x.property, want, x.have)
		}
	}
}

// Snapshots come while others read.
func TestSetWhileScraped(t *testing.T) {
	e := New(options)
	r := e.Registry()
	var all sync.WaitGroup
	all.Go(func() {
		for range 200 {
			e.Set(full())
		}
	})
	for range 2 {
		all.Go(func() {
			for range 20 {
				if _, err := r.Gather(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
}

func BenchmarkCollect(b *testing.B) {
	s := full()
	for len(s.Rows) < 50_000 {
		s.Rows = append(s.Rows, s.Rows...)
	}
	e := New(options)
	e.Set(s)
	r := prometheus.NewRegistry()
	r.MustRegister(e)
	for b.Loop() {
		if _, err := r.Gather(); err != nil {
			b.Fatal(err)
		}
	}
}

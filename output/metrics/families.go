package metrics

import (
	"runtime"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/ikesniff/ikesniff/report"
)

// family is one metric.
type family struct {
	name   string
	kind   prometheus.ValueType
	help   string
	labels []string
	// note says, for the documentation, when there is no value.
	note   string
	always bool // there before the first snapshot, too
	values func(v *view, out *samples)
	desc   *prometheus.Desc
}

// families are all metrics of a live run, in the order of the documentation.
func families() []family {
	var all []family
	for _, list := range [][]family{runFamilies, tunnelFamilies, packetFamilies, lossFamilies} {
		all = append(all, list...)
	}
	for i := range all {
		f := &all[i]
		f.desc = prometheus.NewDesc(f.name, f.help, f.labels, nil)
	}
	return all
}

// counter is a family of one counter without labels.
func counter(name, help string, value func(c *report.Counters) uint64) family {
	return family{name: name, kind: prometheus.CounterValue, help: help, values: func(v *view, out *samples) {
		out.count(value(&v.Counters))
	}}
}

// fromRing is a counter of the kernel's ring.
func fromRing(name, help string, value func(r *report.RingCounters) uint64) family {
	return family{name: name, kind: prometheus.CounterValue, help: help, note: "only where packets come from an interface of Linux",
		values: func(v *view, out *samples) {
			if v.Counters.Ring != nil {
				out.count(value(v.Counters.Ring))
			}
		}}
}

// perSink has a value for each output.
func perSink(name string, kind prometheus.ValueType, help string, value func(s *report.SinkCounters, out *samples)) family {
	return family{name: name, kind: kind, help: help, labels: []string{"sink"}, values: func(v *view, out *samples) {
		for i := range v.Counters.Sinks {
			value(&v.Counters.Sinks[i], out)
		}
	}}
}

// perKey has a value for each key of a map.
func perKey(out *samples, m map[string]uint64) {
	for key, n := range m {
		out.count(n, key)
	}
}

// seconds is a time as Prometheus has it; 0 stands for none.
func seconds(t time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return float64(t.Unix()) + float64(t.Nanosecond())/1e9
}

// runFamilies are about the run itself.
var runFamilies = []family{
	{
		name: "ikesniff_build_info", kind: prometheus.GaugeValue, always: true,
		help: "1, with what the program is in its labels.", labels: []string{"version", "revision", "goversion"},
		values: func(v *view, out *samples) { out.add(1, v.options.Version, v.options.Revision, runtime.Version()) },
	},
	{
		name: "ikesniff_capture_running", kind: prometheus.GaugeValue, always: true,
		help:   "1 while packets are captured, 0 before and after.",
		values: func(v *view, out *samples) { out.is(v.published != nil && v.Running) },
	},
	{
		name: "ikesniff_capture_start_time_seconds", kind: prometheus.GaugeValue,
		help:   "When the capture began, in Unix time.",
		values: func(v *view, out *samples) { out.add(seconds(v.Started)) },
	},
	{
		name: "ikesniff_capture_clock_seconds", kind: prometheus.GaugeValue,
		help:   "Now, by the clock of the capture, in Unix time: that of the packets.",
		values: func(v *view, out *samples) { out.add(seconds(v.Time)) },
	},
	{
		name: "ikesniff_snapshot_timestamp_seconds", kind: prometheus.GaugeValue,
		help:   "When these values were taken, in Unix time: every second or so while the program is not stuck.",
		values: func(v *view, out *samples) { out.add(seconds(v.at)) },
	},
	{
		name: "ikesniff_interface_up", kind: prometheus.GaugeValue,
		help: "1 for an interface that is up, 0 for one that is down or gone.", labels: []string{"interface"},
		values: func(v *view, out *samples) {
			for _, i := range v.Interfaces {
				out.is(i.State == "up", i.Name)
			}
		},
	},
}

// tunnelFamilies are about tunnels and what is wrong with them.
var tunnelFamilies = []family{
	{
		name: "ikesniff_tunnels", kind: prometheus.GaugeValue,
		help: "Tunnels that are remembered, by their status when last judged.", labels: []string{"status"},
		values: func(v *view, out *samples) { perKey(out, v.tally.status) },
	},
	{
		name: "ikesniff_transport_tunnels", kind: prometheus.GaugeValue,
		help: "Tunnels that are remembered, by the transport they used last.", labels: []string{"transport"},
		values: func(v *view, out *samples) { perKey(out, v.tally.transport) },
	},
	counter("ikesniff_tunnels_seen_total", "Tunnels that appeared.",
		func(c *report.Counters) uint64 { return c.TunnelsSeen }),
	counter("ikesniff_tunnels_forgotten_total", "Tunnels forgotten because they were silent for long.",
		func(c *report.Counters) uint64 { return c.TunnelsForgotten }),
	{
		name: "ikesniff_tunnels_last_seen_timestamp_seconds", kind: prometheus.GaugeValue,
		help: "Last packet of any tunnel that is remembered, as of when it was judged, in Unix time by the clock of the capture.",
		note: "only where there is a tunnel",
		values: func(v *view, out *samples) {
			if !v.tally.lastSeen.IsZero() {
				out.add(seconds(v.tally.lastSeen))
			}
		},
	},
	{
		name: "ikesniff_anomalies_total", kind: prometheus.CounterValue,
		help: "Anomalies that appeared, by code.", labels: []string{"code"},
		values: func(v *view, out *samples) {
			all := zero(v.options.Codes)
			for code, n := range v.Counters.Anomalies {
				all[code] = n
			}
			perKey(out, all)
		},
	},
	{
		name: "ikesniff_anomalies_standing", kind: prometheus.GaugeValue,
		help:   "Anomalies of tunnels that stand now, by severity. What follows from another one does not count.",
		labels: []string{"severity"},
		values: func(v *view, out *samples) { perKey(out, v.tally.severity) },
	},
}

// packetFamilies are about what was captured.
var packetFamilies = []family{
	{
		name: "ikesniff_packets_total", kind: prometheus.CounterValue,
		help: "Packets by verdict.", labels: []string{"verdict"},
		values: func(v *view, out *samples) {
			c := &v.Counters
			for i, n := range []uint64{c.IPsecPackets, c.IgnoredPackets, c.MalformedPackets} {
				out.count(n, verdicts[i])
			}
		},
	},
	{
		name: "ikesniff_packets_waiting", kind: prometheus.GaugeValue,
		help: "Packets that have no verdict yet.",
		values: func(v *view, out *samples) {
			c := &v.Counters
			out.add(max(0, float64(c.Packets)-float64(c.IPsecPackets+c.IgnoredPackets+c.MalformedPackets)))
		},
	},
	counter("ikesniff_truncated_packets_total", "Packets that the snapshot length cut short.",
		func(c *report.Counters) uint64 { return c.TruncatedPackets }),
	counter("ikesniff_undecided_packets_total", "Ignored packets of which it never became clear what they are.",
		func(c *report.Counters) uint64 { return c.UndecidedPackets }),
	counter("ikesniff_captured_bytes_total", "Bytes captured, of all packets.",
		func(c *report.Counters) uint64 { return c.Bytes }),
	counter("ikesniff_ike_messages_total", "IKE messages, each time one was sent.",
		func(c *report.Counters) uint64 { return c.IKEMessages }),
	counter("ikesniff_esp_packets_total", "ESP packets.",
		func(c *report.Counters) uint64 { return c.ESPPackets }),
	counter("ikesniff_ah_packets_total", "AH packets.",
		func(c *report.Counters) uint64 { return c.AHPackets }),
	counter("ikesniff_keepalives_total", "NAT keepalives.",
		func(c *report.Counters) uint64 { return c.Keepalives }),
	counter("ikesniff_tcp_connections_total", "TCP connections that were looked at.",
		func(c *report.Counters) uint64 { return c.TCPConnections }),
	counter("ikesniff_missing_sequence_numbers_total", "Numbers of ESP and AH packets that were never seen.",
		func(c *report.Counters) uint64 { return c.Missing }),
}

// lossFamilies are about what the program could not look at, keep or write.
var lossFamilies = []family{
	fromRing("ikesniff_kernel_received_packets_total", "Packets that passed the kernel's filter, the dropped ones among them.",
		func(r *report.RingCounters) uint64 { return r.Received }),
	fromRing("ikesniff_kernel_dropped_packets_total", "Packets that found no room in the buffer between kernel and program: nobody looked at them.",
		func(r *report.RingCounters) uint64 { return r.Dropped }),
	fromRing("ikesniff_kernel_freezes_total", "How often that buffer was full.",
		func(r *report.RingCounters) uint64 { return r.Freezes }),
	fromRing("ikesniff_kernel_looped_packets_total", "Second sightings that a loopback interface makes, left out.",
		func(r *report.RingCounters) uint64 { return r.Looped }),
	fromRing("ikesniff_kernel_split_packets_total", "Packets merged by offloading that were taken apart again.",
		func(r *report.RingCounters) uint64 { return r.Split }),
	fromRing("ikesniff_kernel_split_pieces_total", "Packets that merged ones were taken apart into.",
		func(r *report.RingCounters) uint64 { return r.Pieces }),
	fromRing("ikesniff_kernel_damaged_packets_total", "Packets whose place in the buffer made no sense, left out.",
		func(r *report.RingCounters) uint64 { return r.Damaged }),
	perSink("ikesniff_sink_written_items_total", prometheus.CounterValue, "Lines, packets or reports written, by output.",
		func(s *report.SinkCounters, out *samples) { out.count(s.Written, s.Name) }),
	perSink("ikesniff_sink_dropped_items_total", prometheus.CounterValue, "Lines, packets or reports that an output was too slow for or could not write.",
		func(s *report.SinkCounters, out *samples) { out.count(s.Dropped, s.Name) }),
	perSink("ikesniff_sink_failing", prometheus.GaugeValue, "1 for an output whose last write failed, else 0.",
		func(s *report.SinkCounters, out *samples) { out.is(s.Error != "", s.Name) }),
	counter("ikesniff_changes_left_out_total", "Changes that found no room among those that were told; what they changed is in the report.",
		func(c *report.Counters) uint64 { return c.ChangesLeft }),
	counter("ikesniff_evictions_total", "Pieces of state given up to bound memory; if not 0, counts are lower bounds.",
		func(c *report.Counters) uint64 { return c.Evicted }),
	counter("ikesniff_ignored_connections_forgotten_total", "Connections without IPsec folded into counters to bound memory.",
		func(c *report.Counters) uint64 { return c.IgnoredForgotten }),
}

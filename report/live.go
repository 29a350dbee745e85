package report

import "time"

// Snapshot is the state of a live run at one moment, for a view that is drawn
// again and again and for metrics. Nobody changes it once it is published, so
// any goroutine may read it.
type Snapshot struct {
	Time    time.Time // now, by the clock of the capture
	Started time.Time
	// Running is false once capturing has ended.
	Running    bool
	Interfaces []InterfaceState
	// Rows are all tunnels that are remembered, in order of first_seen, then id.
	Rows     []Row
	Counters Counters
}

// InterfaceState is one interface that packets come from, or a stream: the name
// of its file, or "-".
type InterfaceState struct {
	Name  string
	State string // up, down, gone
	Since time.Time
}

// Row is one tunnel as a live view shows it.
type Row struct {
	// Tunnel is the tunnel as last judged, at Judged.
	Tunnel *Tunnel
	Judged time.Time
	// Transport and Port (the responder's) are of the path used last.
	Transport string
	Port      uint16
	// Rate is that of ESP and AH between the last two judgements.
	Rate Direction[Rate]
	// Loss is the share of ESP and AH packets missing, 0 to 1, among those that
	// should have come within the last minute or so.
	Loss Direction[float64]
	// Latest is the anomaly above info that appeared last and still stands, nil
	// if there is none.
	Latest *Anomaly
}

// Rate is per second.
type Rate struct {
	Packets float64
	Bits    float64 // of the messages, SPI to ICV
}

// Counters count since a live run began. They never fall.
type Counters struct {
	// Packets is the sum of the three that follow it and of those still waiting
	// for a verdict.
	Packets, IPsecPackets, IgnoredPackets, MalformedPackets uint64
	TruncatedPackets, UndecidedPackets                      uint64
	Bytes                                                   uint64 // captured
	IKEMessages, ESPPackets, AHPackets, Keepalives          uint64
	TCPConnections, IgnoredForgotten, Evicted               uint64

	// ChangesLeft are changes that found no room among those published.
	ChangesLeft uint64

	// Ring is what the kernel counted, nil where packets do not come from it.
	Ring *RingCounters
	// Sinks are the outputs that may be too slow: stdout, the files of packets.
	Sinks []SinkCounters

	TunnelsSeen, TunnelsForgotten uint64
	// Missing are numbers of ESP and AH that were never seen.
	Missing uint64
	// Anomalies count by code how many appeared.
	Anomalies map[string]uint64
}

// RingCounters are those of the ring between kernel and program. Received is
// all that passed the kernel's filter: delivered, still in the ring, or dropped.
// Split are frames that offloading had merged, Pieces what they were taken apart
// into.
type RingCounters struct {
	Received, Dropped, Freezes     uint64
	Looped, Split, Damaged, Pieces uint64
}

// SinkCounters tell what became of what was to be written. Dropped items found
// no room in the queue or could not be written.
type SinkCounters struct {
	Name             string // stdout, packets, report
	Written, Dropped uint64 // items: lines, packets, reports
	Error            string // the last, "" if there is none
}

// ChangeKind is what a Change is about; its values are the event_type of NDJSON
// where a change becomes a line.
type ChangeKind string

const (
	ChangeTunnel    ChangeKind = "tunnel"        // a tunnel appeared, or its status, data or transport changed
	ChangeLinked    ChangeKind = "tunnel-linked" // two became one, or one took another id; Was is the id before
	ChangeForgotten ChangeKind = "tunnel-forgotten"
	ChangeAnomaly   ChangeKind = "anomaly" // an anomaly appeared, or became graver
	ChangeCleared   ChangeKind = "anomaly-cleared"
	ChangeTimeline  ChangeKind = "timeline"  // a line of the tunnel's timeline (Event)
	ChangeInterface ChangeKind = "interface" // an interface went up, down or away
	ChangeCapture   ChangeKind = "capture"   // the capture itself: packets dropped, a sink that cannot write
)

// Change is one thing that happened in a live run. Nobody changes it once it is
// published.
type Change struct {
	Kind     ChangeKind
	Time     time.Time
	TunnelID string // "" for what concerns no tunnel
	Was      string
	Severity Severity
	// Text is one line in words, with strings from packets as they are: who
	// prints it makes it safe.
	Text    string
	Tunnel  *Tunnel        // as it is now; nil for what concerns no tunnel
	Anomaly *Anomaly       // of ChangeAnomaly and ChangeCleared
	Event   *TimelineEvent // of ChangeTimeline
}

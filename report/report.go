package report

import (
	"iter"
	"time"
)

// SchemaVersion is the version of the JSON form. Within a version fields are
// only added.
const SchemaVersion = 1

// Report is all that one run found. Tunnels are in order of first_seen, then
// id. Fields that are slices are never nil in a finished report: they are
// there, empty if so.
type Report struct {
	SchemaVersion     int       `json:"schema_version"`
	Generator         Generator `json:"generator"`
	Complete          bool      `json:"complete"`
	IncompleteBecause []string  `json:"incomplete_because"`
	Sources           []Source  `json:"sources"`
	Totals            Totals    `json:"totals"`
	Tunnels           []*Tunnel `json:"tunnels"`
	// Gateways compares the tunnels of each address that is an end of several.
	Gateways      []Gateway `json:"gateways"`
	GatewaysTotal int       `json:"gateways_total"`
	// Anomalies of the capture as a whole, of a gateway, or of no tunnel.
	Anomalies []Anomaly `json:"anomalies"`
}

// Stream is a report whose tunnels are made one at a time, so that a capture
// with very many of them need not hold them all: Head.Tunnels and Head.Gateways
// are empty, and Tunnels yields them in report order. It may be ranged over more than once
// and gives the same each time; a yielded Tunnel is the receiver's.
type Stream struct {
	Head    Report
	Tunnels iter.Seq[*Tunnel]
	// Compare gives Report.Gateways and their total. It takes what the last whole
	// pass over Tunnels showed, and makes that pass if there was none. Nil: Head
	// has them.
	Compare func() (gateways []Gateway, total int)
	// Nearby helps to say what came closest where no tunnel was found.
	Nearby []Nearby
}

// Collect makes a Report with all tunnels in memory.
func (s *Stream) Collect() *Report {
	r := s.Head
	r.Tunnels = []*Tunnel{}
	for t := range s.Tunnels {
		r.Tunnels = append(r.Tunnels, t)
	}
	r.Gateways, r.GatewaysTotal = s.Gateways()
	return &r
}

// Gateways is what Compare gives, or what Head has without it. It costs least
// after Tunnels was ranged over to its end.
func (s *Stream) Gateways() (gateways []Gateway, total int) {
	if s.Compare == nil {
		return s.Head.Gateways, s.Head.GatewaysTotal
	}
	return s.Compare()
}

// Nearby is one kind of traffic that was not IPsec, for the answer "no tunnel".
type Nearby struct {
	What    string // "UDP to port 443", "NAT keepalives on UDP 4500"
	Packets uint64
	First   Ref
}

// Generator names the program that made the report.
type Generator struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// Ref is a place in a source: a frame as Wireshark numbers it, or a line.
type Ref struct {
	Source int    `json:"source"`
	Frame  uint64 `json:"frame,omitempty"`
	Line   uint64 `json:"line,omitempty"`
}

// Direction pairs a value for each direction of a tunnel.
type Direction[T any] struct {
	ToResponder T `json:"to_responder"`
	ToInitiator T `json:"to_initiator"`
}

// Source describes one input.
type Source struct {
	Name       string     `json:"name"`
	Format     string     `json:"format"`
	Packets    uint64     `json:"packets"`
	Bytes      uint64     `json:"bytes"`
	Filtered   uint64     `json:"filtered,omitempty"`
	FirstSeen  *time.Time `json:"first_seen,omitempty"`
	LastSeen   *time.Time `json:"last_seen,omitempty"`
	Snaplen    uint32     `json:"snaplen,omitempty"`
	Dropped    *uint64    `json:"dropped,omitempty"` // absent: unknown
	Interfaces []string   `json:"interfaces"`
	Vantage    *Vantage   `json:"vantage,omitempty"`
	Complete   bool       `json:"complete"`
	Error      string     `json:"error,omitempty"`
	Note       string     `json:"note,omitempty"`
}

// Vantage tells where a capture was probably taken, judged by TTLs.
type Vantage struct {
	Near       string     `json:"near"` // an address, or "middle"
	Confidence Confidence `json:"confidence"`
	Because    string     `json:"because"`
}

// Totals count packets and messages of the whole input.
type Totals struct {
	Packets             uint64 `json:"packets"` // = ipsec + ignored + malformed
	IPsecPackets        uint64 `json:"ipsec_packets"`
	IgnoredPackets      uint64 `json:"ignored_packets"`
	MalformedPackets    uint64 `json:"malformed_packets"`
	TruncatedPackets    uint64 `json:"truncated_packets"`
	UndecidedPackets    uint64 `json:"undecided_packets"` // among the ignored
	IKEMessages         uint64 `json:"ike_messages"`
	ESPPackets          uint64 `json:"esp_packets"`
	AHPackets           uint64 `json:"ah_packets"`
	Keepalives          uint64 `json:"keepalives"`
	TCPConnections      uint64 `json:"tcp_connections"`
	IgnoredForgotten    uint64 `json:"ignored_forgotten"`
	Evicted             uint64 `json:"evicted"`
	Forgotten           uint64 `json:"forgotten"`            // IKE SAs, SPIs and paths that a live run gave up as long silent
	IncompleteDatagrams uint64 `json:"incomplete_datagrams"` // IP fragments that never became whole
	// Encapsulations counts packets by the wrapping they came in: "vlan", "gre", ...
	Encapsulations map[string]uint64 `json:"encapsulations"`
}

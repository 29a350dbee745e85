package report

import "time"

// Tunnel is what the user configured as one VPN: the line of IKE SAs between
// two peers with their child SAs and paths.
type Tunnel struct {
	ID             string `json:"id"`
	Verdict        string `json:"verdict"`
	Initiator      string `json:"initiator"`
	Responder      string `json:"responder"`
	InitiatorKnown bool   `json:"initiator_known"`
	IKEVersion     int    `json:"ike_version,omitempty"`
	Status         Status `json:"status"`
	Phase1         Phase  `json:"phase1"`
	Phase2         Phase  `json:"phase2"`
	Data           Data   `json:"data"`

	FirstSeen  time.Time `json:"first_seen"`
	LastSeen   time.Time `json:"last_seen"`
	Transports []string  `json:"transports"`

	Events      []TimelineEvent `json:"events"`
	EventsTotal int             `json:"events_total"`
	Links       []Link          `json:"links"`
	Paths       []Path          `json:"paths"`
	IKESAs      []IKESA         `json:"ike_sas"`
	ChildSAs    []ChildSA       `json:"child_sas"`

	SPIs        SPIs              `json:"spis"`
	IKEMessages BySender          `json:"ike_messages"`
	ESPPackets  Direction[uint64] `json:"esp_packets"`
	ESPBytes    Direction[uint64] `json:"esp_bytes"`
	Anomalies   []Anomaly         `json:"anomalies"`
}

// Status of a tunnel at the end of the capture.
type Status string

const (
	StatusUp          Status = "up"
	StatusNegotiating Status = "negotiating"
	StatusFailed      Status = "failed"
	StatusSilent      Status = "silent"
	StatusClosed      Status = "closed"
	StatusESPOnly     Status = "esp-only"
)

// Phase is the state of IKE's phase 1 or 2 at the end of the capture.
type Phase string

const (
	PhaseUp          Phase = "up"
	PhaseNegotiating Phase = "negotiating"
	PhaseFailed      Phase = "failed"
	PhaseDown        Phase = "down"
	PhaseUnknown     Phase = "unknown"
)

// Data tells which ways data flowed at the end of the capture.
type Data string

const (
	DataBoth        Data = "both"
	DataToResponder Data = "to-responder"
	DataToInitiator Data = "to-initiator"
	DataNone        Data = "none"
)

// SPIs are those that each side used last: of child SAs by direction, the newest
// first, and of the IKE SA.
type SPIs struct {
	ToResponder  []string `json:"to_responder"`
	ToInitiator  []string `json:"to_initiator"`
	IKEInitiator string   `json:"ike_initiator,omitempty"`
	IKEResponder string   `json:"ike_responder,omitempty"`
}

// BySender counts by who sent.
type BySender struct {
	Initiator uint64 `json:"initiator"`
	Responder uint64 `json:"responder"`
}

// TimelineEvent is one line of a tunnel's timeline.
type TimelineEvent struct {
	Time      time.Time `json:"time"`
	Ref       Ref       `json:"ref"`
	Direction string    `json:"direction,omitempty"` // to-responder, to-initiator
	Kind      string    `json:"kind"`
	Text      string    `json:"text"`
}

// Link tells why two parts were taken for one tunnel.
type Link struct {
	From       string     `json:"from"` // ids of IKE SAs, child SAs or paths
	To         string     `json:"to"`
	By         string     `json:"by"` // ike-spi, esp-spi, child-of, endpoint-and-fingerprint
	Confidence Confidence `json:"confidence"`
}

// Path is one transport between two endpoints.
type Path struct {
	ID        string                 `json:"id"`
	Transport string                 `json:"transport"`
	Initiator string                 `json:"initiator"` // ip:port, plain ip for raw ESP and AH
	Responder string                 `json:"responder"`
	State     PathState              `json:"state"`
	Traffic   Direction[PathTraffic] `json:"traffic"`
	TCP       *PathTCP               `json:"tcp,omitempty"`
}

// PathState of a path at the end of the capture.
type PathState string

const (
	PathInUse   PathState = "in-use"
	PathSilent  PathState = "silent"
	PathClosed  PathState = "closed"
	PathRefused PathState = "refused"
)

// PathTraffic counts one direction of a path. Bytes are IP total lengths.
type PathTraffic struct {
	Packets     uint64     `json:"packets"`
	Bytes       uint64     `json:"bytes"`
	IKEMessages uint64     `json:"ike_messages"`
	ESPPackets  uint64     `json:"esp_packets"` // AH too
	Keepalives  uint64     `json:"keepalives"`
	FirstSeen   *time.Time `json:"first_seen,omitempty"`
	FirstRef    *Ref       `json:"first_ref,omitempty"`
	LastSeen    *time.Time `json:"last_seen,omitempty"`
	LastRef     *Ref       `json:"last_ref,omitempty"`
}

// PathTCP is what happened to the TCP connections of a path.
type PathTCP struct {
	Handshake    bool                    `json:"handshake"`
	ClosedBy     string                  `json:"closed_by,omitempty"`
	PerDirection Direction[TCPDirection] `json:"per_direction"`
}

// TCPDirection counts one direction of a TCP path.
type TCPDirection struct {
	Retransmissions    uint64 `json:"retransmissions"`
	OutOfOrder         uint64 `json:"out_of_order"`
	Gaps               uint64 `json:"gaps"`
	GapBytes           uint64 `json:"gap_bytes"`
	RepeatedSequences  uint64 `json:"repeated_sequences"`
	Resynchronisations uint64 `json:"resynchronisations"`
	ZeroWindows        uint64 `json:"zero_windows"`
}

// IKESA is one IKE SA (v1: ISAKMP SA).
type IKESA struct {
	ID             string              `json:"id"`
	InitiatorSPI   string              `json:"initiator_spi"`
	ResponderSPI   string              `json:"responder_spi"` // zeros while not known
	Version        int                 `json:"version"`
	Mode           string              `json:"mode,omitempty"` // v1: main, aggressive
	Status         Status              `json:"status"`
	FirstSeen      time.Time           `json:"first_seen"`
	LastSeen       time.Time           `json:"last_seen"`
	Proposal       *Proposal           `json:"proposal,omitempty"` // chosen
	Offered        []Proposal          `json:"offered"`
	NAT            *NAT                `json:"nat,omitempty"` // absent: not known
	VendorIDs      []string            `json:"vendor_ids"`
	RekeyOf        string              `json:"rekey_of,omitempty"`
	ReplacedBy     string              `json:"replaced_by,omitempty"`
	Decrypted      bool                `json:"decrypted"`
	Messages       uint64              `json:"messages"`
	Exchanges      []Exchange          `json:"exchanges"`
	ExchangesTotal int                 `json:"exchanges_total"`
	Liveness       Direction[Liveness] `json:"liveness"` // by direction of the request
}

// Proposal names algorithms. A chosen proposal has one of each; an offered one
// may list several, separated by commas in the order of the offer.
type Proposal struct {
	Encryption             string   `json:"encryption,omitempty"`
	Integrity              string   `json:"integrity,omitempty"`
	PRF                    string   `json:"prf,omitempty"`
	KeyExchange            string   `json:"key_exchange,omitempty"`
	AdditionalKeyExchanges []string `json:"additional_key_exchanges,omitempty"`
	Authentication         string   `json:"authentication,omitempty"`
	LifetimeSeconds        uint64   `json:"lifetime_seconds,omitempty"`
	LifetimeKilobytes      uint64   `json:"lifetime_kilobytes,omitempty"`
}

// NAT tells which side the NAT detection hashes put behind a NAT.
type NAT struct {
	Initiator bool `json:"initiator"`
	Responder bool `json:"responder"`
}

// Exchange is one request with its answer.
type Exchange struct {
	Type       string   `json:"type"`
	MessageID  uint32   `json:"message_id"`
	From       string   `json:"from"` // initiator or responder of the IKE SA
	Request    *Ref     `json:"request,omitempty"`
	Response   *Ref     `json:"response,omitempty"`
	Requests   uint64   `json:"requests"`
	Responses  uint64   `json:"responses"`
	RTTSeconds *float64 `json:"rtt_seconds,omitempty"`
	Notifies   []string `json:"notifies"`
}

// Liveness sums up INFORMATIONAL exchanges (v1: R-U-THERE) of one direction.
type Liveness struct {
	Requests   uint64   `json:"requests"`
	Unanswered uint64   `json:"unanswered"`
	RTTMin     *float64 `json:"rtt_min,omitempty"` // seconds
	RTTMedian  *float64 `json:"rtt_median,omitempty"`
	RTTMax     *float64 `json:"rtt_max,omitempty"`
}

// ChildSA is one ESP or AH SPI towards one destination.
type ChildSA struct {
	ID          string    `json:"id"`
	SPI         string    `json:"spi"`
	Protocol    string    `json:"protocol"` // esp, ah
	Source      string    `json:"source"`
	Destination string    `json:"destination"`
	Mode        string    `json:"mode,omitempty"` // tunnel, transport; only where read
	IKESA       string    `json:"ike_sa,omitempty"`
	IKESABy     string    `json:"ike_sa_by,omitempty"` // decrypted, inferred
	PairedWith  string    `json:"paired_with,omitempty"`
	FirstSeen   time.Time `json:"first_seen"`
	LastSeen    time.Time `json:"last_seen"`
	SequenceHealth
	Decrypted    bool          `json:"decrypted"`
	Observations []Observation `json:"observations"`
}

// SequenceHealth counts ESP or AH packets and what became of their numbers.
type SequenceHealth struct {
	Packets       uint64 `json:"packets"`
	Bytes         uint64 `json:"bytes"` // SPI to ICV
	FirstSequence uint32 `json:"first_sequence"`
	LastSequence  uint32 `json:"last_sequence"` // highest
	Missing       uint64 `json:"missing"`
	MissingExact  bool   `json:"missing_exact"`
	Duplicates    uint64 `json:"duplicates"`
	Reordered     uint64 `json:"reordered"`
	MaxLateness   uint32 `json:"max_lateness"`
	SequenceJumps uint64 `json:"sequence_jumps"`
	Restarts      uint64 `json:"restarts"`
}

// Observation is one child SA as seen on one path at one tap.
type Observation struct {
	Path string `json:"path"`
	Tap  string `json:"tap"` // interface and direction, "" where the file has neither
	SequenceHealth
}

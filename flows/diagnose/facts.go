package diagnose

import (
	"time"

	"github.com/ikesniff/ikesniff/report"
)

// Mark is a moment with the packet that shows it.
type Mark struct {
	Time time.Time
	Ref  report.Ref
}

// Facts are what the rules see of one finished tunnel. Tunnel is complete but
// for its Verdict and Anomalies; the rest is what the report does not show in
// full but an anomaly needs as evidence. Lists of marks are bounded (first and
// last 16); the counts beside them are whole.
type Facts struct {
	Tunnel *report.Tunnel

	IKE      []IKEFacts   // one for each of Tunnel.IKESAs, in that order
	Children []ChildFacts // one for each of Tunnel.ChildSAs, in that order
	OneWay   *OneWay      // the longest-lasting one-way end of data, if any
	Quotes   []Quote      // ICMP errors about this tunnel's packets
	Moves    []Move       // changes of address or port of a live SA
	Copies   Copies
	// TCP has an entry for each path that is TCP; Attempts the connections that
	// never came up; Changes the steps between transports; Keepalives the runs of
	// keepalives one way; Endpoints what else goes on at the responder's ports.
	TCP        []TCPFacts
	Attempts   []Attempt
	Changes    []Change
	Keepalives []Keepalives
	Endpoints  []Endpoint
	// Stale lists the SAs that the responder still uses after the initiator has
	// gone on with another.
	Stale []Stale
	// FragmentLoss: IP datagrams between the tunnel's peers that never became whole.
	FragmentLoss []FragmentLoss
	// Outside are unprotected notifies between the peers that belong to no IKE SA
	// of the tunnel, as INVALID_SPI (RFC 7296 1.5).
	Outside []ClearNotify
	// Endings are those of IKE SAs that stood and were not rekeyed, in order; Outages
	// the moments at which the tunnel fell silent together with others.
	Endings []Ending
	Outages []Outage

	// End is the time of the last packet of the whole input.
	End time.Time
}

// IKEFacts belong to one IKE SA.
type IKEFacts struct {
	// Began: the first message of the SA was captured (IKE_SA_INIT request, or
	// IKEv1 with an empty responder cookie).
	Began bool
	// Answered: the responder said anything at all, an error or cookie included.
	Answered bool
	// Repeats lists exchanges whose request was sent more than once by its
	// sender (same bytes or same message ID; copies made by the capture are not
	// repeats).
	Repeats []Repeat
	// Cookie, InvalidKE and NoProposal are clear-text answers of IKE_SA_INIT or
	// IKEv1 phase 1, with count.
	Cookie, InvalidKE, NoProposal Answer
	// OfferedGroup is the group of the refused KE payload, RequestedGroup the
	// one INVALID_KE_PAYLOAD names; 0 where not seen.
	OfferedGroup, RequestedGroup         uint16
	OfferedGroupName, RequestedGroupName string
	// ChosenAt is the message that chose the proposal.
	ChosenAt Mark
	// HashInClear is IKEv1 aggressive mode's second message with its HASH.
	HashInClear Mark
	// NATSeen is the message whose NAT detection hashes tell of a NAT.
	NATSeen Mark
	// Authenticated: IKE_AUTH (v1: phase 1) has request and response.
	Authenticated bool
	// AuthenticatedAt is the message that completed it: the first response of
	// IKE_AUTH's last round seen, or phase 1's last message. Zero if not seen.
	AuthenticatedAt Mark
	// Reversed: the SA's initiator is Tunnel.Responder, as when the other peer
	// began a rekey or an attempt of its own.
	Reversed bool
	// LastFromInitiator and LastFromResponder are the last messages each way;
	// zero Time if none.
	LastFromInitiator, LastFromResponder Mark

	// Exchanges has one entry for each of IKESA.Exchanges, in that order.
	Exchanges []ExchangeFacts
	// Makings are the exchanges that are to make SAs, the first and last 16;
	// MakingsTotal counts all of them.
	Makings      []Making
	MakingsTotal int
	Sizes        Sizes
	Phase1       V1Phase1 // IKEv1 only
	// RequestRead and ResponseRead: the first messages of IKE_SA_INIT (IKEv1: of
	// phase 1) were read whole, so that what they lack is really missing.
	RequestRead, ResponseRead bool
	// FragmentationBy and NATTBy tell by side (initiator, responder) who offered
	// IKE fragmentation (RFC 7383 2.3; a vendor ID of IKEv1) and NAT traversal (NAT
	// detection notifies, RFC 7296 2.23; vendor ID or NAT-D, RFC 3947).
	FragmentationBy, NATTBy [2]bool
	ClearNotifies           []ClearNotify
	OtherVersion            *OtherVersion
	Malformed               Malformed
	Probes                  []ProbeRun
}

// Repeat is one request that was sent again.
type Repeat struct {
	Exchange  string // as report.Exchange.Type
	MessageID uint32
	From      string // initiator or responder
	Sent      []Mark // every sending, the first included; first and last 16
	Total     int    // sendings in all
	Answered  *Mark  // the first answer, nil if none was seen
}

// Answer counts one kind of clear-text answer.
type Answer struct {
	Count       int
	First, Last Mark
}

// ChildFacts belong to one child SA (one direction).
type ChildFacts struct {
	// ToResponder is the direction of its packets.
	ToResponder bool
	// BornHere: the exchange that made the SA was captured, so sequence numbers
	// are known to begin at 1.
	BornHere                 bool
	First, Last              Mark
	Gaps                     []Gap // holes in the sequence numbers, first and last 16
	GapsTotal                int
	Duplicate, Late, Restart Occurrences
	// MissingByCapture counts numbers that are missing while the capture itself
	// lost packets; they are not in the report's Missing.
	MissingByCapture uint64

	// Largest is the largest packet, SPI to ICV, and LargestDatagram the largest IP
	// datagram that carried one, in bytes.
	Largest, LargestDatagram int
	LargestAt                Mark
	// Fragmented are packets that came in IP fragments.
	Fragmented Occurrences
	// LateBy counts packets that came 32, 64, 128, 256, 512, 1024 or more numbers
	// behind the highest: what a window of that size would have dropped.
	LateBy [6]uint64
	Stuck  *Stuck
}

// Gap is a run of sequence numbers that never came.
type Gap struct {
	After, Before Mark   // the packets on either side
	From, To      uint32 // first and last missing number as of Before
}

// Occurrences marks something that happened Count times.
type Occurrences struct {
	Count       uint64
	First, Last Mark
	// Sequence is the ESP number of the first.
	Sequence uint32
}

// OneWay says that at the end of the capture data went one way only.
type OneWay struct {
	ToResponder bool // the way that still flows
	Packets     uint64
	First, Last Mark // of the packets since the other way fell silent
	// OtherLast is the last packet the other way, nil if there never was one.
	OtherLast *Mark
}

// Quote sums up ICMP errors of one kind from one sender.
type Quote struct {
	Sender     string
	V6         bool
	Type, Code uint8
	MTU        uint32
	About      string // ike, esp, ah, keepalive or unknown
	// ToResponder is the direction of the packet that was refused.
	ToResponder bool
	Count       int
	First, Last Mark
}

// Move is a change of endpoint of a live IKE SA or child SA.
type Move struct {
	Side     string // initiator or responder: whose endpoint changed
	From, To string // ip:port, or ip
	SPI      string // of the SA that proves it
	IKE      bool   // SPI is an IKE SA's
	At       Mark   // first packet from the new endpoint
	Before   Mark   // last packet from the old one
	// PortOnly: same address, other port, as a NAT's rebinding looks; the step
	// from 500 to 4500 is not a Move.
	PortOnly bool
	Count    int // further moves of the same kind folded into this one
}

// Copies tells of packets captured more than once.
type Copies struct {
	// OtherTap counts packets seen again at another tap, SameTap those seen
	// again at one tap with the same IP ID and bytes.
	OtherTap, SameTap uint64
	First             Mark
	Taps              []string
}

// Flood sums up unfinished initiators towards one responder (capture level).
type Flood struct {
	Responder    string
	Sources      uint64 // distinct, exact up to 200,000
	SourcesExact bool
	Attempts     uint64 // IKE_SA_INIT or first main-mode messages
	Answers      uint64
	Cookies      uint64
	First, Last  Mark
	Earliest     []FloodSource // the earliest 8
}

// FloodSource is one of a flood's unfinished initiators.
type FloodSource struct {
	Address string // ip:port
	SPI     string
	At      Mark
}

// Stale is an SA that one side still uses after the other has made a new one.
type Stale struct {
	IKE    int // index into Tunnel.IKESAs of the old SA
	NewIKE int // and of the one that replaced it
	// Reversed: the side that made the new SA is the tunnel's responder, and its
	// initiator uses the old one.
	Reversed    bool
	Packets     uint64 // IKE, ESP and keepalives to the side that made the new SA after FirstNew
	FirstNew    Mark
	First, Last Mark // of those packets
}

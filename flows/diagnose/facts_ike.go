package diagnose

// Message is one IKE message as a rule may weigh it without keys: who sent it
// and when, how long it was and how it travelled. Zero if not seen.
type Message struct {
	Mark // of the first sending
	// Length is that of the IKE message in bytes, header included; of one sent in
	// IKE fragments (RFC 7383) the sum over the fragments of their lengths.
	Length int
	// Datagram is the largest IP datagram that carried it, in bytes; 0 on TCP.
	Datagram int
	// Fragments and FragmentsTotal count the IKE fragments seen and announced
	// (RFC 7383 2.5); 0 for a message in one piece.
	Fragments, FragmentsTotal int
	// Incomplete is the number of sendings of which an IKE fragment was not seen.
	Incomplete int
	// IPFragments is the number of IP fragments that a sending came in, 0 if whole.
	IPFragments int
	Transport   string // as report.Path
	// SourcePort and DestinationPort are the ports of the first sending.
	SourcePort, DestinationPort uint16
	Encrypted                   bool
}

// ExchangeFacts belong to one exchange, as report.Exchange does.
type ExchangeFacts struct {
	Request, Response Message
	// LastSent is the last sending of the request.
	LastSent Mark
}

// Sizes are the lengths in bytes that protected messages of an IKE SA have under
// its chosen transforms, if the sender pads no more than it must (RFC 7296
// 3.14). All are 0 where the transforms are not known. With AES-CBC some are
// equal: a size never proves what is inside.
type Sizes struct {
	Empty, Notify, DeleteChild int
}

// V1Phase1 tells how far IKEv1's main or aggressive mode got.
type V1Phase1 struct {
	// FromInitiator and FromResponder count the different messages of each side;
	// sendings of the same message count once.
	FromInitiator, FromResponder int
	// Last is the last new message of phase 1, LastSendings how often it was sent,
	// LastBy who sent it ("initiator", "responder").
	Last         Message
	LastSendings int
	LastBy       string
	// LastRepeat is its last sending.
	LastRepeat Mark
}

// ClearNotify is one type of notify that came unprotected.
type ClearNotify struct {
	Type  uint16
	Name  string
	From  string // initiator or responder of the SA
	Count int
	// SPI is the SPI that the notify is about, in hexadecimal; empty if none.
	SPI         string
	First, Last Mark
}

// OtherVersion is a message of a side in another major version of IKE than that
// which the SA's initiator spoke.
type OtherVersion struct {
	Major int
	From  string
	Count int
	First Mark
}

// Malformed counts messages of an IKE SA whose payloads do not hold together.
type Malformed struct {
	Count       int
	First, Last Mark
	From        string // who sent the first
	// Text says what is wrong with the first, Offset where, in bytes from the
	// first of the IKE header.
	Text   string
	Offset int
}

// ProbeRun is a run of requests of one side that look for life and got no
// answer: INFORMATIONAL of IKEv2 (the same message ID again and again), or
// IKEv1 informational exchanges, of which each has a message ID of its own.
type ProbeRun struct {
	From     string // initiator or responder of the SA
	V1       bool
	Requests int    // different requests
	Sent     []Mark // every sending; first and last 16
	Total    int    // sendings in all
	// OtherLast is the last packet of the other side before the run (any kind on
	// any path of the SA), AnsweredBefore tells whether a like request had been
	// answered earlier, OtherAfter the first packet of the other side after the
	// run began, ESPAfter its first data packet; zero if none.
	OtherLast, OtherAfter, ESPAfter Mark
	AnsweredBefore                  bool
}

// FragmentLoss counts IP datagrams of the tunnel that never became whole.
type FragmentLoss struct {
	ToResponder bool
	Count       int
	// FirstOnly: those of which only the first fragment came.
	FirstOnly   int
	About       string // ike or esp, by the first fragment; unknown without it
	First, Last Mark
}

// Stuck is a run of equally large packets of one SA that were sent again at
// growing waits, as a sender inside the tunnel does whose large packets never
// arrive.
type Stuck struct {
	Size  int // bytes, SPI to ICV
	Sent  []Mark
	Total int
	Waits []float64 // seconds
	// Smaller is the size of the largest smaller packet of this SA since, 0 if
	// none; SmallerCount how many smaller ones there were.
	Smaller      int
	SmallerCount uint64
	// Back counts the packets the other way in the time of the run, BackLargest
	// the largest of them.
	Back        uint64
	BackLargest int
}

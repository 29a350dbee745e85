package diagnose

// TCPFacts belong to one path of the tunnel on which TCP carried, or was meant
// to carry, IPsec: an RFC 8229 connection, fake TCP segments, Cisco's form.
type TCPFacts struct {
	// Path is the index into Tunnel.Paths; the report's counters are there.
	Path int
	// SYNs counts requests for the connection; First the first of them, zero if
	// the connection was open when the capture began.
	SYNs      int
	SYN, Open Mark
	Refused   Mark // RST in answer to the SYN
	Midway    bool
	// Prefix is the packet with "IKETCP"; NoPrefix the first data of an
	// originator that left it out.
	Prefix, NoPrefix Mark
	// Closed is the FIN or RST that ended the connection, ByInitiator tells whose.
	Closed      Mark
	ByInitiator bool
	Reset       bool
	// ClosedTTL is the IP TTL of that FIN or RST, SenderTTL the one that the same
	// side's other segments had just before; 0 where not known.
	ClosedTTL, SenderTTL uint8
	// FirstAnswer is the first IPsec message of the responder, zero if none.
	FirstAnswer Mark
	// Foreign is what the responder said instead of IPsec: "tls", "http", "ssh",
	// "other"; empty if nothing.
	Foreign   string
	ForeignAt Mark

	ToResponder, ToInitiator TCPDirectionFacts
}

// TCPDirectionFacts is one direction of such a path.
type TCPDirectionFacts struct {
	Retransmission, Gap, Resync, Conflict, FramingError, ZeroWindow, Probe, Partial Occurrences
	GapBytes, SkippedBytes                                                          uint64
	// Keepalives in the stream (RFC 9329 3: SHOULD NOT be sent).
	Keepalive Occurrences
	// Fake TCP: Frames of ESP, and those of them whose sequence number an earlier
	// one had.
	Frames, Repeats Occurrences
	// Missing and Received are the ESP numbers of this direction on this path.
	Missing, Received uint64
}

// Attempt is a TCP connection between the tunnel's peers that never came up, or
// came up and was never used.
type Attempt struct {
	Client, Server string // ip:port
	FromInitiator  bool
	SYNs           int
	First, Last    Mark
	Refused        Mark // zero if nothing came back
	// Opened is the answer to the SYN where the connection did come up, but
	// neither side sent a byte until Closed (FIN or RST, zero if none) or the end.
	Opened, Closed Mark
}

// Change is a step of the tunnel from one transport to another.
type Change struct {
	From, To string // transport names
	// FromPath and ToPath are indices into Tunnel.Paths.
	FromPath, ToPath int
	// LastOld is the initiator's last IKE or data packet on the old path, SYN the
	// request for the TCP connection (zero if not TCP or not captured), FirstNew
	// the first message on the new one.
	LastOld, SYN, FirstNew Mark
	// Unanswered: the initiator's last request on the old path was sent
	// UnansweredSendings times and got no answer.
	Unanswered         bool
	UnansweredSendings int
	// OldWasUp: data or answered exchanges both ways were seen on the old path.
	OldWasUp bool
	// SameSA: the same IKE or ESP SPIs go on (else a new IKE SA was made, and the
	// link is inferred).
	SameSA   bool
	Inferred bool
}

// Keepalives is a run of NAT keepalives one way on a UDP path since the last
// packet of the other side.
type Keepalives struct {
	Path           int // index into Tunnel.Paths
	ToResponder    bool
	Count          uint64
	First, Last    Mark
	Interval       float64 // seconds, the mean
	OtherLast      Mark    // last packet of the side that is silent; zero if none
	OtherHadTwoWay bool    // before, packets went both ways on this path
	// IKEUnanswered: requests to the silent side within the run got no answer.
	IKEUnanswered int
	// ReturnedOn is the transport of another path on which the silent side came
	// back later, empty if it did not.
	ReturnedOn string
	ReturnedAt Mark
}

// Endpoint sums up the connections at one TCP port of a gateway that are not
// IPsec, for the tunnels that use the same port.
type Endpoint struct {
	Server                string // ip:port
	TLS, HTTP, SSH, Other uint64 // connections by what the client said first
	TLSFailed             uint64 // a ClientHello answered by FIN or RST
	First, Last           Mark
}

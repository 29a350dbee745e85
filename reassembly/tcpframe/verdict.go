package tcpframe

// Verdict is what bytes of one direction of a TCP connection are.
type Verdict uint8

const (
	// VerdictNeedMore: the bytes so far allow for RFC 8229, and for others.
	VerdictNeedMore Verdict = iota
	// VerdictPrefix: "IKETCP" by the originator.
	VerdictPrefix
	// VerdictFramed: frames of RFC 8229: a length, the marker and an IKE header
	// that fit together, or a row of ESP packets.
	VerdictFramed
	// VerdictMaybe: what begins the stream has the shape of one ESP packet in a
	// frame, or of malformed IKE. Other protocols have it, too; a Midway can tell
	// ESP from them.
	VerdictMaybe
	// The rest are other protocols.
	VerdictTLS
	VerdictHTTP
	VerdictSSH
	VerdictOther
)

// IPsec tells whether v is a verdict for RFC 8229.
func (v Verdict) IPsec() bool { return v == VerdictPrefix || v == VerdictFramed }

// Foreign tells whether v is a verdict for another protocol.
func (v Verdict) Foreign() bool { return v >= VerdictTLS }

var verdictNames = [...]string{"need more", "prefix", "framed", "maybe", "TLS", "HTTP", "SSH", "other"}

// String is for tests and error texts.
func (v Verdict) String() string {
	if int(v) < len(verdictNames) {
		return verdictNames[v]
	}
	return "invalid"
}

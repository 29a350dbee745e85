package diagnose

import (
	"time"

	"github.com/ikesniff/ikesniff/report"
)

// Ending is the end of an IKE SA that stood and was not rekeyed: another one was
// negotiated from the beginning, or none.
type Ending struct {
	Up Mark // when the SA had authenticated; else its first message seen
	// LastFromInitiator and LastFromResponder are the last packets of the tunnel's
	// sides on the SA and its child SAs before the next one began; zero if none.
	LastFromInitiator, LastFromResponder Mark
	// Began is the first message of the negotiation that followed, Back the first
	// of the one that came up; zero if none.
	Began, Back Mark
	// BackFromInitiator: the tunnel's initiator began the one that came up.
	BackFromInitiator bool
	// Overlap: who began anew still used the old SA when the new one stood, as one
	// that plans the change does.
	Overlap bool
	// From and To are the endpoints of the tunnel's initiator before and after,
	// FromTransport and ToTransport the ways.
	From, To                   string
	FromTransport, ToTransport string
	// LastExchange is the last exchange of the SA if it is informational: who began
	// it ("initiator" or "responder" of the tunnel), when, and whether it was
	// answered.
	LastExchangeBy string
	LastExchange   Mark
	Answered       bool
}

// quiet is when the first side fell silent.
func (e *Ending) quiet() Mark {
	a, b := e.LastFromInitiator, e.LastFromResponder
	if !a.set() || b.set() && b.Time.Before(a.Time) {
		return b
	}
	return a
}

// SiteFlap are the moments at which most tunnels of a gateway fell silent or came
// back together.
type SiteFlap struct {
	Gateway     string
	Events      []SiteEvent // the first and last 16
	EventsTotal int
}

// SiteEvent is one such moment.
type SiteEvent struct {
	// Tunnels fell silent within Silence, of Of that were in use; Peers is how many
	// other ends those have.
	Tunnels, Of, Peers int
	// FirstSilent and LastSilent are the last packets of the side that stopped
	// first, in the first tunnel and in the last one to fall silent.
	FirstSilent, LastSilent Mark
	// Returned of them came back: FirstBack and LastBack begin their new IKE SAs.
	Returned            int
	FirstBack, LastBack Mark
	// GatewaySilent and PeerSilent count the tunnels in which the other side still
	// sent when the gateway, or the peer, had fallen silent.
	GatewaySilent, PeerSilent int
	// ByReturn: the tunnels came back together; when they fell silent differs.
	ByReturn bool
}

// Outage is a SiteEvent as one of its tunnels sees it.
type Outage struct {
	ID       string // of the gateway's anomaly
	Severity report.Severity
	Gateway  string
	Tunnels  int
	Of       int
	From, To time.Time // To is zero if the tunnel did not come back
}

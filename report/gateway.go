package report

import "time"

// Gateway compares the tunnels that have one address as an end, as an expert
// does: is it all of them or one, and what do those in trouble share?
type Gateway struct {
	Address     string       `json:"address"`
	Role        Role         `json:"role"`
	RoleBecause string       `json:"role_because"`
	Comparison  string       `json:"comparison"`
	FirstSeen   time.Time    `json:"first_seen"`
	LastSeen    time.Time    `json:"last_seen"`
	Tunnels     uint64       `json:"tunnels"`
	ByStatus    StatusCounts `json:"by_status"`
	// Sound and Troubled leave out what is neither: tunnels still in negotiation,
	// those that were closed, and those that may be at rest.
	Sound      uint64             `json:"sound"`
	Troubled   uint64             `json:"troubled"`
	Transports []GatewayTransport `json:"transports"`
	Shared     []SharedCode       `json:"shared"`
	Traits     []Trait            `json:"traits"`
	Peers      []GatewayPeer      `json:"peers"`
	PeersTotal int                `json:"peers_total"`
}

// Role is the part that an address plays among its peers.
type Role string

const (
	RoleHub     Role = "hub"
	RoleSpoke   Role = "spoke"
	RoleSite    Role = "site"
	RoleClient  Role = "client"
	RoleUnknown Role = "unknown"
)

// StatusCounts counts tunnels by their status at the end of the capture.
type StatusCounts struct {
	Up          uint64 `json:"up"`
	Negotiating uint64 `json:"negotiating"`
	Failed      uint64 `json:"failed"`
	Silent      uint64 `json:"silent"`
	Closed      uint64 `json:"closed"`
	ESPOnly     uint64 `json:"esp_only"`
}

// GatewayTransport counts a gateway's tunnels by the transport they used last.
type GatewayTransport struct {
	Transport string `json:"transport"`
	// Port is the responder's, 0 for raw ESP and AH.
	Port     uint64 `json:"port"`
	Tunnels  uint64 `json:"tunnels"`
	Sound    uint64 `json:"sound"`
	Troubled uint64 `json:"troubled"`
}

// SharedCode tells how many of a gateway's tunnels have an anomaly.
type SharedCode struct {
	Code     string   `json:"code"`
	Severity Severity `json:"severity"`
	Count    uint64   `json:"count"`
	Of       uint64   `json:"of"`
}

// Trait is something that all tunnels in trouble have and no sound one.
type Trait struct {
	What     string `json:"what"`
	Value    string `json:"value"`
	Troubled uint64 `json:"troubled"`
	Sound    uint64 `json:"sound"`
}

// GatewayPeer is the other end of one or more of a gateway's tunnels.
type GatewayPeer struct {
	Address     string       `json:"address"`
	Role        Role         `json:"role"`
	RoleBecause string       `json:"role_because"`
	Tunnels     uint64       `json:"tunnels"`
	ByStatus    StatusCounts `json:"by_status"`
	// TunnelIDs are those of its first tunnels, Codes the anomalies above info of
	// all of them.
	TunnelIDs []string `json:"tunnel_ids"`
	Codes     []string `json:"codes"`
}

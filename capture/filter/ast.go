package filter

import "net/netip"

// node is a condition; every one is generated for a link type.
type node interface {
	gen(g *generator, yes, no label)
}

type (
	andNode struct{ a, b node }
	orNode  struct{ a, b node }
	notNode struct{ a node }
)

// side says which of source and destination an address or port may be.
type side uint8

const (
	eitherSide side = iota
	sourceSide
	destinationSide
	bothSides
)

// hostNode matches addresses: those of prefix, in IPv4, IPv6 or ARP.
type hostNode struct {
	inside
	network network
	side    side
	prefix  netip.Prefix
}

// network is the protocol that a condition is limited to.
type network uint8

const (
	anyNetwork network = iota
	onlyIP
	onlyIP6
	onlyARP
	onlyRARP
)

// portNode matches ports from low to high of TCP, UDP and SCTP, or of the one
// protocol given.
type portNode struct {
	inside
	protocol  uint8 // 0: any of the three
	side      side
	low, high uint16
}

// protocolNode matches a protocol in IP.
type protocolNode struct {
	inside
	network  network
	protocol uint8
}

// etherTypeNode matches the type of what the link layer carries.
type etherTypeNode struct {
	inside
	value uint16
}

// macNode matches a station on Ethernet.
type macNode struct {
	side side
	mac  [6]byte
}

// vlanNode matches a VLAN tag, with an ID where one is given.
type vlanNode struct {
	inside
	id  uint16
	any bool
}

// relationNode compares two values; need lists the protocols whose bytes are
// loaded.
type relationNode struct {
	inside
	op          string
	left, right value
}

// inside is how many VLAN tags a condition looks behind.
type inside struct{ tags int }

// value is an arithmetic expression.
type value interface {
	// need adds the conditions under which the value can be had.
	need(g *generator, no label)
	// load puts the value into A; memory words from free on may be used.
	load(g *generator, free uint32)
}

type (
	number   uint32
	lengthOf struct{}
	// calculation is left op right.
	calculation struct {
		op          uint16
		left, right value
	}
	// accessor is proto[offset:size].
	accessor struct {
		inside
		protocol string
		offset   value
		size     uint16 // sizeB, sizeH, sizeW
	}
)

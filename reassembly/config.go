package reassembly

import "time"

const (
	portIKE  = 500  // RFC 7296 2
	portNATT = 4500 // RFC 3948 2
)

// Config tunes a Defragmenter and a Classifier. The zero value is right for
// most uses: a limit of 0 means the default.
type Config struct {
	// UDPPorts are ports that the user says carry IKE or ESP. They are treated
	// like port 4500.
	UDPPorts []uint16

	// TCPPorts are ports on which the user expects IKE or ESP in TCP.
	TCPPorts []uint16

	// MaxFlows is how many UDP flows a Classifier remembers (1,048,576).
	MaxFlows int
	// MaxSPIs is how many pairs of address pair and SPI it remembers (1,048,576).
	MaxSPIs int
	// MaxHeldBytes is how many bytes of messages without verdict it keeps over
	// all flows (8 MiB), and again of TCP segments. One flow or connection never
	// holds more than 16 messages or 32 KiB.
	MaxHeldBytes int
	// MaxConnections is how many TCP connections a Classifier remembers
	// (1,048,576), and MaxStreams how many of them may carry IPsec (16,384). A
	// quarter of that may be under closer examination besides.
	MaxConnections, MaxStreams int
	// MaxStreamBytes is how many bytes all TCP streams together hold out of
	// order (32 MiB). One direction never holds more than 1 MiB.
	MaxStreamBytes int

	// MaxFragmented is how many incomplete datagrams a Defragmenter keeps
	// (4,096), and MaxFragmentBytes how many bytes of them (32 MiB).
	MaxFragmented    int
	MaxFragmentBytes int
	// FragmentTimeout is how long the pieces of a datagram are waited for, in
	// capture time from the first piece on (30 s; RFC 791 3.2 says 15 s or
	// more, RFC 8200 4.5 says 60 s).
	FragmentTimeout time.Duration
}

func (c Config) withDefaults() Config {
	set := func(v *int, def int) {
		if *v <= 0 {
			*v = def
		}
	}
	set(&c.MaxFlows, 1<<20)
	set(&c.MaxSPIs, 1<<20)
	set(&c.MaxHeldBytes, 8<<20)
	set(&c.MaxConnections, 1<<20)
	set(&c.MaxStreams, 1<<14)
	set(&c.MaxStreamBytes, 32<<20)
	set(&c.MaxFragmented, 1<<12)
	set(&c.MaxFragmentBytes, 32<<20)
	if c.FragmentTimeout <= 0 {
		c.FragmentTimeout = 30 * time.Second
	}
	return c
}

// natTraversalPorts are port 4500 and those that the user named.
func (c *Config) natTraversalPorts() *portSet {
	s := new(portSet)
	s.add(portNATT)
	for _, p := range c.UDPPorts {
		s.add(p)
	}
	return s
}

// tcpPorts are port 4500 and those that the user named.
func (c *Config) tcpPorts() *portSet {
	s := new(portSet)
	s.add(portNATT)
	for _, p := range c.TCPPorts {
		s.add(p)
	}
	return s
}

package live

import (
	"time"

	"github.com/ikesniff/ikesniff/capture/filter"
)

// Options of a capture.
type Options struct {
	// Interfaces are names or indices; "any" alone stands for all there are.
	Interfaces []string
	// Promiscuous puts the interfaces into promiscuous mode while the capture
	// lasts; it has no effect on "any".
	Promiscuous bool
	// Snaplen bounds the captured bytes of a packet; 0 stands for 262144.
	Snaplen int
	// Buffer is the size of the ring in bytes; 0 stands for 64 MiB.
	Buffer int
	// Filter is tried by the kernel before a packet costs anything; nil passes
	// all. It is compiled with filter.CompileLive.
	Filter filter.Program
	// Tick is how long Next waits before it returns capture.ErrIdle; 0 stands for
	// 100 ms.
	Tick time.Duration
}

const (
	defaultSnaplen = 262144
	defaultBuffer  = 64 << 20
	defaultTick    = 100 * time.Millisecond
)

// Stats count what the capture saw since it began. Received is all that passed
// the filter: delivered, still in the ring, or dropped.
type Stats struct {
	Received uint64
	// Dropped found no room in the ring: the program was too slow.
	Dropped uint64
	// Freezes counts how often the ring was full.
	Freezes uint64
	// Looped are the second sightings that a loopback interface makes; Split the
	// merged frames that were taken apart; Damaged the packets whose place in
	// the ring made no sense. All are of those received.
	Looped, Split, Damaged uint64
	// Pieces are what merged frames were taken apart into. What was delivered is
	// Received without Dropped, Looped, Damaged, Split and what is still in the
	// ring, and with Pieces.
	Pieces uint64
}

// Change is something that happened to an interface.
type Change struct {
	Interface string
	Time      time.Time
	// State is "up", "down" or "gone".
	State string
}

package output

import (
	"net/netip"
	"time"
)

// Options say how the table and Markdown forms look. The zero value is good.
type Options struct {
	// Top is how many tunnels are shown; 0 means 20.
	Top int
	// Color marks severity and state words with SGR colours (table only).
	Color bool
	// Time says how times are written, Location in which zone TimeLocal is; nil
	// is UTC.
	Time     TimeMode
	Location *time.Location
	// Verbose adds IKE and child SAs, encapsulations and repeated advice.
	Verbose bool
	// Problems shows only tunnels with something above info; the summary still
	// counts all of them.
	Problems bool
	// Names gives the name of an address, "" for none; nil knows none.
	Names func(netip.Addr) string
	// Selection is what Select left of the report: if that is nothing, the answer
	// says so instead of "no tunnel found".
	Selection Selection
}

// DefaultTop is how many tunnels are shown unless asked otherwise.
const DefaultTop = 20

func (o Options) top() int {
	if o.Top <= 0 {
		return DefaultTop
	}
	return o.Top
}

// TimeMode is a way to write times.
type TimeMode string

// The ways to write times. Headers always show dates with their zone.
const (
	TimeUTC      TimeMode = "utc" // and ""
	TimeLocal    TimeMode = "local"
	TimeRelative TimeMode = "relative" // since the first packet
	TimeDelta    TimeMode = "delta"    // since the event before
)

package pipeline

import (
	"github.com/ikesniff/ikesniff/flows"
	"github.com/ikesniff/ikesniff/reassembly"
)

// Limits bound what a run remembers, over all workers together. Zero stands for
// the default. Beyond a limit what was idle longest is forgotten, and the report
// says so.
type Limits struct {
	// SAs is the number of IKE SAs, SPIs of ESP and AH, and paths.
	SAs int
	// Connections is the number of TCP connections, those that carry no IPsec
	// among them.
	Connections int
}

const (
	DefaultSAs         = 2_000_000
	DefaultConnections = 1 << 20
)

// share gives each worker its part. Pairs of addresses are spread by hash, so
// that parts are about equally full where there are many.
func (l Limits) share(workers int, c *reassembly.Config, t *flows.Config) {
	part := func(limit, def int) int {
		if limit <= 0 {
			limit = def
		}
		return max(1, (limit+workers-1)/workers)
	}
	t.MaxSAs = part(l.SAs, DefaultSAs)
	c.MaxConnections = part(l.Connections, DefaultConnections)
}

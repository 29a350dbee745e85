//go:build !linux

package live

import (
	"errors"
	"runtime"

	"github.com/ikesniff/ikesniff/capture"
)

var errSystem = errors.New("live: capturing from an interface is not built in for " + runtime.GOOS +
	"; pipe a capture in: tcpdump -U -w - | ikesniff sniff -r -")

// Source is a running capture; on this system there is none.
type Source struct{ capture.Source }

// Open says that there is no live capture on this system.
func Open(Options) (*Source, error) { return nil, errSystem }

// Watched are the names of the interfaces.
func (s *Source) Watched() []string { return nil }

// Changes tells what happened to the interfaces.
func (s *Source) Changes() []Change { return nil }

// Stop ends the capture.
func (s *Source) Stop() {}

// Stats returns the counters.
func (s *Source) Stats() Stats { return Stats{} }

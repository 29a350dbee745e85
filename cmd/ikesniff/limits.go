package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/ikesniff/ikesniff/pipeline"
)

// limitFlags bound what a run remembers.
type limitFlags struct{ sas, connections int }

func (f *limitFlags) add(cmd *cobra.Command) {
	fl := cmd.Flags()
	fl.IntVar(&f.sas, "max-sas", pipeline.DefaultSAs, "remember at most `N` IKE SAs, SPIs and paths; beyond, those idle longest go, and are counted")
	fl.IntVar(&f.connections, "max-connections", pipeline.DefaultConnections, "remember at most `N` TCP connections, likewise")
}

// settle returns the limits.
func (f *limitFlags) settle() (pipeline.Limits, error) {
	switch {
	case f.sas < 1:
		return pipeline.Limits{}, fmt.Errorf("--max-sas %d leaves no room; it takes a number from 1", f.sas)
	case f.connections < 1:
		return pipeline.Limits{}, fmt.Errorf("--max-connections %d leaves no room; it takes a number from 1", f.connections)
	}
	return pipeline.Limits{SAs: f.sas, Connections: f.connections}, nil
}

package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ikesniff/ikesniff/capture/filter"
	"github.com/ikesniff/ikesniff/output"
	"github.com/ikesniff/ikesniff/pipeline"
	"github.com/ikesniff/ikesniff/report"
)

// analysis is one run of analyze with its flags understood.
type analysis struct {
	*env
	files    []string
	format   string
	output   string // "" for standard output
	failRank int    // of --fail-on; beyond every rank if it was not given
	quiet    bool
	sel      output.Selection
	show     output.Options
	run      pipeline.Options
	filter   *filter.Filter // nil for none
}

// neverFail is above the rank of every severity.
var neverFail = report.SeverityCritical.Rank() + 1

// settle turns flags into an analysis. Its errors are of usage, but for a
// names file that cannot be read.
func (f *analyzeFlags) settle(files []string, e *env) (*analysis, error) {
	a := &analysis{env: e, files: files, output: f.output, failRank: neverFail, quiet: f.quiet}
	if a.output == "-" {
		a.output = ""
	}
	for _, name := range files {
		if a.output != "" && name != "-" && sameFile(name, a.output) {
			return nil, fmt.Errorf("--output %s is an input; choose another name", a.output)
		}
	}
	var err error
	if a.format, err = chooseFormat(f.format, a.output); err != nil {
		return nil, err
	}
	if !slices.Contains(timeModes, f.time) {
		return nil, fmt.Errorf("unknown --time %q; choose one of %s", f.time, strings.Join(timeModes, ", "))
	}
	if a.sel, err = output.NewSelection(f.peers, f.tunnels, f.spis, f.problems); err != nil {
		return nil, err
	}
	if f.top < 1 {
		return nil, fmt.Errorf("--top %d shows nothing; it takes a number from 1", f.top)
	}
	if f.workers < 1 || f.workers > pipeline.MaxWorkers {
		return nil, fmt.Errorf("--workers %d is not from 1 to %d", f.workers, pipeline.MaxWorkers)
	}
	limits, err := f.limits.settle()
	if err != nil {
		return nil, err
	}
	if f.failOn != "" {
		if a.failRank = report.Severity(f.failOn).Rank(); a.failRank < 0 {
			return nil, fmt.Errorf("unknown severity %q for --fail-on; choose one of %s", f.failOn, strings.Join(severities, ", "))
		}
	}
	if a.filter, err = f.packets.settle(); err != nil {
		return nil, err
	}
	a.run = pipeline.Options{
		Workers: f.workers, Version: programVersion(),
		Limits: limits,
	}
	if a.run.TCPPorts, err = ports("--tcp-port", f.tcpPorts); err != nil {
		return nil, err
	}
	if a.run.UDPPorts, err = ports("--udp-port", f.udpPorts); err != nil {
		return nil, err
	}
	a.show = output.Options{
		Top:       f.top,
		Color:     a.output == "" && !f.noColor && colours(e.stdout),
		Time:      output.TimeMode(f.time),
		Location:  time.Local,
		Verbose:   f.verbose,
		Selection: a.sel,
	}
	if f.names != "" {
		names, err := output.OpenNames(f.names)
		if err != nil {
			return nil, inputError(err)
		}
		a.show.Names = names.Name
	}
	return a, nil
}

// ports reads the values of a flag that takes port numbers.
func ports(flag string, values []string) ([]uint16, error) {
	var out []uint16
	for _, v := range values {
		port, err := strconv.ParseUint(v, 10, 16)
		if err != nil || port == 0 {
			return nil, fmt.Errorf("%s %q is not a number from 1 to 65535", flag, v)
		}
		out = append(out, uint16(port))
	}
	return out, nil
}

// colours tells whether w shows them and nobody asked it not to
// (no-color.org).
func colours(w io.Writer) bool {
	return os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" && terminal(w)
}

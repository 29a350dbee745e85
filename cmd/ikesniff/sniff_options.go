package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/ikesniff/ikesniff/capture/filter"
	"github.com/ikesniff/ikesniff/capture/live"
	"github.com/ikesniff/ikesniff/capture/write"
	"github.com/ikesniff/ikesniff/output"
	view "github.com/ikesniff/ikesniff/output/live"
	"github.com/ikesniff/ikesniff/output/metrics"
	"github.com/ikesniff/ikesniff/pipeline"
)

// sniffing is one run of sniff with its flags understood.
type sniffing struct {
	*env
	live         live.Options // of interfaces
	read         string       // "" if from interfaces
	filter       *filter.Filter
	format       string
	screen       bool // a view that is redrawn
	output       string
	keep         *write.Options // nil for no packets
	report       string
	reportFormat string // of report
	every        time.Duration
	metrics      string // address
	duration     time.Duration
	user         string
	quiet        bool
	show         output.Options
	run          pipeline.WatchOptions
}

var (
	sniffFormats = []string{"table", "ndjson", "json"}
	sniffTimes   = []string{string(output.TimeUTC), string(output.TimeLocal)}
)

// settle turns flags into a run. Its errors are of usage, but for files that
// cannot be read.
func (f *sniffFlags) settle(e *env) (*sniffing, error) {
	s := &sniffing{
		env: e, read: f.read, format: f.format, output: f.output, report: f.report, every: f.reportEvery,
		duration: f.duration, user: f.user, quiet: f.quiet,
	}
	if s.output == "-" {
		s.output = ""
	}
	if err := f.check(); err != nil {
		return nil, err
	}
	var err error
	if s.run.TCPPorts, err = ports("--tcp-port", f.tcpPorts); err != nil {
		return nil, err
	}
	if s.run.UDPPorts, err = ports("--udp-port", f.udpPorts); err != nil {
		return nil, err
	}
	s.run.Version = programVersion()
	if s.run.Limits, err = f.limits.settle(); err != nil {
		return nil, err
	}
	s.run.Count, s.run.Forget = f.count, f.forget
	if err := f.settleSource(s); err != nil {
		return nil, err
	}
	if s.report != "" {
		if s.reportFormat, err = formatOfName(s.report); err != nil {
			return nil, fmt.Errorf("--report: no format has the ending %s; choose one of .txt .json .ndjson .md .csv", filepath.Ext(s.report))
		}
	}
	if f.metrics != "" {
		if s.metrics, err = metrics.ListenAddress(f.metrics); err != nil {
			return nil, fmt.Errorf("--metrics: %w", err)
		}
	}
	if err := f.settleKeep(s); err != nil {
		return nil, err
	}
	if err := f.distinct(); err != nil {
		return nil, err
	}
	onTerminal := s.output == "" && terminal(e.stdout)
	s.screen = s.format == "table" && onTerminal && !f.plain && view.Drawable(os.Getenv("TERM")) && (f.read != "-" || view.Keyed())
	s.show = output.Options{
		Top: output.DefaultTop, Color: onTerminal && !f.noColor && colours(e.stdout),
		Time: output.TimeMode(f.time), Location: time.Local,
	}
	if f.names != "" {
		names, err := output.OpenNames(f.names)
		if err != nil {
			return nil, inputError(err)
		}
		s.show.Names = names.Name
	}
	return s, nil
}

// check finds values that mean nothing.
func (f *sniffFlags) check() error {
	switch {
	case len(f.interfaces) > 0 && f.read != "":
		return errors.New("-i and -r exclude each other")
	case !slices.Contains(sniffFormats, f.format):
		return fmt.Errorf("unknown format %q for --format; choose one of %s", f.format, strings.Join(sniffFormats, ", "))
	case !slices.Contains(sniffTimes, f.time):
		return fmt.Errorf("unknown --time %q; choose one of %s", f.time, strings.Join(sniffTimes, ", "))
	case f.snaplen < 1:
		return fmt.Errorf("--snapshot-length %d captures nothing; it takes a number from 1", f.snaplen)
	case f.buffer < 1024 || f.buffer > 4<<20:
		return fmt.Errorf("--buffer-size %d is not from 1024 to 4194304 KiB", f.buffer)
	case f.duration < 0 || f.forget <= 0 || f.reportEvery < time.Second:
		return errors.New("--duration and --forget take times above 0, --report-every one from 1s")
	case len(f.rotation) > 0 && f.keep == "":
		return errors.New("-b says when a new file of -w begins; give -w FILE, too")
	case f.portsOnly && (f.packets.expression != "" || f.packets.program != ""):
		return errors.New("--ports-only is a filter of its own; leave it or --filter out")
	}
	return nil
}

// settleSource says what is captured.
func (f *sniffFlags) settleSource(s *sniffing) (err error) {
	packets := f.packets
	if f.portsOnly {
		packets.expression = portsFilter(s.run.UDPPorts, s.run.TCPPorts)
	}
	if f.read != "" {
		s.filter, err = packets.settle()
		return err
	}
	s.live = live.Options{
		Interfaces: f.interfaces, Promiscuous: !f.notPromiscuous, Snaplen: f.snaplen, Buffer: f.buffer << 10,
	}
	s.live.Filter, err = packets.kernel(defaultFilter)
	return err
}

// distinct makes sure that no file is written twice, or read and written.
func (f *sniffFlags) distinct() error {
	files := []struct{ flag, name string }{{"--read", f.read}, {"--output", f.output}, {"--write", f.keep}, {"--report", f.report}}
	for i, a := range files {
		for _, b := range files[i+1:] {
			if a.name == "" || b.name == "" || a.name == "-" || b.name == "-" {
				continue
			}
			if sameName(a.name, b.name) {
				return fmt.Errorf("%s and %s name the same file, %s; choose another name", a.flag, b.flag, b.name)
			}
		}
	}
	return nil
}

// sameName tells whether two names are one file, be it one that is yet to be
// made. Devices may be named twice.
func sameName(a, b string) bool {
	if info, err := os.Stat(a); err == nil {
		return info.Mode().IsRegular() && sameFile(a, b)
	}
	return filepath.Clean(a) == filepath.Clean(b)
}

// settleKeep says which files packets are kept in.
func (f *sniffFlags) settleKeep(s *sniffing) error {
	if f.keep == "" {
		return nil
	}
	if f.keep == "-" {
		return errors.New("-w takes a file name; packets are not written to standard output")
	}
	s.keep = &write.Options{Name: f.keep, Program: "ikesniff " + programVersion(), Snaplen: uint32(f.snaplen)}
	for _, c := range f.rotation {
		if err := s.keep.Rotation.Set(c); err != nil {
			return err
		}
	}
	if s.keep.Rotation.Files > 0 && !s.keep.Rotation.Any() {
		return errors.New("-b files:N says how many files are left; when a new one begins takes another -b")
	}
	return nil
}

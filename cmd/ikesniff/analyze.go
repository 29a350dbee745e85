package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/ikesniff/ikesniff/capture"
	"github.com/ikesniff/ikesniff/output"
	"github.com/ikesniff/ikesniff/pipeline"
	"github.com/ikesniff/ikesniff/report"
)

const analyzeHelp = `Analyze reads captures (pcap and pcapng, also compressed with gzip or zstd; - is
standard input) as one timeline and reports the IPsec tunnels in them.

The exit status is 0 when done, 1 when it could not be done, 2 on wrong usage,
3 when --fail-on found something, 4 when part of the input could not be read
(what could be is reported).`

const analyzeExample = `  ikesniff analyze capture.pcap
  ikesniff analyze --problems --top 5 gateway.pcapng
  ikesniff analyze --peer 203.0.113.9 --time local a.pcap b.pcap.gz
  ikesniff analyze -f ndjson capture.pcap | jq 'select(.event_type == "anomaly")'
  ikesniff analyze -q --fail-on warning -o report.json capture.pcap`

// analyzeFlags are the flags as typed.
type analyzeFlags struct {
	format, output, names, time string
	peers, tunnels, spis        []string
	tcpPorts, udpPorts          []string
	problems                    bool
	top, workers                int
	limits                      limitFlags
	failOn                      string
	noColor, quiet, verbose     bool
	packets                     filterFlags
}

func newAnalyze(e *env) *cobra.Command {
	var f analyzeFlags
	cmd := &cobra.Command{
		Use:     "analyze FILE...",
		Short:   "Report the IPsec tunnels in captures",
		Long:    analyzeHelp,
		Example: analyzeExample,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("name at least one capture file, or - for standard input")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			a, err := f.settle(args, e)
			if err != nil {
				return err
			}
			return a.perform(cmd.Context())
		},
	}
	fl := cmd.Flags()
	fl.SortFlags = false
	fl.StringVarP(&f.format, "format", "f", "", "`FORMAT`: table, json, ndjson, markdown or csv (default: from the name of -o, else table)")
	fl.StringVarP(&f.output, "output", "o", "", "write to `FILE`, which appears whole or not at all")
	fl.StringVar(&f.names, "names", "", "show names for addresses, from a `FILE` in hosts syntax")
	fl.StringVar(&f.time, "time", "utc", "`MODE` of times: utc, local, relative (to the start) or delta (to the line before)")
	fl.StringSliceVar(&f.peers, "peer", nil, "only tunnels with a peer at `ADDR`, or in this prefix")
	fl.StringSliceVar(&f.tunnels, "tunnel", nil, "only the tunnel with this `ID` (its first digits will do)")
	fl.StringSliceVar(&f.spis, "spi", nil, "only tunnels with the IKE, ESP or AH SPI `HEX`")
	fl.BoolVar(&f.problems, "problems", false, "only tunnels with an anomaly above info")
	fl.IntVar(&f.top, "top", output.DefaultTop, "in a table or Markdown show at most `N` tunnels, those that need attention first")
	f.packets.add(cmd)
	fl.StringSliceVar(&f.tcpPorts, "tcp-port", nil, "expect IKE and ESP on TCP port `N`, too")
	fl.StringSliceVar(&f.udpPorts, "udp-port", nil, "expect IKE and ESP on UDP port `N`, too")
	fl.IntVar(&f.workers, "workers", min(runtime.NumCPU(), 8), "use `N` cores; the report is the same with any number")
	f.limits.add(cmd)
	fl.StringVar(&f.failOn, "fail-on", "", "exit with status 3 on an anomaly of `SEVERITY` or above: info, notice, warning or critical")
	fl.BoolVar(&f.noColor, "no-color", false, "no colours (also with NO_COLOR set, TERM=dumb, or without a terminal)")
	fl.BoolVarP(&f.quiet, "quiet", "q", false, "no progress and no notes")
	fl.BoolVarP(&f.verbose, "verbose", "v", false, "everything the report holds")
	completeFlags(cmd)
	return cmd
}

// completeFlags offers the values that shells may complete.
func completeFlags(cmd *cobra.Command) {
	for flag, values := range map[string][]string{
		"format":  formats,
		"time":    timeModes,
		"fail-on": severities,
	} {
		if err := cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp)); err != nil {
			panic(err) // a flag that newAnalyze does not have
		}
	}
}

var severities = []string{
	string(report.SeverityInfo), string(report.SeverityNotice), string(report.SeverityWarning), string(report.SeverityCritical),
}

var timeModes = []string{
	string(output.TimeUTC), string(output.TimeLocal), string(output.TimeRelative), string(output.TimeDelta),
}

// perform reads the captures and writes their report.
func (a *analysis) perform(ctx context.Context) error {
	src, err := a.open(ctx, a.files)
	if err != nil {
		return err
	}
	defer src.Close()

	if !a.quiet && terminal(a.stderr) {
		line := newProgressLine(a.stderr, time.Now)
		defer line.erase()
		a.run.Progress = line.update
	}
	stream, err := pipeline.Run(ctx, filtered(src, a.filter), a.run)
	if err != nil {
		return &failure{err}
	}
	if err := unreadable(stream.Head.Sources); err != nil {
		return err
	}

	var tally output.Tally
	stream = tally.Watch(output.Select(stream, a.sel))
	write := func(w io.Writer) error { return a.write(w, stream) }
	if a.output == "" {
		err = writeStdout(a.stdout, write)
	} else {
		err = writeFile(a.output, write)
	}
	if err != nil {
		return err
	}
	a.notes(stream.Head.Sources, a.quiet)

	switch {
	case tally.Worst().Rank() >= a.failRank:
		return exitStatus(exitFound)
	case ctx.Err() != nil || !allRead(stream.Head.Sources):
		return exitStatus(exitPartial)
	}
	return nil
}

// allRead tells whether every source was read to its end. A report of such
// sources may still be incomplete, for lack of memory; it says so itself.
func allRead(sources []report.Source) bool {
	return !slices.ContainsFunc(sources, func(s report.Source) bool { return !s.Complete })
}

// open opens captures.
func (e *env) open(ctx context.Context, files []string) (capture.Source, error) {
	if len(files) == 1 && files[0] == "-" {
		return capture.OpenReader(interruptible(ctx, e.stdin), "-"), nil
	}
	src, err := capture.Open(files)
	if err != nil {
		return nil, &failure{err}
	}
	return src, nil
}

// write writes the report in the chosen format.
func (a *analysis) write(w io.Writer, s *report.Stream) error {
	switch a.format {
	case "json":
		return output.JSON(w, s)
	case "ndjson":
		return output.NDJSON(w, s)
	case "csv":
		return output.CSV(w, s)
	case "markdown":
		return output.Markdown(w, s, a.show)
	}
	return output.Table(w, s, a.show)
}

// unreadable is an error if nothing at all could be read.
func unreadable(sources []report.Source) error {
	for i := range sources {
		if s := &sources[i]; s.Packets > 0 || s.Error == "" {
			return nil
		}
	}
	var all []string
	for i := range sources {
		all = append(all, sentence(&sources[i], sources[i].Error))
	}
	return failf("%s", strings.Join(all, "; "))
}

// notes says on standard error what concerns the inputs; with quiet, only what
// is wrong with them.
func (e *env) notes(sources []report.Source, quiet bool) {
	for i := range sources {
		s := &sources[i]
		if s.Error != "" {
			fmt.Fprintln(e.stderr, "ikesniff: "+sentence(s, s.Error))
		} else if s.Note != "" && !quiet {
			fmt.Fprintln(e.stderr, "ikesniff: note: "+sentence(s, s.Note))
		}
	}
}

// sentence makes sure that text names its source.
func sentence(s *report.Source, text string) string {
	if s.Name != "-" && !strings.Contains(text, s.Name) { // which is called standard input
		text = s.Name + ": " + text
	}
	return output.Safe(text)
}

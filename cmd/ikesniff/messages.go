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
	"github.com/ikesniff/ikesniff/output/message"
	"github.com/ikesniff/ikesniff/pipeline"
	"github.com/ikesniff/ikesniff/reassembly"
	"github.com/ikesniff/ikesniff/report"
)

const messagesHelp = `Messages writes a line for each IKE message of captures (pcap and pcapng, also
compressed with gzip or zstd; - is standard input): the frames it came in, time,
transport, who sent it to whom, and what it says. Of what is encrypted it tells
the length of the message. "(+3 more)" counts further algorithms, in IKEv1 further
combinations. "behind NAT" means that the sender's address was changed on the
way, or that the sender pretends so to force UDP encapsulation.

Packets of ESP and AH with one SPI make one line, and so do keepalives, until
the next IKE message between the same addresses or a pause of a minute; --esp
lists each.

-v adds all fields of IKE messages with offset and length in bytes, and what is
wrong with them (lines with !); -vv adds their bytes.

TIME of --since and --until, which both include it, is one of:
  2026-03-14T23:09:00Z     RFC 3339, with any fraction and zone
  "2026-03-14 23:09:00"    UTC, or local with --time local; also a day alone
  23:09:00                 on the day on which the capture begins
  +90s                     after the capture begins

The exit status is 0 when done, 1 when it could not be done, 2 on wrong usage,
4 when part of the input could not be read (what could be is listed).`

const messagesExample = `  ikesniff messages capture.pcap
  ikesniff messages -v --exchange IKE_SA_INIT capture.pcap
  ikesniff messages --notify NO_PROPOSAL_CHOSEN --since 23:09 a.pcap b.pcap.gz
  ikesniff messages --tunnel 68969f597b1a --esp capture.pcap
  ikesniff messages -f ndjson capture.pcap | jq 'select(.exchange == "IKE_AUTH")'`

// messagesFormats are those that messages writes, in the order in which help
// and errors name them.
var messagesFormats = []string{string(message.FormatTable), string(message.FormatJSON), string(message.FormatNDJSON)}

// messagesFlags are the flags as typed.
type messagesFlags struct {
	format, output, names, time     string
	tunnels, spis                   []string
	exchanges, notifies, transports []string
	since, until                    string
	tcpPorts, udpPorts              []string
	esp, quiet                      bool
	verbose                         int
}

func newMessages(e *env) *cobra.Command {
	var f messagesFlags
	cmd := &cobra.Command{
		Use:     "messages FILE...",
		Short:   "List the IKE, ESP and AH messages of captures",
		Long:    messagesHelp,
		Example: messagesExample,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("name at least one capture file, or - for standard input")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			l, err := f.settle(args, e)
			if err != nil {
				return err
			}
			return l.perform(cmd.Context())
		},
	}
	fl := cmd.Flags()
	fl.SortFlags = false
	fl.CountVarP(&f.verbose, "verbose", "v", "all fields of IKE messages; -vv their bytes, too")
	fl.BoolVar(&f.esp, "esp", false, "list each packet of ESP and AH and each keepalive")
	fl.StringVarP(&f.format, "format", "f", "", "`FORMAT`: table, json or ndjson (default: from the name of -o, else table)")
	fl.StringVarP(&f.output, "output", "o", "", "write to `FILE`, which appears whole or not at all")
	fl.StringVar(&f.names, "names", "", "show names for addresses, from a `FILE` in hosts syntax")
	fl.StringVar(&f.time, "time", "utc", "`MODE` of times: utc, local, relative (to the start) or delta (to the line before)")
	fl.StringSliceVar(&f.tunnels, "tunnel", nil, "only messages of the tunnel with this `ID`, as analyze shows it (its first digits will do)")
	fl.StringSliceVar(&f.spis, "spi", nil, "only messages with the IKE, ESP or AH SPI `HEX`")
	fl.StringSliceVar(&f.exchanges, "exchange", nil, "only IKE messages of the exchange `NAME`, such as IKE_AUTH or main")
	fl.StringSliceVar(&f.notifies, "notify", nil, "only IKE messages with the notify `NAME` in clear, such as COOKIE")
	fl.StringSliceVar(&f.transports, "transport", nil, "only messages over the transport `NAME`: "+strings.Join(transportNames(), ", ")+"; tcp for all of TCP")
	fl.StringVar(&f.since, "since", "", "only messages at `TIME` or later")
	fl.StringVar(&f.until, "until", "", "only messages at `TIME` or earlier")
	fl.StringSliceVar(&f.tcpPorts, "tcp-port", nil, "expect IKE and ESP on TCP port `N`, too")
	fl.StringSliceVar(&f.udpPorts, "udp-port", nil, "expect IKE and ESP on UDP port `N`, too")
	fl.BoolVarP(&f.quiet, "quiet", "q", false, "no progress and no notes")
	for flag, values := range map[string][]string{"format": messagesFormats, "time": timeModes, "transport": transportNames()} {
		if err := cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp)); err != nil {
			panic(err) // a flag that is not defined above
		}
	}
	return cmd
}

func transportNames() []string {
	var out []string
	for t := reassembly.TransportUDP; t <= reassembly.TransportCisco; t++ {
		out = append(out, t.String())
	}
	return out
}

// listing is one run of messages with its flags understood.
type listing struct {
	*env
	files   []string
	output  string // "" for standard output
	quiet   bool
	tunnels output.Selection // of --tunnel
	show    message.Options
	run     pipeline.Options
}

// settle turns flags into a listing. Its errors are of usage, but for a names
// file that cannot be read.
func (f *messagesFlags) settle(files []string, e *env) (*listing, error) {
	l := &listing{env: e, files: files, output: f.output, quiet: f.quiet}
	if l.output == "-" {
		l.output = ""
	}
	for _, name := range files {
		if l.output != "" && name != "-" && sameFile(name, l.output) {
			return nil, fmt.Errorf("--output %s is an input; choose another name", l.output)
		}
	}
	if !slices.Contains(timeModes, f.time) {
		return nil, fmt.Errorf("unknown --time %q; choose one of %s", f.time, strings.Join(timeModes, ", "))
	}
	l.run = pipeline.Options{Version: programVersion()}
	l.show = message.Options{
		Verbose: f.verbose, Each: f.esp,
		Time: output.TimeMode(f.time), Location: time.Local,
		Sources: files,
		Prompt:  l.output == "" && (terminal(e.stdout) || slices.Contains(files, "-")),
	}
	if l.output == "" && terminal(e.stdout) {
		l.show.Width = terminalWidth
	}
	var err error
	if l.show.Format, err = messagesFormat(f.format, l.output); err != nil {
		return nil, err
	}
	if err := f.filter(l); err != nil {
		return nil, err
	}
	if l.run.TCPPorts, err = ports("--tcp-port", f.tcpPorts); err != nil {
		return nil, err
	}
	if l.run.UDPPorts, err = ports("--udp-port", f.udpPorts); err != nil {
		return nil, err
	}
	if f.names != "" {
		names, err := output.OpenNames(f.names)
		if err != nil {
			return nil, inputError(err)
		}
		l.show.Names = names.Name
	}
	return l, nil
}

// terminalWidth is the widest line that is written to a terminal.
const terminalWidth = 100

// messagesFormat settles -f and -o.
func messagesFormat(flag, file string) (message.Format, error) {
	name, err := flag, error(nil)
	if name == "" {
		name, err = formatOfName(file)
	}
	if err != nil || !slices.Contains(messagesFormats, name) {
		if flag == "" {
			return "", fmt.Errorf("no format for the ending of %s; choose one with --format: %s", file, strings.Join(messagesFormats, ", "))
		}
		return "", fmt.Errorf("unknown format %q for --format; choose one of %s", flag, strings.Join(messagesFormats, ", "))
	}
	return message.Format(name), nil
}

// filter settles the flags that select.
func (f *messagesFlags) filter(l *listing) error {
	sel, err := output.NewSelection(nil, nil, f.spis, false)
	if err != nil {
		return err
	}
	keep := &l.show.Filter
	keep.SPIs = sel.SPIs
	if keep.Exchanges, err = each(f.exchanges, message.ParseExchange); err != nil {
		return err
	}
	if keep.Notifies, err = each(f.notifies, message.ParseNotify); err != nil {
		return err
	}
	if keep.Transports, err = each(f.transports, message.ParseTransport); err != nil {
		return err
	}
	loc := time.UTC
	if l.show.Time == output.TimeLocal {
		loc = time.Local
	}
	for _, x := range []struct {
		flag, value string
		to          **message.Moment
	}{{"--since", f.since, &keep.Since}, {"--until", f.until, &keep.Until}} {
		if x.value == "" {
			continue
		}
		m, err := message.ParseMoment(x.value, loc)
		if err != nil {
			return fmt.Errorf("%s: %w", x.flag, err)
		}
		*x.to = &m
	}
	if l.tunnels, err = output.NewSelection(nil, f.tunnels, nil, false); err != nil {
		return err
	}
	if !l.tunnels.Empty() && slices.Contains(l.files, "-") {
		return errors.New("--tunnel reads a capture twice, and standard input cannot be; save it to a file and name that")
	}
	return nil
}

// each reads all values of a flag.
func each[T any](values []string, parse func(string) ([]T, error)) ([]T, error) {
	var out []T
	for _, v := range values {
		x, err := parse(v)
		if err != nil {
			return nil, err
		}
		out = append(out, x...)
	}
	return out, nil
}

// perform reads the captures and writes their messages.
func (l *listing) perform(ctx context.Context) error {
	if !l.quiet && terminal(l.stderr) && !(l.output == "" && terminal(l.stdout)) {
		line := newProgressLine(l.stderr, time.Now)
		defer line.erase()
		l.run.Progress = line.update
	}
	if !l.tunnels.Empty() {
		if err := l.findTunnels(ctx); err != nil {
			return err
		}
	}
	src, err := l.open(ctx, l.files)
	if err != nil {
		return err
	}
	defer src.Close()

	var sources []report.Source
	var failed error // of reading
	write := func(w io.Writer) error {
		var stream *report.Stream
		var lister *message.Lister
		if stream, lister, failed = l.list(ctx, src, w); failed != nil {
			return failed
		}
		sources = stream.Head.Sources
		return lister.Finish(stream)
	}
	if l.output == "" {
		err = outputError(write(l.stdout))
	} else {
		err = writeFile(l.output, write)
	}
	if failed != nil {
		return failed
	}
	if err != nil {
		return err
	}
	l.notes(sources, l.quiet)
	if ctx.Err() != nil || !allRead(sources) {
		return exitStatus(exitPartial)
	}
	return nil
}

// list writes the messages to w, but for what the lister still has to say.
func (l *listing) list(ctx context.Context, src capture.Source, w io.Writer) (*report.Stream, *message.Lister, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	begins := &beginning{Source: src}
	show := l.show
	show.Start = func() int64 { return begins.time }
	lister := message.New(w, show)
	stream, err := pipeline.Messages(ctx, begins, l.run, func(e *reassembly.Event) {
		if lister.Event(e) != nil {
			cancel() // nobody reads on; Finish tells why
		}
	})
	if err != nil {
		return nil, nil, &failure{err}
	}
	return stream, lister, unreadable(stream.Head.Sources)
}

// findTunnels reads the captures a first time to learn what belongs to the
// tunnels of --tunnel.
func (l *listing) findTunnels(ctx context.Context) error {
	src, err := l.open(ctx, l.files)
	if err != nil {
		return err
	}
	defer src.Close()
	opt := l.run
	opt.Workers = min(runtime.NumCPU(), 8)
	stream, err := pipeline.Run(ctx, src, opt)
	if err != nil {
		return &failure{err}
	}
	if err := unreadable(stream.Head.Sources); err != nil {
		return err
	}
	l.show.Filter.Tunnel = new(message.TunnelFilter)
	found := false
	for t := range output.Select(stream, l.tunnels).Tunnels {
		found = true
		l.show.Filter.Tunnel.Add(t)
	}
	if !found && !l.quiet {
		fmt.Fprintf(l.stderr, "ikesniff: note: no tunnel matches %s; ikesniff analyze lists them\n", l.tunnels)
	}
	return nil
}

// beginning remembers when a capture begins.
type beginning struct {
	capture.Source
	time int64
	seen bool
}

func (b *beginning) Next(p *capture.Packet) error {
	err := b.Source.Next(p)
	if err == nil && !b.seen {
		b.time, b.seen = p.Time, true
	}
	return err
}

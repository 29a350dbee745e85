package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"
)

const sniffHelp = `Sniff captures from network interfaces, or reads a capture as it grows, and tells
at once which IPsec tunnels there are and what happens to them: on a terminal as
a view that is redrawn, elsewhere a line for each thing that happens, or NDJSON.
When it ends (Ctrl-C, SIGTERM, q) it prints the report of what it remembers.

Capturing takes Linux and CAP_NET_RAW: run it as root, or allow it once with
    sudo setcap cap_net_raw=ep $(command -v ikesniff)
Privileges are given up as soon as the capture is open: with sudo it goes on as
the user who called it. Files are opened after that, so it has to be allowed to
write them. Elsewhere a capture can be piped in, see the examples.

SIGUSR1 prints a report in between, SIGHUP opens files anew.

The exit status is 0 when done, 1 when it could not be done, 2 on wrong usage,
4 when something could not be written or read (what, is said on standard error).`

const sniffExample = `  sudo ikesniff sniff -i wan1
  ikesniff sniff -i any --plain --duration 1h
  ikesniff sniff -i wan1 -w kept.pcapng -b filesize:100000 -b files:20
  ikesniff sniff -i wan1 -f ndjson --metrics :9500 --report /var/lib/ikesniff/report.json
  ssh gateway tcpdump -U -w - -i eth0 | ikesniff sniff -r -`

// sniffFlags are the flags as typed.
type sniffFlags struct {
	interfaces                []string
	read                      string
	format, output            string
	plain                     bool
	keep                      string
	rotation                  []string
	report                    string
	reportEvery               time.Duration
	metrics                   string
	packets                   filterFlags
	portsOnly, notPromiscuous bool
	snaplen, buffer           int
	duration, forget          time.Duration
	count                     uint64
	user                      string
	names, time               string
	tcpPorts, udpPorts        []string
	limits                    limitFlags
	noColor, quiet            bool
}

func newSniff(e *env) *cobra.Command {
	var f sniffFlags
	cmd := &cobra.Command{
		Use:     "sniff -i IFACE | -r FILE",
		Short:   "Follow the IPsec tunnels on an interface",
		Long:    sniffHelp,
		Example: sniffExample,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return fmt.Errorf("sniff takes no argument %q; name an interface with -i, or a capture with -r", args[0])
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			if len(f.interfaces) == 0 && f.read == "" {
				return errors.New("name an interface with -i (ikesniff interfaces lists them), or a capture with -r")
			}
			s, err := f.settle(e)
			if err != nil {
				return err
			}
			return s.perform(cmd.Context())
		},
	}
	fl := cmd.Flags()
	fl.SortFlags = false
	fl.StringSliceVarP(&f.interfaces, "interface", "i", nil, "capture on `IFACE`, by name or index; several with commas or -i again; any is all")
	fl.StringVarP(&f.read, "read", "r", "", "follow a `FILE` that grows, a FIFO, or - for standard input (pcap or pcapng)")
	fl.StringVarP(&f.format, "format", "f", "table", "`FORMAT`: table (a view on a terminal, else lines), ndjson (events) or json (the report at the end)")
	fl.BoolVar(&f.plain, "plain", false, "lines on a terminal, too, instead of a view that is redrawn")
	fl.StringVarP(&f.output, "output", "o", "", "write lines or events, and the report at the end, to `FILE`")
	fl.StringVarP(&f.keep, "write", "w", "", "keep the packets that belong to tunnels in `FILE`, as pcapng")
	fl.StringSliceVarP(&f.rotation, "ring", "b", nil, "with -w begin a new file by `COND`: filesize:KB, duration:SECONDS, packets:N; files:N keeps N of them")
	fl.StringVar(&f.report, "report", "", "write the report to `FILE` (the ending tells the format), replaced whole each time")
	fl.DurationVar(&f.reportEvery, "report-every", 5*time.Minute, "how often --report is written")
	fl.StringVar(&f.metrics, "metrics", "", "serve metrics for Prometheus at `ADDRESS`; one without a host is on this machine only")
	f.packets.add(cmd)
	fl.BoolVar(&f.portsOnly, "ports-only", false, "only the usual ports of IKE and ESP, and those of --udp-port and --tcp-port")
	fl.BoolVarP(&f.notPromiscuous, "no-promiscuous-mode", "p", false, "do not put interfaces into promiscuous mode")
	fl.IntVarP(&f.snaplen, "snapshot-length", "s", 262144, "capture at most `N` bytes of a packet")
	fl.IntVarP(&f.buffer, "buffer-size", "B", 65536, "ring between kernel and program, in `KIB`")
	fl.DurationVar(&f.duration, "duration", 0, "end after this time, such as 90s or 2h")
	fl.Uint64VarP(&f.count, "count", "c", 0, "end after `N` packets")
	fl.DurationVar(&f.forget, "forget", 24*time.Hour, "forget what was silent for so long")
	fl.StringVar(&f.user, "user", "", "as root, go on as user `NAME` once the capture is open (default: who called sudo)")
	fl.StringVar(&f.names, "names", "", "show names for addresses, from a `FILE` in hosts syntax")
	fl.StringVar(&f.time, "time", "utc", "`MODE` of times: utc or local")
	fl.StringSliceVar(&f.tcpPorts, "tcp-port", nil, "expect IKE and ESP on TCP port `N`, too")
	fl.StringSliceVar(&f.udpPorts, "udp-port", nil, "expect IKE and ESP on UDP port `N`, too")
	f.limits.add(cmd)
	fl.BoolVar(&f.noColor, "no-color", false, "no colours (also with NO_COLOR set, TERM=dumb, or without a terminal)")
	fl.BoolVarP(&f.quiet, "quiet", "q", false, "no notes")
	for flag, values := range map[string][]string{"format": sniffFormats, "time": sniffTimes} {
		if err := cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp)); err != nil {
			panic(err) // a flag that is not there
		}
	}
	return cmd
}

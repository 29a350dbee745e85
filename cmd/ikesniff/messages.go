package main

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ikesniff/ikesniff/output/message"
	"github.com/ikesniff/ikesniff/reassembly"
)

const messagesHelp = `Messages writes a line for each IKE message of captures (pcap and pcapng, also
compressed with gzip or zstd; - is standard input): the frames it came in, time,
transport, who sent it to whom, and what it says. "(+3 more)" counts further
algorithms, in IKEv1 further combinations. "behind NAT" means that the sender's
address was changed on the way, or that the sender pretends so to force UDP
encapsulation.

What earlier messages tell is said, too: "retransmission of #3" that the same
bytes were sent in frame 3 before, "same packet as #3" that the capture has the
packet twice. Of what is encrypted the length is told, and what could be that
long with the chosen algorithms: other messages may be as long.

Packets of ESP and AH with one SPI make one line, and so do keepalives, until
the next IKE message between the same addresses or a pause of a minute; --esp
lists each.

-v adds all fields of IKE messages with offset and length in bytes, what is
wrong with them (lines with !), and what can be computed from them (lines with
=), such as the fingerprint of the sender's program; -vv adds their bytes.

Filters select messages for which each given kind of filter matches; of values
of one kind, one has to. TIME of --since and --until, which both include it, is
one of:
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
  ikesniff messages --exchange IKE_AUTH,INFORMATIONAL --transport tcp --until +90s capture.pcap
  ikesniff messages -f ndjson capture.pcap | jq 'select(.retransmission_of)'`

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
	packets                         filterFlags
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
			if err := noEmptyFilter(cmd); err != nil {
				return err
			}
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
	f.packets.add(cmd)
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

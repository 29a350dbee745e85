package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
)

const rootHelp = `ikesniff reads packet captures and tells which IPsec tunnels are in them: who
fell silent and when, whether phase 1 and phase 2 are up, whether data flows
both ways, what is wrong, on which evidence, and what to do about it.`

const rootExample = `  ikesniff analyze capture.pcap            what is in this capture?
  ikesniff analyze --problems *.pcapng     several files, tunnels with problems only
  tcpdump -w - udp | ikesniff analyze -    from standard input
  ikesniff analyze -o report.json a.pcap   the report as JSON
  ikesniff messages capture.pcap           a line for each message, -v for all fields
  ikesniff explain no-answer               what an anomaly code means`

func newRoot(e *env) *cobra.Command {
	root := &cobra.Command{
		Use:           "ikesniff",
		Short:         "Tell which IPsec tunnels are in a capture and what is wrong with them",
		Long:          rootHelp,
		Example:       rootExample,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			return unknownCommand(cmd, args[0])
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.CompletionOptions.DisableDefaultCmd = true
	root.SuggestionsMinimumDistance = 2
	root.AddCommand(
		newAnalyze(e),
		newSniff(e),
		newMessages(e),
		newInterfaces(e),
		newExplain(e),
		newSchema(e),
		newCompletion(e),
		newVersion(e),
	)
	return root
}

// unknownCommand says what else may have been meant.
func unknownCommand(root *cobra.Command, word string) error {
	if _, err := os.Stat(word); err == nil {
		return fmt.Errorf("%q is no command; to read a capture: ikesniff analyze %s", word, word)
	}
	if near := root.SuggestionsFor(word); len(near) > 0 {
		return fmt.Errorf("unknown command %q; did you mean %s?", word, strings.Join(near, " or "))
	}
	return fmt.Errorf("unknown command %q", word)
}

// commandPath names the command whose help fits the arguments.
func commandPath(root *cobra.Command, args []string) string {
	if cmd, _, err := root.Find(args); err == nil {
		return cmd.CommandPath()
	}
	return root.CommandPath()
}

package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/ikesniff/ikesniff/capture/filter"
	"github.com/ikesniff/ikesniff/output"
	"github.com/ikesniff/ikesniff/output/message"
	"github.com/ikesniff/ikesniff/pipeline"
)

// listing is one run of messages with its flags understood.
type listing struct {
	*env
	files   []string
	output  string // "" for standard output
	quiet   bool
	tunnels output.Selection // of --tunnel
	show    message.Options
	run     pipeline.Options
	filter  *filter.Filter // nil for none
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
	if l.filter, err = f.packets.settle(); err != nil {
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
	if keep.Since != nil && keep.Until != nil && keep.Since.After(*keep.Until) {
		return fmt.Errorf("--since %s is later than --until %s: nothing can be between them", keep.Since, keep.Until)
	}
	if l.tunnels, err = output.NewSelection(nil, f.tunnels, nil, false); err != nil {
		return err
	}
	if !l.tunnels.Empty() && slices.Contains(l.files, "-") {
		return errors.New("--tunnel reads a capture twice, and standard input cannot be; save it to a file and name that")
	}
	return nil
}

// noEmptyFilter refuses filters without a value, which a script makes of a
// variable that is not set: they would select everything.
func noEmptyFilter(cmd *cobra.Command) error {
	for _, name := range []string{"tunnel", "spi", "exchange", "notify", "transport", "since", "until"} {
		if f := cmd.Flags().Lookup(name); f.Changed && strings.Trim(f.Value.String(), "[]") == "" {
			return fmt.Errorf("--%s has no value; give one or leave the flag out", name)
		}
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

package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/ikesniff/ikesniff/capture"
	"github.com/ikesniff/ikesniff/capture/filter"
)

// filterFlags choose packets before anything else looks at them.
type filterFlags struct{ expression, program string }

func (f *filterFlags) add(cmd *cobra.Command) {
	fl := cmd.Flags()
	fl.StringVar(&f.expression, "filter", "", "only packets that `EXPR` accepts, in tcpdump's language (see docs/filters.md)")
	fl.StringVar(&f.program, "filter-program", "", "only packets that a program accepts: a `FILE` with what tcpdump -ddd prints")
}

// settle returns the filter of packets in files, nil if none is wished.
func (f *filterFlags) settle() (*filter.Filter, error) {
	p, err := f.load()
	switch {
	case err != nil:
		return nil, err
	case p != nil:
		return filter.FromProgram(p), nil
	case f.expression != "":
		return filter.New(f.expression)
	}
	return nil, nil
}

// kernel returns the filter of interfaces; usual is the expression if none is
// wished.
func (f *filterFlags) kernel(usual string) (filter.Program, error) {
	p, err := f.load()
	if p != nil || err != nil {
		return p, err
	}
	if f.expression != "" {
		usual = f.expression
	}
	return filter.CompileLive(usual)
}

// load reads the program, nil if none was given.
func (f *filterFlags) load() (filter.Program, error) {
	switch {
	case f.program == "":
		return nil, nil
	case f.expression != "":
		return nil, errors.New("--filter and --filter-program exclude each other")
	}
	text, err := os.ReadFile(f.program)
	if err != nil {
		return nil, inputError(err)
	}
	p, err := filter.ParseProgram(string(text))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.program, err)
	}
	return p, nil
}

// filtered puts a filter before a source, if there is one.
func filtered(src capture.Source, f *filter.Filter) capture.Source {
	if f == nil {
		return src
	}
	return f.Source(src)
}

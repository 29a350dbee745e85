package filter

import (
	"fmt"
	"slices"

	"github.com/ikesniff/ikesniff/capture"
)

// Filter selects packets of any link type: it compiles its expression for each
// that comes up.
type Filter struct {
	expression string
	program    Program // if given as one: for every link type
}

// New returns the filter of an expression.
func New(expression string) (*Filter, error) {
	if err := Valid(expression); err != nil {
		return nil, err
	}
	return &Filter{expression: expression}, nil
}

// FromProgram returns a filter that is a checked program, whatever the link
// type: it knows for which one it was made.
func FromProgram(p Program) *Filter { return &Filter{program: p} }

// Source passes on the packets of another source that a filter accepts.
type Source struct {
	capture.Source
	filter   *Filter
	programs map[capture.LinkType]Program // nil for what cannot be filtered
	left     []uint64                     // packets left out, by input
	bytes    []uint64                     // captured bytes of those
	failed   map[int]error                // by input
}

// Source returns the packets of src that the filter accepts. What cannot be
// filtered is left out, and its input is not complete.
func (f *Filter) Source(src capture.Source) *Source {
	return &Source{Source: src, filter: f, programs: map[capture.LinkType]Program{}, failed: map[int]error{}}
}

// Share implements capture.Sharer, as far as the source does.
func (s *Source) Share() {
	if sharer, ok := s.Source.(capture.Sharer); ok {
		sharer.Share()
	}
}

// Next implements capture.Source.
func (s *Source) Next(p *capture.Packet) error {
	for {
		if err := s.Source.Next(p); err != nil {
			return err
		}
		if s.program(p).Match(p.Data, p.OrigLen) {
			return nil
		}
		n := p.Ref.Source()
		for len(s.left) <= n {
			s.left = append(s.left, 0)
			s.bytes = append(s.bytes, 0)
		}
		s.left[n]++
		s.bytes[n] += uint64(len(p.Data))
	}
}

// program is the one for a packet's link type. An empty one matches nothing.
func (s *Source) program(p *capture.Packet) Program {
	if s.filter.program != nil {
		return s.filter.program
	}
	program, ok := s.programs[p.LinkType]
	if !ok {
		var err error
		if program, err = Compile(s.filter.expression, p.LinkType); err != nil {
			s.failed[p.Ref.Source()] = err
		}
		s.programs[p.LinkType] = program
	}
	return program
}

// Info implements capture.Source: Packets and Bytes are of what was passed on,
// Filtered counts what was not.
func (s *Source) Info() []capture.SourceInfo {
	list := slices.Clone(s.Source.Info())
	for i := range list {
		if i < len(s.left) {
			list[i].Packets -= s.left[i]
			list[i].Bytes -= s.bytes[i]
			list[i].Filtered = s.left[i]
		}
		if err := s.failed[i]; err != nil {
			list[i].Complete = false
			if list[i].Err == "" {
				list[i].Err = fmt.Sprintf("some packets could not be filtered and are left out: %v", err)
			}
		}
	}
	return list
}

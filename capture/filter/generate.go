package filter

import (
	"fmt"

	"github.com/ikesniff/ikesniff/capture"
)

// Compile translates an expression for packets of a link type. An empty
// expression accepts everything.
func Compile(expression string, link capture.LinkType) (Program, error) {
	n, err := parse(expression)
	if err != nil {
		return nil, err
	}
	l, ok := layouts[link]
	if !ok {
		return nil, fmt.Errorf("filter: expressions are not supported on link type %d; a program of tcpdump -ddd is", link)
	}
	return compile(expression, n, l)
}

// compile generates a parsed expression for a layout.
func compile(expression string, n node, l layout) (Program, error) {
	g := &generator{layout: l}
	yes, no := g.label(), g.label()
	if n != nil {
		n.gen(g, yes, no)
	}
	g.place(yes)
	g.emit(Instruction{Code: classRET | retK, K: acceptLength})
	g.place(no)
	g.emit(Instruction{Code: classRET | retK})
	if g.refused != "" {
		return nil, &Error{expression, 0, g.refused}
	}
	p, err := g.resolve()
	if err != nil {
		return nil, fmt.Errorf("filter: %w", err)
	}
	return p, p.Check()
}

// Valid tells whether an expression can be read, whatever the link type.
func Valid(expression string) error {
	_, err := parse(expression)
	return err
}

// label is a place in the program that may not be known yet.
type label int

const here label = -1 // the next instruction

// step is an instruction whose jumps are labels.
type step struct {
	Instruction
	yes, no label
}

// generator makes a program. Conditions are generated in the order in which
// they are tried, so that all jumps go forward.
type generator struct {
	layout
	steps   []step
	places  []int  // of labels
	refused string // what the link type lacks
}

func (g *generator) label() label {
	g.places = append(g.places, -1)
	return label(len(g.places) - 1)
}

func (g *generator) place(l label) { g.places[l] = len(g.steps) }

func (g *generator) emit(in Instruction) { g.steps = append(g.steps, step{in, here, here}) }

func (g *generator) loadAt(size uint16, at uint32) {
	g.emit(Instruction{Code: classLD | size | modeABS, K: at})
}

// jump compares A with k.
func (g *generator) jump(op uint16, k uint32, yes, no label) {
	g.steps = append(g.steps, step{Instruction{Code: classJMP | op, K: k}, yes, no})
}

// resolve turns labels into distances. A conditional jump reaches 255
// instructions; one that has to go farther gets unconditional ones behind it.
func (g *generator) resolve() (Program, error) {
	far := make([]bool, len(g.steps))
	at := make([]int, len(g.steps)+1)
	for again := true; again; {
		again = false
		for i := range g.steps {
			at[i+1] = at[i] + 1
			if far[i] {
				at[i+1] += 2
			}
		}
		if at[len(g.steps)] > maxInstructions {
			return nil, fmt.Errorf("the expression needs more than %d instructions", maxInstructions)
		}
		for i, s := range g.steps {
			if !far[i] && s.Code&7 == classJMP && max(g.distance(at, i, s.yes), g.distance(at, i, s.no)) > 255 {
				far[i], again = true, true
			}
		}
	}
	p := make(Program, 0, at[len(g.steps)])
	for i, s := range g.steps {
		if s.Code&7 != classJMP {
			p = append(p, s.Instruction)
			continue
		}
		yes, no := g.distance(at, i, s.yes), g.distance(at, i, s.no)
		if !far[i] {
			s.Jt, s.Jf = uint8(yes), uint8(no)
			p = append(p, s.Instruction)
			continue
		}
		s.Jt, s.Jf = 0, 1
		p = append(p, s.Instruction,
			Instruction{Code: classJMP | jmpJA, K: uint32(yes - 1)}, Instruction{Code: classJMP | jmpJA, K: uint32(no - 2)})
	}
	return p, nil
}

// distance is from behind the first instruction of step i to a label, or to the
// step behind it.
func (g *generator) distance(at []int, i int, l label) int {
	if l == here {
		return at[i+1] - at[i] - 1
	}
	return at[g.places[l]] - at[i] - 1
}

func (n andNode) gen(g *generator, yes, no label) {
	next := g.label()
	n.a.gen(g, next, no)
	g.place(next)
	n.b.gen(g, yes, no)
}

func (n orNode) gen(g *generator, yes, no label) {
	next := g.label()
	n.a.gen(g, yes, next)
	g.place(next)
	n.b.gen(g, yes, no)
}

func (n notNode) gen(g *generator, yes, no label) { n.a.gen(g, no, yes) }

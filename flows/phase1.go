package flows

import (
	"slices"

	"github.com/ikesniff/ikesniff/dissect/ike"
	"github.com/ikesniff/ikesniff/flows/diagnose"
	"github.com/ikesniff/ikesniff/reassembly"
)

// phase1 follows the messages of IKEv1's main or aggressive mode, which have
// neither message IDs nor request and answer: a message is told by its bytes.
type phase1 struct {
	seen  []phase1Message // the different ones, at most maxPhase1
	last  message         // of the last new one
	again mark            // its last sending
	count uint32          // its sendings
}

type phase1Message struct {
	digest uint64
	side   uint8
	first  mark
}

// maxPhase1 is more than any mode has: main mode has six.
const maxPhase1 = 12

// add takes one message, or the first fragment of one.
func (p *phase1) add(d uint64, side uint8, now mark, m *ike.Message, c *plain, e *reassembly.Event) {
	switch i := p.find(d, side); {
	case i >= 0 && i == len(p.seen)-1:
		p.count++
		p.again = now
	case i < 0 && len(p.seen) < maxPhase1:
		p.seen = append(p.seen, phase1Message{d, side, now})
		p.last, p.count, p.again = message{}, 1, now
		p.last.learn(m, c, e, true)
	}
}

// further takes a fragment behind the first one.
func (p *phase1) further(side uint8, m *ike.Message, c *plain, e *reassembly.Event) {
	if n := len(p.seen); n > 0 && p.seen[n-1].side == side && p.count == 1 {
		p.last.learn(m, c, e, true)
	}
}

func (p *phase1) find(d uint64, side uint8) int {
	return slices.IndexFunc(p.seen, func(x phase1Message) bool { return x.digest == d && x.side == side })
}

// mergePhase1 makes one of what two pairs of addresses saw.
func mergePhase1(twice bool, a, b *phase1) *phase1 {
	// One that met later fragments only knows no message.
	if a == nil || len(a.seen) == 0 {
		return b
	}
	if b == nil || len(b.seen) == 0 {
		return a
	}
	m := *a
	m.seen = slices.Clone(a.seen)
	for _, x := range b.seen {
		if m.find(x.digest, x.side) < 0 && len(m.seen) < maxPhase1 {
			m.seen = append(m.seen, x)
		}
	}
	slices.SortStableFunc(m.seen, func(x, y phase1Message) int { return x.first.compare(y.first) })
	last, ours, theirs := m.seen[len(m.seen)-1], a.seen[len(a.seen)-1], b.seen[len(b.seen)-1]
	switch {
	case ours.digest == theirs.digest && ours.side == theirs.side:
		m.count, m.again = uint32(combine(twice, uint64(a.count), uint64(b.count))), later(a.again, b.again)
	case last.digest == theirs.digest:
		m.last, m.count, m.again = b.last, b.count, b.again
	}
	return &m
}

// fact is phase 1 as the rules see it.
func (p *phase1) fact() diagnose.V1Phase1 {
	if p == nil || len(p.seen) == 0 {
		return diagnose.V1Phase1{}
	}
	var by [2]int
	for _, x := range p.seen {
		by[x.side]++
	}
	last := p.seen[len(p.seen)-1]
	return diagnose.V1Phase1{
		FromInitiator: by[sideInitiator], FromResponder: by[sideResponder],
		Last: p.last.fact(last.first), LastSendings: int(p.count), LastBy: sideNames[last.side], LastRepeat: p.again.fact(),
	}
}

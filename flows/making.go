package flows

import (
	"github.com/ikesniff/ikesniff/dissect/ike"
	"github.com/ikesniff/ikesniff/flows/diagnose"
)

// Exchanges that make SAs are kept apart from all others, too: between two of
// them may lie more liveness checks than the list of exchanges holds.

// makes tells whether an exchange is to make SAs.
func makes(t ike.ExchangeType) bool {
	return t == ike.ExchangeCreateChildSA || t == ike.ExchangeV1Quick
}

// making keeps an exchange that is to make SAs, as it now stands.
func (sa *ikeSA) making(x *exchange) {
	if !makes(x.typ) {
		return
	}
	if sa.makings == nil {
		sa.makings = &ends[exchange]{}
	}
	y := *x
	if !y.shared {
		y.details = y.details.copy()
		y.repeats, y.step, y.watch = nil, nil, nil // these belong to the exchange alone
	}
	known := false
	sa.makings.newestFirst(func(o *exchange) bool {
		if o.typ != y.typ || o.id != y.id || o.from != y.from {
			return true
		}
		if known = true; o.begun().compare(y.begun()) >= 0 {
			*o = y
		}
		return false
	})
	if !known {
		sa.makings.add(y)
	}
}

// mergeMakings makes one list of those of two pairs of addresses.
func mergeMakings(twice bool, a, b *ends[exchange]) *ends[exchange] {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	}
	m := mergeExchanges(twice, *a, *b)
	return &m
}

// makingFacts tells the rules of them.
func (sa *ikeSA) makingFacts(f *diagnose.IKEFacts, m *memory) {
	if sa.makings == nil {
		return
	}
	f.Makings = m.makings.take(sa.makings.kept())
	sa.makings.each(func(x *exchange) {
		f.Makings = append(f.Makings, diagnose.Making{Exchange: x.report(&exchangeDetails{}), ExchangeFacts: x.fact()})
	})
	f.MakingsTotal = int(sa.makings.total)
}

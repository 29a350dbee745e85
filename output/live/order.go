package live

import (
	"math"
	"net/netip"
	"slices"

	"github.com/ikesniff/ikesniff/output"
	"github.com/ikesniff/ikesniff/report"
)

// order is what rows are sorted by.
type order int

const (
	bySeverity order = iota
	byRate
	byLoss
	byLastSeen
	byAddress
	orders // how many there are
)

func (o order) String() string {
	return [...]string{"severity", "rate", "loss", "last seen", "address"}[o]
}

// rank is the place of a row: the greatest number first, then the smallest
// addresses, then as in the snapshot.
type rank struct {
	number uint64
	ends   [2]netip.Addr
	row    int
}

// sorted lists the indexes of rows in order o.
func sorted(rows []report.Row, o order) []int {
	ranks := make([]rank, len(rows))
	for i := range rows {
		r := rank{row: i}
		if o == byAddress {
			r.ends = [2]netip.Addr{address(rows[i].Tunnel.Initiator), address(rows[i].Tunnel.Responder)}
		} else {
			r.number = numberOf(&rows[i], o)
		}
		ranks[i] = r
	}
	slices.SortFunc(ranks, func(a, b rank) int {
		switch {
		case a.number > b.number:
			return -1
		case a.number < b.number:
			return 1
		case o == byAddress:
			for i := range a.ends {
				if c := a.ends[i].Compare(b.ends[i]); c != 0 {
					return c
				}
			}
		}
		return a.row - b.row
	})
	list := make([]int, len(rows))
	for i := range ranks {
		list[i] = ranks[i].row
	}
	return list
}

func numberOf(r *report.Row, o order) uint64 {
	switch o {
	case bySeverity: // as output.Table has it
		return uint64(max(output.Trouble(r.Tunnel.Anomalies).Rank(), 0))<<8 | uint64(output.Urgency(r.Tunnel.Status))
	case byRate:
		return positive(r.Rate.ToResponder.Bits + r.Rate.ToInitiator.Bits)
	case byLoss:
		return positive(max(r.Loss.ToResponder, r.Loss.ToInitiator))
	case byLastSeen:
		return uint64(max(r.Tunnel.LastSeen.UnixNano(), 0))
	}
	return 0
}

// positive is a number whose order is that of f, where that is not below 0.
func positive(f float64) uint64 {
	if !(f > 0) {
		return 0
	}
	return math.Float64bits(f)
}

// address is one to compare; what is none comes before all others.
func address(s string) netip.Addr {
	a, _ := netip.ParseAddr(s)
	return a
}

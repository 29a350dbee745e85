package flows

import "github.com/ikesniff/ikesniff/dissect/ike"

// crossingWithin is the longest round trip in which two first requests may cross.
// An answer that takes longer waited for something else.
const crossingWithin = 2e9

// crossed tells whether the peer of o began n while the first request of o was
// on its way to it: both were answered, and the request of n came before the
// answer to that of o. Neither replaces the other; they are two of one tunnel.
func (o *ikeLine) crossed(n *ikeLine) bool {
	if !o.began || !n.began || !reversed(o, n) {
		return false
	}
	x, y := o.opening(), n.opening()
	return x != nil && y != nil && x.request.compare(y.request) < 0 && y.request.compare(x.response) < 0 &&
		x.response.time-x.request.time <= crossingWithin
}

// opening is the answered exchange that an IKE SA began with, nil if it was not
// seen.
func (n *ikeLine) opening() *exchange {
	if n.exchanges.kept() == 0 {
		return nil
	}
	x := &n.exchanges.list[0] // the first ones stay where they are
	if x.from != sideInitiator || x.typ != ike.ExchangeSAInit && !isPhase1(x.typ) || !x.request.set() || !x.response.set() {
		return nil
	}
	return x
}

// previous is the IKE SA by which n belongs to its tunnel: the one that it
// replaced, or the earlier of two that were begun at once. nil for the first.
func (n *ikeLine) previous() *ikeLine {
	if n.before != nil {
		return n.before
	}
	return n.twin
}

package flows

import "slices"

// details are what few exchanges have, or many have in common: the same notifies
// come from each spoke of a hub. Shared ones are never written to.
type details struct {
	shared    bool
	notifies  []uint16
	step      *stepV1    // IKEv1: what came in answer to the last message
	fragments *[2]pieces // by side, where a message came in IKE fragments
	repeats   []*repeat
	watch     *watch // of the other side, while INFORMATIONAL has no answer
}

// noDetails are those of an exchange that has none.
var noDetails = &details{shared: true}

// own returns the details to be written to.
func (x *exchange) own() *details {
	if x.details.shared {
		x.details = x.details.copy()
	}
	return x.details
}

// copy returns details that are not shared. What they point at still is.
func (d *details) copy() *details {
	c := *d
	c.shared = false
	c.notifies, c.repeats = slices.Clone(d.notifies), slices.Clone(d.repeats)
	return &c
}

// onlyNotifies tells whether there is nothing else.
func (d *details) onlyNotifies() bool {
	return d.step == nil && d.fragments == nil && d.repeats == nil && d.watch == nil
}

// maxNotifies bounds the kinds of notifies kept for an exchange.
const maxNotifies = 16

// notified notes the notifies of a message of the exchange.
func (t *Tracker) notified(x *exchange, types []uint16) {
	list := append(t.notifies[:0], x.notifies...)
	for _, n := range types {
		if len(list) < maxNotifies && !slices.Contains(list, n) {
			list = append(list, n)
		}
	}
	t.notifies = list
	switch {
	case len(list) == len(x.notifies):
	case x.onlyNotifies():
		x.details = t.offers.notifies(list)
	default:
		x.own().notifies = slices.Clone(list)
	}
}

// notify adds one kind, as another pair of addresses saw it.
func (x *exchange) notify(typ uint16) {
	if d := x.own(); len(d.notifies) < maxNotifies && !slices.Contains(d.notifies, typ) {
		d.notifies = append(d.notifies, typ)
	}
}

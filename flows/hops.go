package flows

import "github.com/ikesniff/ikesniff/reassembly"

// hops notes, for each source, the highest TTL (or hop limit) of the packets one
// way at one tap: how far their sender is from where that source was captured.
type hops struct {
	hop
	more *[]hop // of other sources, if there are any
}

type hop struct {
	packets uint32 // stops at its limit
	source  uint16
	most    uint8 // 0 if nothing was noted
	ttl     uint8 // of the last packet; 0 if not known
}

// maxHopSources bounds the sources that are kept apart. Beyond it a source goes
// unjudged.
const maxHopSources = 64

func (h *hops) see(e *reassembly.Event) {
	if e.TTL == 0 {
		return
	}
	h.ttl = e.TTL
	source := uint16(e.Ref.Source())
	if (h.source != source || h.most == 0) && !h.turnTo(source) {
		return
	}
	h.most, h.ttl = max(h.most, e.TTL), e.TTL
	if h.packets < 1<<31 {
		h.packets++
	}
}

// turnTo makes a source the one in hand.
func (h *hops) turnTo(source uint16) bool {
	if h.most == 0 {
		h.hop = hop{source: source}
		return true
	}
	if h.more == nil {
		h.more = &[]hop{}
	}
	more := *h.more
	for i := range more {
		if more[i].source == source {
			h.hop, more[i] = more[i], h.hop
			return true
		}
	}
	if len(more) >= maxHopSources {
		return false
	}
	*h.more = append(more, h.hop)
	h.hop = hop{source: source}
	return true
}

// each calls f for every source.
func (h *hops) each(f func(hop)) {
	if h.most != 0 {
		f(h.hop)
	}
	if h.more == nil {
		return
	}
	for _, x := range *h.more {
		f(x)
	}
}

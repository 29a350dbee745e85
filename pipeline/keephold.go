package pipeline

// hold keeps a packet until it is known whether its pair has a tunnel.
func (k *keeper) hold(p *keptPair, flow flowWords) {
	if len(p.held) == 0 {
		p.since = k.now
		k.waiting = append(k.waiting, p)
	}
	own := *k.packet
	own.Data = append([]byte(nil), own.Data...)
	own.Buffer = nil
	p.held = append(p.held, heldPacket{own, flow})
	k.held += len(own.Data)
	for len(k.waiting) > 0 && (k.held > holdAtMost || k.now-k.waiting[0].since > holdFor) {
		old := k.waiting[0]
		k.waiting = k.waiting[1:]
		if old != p {
			k.drop(old)
			continue
		}
		if k.shorten(p); len(p.held) > 0 { // the one in hand may go on
			k.waiting = append(k.waiting, p)
			p.since = p.held[0].packet.Time
		}
		break
	}
}

// shorten gives up the older part of what a pair holds: its oldest half, and
// what is too old. Time may go backwards in a stream, so that half goes in any
// case.
func (k *keeper) shorten(p *keptPair) {
	n := (len(p.held) + 1) / 2
	for n < len(p.held) && k.now-p.held[n].packet.Time > holdFor {
		n++
	}
	for i := range p.held[:n] {
		k.held -= len(p.held[i].packet.Data)
	}
	p.held = append([]heldPacket(nil), p.held[n:]...)
}

// drop gives up what a pair holds.
func (k *keeper) drop(p *keptPair) {
	for i := range p.held {
		k.held -= len(p.held[i].packet.Data)
	}
	p.held = nil
}

// release keeps what a pair has held: it turned out to matter.
func (k *keeper) release(p *keptPair) {
	for i := range p.held {
		k.keep(&p.held[i].packet, p.key, p.held[i].flow)
	}
	k.drop(p)
}

// thin forgets pairs without a tunnel, and those idle for longest.
func (k *keeper) thin() {
	limit := k.now - holdFor
	for pass := 0; len(k.pairs) >= keepPairs; pass++ {
		for key, p := range k.pairs {
			if p.last < limit && (pass > 0 || !p.kept) {
				k.drop(p)
				delete(k.pairs, key)
			}
		}
		if pass > 0 {
			limit = limit/2 + k.now/2 + 1
		}
	}
}

// sweep forgets pairs that were idle for long.
func (k *keeper) sweep() {
	if k.now-k.swept < keepIdle {
		return
	}
	k.swept = k.now
	for key, p := range k.pairs {
		if k.now-p.last > keepIdle {
			k.drop(p)
			delete(k.pairs, key)
		}
	}
}

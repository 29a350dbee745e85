package flows

import "container/heap"

// timers are the followed pairs by when silence will tell something of them.
type timers []*followed

func (t timers) Len() int           { return len(t) }
func (t timers) Less(i, j int) bool { return t[i].due < t[j].due }

func (t timers) Swap(i, j int) {
	t[i], t[j] = t[j], t[i]
	t[i].at, t[j].at = i, j
}

func (t *timers) Push(x any) {
	k := x.(*followed)
	k.at = len(*t)
	*t = append(*t, k)
}

func (t *timers) Pop() any {
	l := *t
	x := l[len(l)-1]
	l[len(l)-1] = nil
	*t = l[:len(l)-1]
	x.at = -1
	return x
}

// telling are the silences, in ns, at whose end something is judged again: rules
// wait some seconds for an answer, states longer (state.go).
var telling = [...]int64{3e9, 10e9, 30e9, dataWithin, quietAfter}

// lookAgain is when a pair that nothing happens to is judged again at the latest,
// in ns: what is old in it is then forgotten.
const lookAgain = 3600e9

// arm sets the timer of a pair for when the silence of one of its tunnels becomes
// telling (state.go), or old enough to be forgotten.
func (f *Follower) arm(k *followed, groups []*group, now int64) {
	k.due = f.due(k.pair.last, now)
	for _, g := range groups {
		for _, l := range g.ikes {
			k.due = min(k.due, f.due(l.latest().time, now))
			for i := range l.paths {
				k.due = min(k.due, f.due(l.paths[i].path.lastUse().time, now))
			}
		}
		for _, c := range g.children {
			k.due = min(k.due, f.due(c.last.time, now))
		}
	}
	if k.at < 0 {
		heap.Push(&f.timers, k)
	} else {
		heap.Fix(&f.timers, k.at)
	}
}

func (f *Follower) due(last, now int64) int64 {
	for _, d := range telling {
		if last+d+1 > now {
			return last + d + 1
		}
	}
	if d := last + f.forget + 1; d > now {
		return min(d, now+lookAgain)
	}
	return now + lookAgain
}

// wake is called when a timer rings. It returns the tunnels that went with their
// pair.
func (f *Follower) wake(k *followed, now int64) (evicted []string) {
	p := k.pair
	if f.t.pairs[p.key] == p {
		if !p.touched {
			f.touch(p)
		}
		return nil
	}
	delete(f.known, p)
	if f.wakeFolded(k, now) || f.t.pairs[p.key] != nil {
		return nil
	}
	return k.ids
}

// wakeFolded brings back the unfinished IKE SAs of a pair that was folded, so
// that they are judged once more; then they are folded again. It tells whether
// there were any.
func (f *Follower) wakeFolded(k *followed, now int64) (any bool) {
	for _, spi := range k.half {
		key := foldKey{k.pair.key, spi}
		x := f.t.half.folded[key]
		if x == nil || later(x.sent, x.cookie.last).time < now-f.forget {
			continue
		}
		delete(f.t.half.folded, key)
		sa := f.t.unfold(key, x)
		f.t.half.again(sa)
		if f.known[sa.pair] == nil {
			f.known[sa.pair] = &followed{pair: sa.pair, at: -1, ids: k.ids}
		}
		any = true
	}
	return any
}

package diagnose

import "time"

// noChild is what shows of one IKE SA that no Child SA came of it.
type noChild struct {
	ikeLook
	auth       *step  // IKE_AUTH whose answer is too short for a Child SA
	refusals   []step // CREATE_CHILD_SA or quick mode
	back       []Mark // IKEv1's informational exchanges in place of an answer
	unanswered int
	alive      time.Duration
}

func (l *look) noChild(v *ikeLook) *noChild {
	n := &noChild{ikeLook: *v}
	if v.AuthenticatedAt.set() {
		for _, s := range v.steps("") {
			if s.Response.set() {
				n.alive = max(n.alive, s.Response.Time.Sub(v.AuthenticatedAt.Time))
			}
		}
		n.alive = max(n.alive, v.aliveV1())
	}
	if v.sa.Version == 1 {
		return l.noChildV1(n)
	}
	carries := l.carried(v)
	if rounds := v.steps("IKE_AUTH"); v.Began && !carries && len(rounds) > 0 {
		s := rounds[len(rounds)-1]
		if v.Sizes.Empty > 0 && s.Response.set() && s.Response.Encrypted && s.Response.FragmentsTotal == 0 &&
			v.room(&s.Response) >= leastProof && v.room(&s.Response) < leastChild && len(rounds) == 1 {
			n.auth = &s
		}
	}
	for _, s := range v.makings() {
		switch {
		case !v.refuses(&s.Response):
			if s.Response.set() {
				return nil // something was made
			}
		case !carries && !l.anyData(), v.soon(s):
			n.refusals = append(n.refusals, s)
		}
	}
	switch {
	case n.auth != nil && n.alive >= livesAfter, len(n.refusals) > 0:
		return n
	}
	return nil
}

// soon tells whether a request belongs to the setting up of the tunnel, as where
// one of several Child SAs is refused, and does not renew what has worked.
func (v ikeLook) soon(s step) bool {
	return v.AuthenticatedAt.set() && s.Request.set() && s.Request.Time.Sub(v.AuthenticatedAt.Time) < livesAfter
}

// anyData tells whether the tunnel was seen to carry data at any time.
func (l *look) anyData() bool {
	return len(l.children) > 0 || l.t.ESPPackets.ToResponder+l.t.ESPPackets.ToInitiator > 0
}

// aliveV1 is the time from phase 1 to the last informational exchange that the
// responder began or answered with one of its own.
func (v ikeLook) aliveV1() (alive time.Duration) {
	if v.sa.Version != 1 {
		return 0
	}
	for _, s := range v.steps("informational") {
		if s.Request.set() {
			alive = max(alive, s.Request.Time.Sub(v.AuthenticatedAt.Time))
		}
	}
	return alive
}

func (l *look) noChildV1(n *noChild) *noChild {
	if !n.Authenticated || l.anyData() {
		return nil
	}
	for _, s := range n.makings() {
		if s.Response.set() {
			return nil
		}
		back, ok := n.refusalOf(s)
		switch {
		case ok:
			n.refusals = append(n.refusals, s)
			n.back = append(n.back, back)
		case s.x.Requests >= minFives && l.heardAfter(&n.ikeLook, s.x.From != "responder", s.LastSent.timeOr(s.Request.Time)):
			n.unanswered++
			n.refusals = append(n.refusals, s)
		}
	}
	if len(n.refusals) == 0 {
		return nil
	}
	return n
}

// refusalOf finds the informational exchange that came in place of the answer to
// a quick mode.
func (v ikeLook) refusalOf(s step) (Mark, bool) {
	for _, i := range v.steps("informational") {
		wait := i.Request.Time.Sub(s.Request.Time)
		if i.x.From != s.x.From && i.Request.set() && s.Request.set() && wait >= 0 && wait <= refusesWithin {
			return i.Request.Mark, true
		}
	}
	return Mark{}, false
}

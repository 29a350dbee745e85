package diagnose

import "time"

// rekeying is a request for an SA that came to nothing.
type rekeying struct {
	ikeLook
	step
	from, to   string
	unanswered bool
	back       Mark // IKEv1's informational exchange in place of an answer
}

func (l *look) failedRekeys(v *ikeLook) []rekeying {
	var out []rekeying
	for _, s := range v.makings() {
		if !s.Request.set() || v.soon(s) {
			continue
		}
		r := rekeying{ikeLook: *v, step: s, from: v.from, to: v.to}
		if s.x.From == "responder" {
			r.from, r.to = r.to, r.from
		}
		switch {
		case v.refuses(&s.Response):
		case s.Response.set():
			continue
		default:
			var ok bool
			if v.sa.Version == 1 {
				r.back, ok = v.refusalOf(s)
			}
			r.unanswered = !ok
			if !ok && (s.x.Requests < minFives || !l.heardAfter(v, s.x.From != "responder", s.LastSent.timeOr(s.Request.Time))) {
				continue
			}
		}
		out = append(out, r)
	}
	return out
}

// renewedAfter tells whether a rekey succeeded after t: an exchange that made
// something, or a new SPI. What a whole new IKE SA brings is no renewal.
func (l *look) renewedAfter(t time.Time) bool {
	anew := map[string]bool{}
	for i := range l.ike {
		v := &l.ike[i]
		if v.Began && v.sa.RekeyOf == "" && v.sa.FirstSeen.After(t) {
			anew[v.sa.ID] = true
			continue
		}
		for _, s := range v.makings() {
			if s.Response.set() && s.Response.Time.After(t) && !v.refuses(&s.Response) {
				return true
			}
		}
	}
	for _, c := range l.children {
		if c.First.set() && c.First.Time.After(t) && !anew[c.sa.IKESA] {
			return true
		}
	}
	return false
}

// startedAnew is when a new IKE SA that carried data began after t, if one did.
func (l *look) startedAnew(t time.Time) (anew time.Time, ok bool) {
	for i := range l.ike {
		v := &l.ike[i]
		if v.Began && v.sa.RekeyOf == "" && v.sa.FirstSeen.After(t) && l.carried(v) && (!ok || v.sa.FirstSeen.Before(anew)) {
			anew, ok = v.sa.FirstSeen, true
		}
	}
	return anew, ok
}

// lastData is the tunnel's last data packet, on SAs that were seen before a
// moment, unless that is zero.
func (l *look) lastData(before time.Time) (last Mark) {
	for _, c := range l.children {
		if c.Last.set() && (before.IsZero() || c.First.Time.Before(before)) && (!last.set() || c.Last.Time.After(last.Time)) {
			last = c.Last
		}
	}
	return last
}

// keyExchange tells by its length whether a request of IKEv2 holds a key
// exchange: present, absent, or nothing where the length does not say.
func (r *rekeying) keyExchange() string {
	if r.Request.FragmentsTotal > 0 || r.Request.Length == 0 {
		return ""
	}
	if r.room(&r.Request) < leastRequest+leastKE {
		return "absent"
	}
	for _, s := range r.steps("IKE_AUTH") {
		if s.x.From == r.x.From && s.Request.set() && s.Request.FragmentsTotal == 0 && s.Request.Length > 0 && len(r.steps("IKE_AUTH")) == 1 &&
			r.Request.Length-s.Request.Length > moreThanAuth {
			return "present"
		}
	}
	return ""
}

package diagnose

import (
	"fmt"
	"time"

	"github.com/ikesniff/ikesniff/report"
)

var childNotRenewed = Entry{
	Code:     "child-not-renewed",
	Title:    "A Child SA ran out and nobody renewed it",
	Severity: report.SeverityWarning,
	Grading:  "Notice where new SAs came later, with the next data. The cause has medium confidence.",
	Rows:     []int{64},
	Explanation: "A Child SA has a lifetime, and one of the peers has to ask for the next before it ends. If neither does, data stops " +
		"while the IKE SA goes on: phase 1 is up, phase 2 is not.",
	OnTheWire: "Data of a pair of SPIs whose birth was captured flows and then stops both ways at an age that is a usual lifetime " +
		"(3600 s, strongSwan's 3960 s, 28800, 43200 or 86400 s; up to 90 s less, and 10 s more), for 60 s and five times the mean wait " +
		"between two packets at the least; IKE is answered 60 s and more after that; nobody asked " +
		"for a new SA in the last tenth of that age or within 60 s behind it, and no new SPI came in that time.",
	Causes: "Neither side renews on its own (FortiOS: auto-negotiate and keepalive of phase 2 are off) and no data called for it at that " +
		"moment; renewal is left to one side, which cannot or may not begin; the lifetimes differ and the side that does not renew has the shorter one.",
	LookAlikes: []string{
		"Data ends because there is none to send: at any age, and mostly one way first.",
		"The rekey was asked for and refused (rekey-failed).",
		"The peer died: IKE is not answered either (dpd-failed).",
		"The whole tunnel was closed: IKE is not heard after that.",
	},
	Advice: []string{
		"Let at least one side renew on its own: on a FortiGate set auto-negotiate, or keylife keepalive, in phase 2.",
		"Compare the lifetimes of phase 2 on both sides, in seconds and in kilobytes.",
	},
	Commands: []string{
		"FortiGate: show full vpn ipsec phase2-interface | grep -f auto-negotiate",
		"FortiGate (sa=0 is a selector without SA): diagnose vpn tunnel list",
		"strongSwan (rekey_time, life_time): swanctl --list-conns",
		"libreswan (rekey=, salifetime=): ipsec status",
	},
	Evidence: []EvidenceKey{
		{"spis", "hex", "the SPIs that ran out"},
		{"age_seconds", "s", "from the birth of the SAs to their last data packet"},
		{"lifetime_seconds", "s", "usual lifetime that this matches"},
		{"packets", "packets", "data packets of both directions in that time"},
		{"ike_alive_seconds", "s", "from the last data packet to the last answered exchange of IKE"},
		{"renewed_after_seconds", "s", "from the last data packet to the first one of new SAs; absent if none came"},
	},
	References: []Reference{
		{4301, "4.4.2.1", "lifetimes of SAs"},
		{7296, "2.8", "each end enforces its own lifetime"},
	},
}

// usualLifetimes of Child SAs, in seconds: an hour as in most products, and with
// strongSwan's default margin of a tenth behind the time to rekey; eight hours,
// twelve (FortiOS), a day.
var usualLifetimes = []float64{3600, 3960, 28800, 43200, 86400}

const (
	// An SA may lie idle before its end, and its birth is seen a little before or
	// after the peers count from: so much less or more than a lifetime still matches.
	lifeShort, lifeOver = 90.0, 10.0
	// notRenewedFor is how long nothing new comes before an SA counts as not renewed:
	// longer than a renewal that was lost and asked for again takes.
	notRenewedFor = 60 * time.Second
	// The silence has to be so many times the mean wait between two packets, each
	// way, or it is none.
	silentWaits = 5
)

// expired is a pair of SAs that ended at a lifetime.
type expired struct {
	a, b     childLook
	born     time.Time
	last     Mark
	lifetime float64
	alive    Mark // IKE after that
	next     Mark // first data of new SAs
}

// notRenewed makes one finding of all pairs that ran out.
func notRenewed(l *look) []*finding {
	var list []expired
	for i, a := range l.children {
		for _, b := range l.children[i+1:] {
			if a.sa.PairedWith == b.sa.ID && b.sa.ID != "" && a.ToResponder != b.ToResponder {
				if e := l.expired(a, b); e != nil {
					list = append(list, *e)
				}
			}
		}
	}
	if len(list) == 0 {
		return nil
	}
	return []*finding{l.ranOut(list)}
}

func (l *look) expired(a, b childLook) *expired {
	if !a.BornHere || !b.BornHere || !a.Last.set() || !b.Last.set() {
		return nil
	}
	last := a.Last
	if b.Last.Time.After(last.Time) {
		last = b.Last
	}
	born, ok := l.birth(a, b)
	if !ok {
		return nil
	}
	lifetime := 0.0
	age := last.Time.Sub(born).Seconds()
	for _, life := range usualLifetimes {
		if age > life-lifeShort && age < life+lifeOver {
			lifetime = life
		}
	}
	if lifetime == 0 {
		return nil
	}
	e := &expired{a: a, b: b, last: last, born: born, lifetime: lifetime}
	margin := time.Duration(e.lifetime / 10 * float64(time.Second))
	for i := range l.ike {
		v := &l.ike[i]
		if v.MakingsTotal > len(v.Makings) {
			return nil // some of them are not known
		}
		if v.Began && v.sa.RekeyOf == "" && v.sa.FirstSeen.After(e.last.Time) && v.sa.FirstSeen.Before(e.last.Time.Add(notRenewedFor)) {
			return nil
		}
		for _, s := range v.makings() {
			if t := s.last().Time; t.After(e.last.Time.Add(-margin)) && t.After(born) && t.Before(e.last.Time.Add(notRenewedFor)) {
				return nil
			}
		}
		for _, s := range v.steps("") {
			if m := s.Response.Mark; m.set() && m.Time.Sub(e.last.Time) >= notRenewedFor && (!e.alive.set() || m.Time.After(e.alive.Time)) {
				e.alive = m
			}
		}
		if m := v.LastFromResponder; v.sa.Version == 1 && m.Time.Sub(e.last.Time) >= notRenewedFor && v.LastFromInitiator.Time.Sub(e.last.Time) >= notRenewedFor {
			e.alive = m
		}
	}
	if !e.alive.set() {
		return nil
	}
	for _, c := range l.children {
		if c.sa == a.sa || c.sa == b.sa || !c.Last.set() {
			continue
		}
		// Other SAs carry on: this pair was replaced, or is one of several.
		if c.First.Time.Before(e.last.Time.Add(notRenewedFor)) && c.Last.Time.After(e.last.Time) {
			return nil
		}
		if c.First.Time.After(e.last.Time) && (!e.next.set() || c.First.Time.Before(e.next.Time)) {
			e.next = c.First
		}
	}
	// Both directions end together, and the silence is not what there always was.
	until := e.next.timeOr(l.end)
	for _, c := range []childLook{a, b} {
		wait := age / float64(max(c.sa.Packets, 1))
		if e.last.Time.Sub(c.Last.Time).Seconds() > max(lifeOver, wait) || until.Sub(c.Last.Time).Seconds() < max(notRenewedFor.Seconds(), silentWaits*wait) {
			return nil
		}
	}
	return e
}

// birth is when a pair of SAs was made: the end of the last exchange before
// their first packet that can have made them.
func (l *look) birth(a, b childLook) (born time.Time, ok bool) {
	first := a.First.Time
	if b.First.Time.Before(first) {
		first = b.First.Time
	}
	note := func(m Mark) {
		if m.set() && !m.Time.After(first) && (!ok || m.Time.After(born)) {
			born, ok = m.Time, true
		}
	}
	for i := range l.ike {
		v := &l.ike[i]
		if v.sa.Version == 2 {
			note(v.AuthenticatedAt)
		}
		for _, s := range v.makings() {
			note(s.Response.Mark)
		}
	}
	return born, ok
}

func (l *look) ranOut(list []expired) *finding {
	e := &list[len(list)-1]
	f := childNotRenewed.finding(uint64(len(list)), list[0].last.Time, e.last.Time)
	age := e.last.Time.Sub(e.born)
	var spis []string
	for i := range list {
		for _, c := range []childLook{list[i].a, list[i].b} {
			if len(spis) < maxTerms {
				spis = append(spis, c.sa.SPI)
			}
			f.ref(c.Last, "last of the SA")
			f.term(childTerm(c.sa.Protocol, c.sa.SPI))
		}
	}
	alive := e.alive.Time.Sub(e.last.Time)
	seen := fmt.Sprintf("Data of the SPIs %s and %s flowed for %.0f s and stopped both ways at %s, near the end of a lifetime of %.0f s; IKE was still seen %s after that.",
		e.a.sa.SPI, e.b.sa.SPI, age.Seconds(), l.clock.at(e.last.Time), e.lifetime, span(alive))
	means := "The Child SA most likely ran out and neither side asked for a new one."
	if e.next.set() {
		f.Severity = report.SeverityNotice
		after := e.next.Time.Sub(e.last.Time)
		seen += fmt.Sprintf(" New SAs came %s after it.", span(after))
		f.Evidence["renewed_after_seconds"] = seconds(after)
		f.ref(e.next, "first of new SAs")
	} else {
		seen += " No new SPI was seen here."
	}
	if len(list) > 1 {
		seen += fmt.Sprintf(" %s ended so.", capital(count(uint64(len(list)), "pair")))
	}
	f.say(seen, means)
	f.or("there was no more data to send, at that moment by chance", "the SA was deleted, on purpose or for lack of data")
	f.orUnknown("the lifetime that the peers have set: none is ever sent in IKEv2, and in IKEv1 it is encrypted")
	f.ref(e.alive, "IKE alive")
	f.Evidence["spis"], f.Evidence["age_seconds"], f.Evidence["lifetime_seconds"] = spis, seconds(age), e.lifetime
	f.Evidence["packets"] = plus(e.a.sa.Packets, e.b.sa.Packets)
	f.Evidence["ike_alive_seconds"] = seconds(alive)
	return f
}

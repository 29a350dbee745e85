package diagnose

import (
	"strings"
	"time"

	"github.com/ikesniff/ikesniff/report"
)

// look is one tunnel as the rules see it: the facts, paired up with the parts
// of the report they belong to.
type look struct {
	f        *Facts
	t        *report.Tunnel
	ike      []ikeLook
	children []childLook
	tcp      []connection // by the time they began
	end      time.Time    // of the capture; the tunnel's last packet if not told
	clock    clock
}

// ikeLook is an IKE SA with its facts.
type ikeLook struct {
	sa *report.IKESA
	*IKEFacts
	from, to string // addresses of the SA's initiator and responder
}

// childLook is a child SA with its facts.
type childLook struct {
	sa *report.ChildSA
	*ChildFacts
}

func newLook(f *Facts) *look {
	l := &look{f: f, t: f.Tunnel}
	if l.t == nil {
		l.t = &report.Tunnel{}
	}
	for i := range min(len(f.IKE), len(l.t.IKESAs)) {
		v := ikeLook{sa: &l.t.IKESAs[i], IKEFacts: &f.IKE[i]}
		v.from, v.to = l.side(v.Reversed), l.side(!v.Reversed)
		l.ike = append(l.ike, v)
	}
	for i := range min(len(f.Children), len(l.t.ChildSAs)) {
		l.children = append(l.children, childLook{&l.t.ChildSAs[i], &f.Children[i]})
	}
	l.tcp = l.connections()
	l.end = f.End
	if l.end.Before(l.t.LastSeen) {
		l.end = l.t.LastSeen
	}
	l.clock = newClock(l.t.FirstSeen, l.t.LastSeen, l.end)
	return l
}

// side names one end of the tunnel.
func (l *look) side(responder bool) string {
	switch {
	case responder && l.t.Responder != "":
		return l.t.Responder
	case responder:
		return "the responder"
	case l.t.Initiator != "":
		return l.t.Initiator
	}
	return "the initiator"
}

// ends names sender and receiver of a direction.
func (l *look) ends(toResponder bool) (from, to string) {
	return l.side(!toResponder), l.side(toResponder)
}

// proto is the child SA's protocol as it is written in text.
func (c childLook) proto() string {
	if c.sa.Protocol == "ah" {
		return "AH"
	}
	return "ESP"
}

// established tells whether the SA got past the clear-text part: the responder
// chose a proposal, or both sides authenticated.
func (v ikeLook) established() bool { return v.sa.Proposal != nil || v.Authenticated }

// lastHeard is the last packet of any SA that the SA's responder sent.
func (v ikeLook) lastHeard() time.Time { return v.LastFromResponder.Time }

// unanswered tells whether the SA began here and its responder was never heard.
// A responder SPI that the initiator uses proves an answer that was not
// captured, as where the tap sees one direction only.
func (v ikeLook) unanswered() bool {
	return v.Began && !v.Answered && strings.Trim(v.sa.ResponderSPI, "0") == ""
}

// set tells whether a mark points anywhere. The time alone proves nothing: it
// may be that of the epoch.
func (m Mark) set() bool { return m.Ref.Frame != 0 || m.Ref.Line != 0 }

// timeOr is the mark's time, or another one if the mark is not set.
func (m Mark) timeOr(t time.Time) time.Time {
	if m.set() {
		return m.Time
	}
	return t
}

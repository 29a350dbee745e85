package diagnose

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/ikesniff/ikesniff/report"
)

// compare says in a sentence or two what the tunnels of a gateway, held against
// each other, tell about where to look.
func compare(g *report.Gateway, members []Member) string {
	var bad []*Member
	var common codeSet
	for i := range members {
		m := &members[i]
		if !m.troubled() {
			continue
		}
		if codes := m.above(report.SeverityWarning); len(bad) == 0 {
			common = codes
		} else {
			common = common.meet(codes)
		}
		bad = append(bad, m)
	}
	n, sound := g.Tunnels, g.Sound
	switch t := uint64(len(bad)); {
	case t == 0 && sound == n:
		return allOf(n) + " work."
	case t == 0 && sound == 0:
		return fmt.Sprintf("None of the %s is in trouble, and none is seen to work at the end.", count(n, "tunnel"))
	case t == 0:
		return fmt.Sprintf("%s of %s %s at the end; none is in trouble.", grouped(sound), count(n, "tunnel"), verb(sound, "works", "work"))
	case t == n:
		return allTroubled(g, members, common)
	case sound == 0:
		return fmt.Sprintf("%s of %s %s in trouble%s; none works that they could be compared with.",
			grouped(t), count(n, "tunnel"), verb(t, "is", "are"), symptoms(common))
	case t == 1:
		return oneTroubled(g, members, bad[0])
	}
	return someTroubled(g, bad, common)
}

// flapNote tells of tunnels that fell silent together, after what else was said.
func flapNote(s *SiteFlap, said string) string {
	if s == nil || len(s.Events) == 0 {
		return ""
	}
	e := &s.Events[len(s.Events)-1]
	note := fmt.Sprintf(" %d of %d fell silent at one moment (site-flapping)", e.Tunnels, e.Of)
	if n := s.EventsTotal; n > 1 {
		note = fmt.Sprintf(" They fell silent together %s (site-flapping)", times(uint64(n)))
	}
	if !strings.Contains(said, ownLine) {
		note += ": look at " + ownLine
	}
	return note + "."
}

const ownLine = "the gateway itself and its own line first"

// allOf is "Both tunnels", "All 9 tunnels".
func allOf(n uint64) string {
	if n == 2 {
		return "Both tunnels"
	}
	return "All " + count(n, "tunnel")
}

// symptoms names common codes in brackets.
func symptoms(s codeSet) string {
	if list := slices.Collect(s.codes()); len(list) > 0 {
		return " (" + upTo(3, list) + ")"
	}
	return ""
}

// symptoms of one tunnel: its codes, else its state.
func (m *Member) symptoms() string {
	if s := symptoms(m.above(report.SeverityWarning)); s != "" {
		return s
	}
	return " (" + string(m.Status) + ")"
}

func allTroubled(g *report.Gateway, members []Member, common codeSet) string {
	s := allOf(g.Tunnels) + " are in trouble"
	if list := slices.Collect(common.codes()); len(list) > 0 {
		s += ", each with " + upTo(3, list)
	}
	same := true
	for i := range members {
		same = same && members[i].Status == members[0].Status
	}
	if down := members[0].Status; same && (down == report.StatusSilent || down == report.StatusFailed) {
		s = fmt.Sprintf("%s %s", allOf(g.Tunnels), map[report.Status]string{report.StatusSilent: "fell silent", report.StatusFailed: "failed to come up"}[down])
		if list := slices.Collect(common.codes()); len(list) > 0 {
			s += ", each with " + upTo(3, list)
		}
	} else {
		same = false
	}
	switch {
	case g.PeersTotal == 1:
		return s + "; they have one peer, so gateway, peer and path cannot be told apart."
	case common == codeSet{} && !same:
		return s + ", but not with the same symptom: look at each, then at what the gateway has in common."
	}
	return s + ": look at " + ownLine + "."
}

func oneTroubled(g *report.Gateway, members []Member, bad *Member) string {
	s := fmt.Sprintf("%s of %s %s; only the one with %s is in trouble%s", grouped(g.Sound), count(g.Tunnels, "tunnel"),
		verb(g.Sound, "works", "work"), bad.Peer, bad.symptoms())
	alike, samePeer := uint64(0), false
	for i := range members {
		if m := &members[i]; m.sound() {
			samePeer = samePeer || m.Peer == bad.Peer
			if m.form() == bad.form() {
				alike++
			}
		}
	}
	if samePeer {
		return s + ", though another tunnel with the same peer works: look at what is set for this one."
	}
	s += ": look at that peer's side and path first."
	switch {
	case bad.early():
	case alike > 0:
		s += fmt.Sprintf(" %s %s on %s, too: the gateway handles that form.", grouped(alike), verb(alike, "other works", "others work"), bad.form())
	case g.Sound > 1:
		s += fmt.Sprintf(" It is the only one on %s.", bad.form())
	}
	return s
}

func someTroubled(g *report.Gateway, bad []*Member, common codeSet) string {
	t := uint64(len(bad))
	s := fmt.Sprintf("%s of %s %s, %s are in trouble", grouped(g.Sound), count(g.Tunnels, "tunnel"), verb(g.Sound, "works", "work"), grouped(t))
	if list := slices.Collect(common.codes()); len(list) > 0 {
		s += ", each with " + upTo(3, list)
	}
	one := !slices.ContainsFunc(bad, func(m *Member) bool { return m.Peer != bad[0].Peer })
	switch {
	case one:
		return fmt.Sprintf("%s; all of those have the peer %s: look at its side and path first.", s, bad[0].Peer)
	case len(g.Traits) > 0:
		var list []string
		for _, x := range g.Traits {
			list = append(list, x.What+" "+x.Value)
		}
		return fmt.Sprintf("%s; what these share and no working one has: %s.", s, strings.Join(list, ", "))
	case common != codeSet{}:
		return s + "; nothing else seen here sets them apart from the working ones."
	}
	return s + "; they share no symptom, so look at each alone."
}

// form names transport and port.
func (m *Member) form() string {
	name, more := "", ""
	switch m.Transport {
	case "udp", "udp-nat-t":
		name = "UDP"
	case overRFC8229:
		name = "TCP"
	case overFakeTCP:
		name, more = "TCP", " (fortinet-esp)"
	case overCisco:
		name, more = "TCP", " (Cisco)"
	case "ip":
		return "raw IP"
	default:
		return orWord(m.Transport, "no transport")
	}
	return name + " " + strconv.Itoa(int(m.Port)) + more
}

// early tells whether the tunnel did not get far enough to say which form it
// would have taken: IKE begins on UDP 500 whatever comes after.
func (m *Member) early() bool {
	return (m.Status == report.StatusFailed || m.Status == report.StatusNegotiating) && m.Transport == "udp"
}

// traitKinds are what tunnels are compared by.
var traitKinds = []struct {
	what  string
	value func(*Member) string
}{
	{"transport", func(m *Member) string {
		if m.early() {
			return ""
		}
		return m.form()
	}},
	{"IKE version", func(m *Member) string {
		if m.Version == 0 {
			return ""
		}
		return strconv.Itoa(m.Version)
	}},
	{"peer network", func(m *Member) string { return network(m.Peer) }},
	{"peer", func(m *Member) string {
		switch {
		case !m.NATKnown:
			return ""
		case m.PeerNAT:
			return "behind NAT"
		}
		return "not behind NAT"
	}},
	{"interface", func(m *Member) string { return m.Tap }},
}

// network is the prefix that hosts of one site usually share: /24, or /48 with
// IPv6 (RFC 6177).
func network(a netip.Addr) string {
	bits := 24
	if a.Is6() {
		bits = 48
	}
	p, err := a.Prefix(bits)
	if err != nil {
		return ""
	}
	return p.String()
}

// traits finds what all tunnels in trouble have and no sound one. One of a kind
// is no pattern: it takes two of each.
func traits(members []Member) []report.Trait {
	out := []report.Trait{}
	for _, kind := range traitKinds {
		value, alike := "", true
		bad, sound := uint64(0), uint64(0)
		for i := range members {
			m := &members[i]
			if !m.troubled() {
				continue
			}
			v := kind.value(m)
			alike = alike && v != "" && (bad == 0 || v == value)
			value = v
			bad++
		}
		for i := range members {
			if m := &members[i]; m.sound() {
				sound++
				alike = alike && kind.value(m) != value && kind.value(m) != ""
			}
		}
		if alike && bad >= 2 && sound >= 2 {
			out = append(out, report.Trait{What: kind.what, Value: value, Troubled: bad, Sound: sound})
		}
	}
	return out
}

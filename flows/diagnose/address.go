package diagnose

import (
	"fmt"
	"time"

	"github.com/ikesniff/ikesniff/report"
)

var addressChange = Entry{
	Code:     "address-change",
	Title:    "A peer goes on from another address or port",
	Severity: report.SeverityInfo,
	Grading:  "Notice where it happens 4 times or more, and more often than once in 5 minutes: something on the way is unstable.",
	Rows:     []int{66},
	Explanation: "An IKE SA or Child SA goes on from another endpoint than before. IPsec is made for that: the SPI says " +
		"which SA a packet belongs to, not its address.",
	OnTheWire: "The same SPI from a new source address or port. The step from UDP 500 to 4500 that NAT traversal makes " +
		"does not count.",
	Causes: "Another port, same address: a NAT on the way dropped its mapping and made a new one. Another address: the " +
		"peer changed networks (MOBIKE or roaming), its line got a new address, or the NAT has several.",
	LookAlikes: []string{
		"A new IKE SA from another address: a new tunnel or an attempt of its own, not a move.",
		"The same packet captured before and after a NAT: two endpoints at the same time (duplicate-capture).",
	},
	Advice: []string{
		"Rare: nothing to do.",
		"Port changes every few minutes: send NAT keepalives more often (every 10 to 20 s) than the NAT forgets.",
		"Address changes in quick turns: look for load sharing over several lines that splits one flow.",
	},
	Commands: []string{
		"FortiGate: diagnose vpn ike gateway list",
		"strongSwan: swanctl --list-sas",
		"libreswan: ipsec status",
	},
	Evidence: []EvidenceKey{
		{"side", "text", "whose endpoint changed: initiator or responder"},
		{"changes", "times", "how often"},
		{"port_only", "true/false", "whether the address stayed"},
		{"from", "address", "endpoint before, the first 8 changes"},
		{"to", "address", "endpoint after, the first 8 changes"},
		{"spi", "hex", "SA that proves the first change"},
		{"gap_seconds", "s", "from the last packet of the old endpoint to the first of the new one, first change"},
	},
	References: []Reference{
		{7296, "2.23", "changes of a NAT's mapping"},
		{4555, "3.5", "MOBIKE"},
		{3948, "4", "NAT keepalives"},
	},
}

const (
	manyMoves   = 4
	oftenEnough = 5 * time.Minute
)

// moves makes one finding for each side and kind of change.
func moves(l *look) []*finding {
	type kind struct {
		side     string
		portOnly bool
	}
	groups := map[kind][]*Move{}
	var order []kind
	for i := range l.f.Moves {
		m := &l.f.Moves[i]
		k := kind{m.Side, m.PortOnly}
		if groups[k] == nil {
			order = append(order, k)
		}
		groups[k] = append(groups[k], m)
	}
	var out []*finding
	for _, k := range order {
		out = append(out, l.moved(groups[k]))
	}
	return out
}

func (l *look) moved(list []*Move) *finding {
	m := list[0]
	var n uint64
	first, last := m.At.Time, m.At.Time
	var from, to []string
	for _, x := range list {
		n += 1 + uint64(max(x.Count, 0))
		if x.At.Time.Before(first) {
			first = x.At.Time
		}
		if x.At.Time.After(last) {
			last = x.At.Time
		}
		if len(from) < 8 {
			from, to = append(from, x.From), append(to, x.To)
		}
	}
	f := addressChange.finding(n, first, last)
	who := orWord(m.Side, "peer")
	gap := m.At.Time.Sub(m.Before.Time)
	seen := fmt.Sprintf("The %s went on from %s instead of %s", who, orWord(m.To, "another endpoint"), orWord(m.From, "the one before"))
	if m.Before.set() {
		seen += fmt.Sprintf(", %s after its last packet from there", span(gap))
		f.Evidence["gap_seconds"] = max(0, seconds(gap))
	}
	if n > 1 {
		seen += fmt.Sprintf("; %s in all", count(n, "change"))
	}
	means := "The peer changed its network or address and the SA went with it."
	f.or("a NAT with several addresses picked another one")
	if m.PortOnly {
		means = "A NAT on the way gave the peer a new port, as it does when it forgot the mapping."
		f.Alternatives = []string{"the peer itself opened another port"}
	}
	if n >= manyMoves && last.Sub(first) < time.Duration(min(n, 1<<20))*oftenEnough {
		f.Severity = report.SeverityNotice
		means += " So often that something on the way is unstable."
	}
	f.say(seen+".", means)
	for _, x := range list {
		f.ref(x.Before, "last from the old endpoint")
		f.ref(x.At, "first from the new endpoint")
		if x.IKE {
			f.term(ikeTerm(x.SPI))
		} else {
			f.term(childTerm("esp", x.SPI))
		}
	}
	f.Evidence["side"], f.Evidence["changes"], f.Evidence["port_only"] = m.Side, n, m.PortOnly
	f.Evidence["from"], f.Evidence["to"], f.Evidence["spi"] = from, to, m.SPI
	return f
}

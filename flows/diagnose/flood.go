package diagnose

import (
	"fmt"
	"net/netip"

	"github.com/ikesniff/ikesniff/report"
)

var halfOpenFlood = Entry{
	Code:     "half-open-flood",
	Title:    "Many requests to start IKE that nobody follows up",
	Severity: report.SeverityWarning,
	Rows:     []int{34},
	Explanation: "A responder gets first messages of IKE from many initiators, each once, and none of them goes on. " +
		"Every one of them costs the responder memory and, without cookies, a Diffie-Hellman computation.",
	OnTheWire: "More than 16 first messages (IKE_SA_INIT, or IKEv1's message 1) with different initiator SPIs towards " +
		"one responder, left unanswered or answered by a COOKIE, and idle for 30 s.",
	Causes: "A scan, an attempt to exhaust the responder, forged sources, or clients with a wrong configuration that " +
		"draw a new SPI for each try.",
	LookAlikes: []string{
		"Spokes that retry behind a block: the same SPI again and again, at growing intervals, is a real client (no-answer).",
		"Many clients that connect at the same moment after an outage: they go on to IKE_AUTH.",
	},
	Advice: []string{
		"Find out whether the sources are yours: clients with a wrong configuration are fixed at the client.",
		"Else limit who may reach UDP 500 and 4500 (local-in policy, country, rate), and let the responder ask for cookies.",
	},
	Commands: []string{
		"FortiGate: diagnose vpn ike gateway list",
		"strongSwan: swanctl --stats",
		"libreswan: ipsec status",
	},
	Evidence: []EvidenceKey{
		{"responder", "address", "who is asked"},
		{"sources", "addresses", "different initiators"},
		{"sources_exact", "true/false", "false if sources is a lower bound"},
		{"attempts", "messages", "first messages of IKE"},
		{"answers", "messages", "answers of any sort"},
		{"cookies", "messages", "answers that ask for a cookie"},
		{"duration_seconds", "s", "from the first to the last request"},
		{"earliest_sources", "address", "the first initiators, at most 8"},
		{"earliest_spis", "hex", "their initiator SPIs"},
	},
	References: []Reference{
		{7296, "2.6", "cookies against half-open SAs"},
		{8019, "3", "attacks on responders"},
	},
}

// FloodAnomaly judges a flood of unfinished initiators. Its ID is that of a first
// one; Number gives several of them theirs.
func FloodAnomaly(f *Flood) report.Anomaly {
	a := halfOpenFlood.finding(f.Attempts, f.First.Time, f.Last.Time)
	lasted := max(0, f.Last.Time.Sub(f.First.Time))
	bound := ""
	if !f.SourcesExact {
		bound = "at least "
	}
	to := orWord(f.Responder, "one responder")
	seen := fmt.Sprintf("%s to start IKE went to %s from %s%s in %s; %s answered, %s with a cookie. None of them was followed up here.",
		count(f.Attempts, "request"), to, bound, count(f.Sources, "source"), span(lasted),
		wereWord(f.Answers), grouped(f.Cookies))
	means := "A scan or an attempt to exhaust the responder; each request with a new SPI and never a second step is no working client."
	if f.Cookies > 0 {
		means += " The responder has noticed: it asks for cookies."
	}
	a.say(seen, means)
	a.or("clients with a wrong configuration that draw a new SPI for every try",
		"clients whose next messages take another way than past this capture point")
	a.orUnknown("whether the source addresses are real")
	a.ref(f.First, "first request")
	addresses, spis := []string{}, []string{}
	for i, s := range f.Earliest {
		if i == 8 {
			break
		}
		a.ref(s.At, "request")
		addresses, spis = append(addresses, s.Address), append(spis, s.SPI)
	}
	a.ref(f.Last, "last request")
	a.Evidence["responder"] = f.Responder
	a.Evidence["sources"] = f.Sources
	a.Evidence["sources_exact"] = f.SourcesExact
	a.Evidence["attempts"] = f.Attempts
	a.Evidence["answers"] = f.Answers
	a.Evidence["cookies"] = f.Cookies
	a.Evidence["duration_seconds"] = seconds(lasted)
	a.Evidence["earliest_sources"] = addresses
	a.Evidence["earliest_spis"] = spis
	a.finish(&look{t: &report.Tunnel{FirstSeen: f.First.Time, LastSeen: f.Last.Time}})
	// The frames above are samples. The flood as a whole is what matters here,
	// and a filter by address finds it in any file.
	if w := floodFilter(f.Responder); w != "" {
		a.WiresharkFilter = w
	}
	a.ID = a.Code + "-1"
	return a.Anomaly
}

func wereWord(n uint64) string {
	if n == 1 {
		return "1 was"
	}
	return grouped(n) + " were"
}

// floodFilter matches requests to start IKE towards an address.
func floodFilter(responder string) string {
	addr, err := netip.ParseAddr(responder)
	if err != nil {
		ap, err := netip.ParseAddrPort(responder)
		if err != nil {
			return ""
		}
		addr = ap.Addr()
	}
	field := "ip.dst"
	if addr.Is6() && !addr.Is4In6() {
		field = "ipv6.dst"
	}
	return fmt.Sprintf("%s == %s && isakmp.rspi == 00:00:00:00:00:00:00:00", field, addr.Unmap().WithZone(""))
}

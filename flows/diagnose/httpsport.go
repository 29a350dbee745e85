package diagnose

import (
	"fmt"

	"github.com/ikesniff/ikesniff/report"
)

var portOwnedByHTTPS = Entry{
	Code:     "port-owned-by-https",
	Title:    "Another service answers on the TCP port that IKE was sent to",
	Severity: report.SeverityCritical,
	Grading:  "Notice where the tunnel stands all the same, on another connection or transport.",
	Rows:     []int{15},
	Explanation: "The initiator begins IPsec on a TCP connection, and what answers is a web server, TLS or the like. IKE " +
		"never gets to see the connection.",
	OnTheWire: "IKETCP or an IKE message, answered by a TLS record (mostly an alert), by HTTP or by SSH; or ended by the " +
		"responder without a word, while TLS connections to the same port are served.",
	Causes: "The HTTPS administration, an SSL VPN, a virtual server or a load balancer holds the port; or the responder " +
		"expects TLS around IKE.",
	LookAlikes: []string{
		"Silence instead of an answer, and nothing else known of the port (tcp-no-ike-answer).",
		"A browser's connection to the same port: only that IKE gets a wrong answer is reported.",
	},
	Advice: []string{
		"Give IKE or the other service another port: admin-sport, the SSL VPN port, or ike-tcp-port on both ends.",
		"See whether a virtual server or port forwarding on the way takes the port first.",
		"Set TLS for IKE alike on both ends, where they know it.",
	},
	Commands: []string{
		"FortiGate: diagnose sys tcpsock | grep ike",
		"FortiGate: show full system global | grep admin-sport",
		"libreswan (at the peer): ss -ltnp",
	},
	Evidence: []EvidenceKey{
		{"server", "address", "the responder's endpoint"},
		{"answer", "text", "what came instead of IPsec: tls, http, ssh, other or close"},
		{"connections", "connections", "connections on which that happened"},
		{"tls_connections", "connections", "TLS connections of others to the same endpoint"},
		{"tls_refused", "connections", "those of them that were refused"},
	},
	References: []Reference{
		{9329, "4", "the prefix that tells IPsec from TLS"},
		{8446, "5.1", "TLS records"},
	},
}

// endpoint is what else goes on at a server, nil if nothing.
func (l *look) endpoint(server string) *Endpoint {
	for i := range l.f.Endpoints {
		if l.f.Endpoints[i].Server == server {
			return &l.f.Endpoints[i]
		}
	}
	return nil
}

// portOwner returns what shows that another service holds the port of a
// connection that ended in silence: nil if nothing does.
func (l *look) portOwner(c connection) *Endpoint {
	if _, ok := c.unheard(); !ok || c.Foreign != "" || c.closer() != "responder" {
		return nil
	}
	if e := l.endpoint(c.path.Responder); e != nil && e.TLS > e.TLSFailed {
		return e
	}
	return nil
}

func portOwned(l *look) []*finding {
	var f *finding
	var what string
	for _, c := range l.over(overRFC8229) {
		answer, m := c.Foreign, c.ForeignAt
		owner := l.portOwner(c)
		switch {
		case c.FirstAnswer.set() || carried(c.path, false): // it did take IPsec
			continue
		case answer != "":
		case owner != nil:
			answer, m = "close", c.Closed
		default:
			continue
		}
		if f == nil {
			what = answer
			f = portOwnedByHTTPS.finding(1, c.began(), m.Time)
			f.Count = 0
			if l.works() {
				f.Severity = report.SeverityNotice
			}
			server := c.path.Responder
			seen := fmt.Sprintf("%s answered IPsec from %s with %s.", server, l.side(false), foreignWord(answer))
			means := "Another service holds the port; IKE does not see the connection."
			switch answer {
			case "tls", "http":
				f.Confidence.Cause = report.ConfidenceHigh
				if answer == "tls" {
					f.or("IKE holds the port, but expects TLS around the stream")
				}
			case "close":
				seen = fmt.Sprintf("%s ended the connection after IKETCP of %s, while it served %s of others on the same port.",
					server, l.side(false), count(owner.TLS-owner.TLSFailed, "TLS connection"))
				f.or("IKE holds the port, but does not know this peer and closes")
			case "other":
				f.Confidence.Cause = report.ConfidenceLow
				f.or("a form of IPsec over TCP that is not known here")
			}
			f.say(seen, means)
			f.Evidence["server"], f.Evidence["answer"] = server, answer
			e := l.endpoint(server)
			if e == nil {
				e = &Endpoint{}
			}
			f.Evidence["tls_connections"], f.Evidence["tls_refused"] = e.TLS, e.TLSFailed
		} else if answer != what {
			continue
		}
		f.Count++
		if m.Time.After(f.LastSeen) {
			f.LastSeen = m.Time
		}
		f.ref(c.Prefix, "IKETCP")
		f.ref(c.NoPrefix, "first data")
		f.ref(m, "answer")
		f.on([]connection{c})
		f.Evidence["connections"] = f.Count
	}
	if f == nil {
		return nil
	}
	return []*finding{f}
}

func foreignWord(s string) string {
	switch s {
	case "tls":
		return "TLS"
	case "http":
		return "HTTP"
	case "ssh":
		return "SSH"
	}
	return "something that is no IPsec"
}

var httpsAdminLost = Entry{
	Code:     "https-admin-lost",
	Title:    "TLS is refused on the port where IKE listens",
	Severity: report.SeverityNotice,
	Grading:  "Info for a single connection, which may be a scan.",
	Rows:     []int{16},
	Explanation: "IKE over TCP holds a port, and TLS clients that come to the same port are turned away. If the gateway's " +
		"web administration or an SSL VPN was there before, it is no longer reached on this interface.",
	OnTheWire: "TLS ClientHello to the endpoint at which this tunnel's IKE over TCP is answered, each followed by FIN or RST.",
	Causes: "FortiOS from 7.6.1 on takes TCP 443 for IKE in new configurations, and IKE wins over the HTTPS administration on " +
		"the same interface.",
	LookAlikes: []string{
		"TLS connections that are served: the port is shared by a device in front.",
		"Scanners of the Internet send a ClientHello to every port; nobody misses anything then.",
	},
	Advice: []string{
		"Move one of the two: admin-sport (or the SSL VPN port), or ike-tcp-port on both ends.",
		"If nobody is missed here, nothing has to be done.",
	},
	Commands: []string{
		"FortiGate: show full system global | grep admin-sport",
		"FortiGate: show full system settings | grep ike-tcp-port",
	},
	Evidence: []EvidenceKey{
		{"server", "address", "the endpoint that IKE holds"},
		{"tls_connections", "connections", "connections that began with a TLS ClientHello"},
		{"tls_refused", "connections", "those of them that were ended without an answer"},
	},
	References: []Reference{
		{8446, "4.1.2", "ClientHello"},
		{9329, "2", "the TCP port is a matter of configuration"},
	},
}

func adminLost(l *look) []*finding {
	var out []*finding
	for i := range l.f.Endpoints {
		e := &l.f.Endpoints[i]
		if e.TLSFailed == 0 || e.TLSFailed < e.TLS {
			continue
		}
		for _, c := range l.over(overRFC8229) {
			if c.path.Responder != e.Server || !c.FirstAnswer.set() {
				continue
			}
			f := httpsAdminLost.finding(e.TLSFailed, e.First.Time, e.Last.Time)
			if e.TLSFailed == 1 {
				f.Severity = report.SeverityInfo
				f.Confidence.Cause = report.ConfidenceLow
			}
			f.say(fmt.Sprintf("%s to %s %s refused; IKE over TCP is answered there.",
				capital(count(e.TLSFailed, "TLS connection")), e.Server, verb(e.TLSFailed, "was", "were")),
				"IKE holds the port; whatever served TLS there before is not reached any more.")
			f.or("scans by strangers: nothing was ever served there")
			f.orUnknown("whether a TLS service is meant to be there")
			f.ref(e.First, "first ClientHello")
			f.ref(e.Last, "last ClientHello")
			f.ref(c.FirstAnswer, "IPsec answered")
			f.Evidence["server"], f.Evidence["tls_connections"], f.Evidence["tls_refused"] = e.Server, e.TLS, e.TLSFailed
			out = append(out, f)
			break
		}
		if len(out) == maxRejections {
			break
		}
	}
	return out
}

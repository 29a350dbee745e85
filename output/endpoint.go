package output

import (
	"net/netip"
	"strconv"
	"strings"

	"github.com/ikesniff/ikesniff/report"
)

// split takes "ip:port", "[ip]:port" or "ip" apart; port is "" if there is
// none. What is no address stays whole.
func split(endpoint string) (host, port string) {
	if ap, err := netip.ParseAddrPort(endpoint); err == nil {
		return ap.Addr().String(), strconv.Itoa(int(ap.Port()))
	}
	return endpoint, ""
}

// Host is the name of an address if one is known, else the address as it is.
func (o *Options) Host(addr string) string {
	if n := o.nameOf(addr); n != "" {
		return Elide(n, 39) // no wider than an IPv6 address
	}
	return addr
}

func (p *printer) host(addr string) string { return p.opt.Host(addr) }

// nameOf is the name of an address, "" if none is known.
func (o *Options) nameOf(addr string) string {
	if o.Names == nil {
		return ""
	}
	a, err := netip.ParseAddr(addr)
	if err != nil {
		return ""
	}
	return Safe(o.Names(a.Unmap().WithZone("")))
}

func (p *printer) nameOf(addr string) string { return p.opt.nameOf(addr) }

// Arrow points away from the initiator, or both ways if who that is is not
// known.
func Arrow(t *report.Tunnel) string {
	if t.InitiatorKnown {
		return "->"
	}
	return "<>"
}

// TransportWord is the short name of a transport: a path adds its ports.
func TransportWord(transport string) string {
	switch transport {
	case "udp", "udp-nat-t":
		return "UDP"
	case "ip":
		return "raw IP"
	case "tcp-rfc8229":
		return "TCP"
	case "tcp-fortinet-esp":
		return "fake TCP"
	case "tcp-cisco":
		return "cTCP"
	}
	return transport
}

// transportSummary tells the way of a tunnel through its transports: "UDP 500 >
// 4500". It names at most three steps.
func transportSummary(t *report.Tunnel) string {
	var steps []string
	last, lastWord := "", ""
	for _, path := range pathsInOrder(t) {
		word := TransportWord(path.Transport)
		if path.Transport == "ip" {
			word = "raw " + dataProtocol(t)
		}
		step := word
		if _, port := split(path.Responder); port != "" {
			step += " " + port
		}
		if step == last {
			continue
		}
		last = step
		if word == lastWord {
			step = strings.TrimPrefix(step, word+" ")
		}
		lastWord = word
		steps = append(steps, step)
	}
	if len(steps) > 3 {
		steps = append(steps[:1:1], "..", steps[len(steps)-1])
	}
	out := strings.Join(steps, " > ")
	if out == "" {
		out = strings.Join(t.Transports, " > ")
	}
	if t.IKEVersion == 0 {
		out += ", no IKE"
	}
	return strings.TrimPrefix(out, ", ")
}

// dataProtocol is what a tunnel's data travels as: ESP, AH, or IP if there is
// none.
func dataProtocol(t *report.Tunnel) string {
	if len(t.ChildSAs) == 0 {
		return "IP"
	}
	for i := range t.ChildSAs {
		if t.ChildSAs[i].Protocol != "ah" {
			return "ESP"
		}
	}
	return "AH"
}

package filter

import (
	"net"
	"net/netip"
	"strconv"
	"strings"
)

// qualifiers are the words in front of an address, port or number.
type qualifiers struct {
	protocol string // "", ether, ip, ip6, arp, rarp, tcp, udp, sctp, ...
	side     side
	kind     string // host, net, port, portrange, proto; "" if none was given
}

// protocols that stand alone, by number; icmp and igmp are IPv4's, icmp6 IPv6's.
var protocols = map[string]protocolNode{
	"tcp": {protocol: 6}, "udp": {protocol: 17}, "sctp": {protocol: 132}, "esp": {protocol: 50}, "ah": {protocol: 51},
	"icmp": {network: onlyIP, protocol: 1}, "igmp": {network: onlyIP, protocol: 2}, "icmp6": {network: onlyIP6, protocol: 58},
}

var etherTypes = map[string]uint16{"ip": 0x0800, "ip6": 0x86dd, "arp": 0x0806, "rarp": 0x8035}

var networks = map[string]network{"": anyNetwork, "ip": onlyIP, "ip6": onlyIP6, "arp": onlyARP, "rarp": onlyRARP}

// primitive reads one condition.
func (p *parser) primitive() node {
	switch t := p.peek(); t {
	case "vlan":
		return p.vlan()
	case "less", "greater":
		p.next++
		op := map[string]string{"less": "<=", "greater": ">="}[t]
		return relationNode{p.inside, op, lengthOf{}, number(p.number("length"))}
	}
	q, given := p.qualifiers()
	if !given {
		if q = p.words; q == (qualifiers{}) && p.identifier() {
			p.fail("%q needs a word in front: host, net or port", p.peek())
		}
	}
	if given && q.kind == "" && q.side == eitherSide && !p.identifier() {
		p.words = q
		return p.alone(q.protocol)
	}
	switch q.kind {
	case "proto":
		p.words = q
		return p.proto(q)
	case "net":
		p.words = q
		return p.net(q)
	case "port", "portrange":
		p.words = q
		return p.port(q)
	}
	p.words = q
	return p.host(q)
}

// qualifiers reads the words in front; given is false where there are none.
func (p *parser) qualifiers() (q qualifiers, given bool) {
	from := p.next
	if w, ok := p.accept("ether", "ip", "ip6", "arp", "rarp", "tcp", "udp", "sctp", "icmp", "icmp6", "igmp", "esp", "ah"); ok {
		q.protocol = w
	}
	if w, ok := p.accept("src", "dst"); ok {
		q.side = sourceSide
		if w == "dst" {
			q.side = destinationSide
		}
		other := map[string]string{"src": "dst", "dst": "src"}[w]
		if p.next+1 < len(p.tokens) && p.tokens[p.next+1].text == other {
			if _, ok := p.accept("or", "||"); ok {
				p.next++
				q.side = eitherSide
			} else if _, ok := p.accept("and", "&&"); ok {
				p.next++
				q.side = bothSides
			}
		}
	}
	if w, ok := p.accept("host", "net", "port", "portrange", "proto"); ok {
		q.kind = w
	}
	return q, p.next > from
}

// identifier tells whether an address or number comes next.
func (p *parser) identifier() bool {
	t := p.peek()
	return digits(t) || strings.Contains(t, ":")
}

// alone is a protocol without anything behind.
func (p *parser) alone(name string) node {
	if t, ok := etherTypes[name]; ok {
		return etherTypeNode{p.inside, t}
	}
	if n, ok := protocols[name]; ok {
		n.inside = p.inside
		return n
	}
	p.fail("something is missing behind %q", name)
	return nil
}

func (p *parser) vlan() node {
	p.next++
	v := vlanNode{inside: p.inside, any: true}
	if n, ok := parseNumber(p.peek()); ok {
		if n > 4095 {
			p.fail("a VLAN has no number above 4095, not %d", n)
		}
		p.next++
		v.id, v.any = uint16(n), false
	}
	p.inside.tags++
	return v
}

func (p *parser) number(what string) uint32 {
	n, ok := parseNumber(p.peek())
	if !ok {
		p.fail("a %s is missing", what)
	}
	p.next++
	return n
}

func (p *parser) proto(q qualifiers) node {
	if q.side != eitherSide {
		p.fail("a protocol has no source or destination")
	}
	name := strings.TrimPrefix(p.peek(), `\`)
	if q.protocol == "ether" {
		t, ok := etherTypes[name]
		if !ok {
			n := p.number("number of a protocol")
			if n < 0x600 || n > 0xffff {
				p.next--
				p.fail("types of Ethernet are 1536 to 65535, not %d", n)
			}
			return etherTypeNode{p.inside, uint16(n)}
		}
		p.next++
		return etherTypeNode{p.inside, t}
	}
	net, ok := networks[q.protocol]
	if !ok || net > onlyIP6 {
		p.fail("no protocol can be given behind %q", q.protocol)
	}
	n := protocolNode{p.inside, net, protocols[name].protocol}
	if n.protocol != 0 {
		p.next++
		return n
	}
	value := p.number("number of a protocol")
	if value > 255 {
		p.next--
		p.fail("protocols of IP are 0 to 255, not %d", value)
	}
	n.protocol = uint8(value)
	return n
}

func (p *parser) host(q qualifiers) node {
	text := p.peek()
	if q.protocol == "ether" {
		mac, err := net.ParseMAC(text)
		if err != nil || len(mac) != 6 {
			p.fail("%q is no Ethernet address", text)
		}
		p.next++
		return macNode{q.side, [6]byte(mac)}
	}
	n, ok := networks[q.protocol]
	if !ok {
		p.fail("no address can be given behind %q", q.protocol)
	}
	addr, err := netip.ParseAddr(text)
	if err != nil || addr.Zone() != "" {
		if q.kind == "" && !digits(text) {
			p.fail("unknown word %q", text)
		}
		p.fail("%q is no address (names are not looked up)", text)
	}
	h := hostNode{p.inside, n, q.side, netip.PrefixFrom(addr, addr.BitLen())}
	return p.fits(h)
}

// fits takes an address that fits the protocol in front of it.
func (p *parser) fits(h hostNode) node {
	if six := h.prefix.Addr().Is6(); six && h.network != anyNetwork && h.network != onlyIP6 || !six && h.network == onlyIP6 {
		p.fail("%s is no address of that protocol", h.prefix.Addr())
	}
	p.next++
	return h
}

func (p *parser) net(q qualifiers) node {
	n, ok := networks[q.protocol]
	if !ok {
		p.fail("no network can be given behind %q", q.protocol)
	}
	text, length, slash := strings.Cut(p.peek(), "/")
	addr, bits, ok := networkAddress(text)
	if !ok {
		p.fail("%q is no network (names are not looked up)", p.peek())
	}
	if slash {
		v, err := strconv.ParseUint(length, 10, 8)
		if err != nil || int(v) > addr.BitLen() {
			p.fail("%q is no length of a prefix", length)
		}
		bits = int(v)
	} else if p.next+1 < len(p.tokens) && p.tokens[p.next+1].text == "mask" {
		p.next += 2
		mask, err := netip.ParseAddr(p.peek())
		b := mask.AsSlice()
		if err != nil || !mask.Is4() || !addr.Is4() {
			p.fail("%q is no mask of IPv4", p.peek())
		}
		size, of := net.IPMask(b).Size()
		if of == 0 {
			p.fail("a mask with holes is not supported")
		}
		bits = size
	}
	prefix := netip.PrefixFrom(addr, bits)
	if prefix.Masked().Addr() != addr {
		p.fail("%s has bits behind its prefix of %d", addr, bits)
	}
	return p.fits(hostNode{p.inside, n, q.side, prefix})
}

// networkAddress reads an address that may lack its last parts: 10.1 is
// 10.1.0.0/16.
func networkAddress(s string) (addr netip.Addr, bits int, ok bool) {
	if addr, err := netip.ParseAddr(s); err == nil && addr.Zone() == "" {
		return addr, addr.BitLen(), true
	}
	parts := strings.Split(s, ".")
	var b [4]byte
	if len(parts) > 3 {
		return addr, 0, false
	}
	for i, t := range parts {
		v, err := strconv.ParseUint(t, 10, 8)
		if err != nil {
			return addr, 0, false
		}
		b[i] = byte(v)
	}
	return netip.AddrFrom4(b), 8 * len(parts), true
}

// ports that have names which everybody knows.
var ports = map[string]uint16{"isakmp": 500, "ipsec-nat-t": 4500, "domain": 53, "ssh": 22, "http": 80, "https": 443}

func (p *parser) port(q qualifiers) node {
	n := portNode{inside: p.inside, side: q.side}
	switch q.protocol {
	case "", "tcp", "udp", "sctp":
		n.protocol = protocols[q.protocol].protocol
	default:
		p.fail("no port can be given behind %q", q.protocol)
	}
	low, high, isRange := strings.Cut(p.peek(), "-")
	if isRange != (q.kind == "portrange") && isRange {
		p.fail("%q is a range: write portrange", p.peek())
	}
	n.low = p.portNumber(low)
	n.high = n.low
	if isRange {
		n.high = p.portNumber(high)
	}
	if n.high < n.low {
		n.low, n.high = n.high, n.low
	}
	p.next++
	return n
}

func (p *parser) portNumber(s string) uint16 {
	if n, ok := ports[s]; ok {
		return n
	}
	n, ok := parseNumber(s)
	if !ok || n > 0xffff {
		p.fail("%q is no port", s)
	}
	return uint16(n)
}

package message

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"github.com/ikesniff/ikesniff/dissect/ike"
	"github.com/ikesniff/ikesniff/reassembly"
	"github.com/ikesniff/ikesniff/report"
)

// Filter says which messages to list. Of each kind that is given one value has
// to match. The zero value keeps all.
type Filter struct {
	SPIs         []uint64 // of IKE, ESP or AH
	Exchanges    []ike.ExchangeType
	Notifies     []Notify
	Transports   []reassembly.Transport
	Since, Until *Moment // both inclusive
	Tunnel       *TunnelFilter
}

// Notify is a notify type with the major version that it is of.
type Notify struct {
	Major uint8
	Type  uint16
}

// Empty reports whether every message is kept.
func (f *Filter) Empty() bool {
	return len(f.SPIs) == 0 && len(f.Exchanges) == 0 && len(f.Notifies) == 0 && len(f.Transports) == 0 &&
		f.Since == nil && f.Until == nil && f.Tunnel == nil
}

// keeps judges an event by what it says itself; h is the header of an IKE
// message, nil for all others.
func (f *Filter) keeps(e *reassembly.Event, h *ike.Header, since, until int64) bool {
	if f.Since != nil && e.Time < since || f.Until != nil && e.Time > until {
		return false
	}
	if len(f.Transports) > 0 && !contains(f.Transports, e.Transport) {
		return false
	}
	if h == nil {
		if len(f.Exchanges) > 0 || len(f.Notifies) > 0 {
			return false
		}
		if len(f.SPIs) > 0 && (e.SPI == 0 || !contains(f.SPIs, uint64(e.SPI))) {
			return false
		}
		return f.Tunnel == nil || f.Tunnel.keepsData(e)
	}
	if len(f.SPIs) > 0 && !contains(f.SPIs, uint64(h.InitiatorSPI)) && !contains(f.SPIs, uint64(h.ResponderSPI)) {
		return false
	}
	if len(f.Exchanges) > 0 && !contains(f.Exchanges, h.ExchangeType) {
		return false
	}
	return f.Tunnel == nil || f.Tunnel.ike[h.InitiatorSPI]
}

// keepsNotifies judges by the notifies in clear.
func (f *Filter) keepsNotifies(s *summary) bool {
	if len(f.Notifies) == 0 {
		return true
	}
	for i := range s.notifies {
		if contains(f.Notifies, Notify{s.m.Version.Major, s.notifies[i].typ}) {
			return true
		}
	}
	return false
}

func contains[T comparable](list []T, x T) bool {
	for _, y := range list {
		if x == y {
			return true
		}
	}
	return false
}

var unite = strings.NewReplacer(" ", "", "_", "", "-", "")

// folded is a name as it is compared: without case, blanks and dashes.
func folded(s string) string { return unite.Replace(strings.ToLower(s)) }

// ParseExchange reads the name or number of an exchange, such as "IKE_AUTH" or
// "main mode". "main", "aggressive" and "quick" will do, and so will "auth" and
// "sa_init"; INFORMATIONAL is of both versions.
func ParseExchange(s string) ([]ike.ExchangeType, error) {
	if n, err := strconv.ParseUint(s, 10, 8); err == nil {
		return []ike.ExchangeType{ike.ExchangeType(n)}, nil
	}
	want := folded(s)
	var out []ike.ExchangeType
	for i := range 256 {
		t := ike.ExchangeType(i)
		short := folded(t.Name())
		if want == short || want == folded(t.String()) || want+"mode" == short || "ike"+want == short {
			out = append(out, t)
		}
	}
	if out == nil {
		return nil, fmt.Errorf("unknown exchange %q; give a name such as IKE_SA_INIT, IKE_AUTH, CREATE_CHILD_SA, INFORMATIONAL, main, aggressive, quick, or a number", s)
	}
	return out, nil
}

// ParseNotify reads the name or number of a notify type, of either version.
func ParseNotify(s string) ([]Notify, error) {
	if n, err := strconv.ParseUint(s, 10, 16); err == nil {
		return []Notify{{1, uint16(n)}, {2, uint16(n)}}, nil
	}
	want := folded(s)
	var out []Notify
	for i := range 1 << 16 {
		n := uint16(i)
		if folded(ike.NotifyType(n).Name()) == want {
			out = append(out, Notify{2, n})
		}
		if folded(ike.V1NotifyType(n).Name()) == want {
			out = append(out, Notify{1, n})
		}
	}
	if out == nil {
		return nil, fmt.Errorf("unknown notify %q; give IANA's name such as NO_PROPOSAL_CHOSEN, COOKIE or INVALID_KE_PAYLOAD, or a number", s)
	}
	return out, nil
}

// ParseTransport reads the name of a transport as reports or lines have it;
// "tcp" stands for all that begin with it.
func ParseTransport(s string) ([]reassembly.Transport, error) {
	want := strings.ToLower(s)
	var group []reassembly.Transport
	var names []string
	for t := reassembly.TransportUDP; t <= reassembly.TransportCisco; t++ {
		if t.String() == want || want != "tcp" && want == strings.ToLower(transportWord(t)) {
			return []reassembly.Transport{t}, nil
		}
		if strings.HasPrefix(t.String(), want+"-") {
			group = append(group, t)
		}
		names = append(names, t.String())
	}
	if group == nil {
		return nil, fmt.Errorf("unknown transport %q; choose one of %s, or tcp for all of TCP", s, strings.Join(names, ", "))
	}
	return group, nil
}

// TunnelFilter keeps what belongs to tunnels of a report: their IKE SAs, their
// child SAs, and the keepalives on their paths.
type TunnelFilter struct {
	ike  map[ike.SPI]bool
	data map[childKey]bool
	ends map[[2]netip.AddrPort]bool
}

// childKey is a child SA towards one address and port; SPIs repeat.
type childKey struct {
	kind reassembly.MessageKind
	spi  uint32
	dst  netip.AddrPort
}

// Add adds a tunnel.
func (f *TunnelFilter) Add(t *report.Tunnel) {
	if f.ike == nil {
		f.ike, f.data, f.ends = map[ike.SPI]bool{}, map[childKey]bool{}, map[[2]netip.AddrPort]bool{}
	}
	for i := range t.IKESAs {
		if spi, err := strconv.ParseUint(t.IKESAs[i].InitiatorSPI, 16, 64); err == nil {
			f.ike[ike.SPI(spi)] = true
		}
	}
	for i := range t.Paths {
		a, b := endpoint(t.Paths[i].Initiator), endpoint(t.Paths[i].Responder)
		f.ends[[2]netip.AddrPort{a, b}], f.ends[[2]netip.AddrPort{b, a}] = true, true
	}
	for i := range t.ChildSAs {
		c := &t.ChildSAs[i]
		spi, err := strconv.ParseUint(c.SPI, 16, 32)
		if err != nil {
			continue
		}
		kind := reassembly.MessageESP
		if c.Protocol == "ah" {
			kind = reassembly.MessageAH
		}
		f.data[childKey{kind, uint32(spi), endpoint(c.Destination)}] = true
		for j := range t.Paths { // the same SA on another path
			f.data[childKey{kind, uint32(spi), endpoint(t.Paths[j].Initiator)}] = true
			f.data[childKey{kind, uint32(spi), endpoint(t.Paths[j].Responder)}] = true
		}
	}
}

func (f *TunnelFilter) keepsData(e *reassembly.Event) bool {
	if e.Message == reassembly.MessageKeepalive {
		return f.ends[[2]netip.AddrPort{e.Src, e.Dst}]
	}
	return f.data[childKey{e.Message, e.SPI, e.Dst}]
}

// endpoint reads "ip:port" or "ip".
func endpoint(s string) netip.AddrPort {
	if ap, err := netip.ParseAddrPort(s); err == nil {
		return ap
	}
	a, err := netip.ParseAddr(s)
	if err != nil {
		return netip.AddrPort{}
	}
	return netip.AddrPortFrom(a, 0)
}

package output

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/ikesniff/ikesniff/report"
)

// Selection says which tunnels to keep. Of each kind that is given one value
// has to match.
type Selection struct {
	Peers    []netip.Prefix // an endpoint of the tunnel or of one of its paths
	Tunnels  []string       // a tunnel's id or how it begins
	SPIs     []uint64       // an SPI of one of its IKE or child SAs
	Problems bool           // something above info

	words []string
}

// NewSelection reads what users type: addresses or prefixes, tunnel ids, SPIs in
// hex with or without 0x.
func NewSelection(peers, tunnels, spis []string, problems bool) (Selection, error) {
	s := Selection{Problems: problems}
	for _, x := range peers {
		prefix, err := netip.ParsePrefix(x)
		if err != nil {
			addr, err := netip.ParseAddr(x)
			if err != nil {
				return s, fmt.Errorf("peer %q is neither an address nor a prefix such as 192.0.2.0/24", x)
			}
			addr = addr.Unmap().WithZone("")
			prefix = netip.PrefixFrom(addr, addr.BitLen())
		}
		s.Peers = append(s.Peers, prefix.Masked())
		s.words = append(s.words, "--peer "+x)
	}
	for _, x := range tunnels {
		id := strings.ToLower(x)
		if id == "" || len(id) > 12 || strings.Trim(id, "0123456789abcdef") != "" {
			return s, fmt.Errorf("tunnel %q is not an id of up to 12 hex digits, as a report shows them", x)
		}
		s.Tunnels = append(s.Tunnels, id)
		s.words = append(s.words, "--tunnel "+x)
	}
	for _, x := range spis {
		digits := strings.TrimPrefix(strings.ToLower(x), "0x")
		spi, err := strconv.ParseUint(digits, 16, 64)
		if err != nil || spi == 0 {
			return s, fmt.Errorf("SPI %q is not a hex number of up to 16 digits other than 0", x)
		}
		s.SPIs = append(s.SPIs, spi)
		s.words = append(s.words, "--spi "+x)
	}
	if problems {
		s.words = append(s.words, "--problems")
	}
	return s, nil
}

// Empty reports whether every tunnel is kept.
func (s Selection) Empty() bool {
	return len(s.Peers) == 0 && len(s.Tunnels) == 0 && len(s.SPIs) == 0 && !s.Problems
}

// String is the selection as it was typed.
func (s Selection) String() string { return strings.Join(s.words, " ") }

// Select returns s with the tunnels that match, and the gateways at their ends
// with what all their tunnels tell. Totals, sources and what concerns the capture
// as a whole, or no gateway, stay as they are.
func Select(s *report.Stream, sel Selection) *report.Stream {
	if sel.Empty() {
		return s
	}
	out := *s
	var ends map[string]bool // of the last whole pass
	out.Tunnels = func(yield func(*report.Tunnel) bool) {
		seen := map[string]bool{}
		for t := range s.Tunnels {
			if !sel.matches(t) {
				continue
			}
			seen[t.Initiator], seen[t.Responder] = true, true
			if !yield(t) {
				return
			}
		}
		ends = seen
	}
	pass := func() {
		if ends == nil {
			for range out.Tunnels {
			}
		}
	}
	out.Head.Anomalies = slices.DeleteFunc(slices.Clone(s.Head.Anomalies), func(a report.Anomaly) bool {
		gateway, ok := a.Evidence["gateway"].(string)
		if ok {
			pass() // rare, and else the gateways of other tunnels would be told of
		}
		return ok && !ends[gateway]
	})
	out.Compare = func() ([]report.Gateway, int) {
		pass()
		all, _ := s.Gateways()
		list := slices.DeleteFunc(slices.Clone(all), func(g report.Gateway) bool { return !ends[g.Address] })
		return list, len(list)
	}
	return &out
}

func (s Selection) matches(t *report.Tunnel) bool {
	switch {
	case s.Problems && Trouble(t.Anomalies).Rank() <= report.SeverityInfo.Rank():
		return false
	case len(s.Tunnels) > 0 && !slices.ContainsFunc(s.Tunnels, func(id string) bool { return strings.HasPrefix(t.ID, id) }):
		return false
	case len(s.Peers) > 0 && !s.matchesPeer(t):
		return false
	case len(s.SPIs) > 0 && !s.matchesSPI(t):
		return false
	}
	return true
}

func (s Selection) matchesPeer(t *report.Tunnel) bool {
	is := func(endpoint string) bool {
		host, _ := split(endpoint)
		addr, err := netip.ParseAddr(host)
		if err != nil {
			return false
		}
		addr = addr.Unmap().WithZone("")
		return slices.ContainsFunc(s.Peers, func(p netip.Prefix) bool { return p.Contains(addr) })
	}
	return is(t.Initiator) || is(t.Responder) ||
		slices.ContainsFunc(t.Paths, func(p report.Path) bool { return is(p.Initiator) || is(p.Responder) })
}

func (s Selection) matchesSPI(t *report.Tunnel) bool {
	is := func(hex string) bool {
		spi, err := strconv.ParseUint(hex, 16, 64)
		return err == nil && slices.Contains(s.SPIs, spi)
	}
	return slices.ContainsFunc(t.IKESAs, func(x report.IKESA) bool { return is(x.InitiatorSPI) || is(x.ResponderSPI) }) ||
		slices.ContainsFunc(t.ChildSAs, func(x report.ChildSA) bool { return is(x.SPI) })
}

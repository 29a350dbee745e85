package reassembly

import (
	"cmp"
	"net/netip"
	"slices"

	"github.com/ikesniff/ikesniff/capture"
)

// Endpoint sums up the TCP connections of other protocols to one server.
type Endpoint struct {
	Server netip.AddrPort
	// TLS, HTTP and SSH count connections by what they began with, Other those
	// with other data.
	TLS, HTTP, SSH, Other uint64
	// TLSFailed counts those of TLS whose ClientHello was never answered by a
	// ServerHello, although the server ended the connection or sent an alert.
	TLSFailed uint64
	// Refused counts those whose SYN was answered with RST, Unanswered those
	// whose SYN was never answered.
	Refused, Unanswered uint64
	// FirstTime and FirstRef are those of the earliest packet.
	FirstTime int64
	FirstRef  capture.Ref
	// Clients are the addresses that came first, at most four.
	Clients []Client
}

// Client is an address that connected to an Endpoint, and its first packet.
type Client struct {
	Address netip.Addr
	Time    int64
	Ref     capture.Ref
}

const (
	// maxEndpoints bounds the endpoints of a Classifier. The one that was not
	// met for longest makes room.
	maxEndpoints = 1 << 16
	maxClients   = 4
)

// endpoints are the Endpoints of a Classifier.
type endpoints struct {
	t         *table[netip.AddrPort, Endpoint]
	forgotten *uint64
}

func endpointHash(a netip.AddrPort) uint32 {
	k := spiKey(a.Addr(), a.Addr(), uint32(a.Port()))
	return k.hash()
}

// fold adds a connection that ended to its endpoint.
func (s *endpoints) fold(e *tcpEntry) {
	server := e.server()
	client, answer := e.traits[1-server], e.traits[server]
	if client&(traitSYN|traitData) == 0 && answer&(traitSYNACK|traitData|traitRefused) == 0 {
		return // acknowledgments alone tell nothing
	}
	ends := e.ends()
	addr := ends[server]
	hash := endpointHash(addr)
	p := s.t.get(&addr, hash)
	if p == nil {
		p = s.t.put(addr, hash, func(old *Endpoint) { *s.forgotten += old.connections() })
		*p = Endpoint{Server: addr, FirstTime: e.firstTime, FirstRef: e.firstRef}
	}
	if earlierRef(e.firstTime, e.firstRef, p.FirstTime, p.FirstRef) {
		p.FirstTime, p.FirstRef = e.firstTime, e.firstRef
	}
	p.addClient(Client{ends[1-server].Addr(), e.firstTime, e.firstRef})

	asked, answered := e.said[1-server], e.said[server]
	said := asked
	if _, ok := said.foreign(); !ok {
		said = max(asked, answered)
	}
	switch f, known := said.foreign(); {
	case known && f == ForeignTLS:
		p.TLS++
		ended := answer&(traitFIN|traitRST) != 0 || answered == saidTLS
		if asked == saidClientHello && answered != saidServerHello && ended {
			p.TLSFailed++
		}
	case known && f == ForeignHTTP:
		p.HTTP++
	case known:
		p.SSH++
	case said == saidOther:
		p.Other++
	case answer&traitRefused != 0:
		p.Refused++
	case client&traitSYN != 0 && answer == 0:
		p.Unanswered++
	}
}

func (p *Endpoint) connections() uint64 {
	return p.TLS + p.HTTP + p.SSH + p.Other + p.Refused + p.Unanswered
}

// addClient keeps the addresses that came first.
func (p *Endpoint) addClient(c Client) {
	i := slices.IndexFunc(p.Clients, func(o Client) bool { return o.Address == c.Address })
	if i >= 0 {
		if !earlierRef(c.Time, c.Ref, p.Clients[i].Time, p.Clients[i].Ref) {
			return
		}
		p.Clients = slices.Delete(p.Clients, i, i+1)
	}
	at, _ := slices.BinarySearchFunc(p.Clients, c, func(a, b Client) int {
		return cmp.Or(cmp.Compare(a.Time, b.Time), cmp.Compare(a.Ref, b.Ref), a.Address.Compare(b.Address))
	})
	if at >= maxClients {
		return
	}
	p.Clients = slices.Insert(p.Clients, at, c)
	p.Clients = p.Clients[:min(len(p.Clients), maxClients)]
}

func earlierRef(time int64, ref capture.Ref, than int64, thanRef capture.Ref) bool {
	return time < than || time == than && ref < thanRef
}

// Endpoints lists the servers of all TCP connections that carried no IPsec, by
// address. It is complete after Finish.
func (c *Classifier) Endpoints() []Endpoint {
	var list []Endpoint
	c.endpoints.t.all(func(p *Endpoint) {
		e := *p
		e.Clients = slices.Clone(e.Clients)
		list = append(list, e)
	})
	sortEndpoints(list)
	return list
}

// MergeEndpoints joins the lists of several Classifiers.
func MergeEndpoints(lists ...[]Endpoint) []Endpoint {
	sum := map[netip.AddrPort]*Endpoint{}
	for _, list := range lists {
		for _, e := range list {
			s := sum[e.Server]
			if s == nil {
				e.Clients = slices.Clone(e.Clients)
				sum[e.Server] = &e
				continue
			}
			s.TLS += e.TLS
			s.HTTP += e.HTTP
			s.SSH += e.SSH
			s.Other += e.Other
			s.TLSFailed += e.TLSFailed
			s.Refused += e.Refused
			s.Unanswered += e.Unanswered
			if earlierRef(e.FirstTime, e.FirstRef, s.FirstTime, s.FirstRef) {
				s.FirstTime, s.FirstRef = e.FirstTime, e.FirstRef
			}
			for _, c := range e.Clients {
				s.addClient(c)
			}
		}
	}
	list := make([]Endpoint, 0, len(sum))
	for _, e := range sum {
		list = append(list, *e)
	}
	sortEndpoints(list)
	return list
}

func sortEndpoints(list []Endpoint) {
	slices.SortFunc(list, func(a, b Endpoint) int {
		return cmp.Or(a.Server.Addr().Compare(b.Server.Addr()), cmp.Compare(a.Server.Port(), b.Server.Port()))
	})
}

package output

import (
	"strings"

	"github.com/ikesniff/ikesniff/report"
)

// paths writes a tunnel's paths: a line each if that fits, else one for each
// direction, and with long addresses those on lines of their own.
func (p *printer) paths(t *report.Tunnel) {
	if len(t.Paths) == 0 {
		return
	}
	g := p.fitting(
		func() *grid { return p.flatPaths(t) },
		func() *grid { return p.stackedPaths(t) },
	)
	if g.width() <= p.width {
		p.grid(g)
		return
	}
	for _, path := range pathsInOrder(t) {
		p.longPath(t, &path)
	}
}

// pathColumn is one count of a path's traffic, and whether any path has it.
type pathColumn struct {
	name  string
	count func(*report.PathTraffic) uint64
	has   report.Direction[bool]
}

// pathColumns chooses the counts worth showing: ESP where there was any, else
// IKE messages; keepalives where there were any.
func pathColumns(t *report.Tunnel) []pathColumn {
	esp := newPathColumn(t, dataProtocol(t), func(x *report.PathTraffic) uint64 { return x.ESPPackets })
	ike := newPathColumn(t, "IKE", func(x *report.PathTraffic) uint64 { return x.IKEMessages })
	keepalive := newPathColumn(t, "0xFF", func(x *report.PathTraffic) uint64 { return x.Keepalives })
	columns := []pathColumn{ike}
	if esp.has.ToResponder || esp.has.ToInitiator {
		columns = []pathColumn{esp}
	}
	// A missing direction of data is news, one of keepalives is not.
	columns[0].has = report.Direction[bool]{ToResponder: true, ToInitiator: true}
	if keepalive.has.ToResponder || keepalive.has.ToInitiator {
		columns = append(columns, keepalive)
	}
	return columns
}

func newPathColumn(t *report.Tunnel, name string, count func(*report.PathTraffic) uint64) pathColumn {
	c := pathColumn{name: name, count: count}
	for i := range t.Paths {
		c.has.ToResponder = c.has.ToResponder || count(&t.Paths[i].Traffic.ToResponder) > 0
		c.has.ToInitiator = c.has.ToInitiator || count(&t.Paths[i].Traffic.ToInitiator) > 0
	}
	return c
}

// flatPaths has a line for each path.
func (p *printer) flatPaths(t *report.Tunnel) *grid {
	columns := pathColumns(t)
	g := &grid{indent: 3}
	g.column("PATH")
	g.column("STATE")
	g.column("LAST -> " + p.clock.column())
	g.column("LAST <- " + p.clock.column())
	for _, c := range columns {
		if c.has.ToResponder {
			g.number(c.name + " ->")
		}
		if c.has.ToInitiator {
			g.number(c.name + " <-")
		}
	}
	for _, path := range pathsInOrder(t) {
		a, b := &path.Traffic.ToResponder, &path.Traffic.ToInitiator
		from, to := pathEnds(t, &path)
		name := TransportWord(path.Transport)
		if from+to != "" {
			name += "  " + from + " " + Arrow(t) + " " + to
		}
		row := []string{name, p.pathState(path.State), p.last(a), p.last(b)}
		for _, c := range columns {
			if c.has.ToResponder {
				row = append(row, Number(c.count(a)))
			}
			if c.has.ToInitiator {
				row = append(row, Number(c.count(b)))
			}
		}
		g.add(row...)
	}
	return g
}

// stackedPaths has a line for each direction.
func (p *printer) stackedPaths(t *report.Tunnel) *grid {
	columns := pathColumns(t)
	g := &grid{indent: 3}
	g.column("PATH")
	g.column("STATE")
	g.column("")
	g.column("LAST " + p.clock.column())
	for _, c := range columns {
		g.number(c.name)
	}
	for _, path := range pathsInOrder(t) {
		a, b := &path.Traffic.ToResponder, &path.Traffic.ToInitiator
		word := TransportWord(path.Transport) + "  "
		row := []string{
			word + path.Initiator + "\n" + strings.Repeat(" ", len(word)) + Arrow(t) + " " + path.Responder,
			p.pathState(path.State), "->\n<-", p.last(a) + "\n" + p.last(b),
		}
		for _, c := range columns {
			row = append(row, compact(c.count(a), 9)+"\n"+compact(c.count(b), 9))
		}
		g.add(row...)
	}
	return g
}

// longPath writes one path without columns.
func (p *printer) longPath(t *report.Tunnel, path *report.Path) {
	p.fields("   "+TransportWord(path.Transport)+"  ", p.pathState(path.State), path.Initiator, Arrow(t)+" "+path.Responder)
	direction := func(first string, x *report.PathTraffic) {
		last := "none"
		if x.LastSeen != nil && x.LastRef != nil {
			last = "last " + p.clock.at(*x.LastSeen) + " " + p.clock.column() + " " + p.ref(*x.LastRef)
		}
		fields := []string{last}
		for _, c := range pathColumns(t) {
			fields = append(fields, c.name+" "+Number(c.count(x)))
		}
		p.fields(first, fields...)
	}
	direction("      -> ", &path.Traffic.ToResponder)
	direction("      <- ", &path.Traffic.ToInitiator)
}

// pathEnds are the two ends of a path, ports alone where the addresses are
// those of the tunnel.
func pathEnds(t *report.Tunnel, path *report.Path) (from, to string) {
	short := func(endpoint, addr string) string {
		host, port := split(endpoint)
		switch {
		case host != addr:
			return endpoint
		case port == "":
			return ""
		}
		return ":" + port
	}
	from, to = short(path.Initiator, t.Initiator), short(path.Responder, t.Responder)
	if (from == "") != (to == "") {
		return path.Initiator, path.Responder
	}
	return from, to
}

func (p *printer) pathState(s report.PathState) string {
	return p.paint(strings.ReplaceAll(string(s), "-", " "))
}

// last is time and number of the last packet one way.
func (p *printer) last(x *report.PathTraffic) string {
	if x.LastSeen == nil || x.LastRef == nil {
		return "-"
	}
	return p.clock.at(*x.LastSeen) + " " + p.ref(*x.LastRef)
}

package flows

import (
	"slices"
	"strconv"
)

// naming gives the parts of one tunnel their ids, in order of first packet.
type naming struct {
	paths []*path
	place map[*path]int // in paths, once there are more than few
}

// few is how many entries are looked through faster than a map is made.
const few = 8

// name numbers the parts of a group. IKE SAs and child SAs know their own number.
func (n *naming) name(g *group) {
	clear(n.paths)
	n.paths, n.place = n.paths[:0], nil
	for i, l := range g.ikes {
		l.number = i
		for _, p := range l.paths {
			n.use(p.path)
		}
	}
	for i, c := range g.children {
		c.number = i
		for _, s := range c.streams {
			n.use(s.path)
		}
	}
	slices.SortFunc(n.paths, func(a, b *path) int {
		if c := a.firstUse().compare(b.firstUse()); c != 0 {
			return c
		}
		return comparePathKeys(a, b)
	})
	if n.place != nil {
		n.index()
	}
}

func (n *naming) use(p *path) {
	if n.at(p) >= 0 {
		return
	}
	n.paths = append(n.paths, p)
	switch {
	case n.place != nil:
		n.place[p] = len(n.paths) - 1
	case len(n.paths) > few:
		n.place = map[*path]int{}
		n.index()
	}
}

func (n *naming) index() {
	for i, p := range n.paths {
		n.place[p] = i
	}
}

// at is the place of a path in the report's list, -1 if it is not there.
func (n *naming) at(p *path) int {
	if n.place == nil {
		return slices.Index(n.paths, p)
	}
	if i, ok := n.place[p]; ok {
		return i
	}
	return -1
}

func (n *naming) path(p *path) string { return numbered(&pathNames, "path-", n.at(p)) }

func (n *ikeLine) name() string { return numbered(&ikeNames, "ike-", n.number) }
func (c *child) name() string   { return numbered(&childNames, "child-", c.number) }

// The first names are the same in each tunnel, and made once.
var pathNames, ikeNames, childNames = names("path-"), names("ike-"), names("child-")

func names(prefix string) (list [64]string) {
	for i := range list {
		list[i] = prefix + strconv.Itoa(i+1)
	}
	return list
}

// numbered is the name of the part at a place of its list.
func numbered(known *[64]string, prefix string, at int) string {
	if uint(at) < uint(len(known)) {
		return known[at]
	}
	return prefix + strconv.Itoa(at+1)
}

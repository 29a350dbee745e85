package flows

import (
	"slices"

	"github.com/ikesniff/ikesniff/reassembly"
)

// child is one child SA: the streams of one SPI towards one destination, as
// seen on one path or several, at one tap or several.
type child struct {
	streams []*stream  // by first packet
	only    [1]*stream // room for one, which most have
	first   mark
	last    mark
	ike     *ikeLine // the IKE SA it was made by, if that can be told
	born    mark     // the exchange that made it, if captured
	sure    bool     // ike is the only candidate
	pair    *child   // the SA of the other direction
	number  int      // in the tunnel, as it is named
}

func (c *child) head() *stream { return c.streams[0] }

func (c *child) add(s *stream) {
	if c.streams == nil {
		c.streams = c.only[:0]
	}
	c.streams = append(c.streams, s)
	c.first = earlier(c.first, s.first)
	c.last = later(c.last, s.last)
}

const (
	// A stream goes on where another stopped if it begins no more than
	// overlapAllowed before the other's end and its numbers go on, up to
	// maxForward after the other's highest.
	overlapAllowed = 2e9
	maxForward     = 1 << 24
	// Where the other had ended, the last of its packets may have been overtaken
	// at the change; but a stream that begins anew at 1 is another SA.
	maxOvertaken = 32
)

// follows tells whether stream b may be the continuation of a, elsewhere.
func follows(a, b *stream) bool {
	step := int64(int32(b.seq.first - a.seq.high))
	if step > 0 {
		return step < maxForward && b.first.time >= a.last.time-overlapAllowed
	}
	return step > -maxOvertaken && b.seq.first > maxOvertaken && b.first.compare(a.last) > 0 &&
		b.content != a.content
}

// sameSpan tells whether two streams are one SA seen at two places at once,
// as before and after a NAT: the same packets at about the same times.
func sameSpan(a, b *stream) bool {
	return a.content != 0 && a.content == b.content && near(a.first.time, b.first.time) && near(a.last.time, b.last.time) &&
		a.seq.first == b.seq.first && a.seq.high == b.seq.high
}

func near(a, b int64) bool { return a-b < 1e9 && b-a < 1e9 }

// childrenOf groups the streams of one pair into child SAs. An SPI belongs to
// its destination address and port; another port is the same SA if a NAT gave
// it that port later.
func childrenOf(p *pair) []*child {
	if len(p.streams) == 1 {
		c := &child{}
		c.add(p.streams[0])
		return []*child{c}
	}
	streams := slices.Clone(p.streams)
	sortByFirst(streams)
	type key struct {
		spi     uint32
		message reassembly.MessageKind
		dir     uint8
	}
	open := map[key][]*child{}
	var out []*child
	for _, s := range streams {
		k := key{s.spi, s.message, s.dir}
		var home *child
		for _, c := range open[k] {
			last := c.streams[len(c.streams)-1]
			if last.path == s.path || slices.ContainsFunc(c.streams, func(x *stream) bool { return x.path == s.path }) ||
				follows(last, s) {
				home = c
				break
			}
		}
		if home == nil {
			home = &child{}
			open[k] = append(open[k], home)
			out = append(out, home)
		}
		home.add(s)
	}
	return out
}

func sortByFirst(l []*stream) {
	slices.SortFunc(l, func(a, b *stream) int {
		if c := a.first.compare(b.first); c != 0 {
			return c
		}
		return compareStreams(a, b)
	})
}

func compareStreams(a, b *stream) int {
	aSrc, aDst := a.ends()
	bSrc, bDst := b.ends()
	if c := aSrc.Compare(bSrc); c != 0 {
		return c
	}
	if c := aDst.Compare(bDst); c != 0 {
		return c
	}
	if a.spi != b.spi {
		if a.spi < b.spi {
			return -1
		}
		return 1
	}
	return compareTaps(a.at.tap, b.at.tap)
}

// joinAcross merges child SAs of different pairs that are one: they have one
// address in common (a peer roams, or a NAT lies between the taps), the same
// SPI, and either the same IKE SA or numbers that go on or coincide.
func joinAcross(all []*child) []*child {
	type key struct {
		spi     uint32
		message reassembly.MessageKind
	}
	bySPI := make(map[key][]*child, len(all))
	out := all[:0]
	for _, c := range all { // in order of first packet
		k := key{c.head().spi, c.head().message}
		var home *child
		for _, o := range bySPI[k] {
			if oneSA(o, c) {
				home = o
				break
			}
		}
		if home == nil {
			bySPI[k] = append(bySPI[k], c)
			out = append(out, c)
			continue
		}
		for _, s := range c.streams {
			home.add(s)
		}
		sortByFirst(home.streams)
		if home.ike == nil {
			home.ike, home.born, home.sure = c.ike, c.born, c.sure
		}
	}
	clear(all[len(out):])
	return out
}

func oneSA(a, b *child) bool {
	x, y := a.streams[len(a.streams)-1], b.head()
	if x.path.pair == y.path.pair {
		return false
	}
	xSrc, xDst := x.ends()
	ySrc, yDst := y.ends()
	sameDst, sameSrc := xDst.Addr() == yDst.Addr(), xSrc.Addr() == ySrc.Addr()
	if !sameDst && !sameSrc {
		return false
	}
	if a.ike != nil && a.ike == b.ike {
		return true
	}
	return follows(x, y) || sameSpan(x, y)
}

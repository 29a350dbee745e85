package flows

import "github.com/ikesniff/ikesniff/reassembly"

// links finds the pairs of addresses that may share a tunnel: those that used
// the same IKE SPI (a peer moved, or a NAT lies between two taps) or the same
// ESP or AH SPI. Only a Follower needs them: Merge looks at all pairs anyway.
type links map[link][]linked

// link is an SPI; message is MessageIKE, MessageESP or MessageAH.
type link struct {
	message reassembly.MessageKind
	spi     uint64
}

type linked struct {
	pair *pair
	n    int32 // how many IKE SAs or streams of the pair use the SPI
}

func linkOfIKE(sa *ikeSA) link    { return link{reassembly.MessageIKE, uint64(sa.spiI)} }
func linkOfStream(s *stream) link { return link{s.message, uint64(s.spi)} }

func (l links) add(k link, p *pair) {
	list := l[k]
	for i := range list {
		if list[i].pair == p {
			list[i].n++
			return
		}
	}
	l[k] = append(list, linked{p, 1})
}

func (l links) remove(k link, p *pair) {
	list := l[k]
	for i := range list {
		if list[i].pair != p {
			continue
		}
		if list[i].n--; list[i].n > 0 {
			return
		}
		list[i] = list[len(list)-1]
		list = list[:len(list)-1]
		if len(list) == 0 {
			delete(l, k)
		} else {
			l[k] = list
		}
		return
	}
}

// maxComponent bounds the pairs that are judged together. One SPI sent from very
// many addresses is no tunnel.
const maxComponent = 256

// component lists p and the pairs that may share a tunnel with it, p first.
func (l links) component(p *pair) []*pair {
	list := []*pair{p}
	seen := map[*pair]struct{}{p: {}}
	add := func(k link, from *pair) {
		for _, x := range l[k] {
			if len(list) >= maxComponent {
				return
			}
			if _, ok := seen[x.pair]; ok || k.message != reassembly.MessageIKE && !sharesAddress(x.pair, from) {
				continue
			}
			seen[x.pair] = struct{}{}
			list = append(list, x.pair)
		}
	}
	for i := 0; i < len(list); i++ {
		for _, sa := range list[i].ikes {
			add(linkOfIKE(sa), list[i])
		}
		for _, s := range list[i].streams {
			add(linkOfStream(s), list[i])
		}
	}
	return list
}

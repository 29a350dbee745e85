package flows

import (
	"maps"
	"net/netip"
	"testing"

	"github.com/ikesniff/ikesniff/reassembly"
)

// Looking through a pair's paths and looking them up find the same.
func TestPathsAround(t *testing.T) {
	found := 0
	for seed := range uint64(20) {
		tr := NewTracker(Config{})
		events := many(seed)
		for i := range events {
			e := &events[i]
			tr.Event(e)
			if i%7 == 0 { // raw ESP, and ESP in fake TCP between the same ports
				raw, fake := *e, *e
				raw.Message, raw.Transport, raw.SPI = reassembly.MessageESP, reassembly.TransportIP, 0xd0000000
				raw.Src, raw.Dst = ap(e.Src.Addr().String()+":0"), ap(e.Dst.Addr().String()+":0")
				tr.Event(&raw)
				fake.Message, fake.Transport, fake.SPI = reassembly.MessageESP, reassembly.TransportFortinetESP, 0xd0000001
				tr.Event(&fake)
				fake.Src = netip.AddrPortFrom(fake.Src.Addr(), 777)
				tr.Event(&fake)
			}
		}
		for _, sa := range tr.ikes {
			through, up := map[*path]bool{}, map[*path]bool{}
			sa.eachPathAround(func(p *path) { through[p] = true })
			tr.findPathsAround(sa, func(p *path) {
				if p != nil {
					up[p] = true
				}
			})
			if !maps.Equal(through, up) {
				t.Errorf("seed %d: %d paths looked through, %d looked up", seed, len(through), len(up))
			}
			found = max(found, len(up))
		}
	}
	if found < 3 {
		t.Errorf("no more than %d paths around one IKE SA: the test shows little", found)
	}
}

package flows

import (
	"fmt"
	"reflect"
	"slices"
	"testing"

	"github.com/ikesniff/ikesniff/dissect/ike"
)

// What many parts share is never written to: IKE SAs with like notifies that go
// on in different ways leave each other alone.
func TestSharedPartsStayAsTheyAre(t *testing.T) {
	w := newWorld()
	fragments := notify(ike.NotifyFragmentationSupported)
	source := notify(ike.NotifyNATDetectionSourceIP, make([]byte, 20)...)
	for i := range 12 {
		p, s := udp500(fmt.Sprintf("192.0.2.%d", i+1), gateway), sa{ike.SPI(i + 1), ike.SPI(i + 100)}
		h := ike.Header{InitiatorSPI: s.i, ExchangeType: ike.ExchangeSAInit, Flags: ike.FlagInitiator}
		for range 1 + i%3 { // sent again
			w.send(p, h, saBody(), fragments, source)
			w.wait(second)
		}
		h.Flags = ike.FlagResponse
		switch i % 4 {
		case 0:
			w.send(p.back(), h, notify(ike.NotifyCookie, 1, 2, 3, 4))
		case 1:
			w.send(p.back(), h, notify(ike.NotifyNoProposalChosen))
		default:
			h.ResponderSPI = s.r
			w.send(p.back(), h, saBody(), fragments, source)
			w.exchange(p, s, ike.ExchangeAuth, 1)
			w.exchange(p, s, ike.ExchangeInformational, 2)
			w.data(p, uint32(1000+i), uint32(2000+i), 1, 3)
		}
	}
	for _, trackers := range []int{1, 3} {
		list, end := trackAll(slices.Concat(w.events, many(1)), trackers, func(*Tracker, int64) {})
		Merge(list, Input{End: end}).Collect()
		var shared int
		for _, tr := range list {
			for key, d := range tr.offers.details {
				var want []uint16
				for i := 0; i < len(key); i += 2 {
					want = append(want, uint16(key[i])<<8|uint16(key[i+1]))
				}
				if !reflect.DeepEqual(*d, details{shared: true, notifies: want}) {
					t.Errorf("notifies %v became %+v", want, *d)
				}
				shared++
			}
		}
		if shared < 3 {
			t.Errorf("%d lists of notifies were shared", shared)
		}
	}
	if !reflect.DeepEqual(*noDetails, details{shared: true}) || *noRefused != (refused{}) || *noTail != (tail{}) {
		t.Errorf("what stands for nothing is %+v, %+v and %+v", *noDetails, *noRefused, *noTail)
	}
	u := track(w.events, 1)
	for i, want := range [][]string{
		{"IKEV2_FRAGMENTATION_SUPPORTED", "NAT_DETECTION_SOURCE_IP", "COOKIE"},
		{"IKEV2_FRAGMENTATION_SUPPORTED", "NAT_DETECTION_SOURCE_IP", "NO_PROPOSAL_CHOSEN"},
		{"IKEV2_FRAGMENTATION_SUPPORTED", "NAT_DETECTION_SOURCE_IP"},
	} {
		if got := u.Tunnels[i].IKESAs[0].Exchanges[0].Notifies; !slices.Equal(got, want) {
			t.Errorf("IKE SA %d has notifies %v, want %v", i, got, want)
		}
	}
}

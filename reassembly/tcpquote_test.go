package reassembly

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ikesniff/ikesniff/dissect"
)

// TestTCPQuote: ICMP errors about connections of ours, or on a port for them.
func TestTCPQuote(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 11))
	w := new(wire)
	talk := newTalk(w)
	talk.ends[1] = at(hostB, 443)
	quote := func() {
		d := talk.at(0, talk.seq[0], 0, nil)
		d.Status, d.Quote = dissect.StatusQuote, dissect.Quote{Sender: hostB, Receiver: hostA, Payload: random(r, 8)}
	}
	var got []string
	c := NewClassifier(Config{TCPPorts: []uint16{5500}}, func(e *Event) {
		if e.Kind == KindQuote {
			got = append(got, fmt.Sprint(e.Ref.Number(), " ", e.Dst.Port(), " ", e.Transport, e.QuotedUnknown))
		}
	})
	quote() // 1: nothing is known
	talk.up(r)
	quote() // 10
	talk.ends[1] = at(hostB, 5500)
	quote() // 11
	talk.ends[1] = at(hostB, 4500)
	talk.open()
	talk.say(0, []byte("GET / HTTP/1.1\r\n"))
	quote() // 16: not IPsec, whatever the port
	for _, d := range talk.out {
		c.Datagram(d)
	}
	if diff := cmp.Diff([]string{"10 443 tcp-rfc8229 true", "11 5500 tcp-rfc8229 true"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

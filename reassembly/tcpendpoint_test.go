package reassembly

import (
	"math/rand/v2"
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ikesniff/ikesniff/dissect"
)

var (
	clientHello = concat([]byte{22, 3, 1, 0, 100, 1, 0, 0, 96}, make([]byte, 96))
	serverHello = concat([]byte{22, 3, 3, 0, 100, 2, 0, 0, 96}, make([]byte, 96))
)

func TestEndpoints(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 6))
	w := new(wire)
	var in []*dissect.Datagram
	port := uint16(40000)
	connect := func(server uint16, f func(t *tcpTalk)) {
		talk := newTalk(w)
		port++
		talk.ends = [2]netip.AddrPort{at(hostA, port), at(hostB, server)}
		f(talk)
		in = append(in, talk.out...)
	}
	// 443: TLS that works, that is reset, closed and refused by an alert.
	connect(443, func(t *tcpTalk) { t.open(); t.say(0, clientHello); t.say(1, serverHello); t.close(1) })
	connect(443, func(t *tcpTalk) { t.open(); t.say(0, clientHello); t.at(1, t.seq[1], flagRST, nil) })
	connect(443, func(t *tcpTalk) { t.open(); t.say(0, clientHello); t.ack(1); t.close(1); t.close(0) })
	connect(443, func(t *tcpTalk) { t.open(); t.say(0, clientHello); t.say(1, []byte{21, 3, 1, 0, 2, 2, 40}) })
	// The client gives up: no failure of the server's.
	connect(443, func(t *tcpTalk) { t.open(); t.say(0, clientHello); t.close(0) })
	// IPsec on the same port is not of interest here.
	connect(443, func(t *tcpTalk) { t.up(r) })
	connect(4500, func(t *tcpTalk) { t.at(0, 1, flagSYN, nil); t.w.time += 1e9; t.at(0, 1, flagSYN, nil) })
	connect(4500, func(t *tcpTalk) { t.at(0, 1, flagSYN, nil); t.at(1, 0, flagRST, nil) })
	connect(22, func(t *tcpTalk) { t.open(); t.say(1, []byte("SSH-2.0-x\r\n")); t.say(0, []byte("SSH-2.0-y\r\n")) })
	connect(80, func(t *tcpTalk) { t.say(0, []byte("GET / HTTP/1.1\r\n")); t.say(1, []byte("HTTP/1.1 200 OK\r\n")) })
	connect(80, func(t *tcpTalk) { t.ack(0); t.ack(1) }) // nothing to tell
	connect(25, func(t *tcpTalk) { t.open(); t.say(1, []byte("220 mail\r\n")) })

	_, c := tcpEvents(t, in)
	got := c.Endpoints()
	for i := range got {
		if len(got[i].Clients) != 1 || got[i].Clients[0].Address != hostA || got[i].Clients[0].Ref != got[i].FirstRef {
			t.Errorf("clients %+v", got[i].Clients)
		}
		got[i].Clients, got[i].FirstTime, got[i].FirstRef = nil, 0, 0
	}
	want := []Endpoint{
		{Server: at(hostB, 22), SSH: 1},
		{Server: at(hostB, 25), Other: 1},
		{Server: at(hostB, 80), HTTP: 1},
		{Server: at(hostB, 443), TLS: 5, TLSFailed: 3},
		{Server: at(hostB, 4500), Refused: 1, Unanswered: 1},
	}
	if diff := cmp.Diff(want, got, comparePorts); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestMergeEndpoints: however connections are shared out, the sum is the same.
func TestMergeEndpoints(t *testing.T) {
	eachSeed(t, 20, func(t *testing.T, r *rand.Rand) {
		var workers [3]*Classifier
		one := NewClassifier(Config{}, func(*Event) {})
		for i := range workers {
			workers[i] = NewClassifier(Config{}, func(*Event) {})
		}
		w := new(wire)
		for range 300 {
			client := byte(r.IntN(12))
			talk := newTalk(w)
			talk.ends[0] = at(netip.AddrFrom4([4]byte{10, 0, 0, client}), uint16(r.IntN(1000)+1))
			talk.ends[1] = at(hostB, uint16(443+r.IntN(2)))
			talk.seq[0] = r.Uint32()
			talk.open()
			if r.IntN(2) == 0 {
				talk.say(0, clientHello)
			}
			for _, d := range talk.out {
				one.Datagram(d)
				workers[client%3].Datagram(d)
			}
		}
		var lists [][]Endpoint
		one.Finish()
		for _, c := range workers {
			c.Finish()
			lists = append(lists, c.Endpoints())
		}
		r.Shuffle(len(lists), func(i, j int) { lists[i], lists[j] = lists[j], lists[i] })
		compare := cmp.Comparer(func(a, b netip.Addr) bool { return a == b })
		if diff := cmp.Diff(MergeEndpoints(one.Endpoints()), MergeEndpoints(lists...), comparePorts, compare); diff != "" {
			t.Errorf("(-one +several):\n%s", diff)
		}
		if e := one.Endpoints()[0]; len(e.Clients) != maxClients {
			t.Errorf("%d clients", len(e.Clients))
		}
	})
}

func TestSaidBy(t *testing.T) {
	for _, test := range []struct {
		p    string
		want firstWords
	}{
		{"", saidOther},
		{"\x16\x03\x01\x00\x64\x01", saidClientHello},
		{"\x16\x03\x03\x00\x64\x02", saidServerHello},
		{"\x17\x03\x03\x00\x64", saidTLS},
		{"\x17\x03\x03\x00", saidOther},
		{"\x17\x03\x03\xff\xff", saidOther},
		{"\x16\x03\x05\x00\x64", saidOther},
		{"\x15\x03\x01\x00\x02\x02\x28", saidTLS},
		{"GET / HTTP/1.1", saidHTTP},
		{"HTTP/1.1 200", saidHTTP},
		{"PRI * HTTP/2.0", saidHTTP},
		{"SSH-2.0-x", saidSSH},
		{"IKETCP", saidOther},
	} {
		if got := saidBy([]byte(test.p)); got != test.want {
			t.Errorf("%q: %d, want %d", test.p, got, test.want)
		}
	}
}

// TestEntryEnds: addresses come back from a key as they went in.
func TestEntryEnds(t *testing.T) {
	for _, pair := range [][2]string{
		{"10.0.0.1:5", "10.0.0.2:4"}, {"10.0.0.2:5", "10.0.0.1:4"}, {"10.0.0.1:5", "10.0.0.1:4"},
		{"[2001:db8::1]:5", "[2001:db8::2]:6"}, {"[::ffff:10.0.0.1]:5", "[2001:db8::2]:6"},
	} {
		a, b := netip.MustParseAddrPort(pair[0]), netip.MustParseAddrPort(pair[1])
		key, dir := endpointsKey(a, b)
		ends := (&tcpEntry{key: key}).ends()
		if ends[dir] != a || ends[1-dir] != b {
			t.Errorf("%v and %v became %v", a, b, ends)
		}
	}
}

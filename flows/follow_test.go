package flows

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/ikesniff/ikesniff/dissect/ike"
	"github.com/ikesniff/ikesniff/reassembly"
	"github.com/ikesniff/ikesniff/report"
)

// following is a Follower with the tunnels that it told of.
type following struct {
	tr      *Tracker
	f       *Follower
	tunnels map[string]*report.Tunnel
	gone    []string
	judged  int
}

func newFollowing(forget time.Duration) *following {
	tr := NewTracker(Config{})
	return &following{tr: tr, f: NewFollower(tr, forget), tunnels: map[string]*report.Tunnel{}}
}

func (x *following) round(now int64) {
	x.tr.Advance(now)
	x.drop(x.f.Round(now))
	for {
		j, ok := x.f.Next(now, &Input{})
		if !ok {
			return
		}
		x.judged++
		x.drop(j.Gone)
		x.drop(j.Forgotten)
		for _, t := range j.Tunnels {
			x.tunnels[t.Tunnel.ID] = t.Tunnel
		}
	}
}

func (x *following) drop(ids []string) {
	for _, id := range ids {
		delete(x.tunnels, id)
	}
	x.gone = append(x.gone, ids...)
}

// tunnelTexts are what a report shows of tunnels, by id.
func tunnelTexts(l []*report.Tunnel) map[string]string {
	out := map[string]string{}
	for _, t := range l {
		b, err := json.MarshalIndent(t, "", " ")
		if err != nil {
			panic(err)
		}
		out[t.ID] = string(b)
	}
	return out
}

// Tunnels that are followed are those of a report made at that time.
func TestFollowingIsMerging(t *testing.T) {
	for seed := range uint64(30) {
		events := many(seed)
		r := rand.New(rand.NewPCG(seed, 9))
		x := newFollowing(0)
		next := events[0].Time
		for i := range events {
			x.tr.Event(&events[i])
			if events[i].Time >= next {
				x.round(events[i].Time)
				next = events[i].Time + int64(r.IntN(4000))*1e6
			}
		}
		end := events[len(events)-1].Time + int64(r.IntN(300))*second
		x.round(end)
		want := Merge([]*Tracker{x.tr}, Input{End: end}).Collect().Tunnels
		for _, u := range want {
			if got, want := stateText(x.tunnels[u.ID]), stateText(u); got != want {
				t.Fatalf("seed %d: tunnel %s is followed as %s, reported as %s", seed, u.ID, got, want)
			}
		}
		for _, p := range x.tr.pairs { // what rules say of times changes with each second
			if !p.touched {
				x.f.touch(p)
			}
		}
		x.round(end)
		got := tunnelTexts(slices.Collect(maps.Values(x.tunnels)))
		for id, text := range tunnelTexts(want) {
			if got[id] != text {
				t.Fatalf("seed %d: tunnel %s differs:\n%s", seed, id, firstDifference(got[id], text))
			}
		}
		if len(got) != len(want) {
			t.Fatalf("seed %d: %d tunnels followed, %d in the report", seed, len(got), len(want))
		}
	}
}

// stateText is what silence alone changes of a tunnel.
func stateText(u *report.Tunnel) string {
	if u == nil {
		return "nothing"
	}
	s := fmt.Sprint(u.Status, u.Phase1, u.Phase2, u.Data)
	for i := range u.Paths {
		s += fmt.Sprint(" ", u.Paths[i].ID, u.Paths[i].State)
	}
	for i := range u.IKESAs {
		s += fmt.Sprint(" ", u.IKESAs[i].ID, u.IKESAs[i].Status)
	}
	return s
}

func firstDifference(a, b string) string {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	from := max(0, i-200)
	return fmt.Sprintf("got  ...%s\nwant ...%s", a[from:min(len(a), i+100)], b[from:min(len(b), i+100)])
}

// What nothing happens to is not judged again and again.
func TestIdleTunnelsCostNothing(t *testing.T) {
	x := newFollowing(0)
	w := newWorld()
	p := natt(client+":4500", gateway+":4500")
	w.up(p, p, first)
	w.data(p, 0x1001, 0x2002, 1, 5)
	for i := range w.events {
		x.tr.Event(&w.events[i])
	}
	for i := range int64(3 * 3600) {
		x.round(w.now + i*second)
	}
	if x.judged > 3+len(telling) {
		t.Errorf("judged %d times in three hours of silence", x.judged)
	}
	if len(x.tunnels) != 1 || x.tunnels[slices.Collect(maps.Keys(x.tunnels))[0]].Status != report.StatusSilent {
		t.Error("the tunnel is not known to be silent")
	}
}

// A tunnel that lives for weeks keeps its name and takes no more memory.
func TestLongLife(t *testing.T) {
	x := newFollowing(24 * time.Hour)
	w := newWorld()
	p := natt(client+":4500", gateway+":4500")
	s := first
	w.up(p, p, s)
	spi := uint32(0x1000)
	feed := func() {
		for i := range w.events {
			x.tr.Event(&w.events[i])
		}
		w.events = w.events[:0]
		x.round(w.now)
	}
	feed()
	id := slices.Collect(maps.Keys(x.tunnels))[0]
	var at20 int
	message := uint32(2)
	for hour := range 24 * 60 {
		if hour%8 == 7 {
			w.exchange(p, s, ike.ExchangeCreateChildSA, message)
			s, message = sa{s.i + 1, s.r + 1}, 0
			w.exchange(p, s, ike.ExchangeInformational, 0)
		}
		w.exchange(p, s, ike.ExchangeCreateChildSA, message)
		message++
		spi += 2
		for n := range uint32(60) {
			w.esp(p, spi, n+1)
			w.esp(p.back(), spi+1, n+1)
			w.wait(60 * second)
		}
		feed()
		if hour == 24*20 {
			at20 = x.size()
		}
	}
	if len(x.tunnels) != 1 || x.tunnels[id] == nil {
		t.Fatalf("tunnels %v, want %s alone", slices.Collect(maps.Keys(x.tunnels)), id)
	}
	if u := x.tunnels[id]; u.Status != report.StatusUp || !u.InitiatorKnown || u.Initiator != client || len(u.Anomalies) > 0 {
		t.Errorf("status %s, initiator %s (known %v), anomalies %v", u.Status, u.Initiator, u.InitiatorKnown, u.Anomalies)
	}
	if now := x.size(); now > at20+4 {
		t.Errorf("%d entries of state after 60 days, %d after 20", now, at20)
	}
	if x.f.Forgotten() == 0 || x.tr.evicted > 0 {
		t.Errorf("forgotten %d, evicted %d", x.f.Forgotten(), x.tr.evicted)
	}
	w.wait(25 * 3600 * second)
	x.round(w.now)
	if n := x.size(); n > 0 || len(x.tunnels) > 0 {
		t.Errorf("a day after its end %d entries of state and %d tunnels are left", n, len(x.tunnels))
	}
}

// size counts everything that is remembered.
func (x *following) size() int {
	t := x.tr
	n := len(t.pairs) + len(t.paths) + len(t.streams) + len(t.ikes) + len(t.half.folded) + len(x.f.known) + len(x.f.timers)
	for _, l := range x.f.links {
		n += len(l)
	}
	return n
}

// ESP whose IKE was never seen keeps its name, too.
func TestLongLifeWithoutIKE(t *testing.T) {
	x := newFollowing(2 * time.Hour)
	w := newWorld()
	p := natt(client+":4500", gateway+":4500")
	var id string
	for hour := range uint32(24) {
		for n := range uint32(60) {
			w.esp(p, 0x9000+hour*2, n+1)
			w.esp(p.back(), 0x9001+hour*2, n+1)
			w.wait(60 * second)
		}
		for i := range w.events {
			x.tr.Event(&w.events[i])
		}
		w.events = w.events[:0]
		x.round(w.now)
		if hour == 0 {
			id = slices.Collect(maps.Keys(x.tunnels))[0]
		}
	}
	if len(x.tunnels) != 1 || x.tunnels[id] == nil {
		t.Fatalf("tunnels %v, want %s alone", slices.Collect(maps.Keys(x.tunnels)), id)
	}
}

// What is evicted for lack of room is told.
func TestFollowingEvicted(t *testing.T) {
	tr := NewTracker(Config{MaxSAs: 100})
	x := &following{tr: tr, f: NewFollower(tr, 0), tunnels: map[string]*report.Tunnel{}}
	w := newWorld()
	for i := range 1000 {
		w.events = w.events[:0]
		w.esp(natt(fmt.Sprintf("192.0.%d.%d:4500", i/200, i%200), gateway+":4500"), uint32(1000+i), 1)
		tr.Event(&w.events[0])
		x.round(w.now)
	}
	x.round(w.now + 200*second)
	if n := len(tr.pairs); len(x.tunnels) != n || len(x.f.known) != n {
		t.Errorf("%d tunnels and %d pairs followed, %d in memory", len(x.tunnels), len(x.f.known), n)
	}
}

// Half-open initiators are shown while they are few, and silent ones fail.
func TestFollowingHalfOpen(t *testing.T) {
	x := newFollowing(time.Hour)
	w := newWorld()
	p := udp500(client, gateway)
	w.initRequest(p, sa{i: 77})
	for i := range w.events {
		x.tr.Event(&w.events[i])
	}
	for range 200 {
		x.round(w.now)
		w.wait(second)
	}
	if len(x.tunnels) != 1 {
		t.Fatalf("%d tunnels, want 1", len(x.tunnels))
	}
	for _, u := range x.tunnels {
		if u.Status != report.StatusFailed {
			t.Errorf("status %s, want failed", u.Status)
		}
	}
	w.wait(3700 * second)
	x.round(w.now)
	w.wait(700 * second)
	x.round(w.now)
	if n := x.size(); n > 0 || len(x.tunnels) > 0 {
		t.Errorf("an hour later %d entries of state and %d tunnels are left", n, len(x.tunnels))
	}
}

func TestFloodIsLeftToTheReport(t *testing.T) {
	x := newFollowing(time.Hour)
	w := newWorld()
	for i := range 5000 {
		w.initRequest(udp500(fmt.Sprintf("198.18.%d.%d", i/250, i%250), gateway), sa{i: ike.SPI(1000 + i)})
		x.tr.Event(&w.events[i])
		if i%200 == 0 {
			x.round(w.now)
		}
	}
	for range 10 {
		w.wait(20 * second)
		x.round(w.now)
	}
	if n := len(x.tunnels); n > 2*unfinishedAtMost+200 {
		t.Errorf("%d unfinished initiators are shown", n)
	}
	list := AnomaliesOf([]*Tracker{x.tr}, Input{End: w.now})
	if len(list) != 1 || list[0].Code != "half-open-flood" {
		t.Errorf("anomalies of the whole: %v", list)
	}
}

func BenchmarkFollow(b *testing.B) {
	x := newFollowing(0)
	w := newWorld()
	const tunnels = 1000
	for i := range tunnels {
		p := natt(fmt.Sprintf("192.0.%d.%d:4500", i/200, i%200), gateway+":4500")
		w.up(p, p, sa{ike.SPI(i*2 + 1), ike.SPI(i*2 + 2)})
		w.data(p, uint32(0x10000+i), uint32(0x20000+i), 1, 20)
	}
	for i := range w.events {
		x.tr.Event(&w.events[i])
	}
	var last []reassembly.Event
	for i := range tunnels {
		p := natt(fmt.Sprintf("192.0.%d.%d:4500", i/200, i%200), gateway+":4500")
		last = append(last, *w.esp(p, uint32(0x10000+i), 21))
	}
	b.ReportAllocs()
	for b.Loop() {
		for i := range last {
			x.tr.Event(&last[i])
		}
		x.round(w.now)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/tunnels, "ns/tunnel")
}

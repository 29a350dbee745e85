package pipeline

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/ikesniff/ikesniff/capture"
	"github.com/ikesniff/ikesniff/dissect"
	"github.com/ikesniff/ikesniff/reassembly"
)

// recorder keeps copies of what it is handed.
type recorder struct{ steps []any }

func (r *recorder) packet(h *dissect.Headers, p *capture.Packet) {
	var d dissect.Datagram
	h.Datagram(p, &d)
	r.datagram(&d)
}

func (r *recorder) datagram(d *dissect.Datagram) {
	c := *d
	c.Payload = bytes.Clone(d.Payload)
	c.TCP.Options = bytes.Clone(d.TCP.Options)
	c.Quote.Payload = bytes.Clone(d.Quote.Payload)
	r.steps = append(r.steps, c)
}

func (r *recorder) event(e *reassembly.Event) {
	c := *e
	c.Data = bytes.Clone(e.Data)
	c.Quote.Payload = bytes.Clone(e.Quote.Payload)
	r.steps = append(r.steps, c)
}

// TestBatchKeepsWhatItIsGiven fills batches from memory that is overwritten at
// once, as a source does with its own.
func TestBatchKeepsWhatItIsGiven(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	shared := make([]byte, 2*batchBytes)
	borrow := func(n int) []byte {
		if n == 0 {
			return nil
		}
		for i := range n {
			shared[i] = byte(random.Uint32())
		}
		return shared[:n]
	}
	b := newBatch()
	for round := range 50 {
		var want, got recorder
		for range random.IntN(batchSteps) {
			var step func(sink)
			n := random.IntN(1500)
			switch random.IntN(4) {
			case 0: // an event
				e := &reassembly.Event{Kind: reassembly.KindFragment, Time: random.Int64()}
				e.Data = borrow(n)
				e.Quote.Payload = e.Data[:n/2]
				step = func(s sink) { s.event(e) }
			case 1: // a TCP segment with options
				d := &dissect.Datagram{Status: dissect.StatusOK, Proto: dissect.ProtoTCP, Time: random.Int64()}
				d.Payload = borrow(n)
				d.TCP.Options = d.Payload[:n/3]
				step = func(s sink) { s.datagram(d) }
			default:
				d := &dissect.Datagram{Status: dissect.StatusQuote, Time: random.Int64()}
				d.Quote.Payload = borrow(n)
				step = func(s sink) { s.datagram(d) }
			}
			step(&want)
			step(batchSink{b})
			borrow(n) // the bytes are gone
		}
		b.replay(&got)
		if !slices.EqualFunc(want.steps, got.steps, sameStep) {
			t.Fatalf("round %d: the steps replayed are not those given", round)
		}
		b.reset()
	}
}

// batchSink fills one batch.
type batchSink struct{ b *batch }

func (batchSink) packet(*dissect.Headers, *capture.Packet) {}

func (s batchSink) datagram(d *dissect.Datagram) { s.b.addDatagram(d) }
func (s batchSink) event(e *reassembly.Event)    { s.b.addEvent(e) }

// sameStep compares steps, for which nil and empty bytes are the same.
func sameStep(x, y any) bool {
	switch x := x.(type) {
	case dissect.Datagram:
		y, ok := y.(dissect.Datagram)
		return ok && x.Time == y.Time && x.Status == y.Status && bytes.Equal(x.Payload, y.Payload) &&
			bytes.Equal(x.TCP.Options, y.TCP.Options) && bytes.Equal(x.Quote.Payload, y.Quote.Payload)
	case reassembly.Event:
		y, ok := y.(reassembly.Event)
		return ok && x.Time == y.Time && x.Kind == y.Kind && bytes.Equal(x.Data, y.Data) &&
			bytes.Equal(x.Quote.Payload, y.Quote.Payload)
	}
	return false
}

// TestBatchOutsized: a step larger than a whole batch gets one of its own, and
// the memory is not kept.
func TestBatchOutsized(t *testing.T) {
	small := &dissect.Datagram{Payload: []byte("small")}
	large := &dissect.Datagram{Payload: bytes.Repeat([]byte{7}, 3*batchBytes)}
	b := newBatch()
	if b.full(len(large.Payload)) {
		t.Fatal("an empty batch refuses a large step")
	}
	b.addDatagram(small)
	if !b.full(len(large.Payload)) {
		t.Fatal("a batch with a step takes one that is larger than the rest of it")
	}
	b.reset()
	b.addDatagram(large)
	var got recorder
	b.replay(&got)
	if d := got.steps[0].(dissect.Datagram); !bytes.Equal(d.Payload, large.Payload) {
		t.Error("the large step lost bytes")
	}
	b.reset()
	if cap(b.arena) > batchBytes {
		t.Errorf("the batch keeps an arena of %d bytes", cap(b.arena))
	}
}

// TestTeamOrder: with one pair of addresses all steps reach one worker, in
// order, across batches; and each worker sees every loss.
func TestTeamOrder(t *testing.T) {
	workers := make([]*recorder, 3)
	sinks := make([]sink, len(workers))
	for i := range workers {
		workers[i] = new(recorder)
		sinks[i] = workers[i]
	}
	team := newTeam(sinks)
	const n, lossEvery = 3000, 1000
	payload := make([]byte, 1400)
	for i := range n {
		if i%lossEvery == 0 {
			team.event(&reassembly.Event{Kind: reassembly.KindLoss, Time: int64(i)})
		}
		d := &dissect.Datagram{Src: addrPort("192.0.2.1:500"), Dst: addrPort("192.0.2.2:500"), Time: int64(i), Payload: payload}
		if i%2 == 0 {
			d.Src, d.Dst = d.Dst, d.Src
		}
		team.datagram(d)
	}
	team.close()

	busy := 0
	for i, w := range workers {
		losses, datagrams, last := 0, 0, int64(-1)
		for _, s := range w.steps {
			var at int64
			switch s := s.(type) {
			case dissect.Datagram:
				at = s.Time
				datagrams++
			case reassembly.Event:
				at = s.Time
				losses++
			}
			if at < last {
				t.Fatalf("worker %d: step %d after %d", i, at, last)
			}
			last = at
		}
		if losses != n/lossEvery {
			t.Errorf("worker %d saw %d of %d losses", i, losses, n/lossEvery)
		}
		if datagrams > 0 {
			busy++
		}
	}
	if busy != 1 {
		t.Errorf("%d workers have the one pair", busy)
	}
}

// TestTeamDoesNotAllocate: in the steady state no packet allocates.
func TestTeamDoesNotAllocate(t *testing.T) {
	team := newTeam([]sink{discard{}, discard{}})
	d := &dissect.Datagram{Src: addrPort("192.0.2.1:500"), Dst: addrPort("192.0.2.2:500"), Payload: make([]byte, 900)}
	e := &reassembly.Event{Kind: reassembly.KindFragment, Src: d.Src, Dst: d.Dst, Data: d.Payload}
	step := func() {
		for range 4 * batchSteps {
			team.datagram(d)
			team.event(e)
		}
	}
	for range 16 { // batches meet their largest number of events
		step()
	}
	if n := testing.AllocsPerRun(20, step); n > 0 {
		t.Errorf("%v allocations for %d steps", n, 8*batchSteps)
	}
	team.close()
}

type discard struct{}

func (discard) packet(*dissect.Headers, *capture.Packet) {}

func (discard) datagram(*dissect.Datagram) {}
func (discard) event(*reassembly.Event)    {}

func TestLane(t *testing.T) {
	const n, pairs = 8, 80_000
	count := make([]int, n)
	a := addrPort("198.51.100.1:0").Addr()
	b := a
	for range pairs {
		b = b.Next()
		i := lane(reassembly.MakePair(a, b), n)
		if j := lane(reassembly.MakePair(b, a), n); i != j {
			t.Fatalf("%v: lane %d one way, %d the other", b, i, j)
		}
		count[i]++
	}
	// Clients behind one gateway have addresses side by side: they spread.
	if low, high := slices.Min(count), slices.Max(count); low < pairs/n*9/10 || high > pairs/n*11/10 {
		t.Errorf("uneven: %v", count)
	}
}

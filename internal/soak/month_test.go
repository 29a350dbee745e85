package soak

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ikesniff/ikesniff/capture"
	"github.com/ikesniff/ikesniff/pipeline"
	"github.com/ikesniff/ikesniff/report"
)

// month is a source that makes up what goes on in many days, a tick after the
// other, and the clock by which it does.
type month struct {
	now    time.Time
	until  time.Time
	tick   func(n int) // makes the frames of a tick
	n      int
	paused bool
	queue  [][]byte
	number uint64
}

func (m *month) emit(frame []byte) { m.queue = append(m.queue, frame) }

// Next implements capture.Source: a millisecond between frames, a pause a second
// behind the last one, and another when the next tick begins.
func (m *month) Next(p *capture.Packet) error {
	if len(m.queue) > 0 {
		m.number++
		m.now = m.now.Add(time.Millisecond)
		*p = capture.Packet{Ref: capture.FrameRef(0, m.number), Time: m.now.UnixNano(), LinkType: capture.LinkEthernet,
			Data: m.queue[0], OrigLen: len(m.queue[0])}
		m.queue = m.queue[1:]
		return nil
	}
	if m.paused = !m.paused; m.paused {
		m.now = m.now.Add(time.Second)
		return capture.ErrIdle
	}
	if !m.now.Before(m.until) {
		return io.EOF
	}
	m.queue = nil
	m.now = m.now.Truncate(tick).Add(tick)
	m.tick(m.n)
	m.n++
	return capture.ErrIdle
}

func (m *month) Info() []capture.SourceInfo {
	return []capture.SourceInfo{{Name: "month", Format: "live", Packets: m.number, Complete: true}}
}
func (m *month) Interfaces() []string     { return []string{"wan1"} }
func (m *month) Progress() (int64, int64) { return 0, 0 }
func (m *month) Close() error             { return nil }

// scale is how much of a month there is.
type scale struct {
	tunnels int
	rekey   int // ticks between rekeyings
	attempts, connections,
	queries int // of each day's flood
	// remembered is how many connections may be, so few that the flood of the
	// third day is the last that finds room.
	remembered int
}

const (
	days   = 30
	forget = 6 * time.Hour
	tick   = 15 * time.Minute
	day    = int(24 * time.Hour / tick)
)

// TestMonth follows tunnels for thirty days by a clock of their own. They rekey,
// roam, fall silent for half a day and come back; each night there is a flood.
// What is remembered must not grow, what is shown must be what is there, and
// what a round costs must not grow either.
//
// There are 8 tunnels that rekey every six hours, so that it takes some
// seconds; with IKESNIFF_SOAK set, 200 that rekey every hour.
func TestMonth(t *testing.T) {
	s := scale{tunnels: 8, rekey: 24, attempts: 1500, connections: 300, queries: 1500, remembered: 1000}
	if os.Getenv("IKESNIFF_SOAK") != "" {
		s = scale{tunnels: 200, rekey: 4, attempts: 20000, connections: 5000, queries: 20000, remembered: 16000}
	}
	if testing.Short() {
		t.Skip("it takes some seconds")
	}
	random := rand.New(rand.NewPCG(7, 7))
	m := &month{now: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)}
	m.until = m.now.Add(days * 24 * time.Hour)
	x := newNoise(random, m.emit)
	gateway := addr(9, 1)
	list := make([]*tunnel, s.tunnels)
	address := uint32(0)
	roam := func() { address++ }
	for i := range list {
		list[i] = newTunnel(kind(i)%kinds, random, m.emit, addr(10, 0), gateway)
	}

	var heap [days]uint64
	var spis [days]uint64
	var judged [days]int  // tunnels, in the rounds of each day
	var most [days]int    // in one round
	var last []report.Row // after the frames of the last tick
	m.tick = func(n int) {
		d, at := n/day, n%day
		if at == day-1 { // the end of a day, hours after its flood
			rows := last
			var mem runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&mem)
			heap[d] = mem.HeapAlloc
			for _, u := range list {
				spis[d] += uint64(u.made)
			}
			checkRows(t, d, list, rows)
		}
		for i, u := range list {
			away := (d+i)%7 == 6 // all day: it is forgotten, and comes back the day after
			begins := n == 0 || at == 0 && (d+i)%7 == 0
			switch {
			case away:
			case begins:
				roam()
				u.start(addr(10, address))
				u.talk(5)
			case at == day/2:
				roam()
				u.move(addr(10, address))
				u.talk(5)
			case (at+i)%s.rekey == 0:
				u.rekey()
				u.talk(5)
			case at == day-2: // so that the day ends with all of them
				u.liveness(server)
				u.talk(1)
			}
		}
		if at >= 12 && at < 14 {
			for range s.attempts / 2 {
				x.attempt(gateway)
			}
			for range s.connections / 2 {
				x.connection()
			}
			for range s.queries / 2 {
				x.query()
			}
		}
	}

	kept, changes := 0, 0
	stream, err := pipeline.Watch(context.Background(), m, pipeline.WatchOptions{
		Options: pipeline.Options{Limits: pipeline.Limits{SAs: 50_000, Connections: s.remembered}},
		Every:   time.Second, Forget: forget, Now: func() time.Time { return m.now },
		Keep: func(*pipeline.Kept) { kept++ },
		Publish: func(s *report.Snapshot, c []report.Change) {
			if m.paused {
				last = s.Rows
			}
			changes += len(c)
			d := min((m.n-1)/day, days-1)
			n := 0
			for i := range s.Rows {
				if s.Rows[i].Judged.Equal(s.Time) {
					n++
				}
			}
			judged[d] += n
			most[d] = max(most[d], n)
			c2 := &s.Counters
			if sum := c2.IPsecPackets + c2.IgnoredPackets + c2.MalformedPackets; sum > c2.Packets || c2.MalformedPackets > 0 {
				t.Fatalf("day %d: %+v", d, c2)
			}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	r := stream.Collect()
	t.Logf("%d packets, %d kept, %d changes, %d tunnels at the end, %d evicted", m.number, kept, changes, len(r.Tunnels), r.Totals.Evicted)
	t.Logf("heap KiB %v", kib(heap[:]))
	t.Logf("judged %v, most in a round %v", judged, most)

	// A week is the period of what tunnels do: the weeks that end with day 10 and
	// with day 30 are compared. SPIs that were heard of are remembered by number,
	// not by age: a million of them, of which there are fewer here.
	before, after := slices.Max(heap[4:11]), slices.Max(heap[days-7:])
	if heard := (spis[days-1] - spis[4]) * 100; after > before+before/20+heard {
		t.Errorf("the heap grows: %d KiB around day 10, %d around day 30, of which %d may be SPIs", before>>10, after>>10, heard>>10)
	}
	if a, b := sum(judged[4:11]), sum(judged[days-7:]); b > a+a/10 {
		t.Errorf("%d tunnels were judged in the week of day 10, %d in that of day 30", a, b)
	}
	if a, b := slices.Max(most[4:11]), slices.Max(most[days-7:]); b > a+a/2 {
		t.Errorf("%d tunnels were judged in one round around day 10, %d around day 30", a, b)
	}
	if n := r.Totals.IgnoredForgotten; n == 0 {
		t.Error("the bound of connections was not reached")
	}
}

// checkRows finds each tunnel that is alive at the end of a day, once and with
// its SPIs, and nothing beside them.
func checkRows(t *testing.T, d int, list []*tunnel, rows []report.Row) {
	t.Helper()
	alive := 0
	for i, u := range list {
		if (d+i)%7 == 6 {
			continue
		}
		alive++
		var found []*report.Tunnel
		for k := range rows {
			if hasSPIs(rows[k].Tunnel, u) {
				found = append(found, rows[k].Tunnel)
			}
		}
		if len(found) != 1 {
			t.Errorf("day %d: tunnel %d (%v) has %d rows of SPIs %x, packets %v; of its address: %s", d, i, u.kind.transports(), len(found), u.child, u.packets, ofAddress(rows, u))
			continue
		}
		if got := found[0]; !strings.Contains(strings.Join(got.Transports, " "), u.kind.transports()[len(u.kind.transports())-1]) || got.Status != report.StatusUp {
			t.Errorf("day %d: tunnel %d is %s on %v, want %v", d, i, got.Status, got.Transports, u.kind.transports())
		}
	}
	if len(rows) != alive {
		var more []string
		for k := range rows {
			r := rows[k].Tunnel
			more = append(more, fmt.Sprintf("%s %s %s %v %s", r.ID, r.Initiator, r.Status, r.LastSeen, r.Verdict))
		}
		t.Errorf("day %d: %d rows, %d tunnels are alive\n%s", d, len(rows), alive, strings.Join(more[:min(len(more), 40)], "\n"))
	}
}

// ofAddress are the rows of a tunnel's address, with their latest SPIs.
func ofAddress(rows []report.Row, u *tunnel) (text string) {
	for i := range rows {
		r := rows[i].Tunnel
		if r.Initiator != u.end[client].Addr().String() {
			continue
		}
		text += fmt.Sprintf("%s %s %v", r.ID, r.Status, r.Transports)
		for k := max(0, len(r.ChildSAs)-4); k < len(r.ChildSAs); k++ {
			c := &r.ChildSAs[k]
			text += fmt.Sprintf(", %s: %d packets, %d missing, last %d", c.SPI, c.Packets, c.Missing, c.LastSequence)
		}
		text += "\n"
	}
	return text
}

// hasSPIs tells whether a tunnel of the report has both SPIs in use, with their
// packets.
func hasSPIs(got *report.Tunnel, u *tunnel) bool {
	found := 0
	for i := range got.ChildSAs {
		c := &got.ChildSAs[i]
		for _, s := range u.child {
			if c.SPI == fmt.Sprintf("%08x", s.spi) && c.Packets == u.packets[s.spi] && c.Missing == 0 {
				found++
			}
		}
	}
	return found == 2
}

func kib(list []uint64) (out []uint64) {
	for _, n := range list {
		out = append(out, n>>10)
	}
	return out
}

func sum(list []int) (n int) {
	for _, x := range list {
		n += x
	}
	return n
}

package soak

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ikesniff/ikesniff/internal/netlab"
	"github.com/ikesniff/ikesniff/internal/testenv"
	"github.com/ikesniff/ikesniff/report"
)

// soakFor is how long TestSoak lasts. IKESNIFF_SOAK names another time, such as
// 1h.
const soakFor = 40 * time.Second

// TestSoak runs the program on an interface while much happens on it, and to it:
// tunnels come, rekey, roam, fall silent and come back; attempts, connections and
// questions of others flood in; the interface goes down and up; standard output
// is not read for a while; signals come. Bounds are so small that it forgets and
// evicts all the time. What it uses must not grow, what is lost must be counted,
// and what it says of the tunnels that are there must be so.
func TestSoak(t *testing.T) {
	length := soakFor
	if s := os.Getenv("IKESNIFF_SOAK"); s != "" {
		d, err := time.ParseDuration(s)
		if err != nil || d < soakFor {
			t.Fatalf("IKESNIFF_SOAK=%s is no time from %v on", s, soakFor)
		}
		length = d
	} else if testing.Short() {
		t.Skip("it takes a while")
	}
	goTool := testenv.Program(t, "go")
	exe := filepath.Join(t.TempDir(), "ikesniff")
	netlab.Run(t, func(t *testing.T) {
		build := exec.Command(goTool, "build", "-pgo=off", "-o", exe, "github.com/ikesniff/ikesniff/cmd/ikesniff")
		if out, err := build.CombinedOutput(); err != nil {
			t.Errorf("%v: %s", err, out)
			return
		}
		newSoak(t, length).run(exe)
	})
}

// steadies are the tunnels that never fall silent: of each kind that many.
const steadies = 2

// soak is one run.
type soak struct {
	*testing.T
	length time.Duration
	random *rand.Rand
	send   *netlab.Sender
	sent   uint64 // frames
	noise  *noise
	steady []*tunnel
	churn  []*tunnel
	moved  uint32 // addresses given out
	began  time.Time

	dir     string
	program *program
	flaps   int
	asked   int // for reports in between
	usage   []usage
}

// usage is what the program used at a time.
type usage struct {
	at                  time.Duration
	rss, fds, goroutine float64
	flows               uint32 // there were so far
}

func newSoak(t *testing.T, length time.Duration) *soak {
	s := &soak{T: t, length: length, random: rand.New(rand.NewPCG(11, 12)), dir: t.TempDir()}
	s.noise = newNoise(s.random, s.emit)
	return s
}

// emit sends a frame. What cannot be sent is not counted.
func (s *soak) emit(frame []byte) {
	if err := s.send.Send(frame); err != nil {
		s.Fatalf("sending: %v", err)
	}
	s.sent++
}

func (s *soak) address() netip.Addr {
	s.moved++
	return addr(10, s.moved)
}

func (s *soak) run(exe string) {
	var err error
	if s.send, err = netlab.NewSender("a0"); err != nil {
		s.Fatal(err)
	}
	defer s.send.Close()
	s.program = start(s.T, exe, "sniff", "-i", "b0", "-B", "8192", "-f", "ndjson", "--metrics", "127.0.0.1:9500",
		"--max-sas", "4000", "--max-connections", "3000", "--forget", "8s",
		"--report", filepath.Join(s.dir, "report.json"), "--report-every", "1s",
		"-w", filepath.Join(s.dir, "kept.pcapng"), "-b", "filesize:1000", "-b", "files:4")
	defer s.program.kill()
	s.began = time.Now()
	s.use() // the base
	for i := range steadies * int(kinds) {
		u := newTunnel(kind(i)%kinds, s.random, s.emit, s.address(), addr(9, uint32(1+i%3)))
		s.steady = append(s.steady, u)
		u.start(s.address())
	}
	for i := range 40 {
		u := newTunnel(kind(i)%kinds, s.random, s.emit, s.address(), addr(9, uint32(10+i%5)))
		s.churn = append(s.churn, u)
	}
	for n := 0; time.Since(s.began) < s.length; n++ {
		s.step(n)
		time.Sleep(time.Until(s.began.Add(time.Duration(n+1) * stepFor)))
	}
	s.program.read(true)
	s.checkSteady()
	s.quiet()
	s.check()
}

// stepFor is how long one step of what happens takes; period is after how many
// all of it begins anew: three times in the shortest run, of whose thirds two
// are compared.
const (
	stepFor = 20 * time.Millisecond
	period  = 666
)

// step does what happens at one moment.
func (s *soak) step(n int) {
	for i, u := range s.steady {
		switch at := n + 37*i; {
		case at%50 == 0:
			u.liveness(i % 2)
		case at%400 == 100:
			u.rekey()
			u.talk(2)
		case at%5 == 0:
			u.talk(1)
		}
	}
	for i, u := range s.churn {
		// Up, some data, data from elsewhere, a rekeying, silence for longer than
		// what is silent is remembered.
		switch at := (n + 61*i) % period; {
		case at == 0 || n == 0 && at < 200:
			u.start(s.address())
		case u.spi[0] == 0 || at > 200:
		case at == 100:
			u.move(s.address())
		case at == 150:
			u.rekey()
		case at%10 == 0:
			u.talk(1)
		}
	}
	flood := 4
	if at := n % period; at >= 250 && at < 380 {
		flood = 250 // while nobody reads: what waits for standard output finds no room
	}
	for range flood {
		s.noise.attempt(addr(9, uint32(1+n%3)))
	}
	for range 3 {
		s.noise.connection()
	}
	for range 5 {
		s.noise.query()
	}
	s.noise.quic()

	switch n % period {
	case 100:
		s.flap()
	case 170, 500:
		s.program.signal(syscall.SIGHUP)
	case 200, 550:
		s.asked++
		s.program.signal(syscall.SIGUSR1)
	case 240:
		s.program.read(false)
	case 450:
		s.program.read(true)
	case 600:
		s.readReport()
	}
	if n%50 == 0 {
		s.use()
	}
}

// flap takes the interface down for longer than the program takes to see it.
// Nothing is sent meanwhile.
func (s *soak) flap() {
	s.flaps++
	netlab.IP(s.T, "link set b0 down")
	time.Sleep(1500 * time.Millisecond)
	netlab.IP(s.T, "link set b0 up")
	for range 200 {
		if running("a0") && running("b0") {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	s.Error("the interface does not come up")
}

// use notes what the program uses now.
func (s *soak) use() {
	page := fetch("/metrics")
	s.usage = append(s.usage, usage{time.Since(s.began), s.program.rss(), s.program.files(), metric(page, "go_goroutines"), s.noise.n})
}

// quiet waits until the program has looked at all that was sent and written all
// that it had to say.
func (s *soak) quiet() {
	var before string
	for range 60 {
		time.Sleep(1500 * time.Millisecond)
		page := fetch("/metrics")
		now := lines(page, "ikesniff_packets", "ikesniff_kernel_received", `ikesniff_sink_written_items_total{sink="stdout"}`, `ikesniff_sink_written_items_total{sink="packets"}`)
		if now == before {
			return
		}
		before = now
	}
	s.Errorf("it does not come to rest:\n%s", before)
}

// readReport reads the report that is replaced while others read it.
func (s *soak) readReport() (r report.Report) {
	b, err := os.ReadFile(filepath.Join(s.dir, "report.json"))
	if err == nil {
		err = json.Unmarshal(b, &r)
	}
	if err != nil {
		s.Errorf("the report of --report: %v", err)
	}
	return r
}

// check asks what must be so at the end, and ends the program.
func (s *soak) check() {
	page := fetch("/metrics")
	n := func(name string) uint64 { return uint64(metric(page, name)) }
	// Lines that sum up come each minute, whatever happens.
	for range 20 {
		if s.program.lines.Load() == n(`ikesniff_sink_written_items_total{sink="stdout"}`) {
			break
		}
		time.Sleep(700 * time.Millisecond)
		page = fetch("/metrics")
	}
	s.checkPackets(n)
	dropped := n(`ikesniff_sink_dropped_items_total{sink="stdout"}`)
	s.checkLines(n, dropped)
	s.use()
	s.checkUsage()

	s.program.signal(os.Interrupt)
	status, text := s.program.wait()
	want := 0
	if dropped > 0 {
		want = 4
		if !strings.Contains(text, fmt.Sprintf("%d lines could not be written", dropped)) {
			s.Errorf("%d lines were dropped, which is not what it says: %.2000s", dropped, text)
		}
	}
	if status != want {
		s.Errorf("exit status %d, want %d: %.2000s", status, want, text)
	}
	if got := strings.Count(text, " tunnels: "); got < s.asked/2 {
		s.Errorf("%d reports on standard error for %d SIGUSR1", got, s.asked)
	}
	s.readReport() // the last one
	s.checkKept()
	s.Logf("%v: %d frames sent, %d flaps, %d lines of which %d were dropped, %d evictions, %d tunnels seen, %d forgotten; %s",
		s.length, s.sent, s.flaps, s.program.lines.Load()+dropped, dropped, n("ikesniff_evictions_total"),
		n("ikesniff_tunnels_seen_total"), n("ikesniff_tunnels_forgotten_total"), text[max(0, len(text)-300):])
}

// checkPackets adds up what became of packets.
func (s *soak) checkPackets(n func(string) uint64) {
	const kernel = "ikesniff_kernel_"
	received, lost := n(kernel+"received_packets_total"), n(kernel+"dropped_packets_total")
	seen := n("ikesniff_packets_total") + n("ikesniff_packets_waiting")
	if received != s.sent {
		s.Errorf("%d packets sent, %d received by the ring (%d of them dropped)", s.sent, received, lost)
	}
	if seen+lost+n(kernel+"damaged_packets_total") != received {
		s.Errorf("%d packets received, %d looked at, %d dropped", received, seen, lost)
	}
	for _, name := range []string{"ikesniff_evictions_total", "ikesniff_ignored_connections_forgotten_total", "ikesniff_tunnels_forgotten_total"} {
		if n(name) == 0 {
			s.Errorf("%s is 0: not what this test is about", name)
		}
	}
	if m := n(`ikesniff_packets_total{verdict="malformed"}`); m != 0 {
		s.Errorf("%d packets are malformed", m)
	}
	if kept, dropped := n(`ikesniff_sink_written_items_total{sink="packets"}`), n(`ikesniff_sink_dropped_items_total{sink="packets"}`); dropped > 0 || kept < n(`ikesniff_packets_total{verdict="ipsec"}`) || kept > seen {
		s.Errorf("%d packets kept and %d dropped, of %d with IPsec", kept, dropped, n(`ikesniff_packets_total{verdict="ipsec"}`))
	}
	if r := n(`ikesniff_sink_written_items_total{sink="report"}`); r < uint64(s.length.Seconds()/2) {
		s.Errorf("%d reports were written", r)
	}
}

// checkLines compares what was read of standard output with what was written and
// with what happened.
func (s *soak) checkLines(n func(string) uint64, dropped uint64) {
	read := s.program.lines.Load()
	if written := n(`ikesniff_sink_written_items_total{sink="stdout"}`); read != written {
		s.Errorf("%d lines are written, %d were read", written, read)
	}
	if dropped == 0 {
		s.Error("no line was dropped: standard output was not slow enough")
	}
	// Each IKE message has its line: those that were not read are among the
	// dropped.
	if messages, ike := n("ikesniff_ike_messages_total"), s.program.event("ike"); messages > ike+dropped || ike > messages {
		s.Errorf("%d IKE messages, %d lines of them, %d lines dropped", messages, ike, dropped)
	}
	if left := n("ikesniff_events_left_out_total"); left > 0 {
		s.Logf("%d events were left out", left)
	}
	if got := s.program.event("interface"); got < 2 {
		s.Errorf("%d events of the interface, which was down %d times", got, s.flaps)
	}
	if bad := s.program.bad.Load(); bad > 0 {
		s.Errorf("%d lines are no JSON", bad)
	}
}

// checkUsage compares the middle third of the run with the last.
func (s *soak) checkUsage() {
	most := func(from, to time.Duration) (u usage) {
		for _, x := range s.usage {
			if x.at >= from && x.at < to {
				u.rss, u.fds, u.goroutine, u.flows = max(u.rss, x.rss), max(u.fds, x.fds), max(u.goroutine, x.goroutine), max(u.flows, x.flows)
			}
		}
		return u
	}
	base, end := s.usage[0], s.usage[len(s.usage)-1]
	middle, last := most(s.length/3, 2*s.length/3), most(2*s.length/3, time.Hour*1000)
	s.Logf("RSS MiB %.0f at first, %.0f in the middle, %.0f in the last third; files %.0f, %.0f; goroutines %.0f, %.0f, %.0f",
		base.rss, middle.rss, last.rss, base.fds, last.fds, base.goroutine, last.goroutine, end.goroutine)
	// Flows of UDP, and the SPIs of IKE in them, are remembered by number, not by
	// age, up to a million of each: what that may take, twice because of how Go
	// collects garbage. Beyond it memory must not grow.
	const flowsAtMost, flowBytes = 1 << 20, 2 * 200
	flows := float64(min(last.flows, flowsAtMost)-min(middle.flows, flowsAtMost)) * flowBytes / (1 << 20)
	if last.rss > 1.1*middle.rss+16+flows {
		s.Errorf("memory grows: %.0f MiB in the middle third, %.0f in the last, of which flows may be %.0f", middle.rss, last.rss, flows)
	}
	// The file of -w is open now, and with it the one of a report or a connection
	// at some moments.
	if last.fds > base.fds+3 {
		s.Errorf("%.0f files were open at first, %.0f later", base.fds, last.fds)
	}
	if end.goroutine > base.goroutine+2 || last.goroutine > base.goroutine+12 {
		s.Errorf("%.0f goroutines at first, %.0f later, %.0f at the end", base.goroutine, last.goroutine, end.goroutine)
	}
}

// checkKept analyzes the files of -w.
func (s *soak) checkKept() {
	files, _ := filepath.Glob(filepath.Join(s.dir, "kept*.pcapng"))
	if len(files) == 0 || len(files) > 4 {
		s.Errorf("%d files are kept", len(files))
	}
	slices.Sort(files)
	packets := uint64(0)
	for _, name := range files {
		r := s.analyze(name)
		packets += r.Totals.Packets
		if r.Totals.IPsecPackets == 0 || !r.Complete || len(r.Tunnels) == 0 {
			s.Errorf("%s: %d packets, %d of IPsec, %d tunnels, complete %v", filepath.Base(name), r.Totals.Packets, r.Totals.IPsecPackets, len(r.Tunnels), r.Complete)
		}
	}
	s.Logf("%d packets in %d files", packets, len(files))
}

func (s *soak) analyze(name string) *report.Report {
	cmd := exec.Command(s.program.exe, "analyze", "-q", "-f", "json", name)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	r := new(report.Report)
	if err == nil {
		err = json.Unmarshal(out, r)
	}
	if err != nil {
		s.Errorf("analyze %s: %v %s", filepath.Base(name), err, errs.String())
	}
	return r
}

// checkSteady looks for the steady tunnels in a report that knows all that was
// sent. Later they are silent for too long.
func (s *soak) checkSteady() {
	var r report.Report
	for range 100 {
		time.Sleep(100 * time.Millisecond)
		if r = s.readReport(); r.Totals.Packets+metricOf("ikesniff_kernel_dropped_packets_total") >= s.sent {
			break
		}
	}
	if lost := s.sent - r.Totals.Packets; lost > 0 {
		s.Logf("the kernel dropped %d packets: counts of tunnels are not compared", lost)
		return
	}
	for i, u := range s.steady {
		var found []*report.Tunnel
		for _, got := range r.Tunnels {
			if hasSPIs(got, u) {
				found = append(found, got)
			}
		}
		if len(found) != 1 {
			s.Errorf("steady tunnel %d (%v) is %d times in the report", i, u.kind.transports(), len(found))
			continue
		}
		got := found[0]
		want := u.kind.transports()
		if got.Initiator != u.end[client].Addr().String() || got.Responder != u.end[server].Addr().String() || got.Status != report.StatusUp ||
			!slices.Contains(got.Transports, want[len(want)-1]) {
			s.Errorf("steady tunnel %d: %s -> %s, %s, on %v; want %v -> %v on %v", i, got.Initiator, got.Responder, got.Status, got.Transports, u.end[client], u.end[server], want)
		}
		spis := fmt.Sprintf("%016x %016x", u.spi[0], u.spi[1])
		if n := len(got.IKESAs); n == 0 || got.IKESAs[n-1].InitiatorSPI+" "+got.IKESAs[n-1].ResponderSPI != spis {
			s.Errorf("steady tunnel %d has IKE SAs %+v, want %s", i, got.IKESAs, spis)
		}
		if n := got.IKEMessages; n.Initiator != u.ike[client] || n.Responder != u.ike[server] {
			s.Errorf("steady tunnel %d: %+v IKE messages, want %v", i, n, u.ike)
		}
	}
}

package pipeline

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ikesniff/ikesniff/capture"
	"github.com/ikesniff/ikesniff/report"
)

func addrPort(s string) netip.AddrPort { return netip.MustParseAddrPort(s) }

// rawESP is an IPv4 packet with ESP in it, as LinkRaw has it (RFC 791 3.1, RFC
// 4303 2). The header checksum is left 0: it is only noted.
func rawESP(src, dst string, spi, seq uint32) []byte {
	const body = 64
	b := []byte{0x45, 0, 0, 20 + 8 + body, 0, 0, 0, 0, 64, 50, 0, 0}
	b = append(b, netip.MustParseAddr(src).AsSlice()...)
	b = append(b, netip.MustParseAddr(dst).AsSlice()...)
	b = binary.BigEndian.AppendUint32(b, spi)
	b = binary.BigEndian.AppendUint32(b, seq)
	for i := range body {
		b = append(b, byte(seq)*31+byte(i)*7)
	}
	return b
}

// source delivers packets from memory, each in a buffer that the next one
// overwrites.
type source struct {
	packets []capture.Packet
	err     error // at the end; io.EOF if nil
	at      int
	buf     []byte
	each    func(i int) // called before packet i, if set
}

func (s *source) Next(p *capture.Packet) error {
	if s.each != nil {
		s.each(s.at)
	}
	if s.at == len(s.packets) {
		if s.err != nil {
			return s.err
		}
		return io.EOF
	}
	*p = s.packets[s.at]
	for i := range s.buf {
		s.buf[i] = 0xa5
	}
	s.buf = append(s.buf[:0], p.Data...)
	p.Data = s.buf
	s.at++
	return nil
}

func (s *source) Info() []capture.SourceInfo {
	info := capture.SourceInfo{Name: "memory", Format: "pcap", Packets: uint64(s.at), Interfaces: []string{""}, Complete: true}
	if s.at > 0 {
		info.FirstTime, info.LastTime = s.packets[0].Time, s.packets[s.at-1].Time
	}
	return []capture.SourceInfo{info}
}

func (s *source) Interfaces() []string     { return []string{""} }
func (s *source) Progress() (int64, int64) { return int64(s.at), int64(len(s.packets)) }
func (s *source) Close() error             { return nil }

// packets makes n ESP packets that go round between a number of peers.
func packets(n, peers int) []capture.Packet {
	out := make([]capture.Packet, n)
	for i := range out {
		peer := netip.AddrFrom4([4]byte{198, 51, 100, byte(i % peers)}).String()
		data := rawESP(peer, "203.0.113.1", 0x1000+uint32(i%peers), uint32(i/peers+1))
		out[i] = capture.Packet{
			Ref: capture.FrameRef(0, uint64(i+1)), Time: int64(i+1) * 1e6,
			LinkType: capture.LinkRaw, Data: data, OrigLen: len(data),
		}
	}
	return out
}

func mustRun(t *testing.T, ctx context.Context, src capture.Source, opt Options) *report.Report {
	t.Helper()
	s, err := Run(ctx, src, opt)
	if err != nil {
		t.Fatal(err)
	}
	return s.Collect()
}

func TestRunCountsEveryPacket(t *testing.T) {
	list := packets(1000, 10)
	list[3].Data = list[3].Data[:26] // cut by the capture, inside the ESP header
	list[5].Data, list[5].OrigLen = []byte{0x45, 0, 0}, 3
	list[7].Data[9] = 89 // OSPF
	list[9].DropsBefore = 17
	var want report.Totals
	for workers := range 5 {
		got := mustRun(t, t.Context(), &source{packets: list}, Options{Workers: workers}).Totals
		if sum := got.IPsecPackets + got.IgnoredPackets + got.MalformedPackets; got.Packets != 1000 || sum != 1000 {
			t.Errorf("%d workers: packets %d, ipsec + ignored + malformed %d, want 1000", workers, got.Packets, sum)
		}
		if got.MalformedPackets != 1 || got.TruncatedPackets != 1 || got.IgnoredPackets != 2 || got.ESPPackets != 997 {
			t.Errorf("%d workers: %+v", workers, got)
		}
		if workers == 0 {
			want = got
		} else if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%d workers change the totals:\n%s", workers, diff)
		}
	}
}

func TestRunWorkersDoNotChangeTheReport(t *testing.T) {
	list := packets(5000, 37)
	for i := range list {
		if i%701 == 0 {
			list[i].DropsBefore = uint64(i)
		}
		if i%97 == 0 { // a gap in every SA, in one place or another
			list[i].Data = []byte{0x45}
		}
	}
	want := mustRun(t, t.Context(), &source{packets: list}, Options{Workers: 1})
	if len(want.Tunnels) != 37 {
		t.Fatalf("%d tunnels, want 37", len(want.Tunnels))
	}
	for workers := 2; workers <= 8; workers++ {
		got := mustRun(t, t.Context(), &source{packets: list}, Options{Workers: workers})
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%d workers change the report (-1 worker):\n%s", workers, diff)
		}
	}
}

func TestRunCancelled(t *testing.T) {
	for _, workers := range []int{1, 3} {
		ctx, cancel := context.WithCancel(t.Context())
		src := &source{packets: packets(100_000, 5)}
		src.each = func(i int) {
			if i == 2000 {
				cancel()
			}
		}
		r := mustRun(t, ctx, src, Options{Workers: workers})
		if r.Complete || !slices.Contains(r.IncompleteBecause, interrupted) {
			t.Errorf("complete %v because %q", r.Complete, r.IncompleteBecause)
		}
		if r.Totals.Packets < 2000 || r.Totals.Packets > 2000+cancelEvery {
			t.Errorf("%d packets read, cancelled at 2000", r.Totals.Packets)
		}
		if r.Totals.ESPPackets != r.Totals.Packets {
			t.Errorf("%d ESP packets of %d: what was read must be reported", r.Totals.ESPPackets, r.Totals.Packets)
		}
	}
}

func TestRunSourceFails(t *testing.T) {
	src := &source{packets: packets(10, 1), err: errors.New("the disk is on fire")}
	r := mustRun(t, t.Context(), src, Options{})
	if r.Complete || len(r.IncompleteBecause) != 1 || !strings.Contains(r.IncompleteBecause[0], "on fire") {
		t.Errorf("complete %v because %q", r.Complete, r.IncompleteBecause)
	}
	if r.Totals.ESPPackets != 10 {
		t.Errorf("%d ESP packets, want 10", r.Totals.ESPPackets)
	}
}

func TestRunProgress(t *testing.T) {
	var seen []uint64
	opt := Options{Progress: func(p Progress) {
		if p.Done != int64(p.Packets) || p.Total != 3*progressEvery {
			t.Errorf("%+v", p)
		}
		seen = append(seen, p.Packets)
	}}
	mustRun(t, t.Context(), &source{packets: packets(3*progressEvery, 2)}, opt)
	if !slices.Equal(seen, []uint64{progressEvery, 2 * progressEvery, 3 * progressEvery}) {
		t.Errorf("progress at %v", seen)
	}
}

func TestRunWithoutSource(t *testing.T) {
	if _, err := Run(t.Context(), nil, Options{}); err == nil {
		t.Error("no error without a source")
	}
}

// TestRunDoesNotAllocate: a longer capture of the same SAs costs no more
// allocations, with and without goroutines.
func TestRunDoesNotAllocate(t *testing.T) {
	for _, workers := range []int{1, 2} {
		allocs := func(n int) float64 {
			list := packets(n, 4)
			return testing.AllocsPerRun(3, func() {
				if _, err := Run(context.Background(), &source{packets: list}, Options{Workers: workers}); err != nil {
					t.Fatal(err)
				}
			})
		}
		short, long := allocs(20_000), allocs(40_000)
		if long > short+100 {
			t.Errorf("%d workers: %v allocations for 20,000 packets, %v for 40,000", workers, short, long)
		}
	}
}

func BenchmarkRun(b *testing.B) {
	list := packets(100_000, 50)
	for _, workers := range []int{1, 2} {
		b.Run(map[int]string{1: "1worker", 2: "2workers"}[workers], func(b *testing.B) {
			b.SetBytes(int64(len(list) * len(list[0].Data)))
			for b.Loop() {
				if _, err := Run(context.Background(), &source{packets: list}, Options{Workers: workers}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(list)), "ns/packet")
		})
	}
}

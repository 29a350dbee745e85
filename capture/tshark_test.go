package capture

import (
	"fmt"
	"math/rand/v2"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/ikesniff/ikesniff/internal/testenv"
)

// TestTshark compares random pcapng files of several sections, byte orders,
// interfaces and resolutions with what tshark reads in them: frame numbers,
// times, lengths and directions. (tshark 4.0 takes the interface names of later
// sections from the first one, so names are not compared.)
func TestTshark(t *testing.T) {
	tshark := testenv.Program(t, "tshark")
	random := rand.New(rand.NewPCG(9, 10))
	dir := t.TempDir()
	for round := range 8 {
		path := save(t, dir, fmt.Sprint(round), randomPcapng(random))
		out, err := exec.Command(tshark, "-n", "-r", path, "-Y", "eth", "-T", "fields",
			"-E", "occurrence=f", "-e", "frame.number", "-e", "frame.time_epoch", "-e", "frame.cap_len", "-e", "frame.len",
			"-e", "frame.packet_flags_direction").Output()
		if err != nil {
			t.Fatal(err)
		}
		var mine strings.Builder
		s, err := Open([]string{path})
		if err != nil {
			t.Fatal(err)
		}
		all, infos := drain(t, s)
		for _, p := range all {
			direction := map[Direction]string{DirectionUnknown: "0x00000000", DirectionIn: "0x00000001", DirectionOut: "0x00000002"}[p.Direction]
			fmt.Fprintf(&mine, "%d\t%d.%09d\t%d\t%d\t%s\n", p.Frame, p.Time/1e9, p.Time%1e9, len(p.Data), p.OrigLen, direction)
		}
		if d := cmp.Diff(string(out), mine.String()); d != "" || !infos[0].Complete || len(all) == 0 {
			t.Fatalf("round %d: %s\n%+v", round, d, infos[0])
		}
	}
}

func randomPcapng(random *rand.Rand) (b []byte) {
	for section := range 1 + random.IntN(3) {
		o := le
		if random.IntN(2) == 0 {
			o = be
		}
		b = append(b, o.section()...)
		units := []float64{1e6, 1e9, 1e3, 1 << 20, 1}
		resolutions := []byte{6, 9, 3, 0x80 | 20, 0}
		ifaces := 1 + random.IntN(len(units))
		for i := range ifaces {
			b = append(b, o.iface(1, 0, o.option(optInterfaceName, fmt.Append(nil, "port", section, "-", i)),
				o.option(optInterfaceResolution, resolutions[i:i+1]), o.u64option(optInterfaceOffset, uint64(i)*100))...)
		}
		for range 20 {
			id := random.IntN(ifaces)
			data := string(make([]byte, 14+random.IntN(60)))
			ts := uint64(1.6e9*units[id]) + random.Uint64N(uint64(1000*units[id]))
			switch random.IntN(8) {
			case 0:
				b = append(b, o.block(blockCustom, o.words(32473), []byte("custom"))...)
			case 1:
				b = append(b, o.block(blockJournal, []byte("__REALTIME_TIMESTAMP=1\nMESSAGE=x\n"))...)
			case 2:
				b = append(b, o.block(0x4711, []byte("unknown"))...)
			case 3:
				b = append(b, o.stats(uint32(id), o.u64option(optStatsSystemDrops, 0))...)
			default:
				b = append(b, o.enhanced(uint32(id), ts, data, o.option(1, []byte("comment")),
					o.option(optPacketFlags, o.words(random.Uint32N(3))))...)
			}
		}
	}
	return b
}

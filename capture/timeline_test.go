package capture

import (
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func save(t testing.TB, dir, name string, b []byte) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestMerge compares the timeline of random files with a stable merge of their
// packets: few and many files, of all formats, overlapping or one after the
// other, some with times that run backwards, some empty.
func TestMerge(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for round := range 60 {
		dir := t.TempDir()
		var names []string
		var want [][]got
		files := 1 + random.IntN(5)
		if round%6 == 0 {
			files = maxActive + 1 + random.IntN(20)
		}
		for f := range files {
			var now uint32
			if round%2 == 0 {
				now = uint32(f) * 20
			}
			var mine []got
			b := le.pcap(pcapMicros, 1)
			for n := range random.IntN(20) {
				if now += uint32(random.IntN(3)); random.IntN(10) == 0 {
					now -= min(now, 5)
				}
				data := fmt.Sprint(f, "/", n)
				b = append(b, le.record(now, 0, data)...)
				mine = append(mine, got{Frame: uint64(n + 1), Time: int64(now) * 1e9, Link: 1, Data: data, OrigLen: len(data)})
			}
			switch random.IntN(3) {
			case 0:
				b = gz(t, b)
			case 1:
				b = zst(t, b)
			}
			names = append(names, save(t, dir, fmt.Sprint(f), b))
			want = append(want, mine)
		}
		s, err := Open(names)
		if err != nil {
			t.Fatal(err)
		}
		all, infos := drain(t, s)
		if d := cmp.Diff(stableMerge(slices.Clone(want)), all); d != "" {
			t.Fatalf("round %d: %s", round, d)
		}
		for f, info := range infos {
			if info.Packets != uint64(len(want[f])) || !info.Complete || info.Name != names[f] {
				t.Errorf("round %d: %+v", round, info)
			}
		}
		if done, total := s.Progress(); done != total || total == 0 {
			t.Errorf("round %d: progress %d of %d", round, done, total)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

// stableMerge takes the earliest of the heads, of equals the first, until there
// are none.
func stableMerge(lists [][]got) (all []got) {
	for {
		best := -1
		for i, l := range lists {
			if len(l) > 0 && (best < 0 || l[0].Time < lists[best][0].Time) {
				best = i
			}
		}
		if best < 0 {
			return all
		}
		all = append(all, lists[best][0])
		lists[best] = lists[best][1:]
	}
}

func TestMergeDoesNotAllocate(t *testing.T) {
	dir := t.TempDir()
	var names []string
	for f := range 3 {
		b := le.pcap(pcapMicros, 1)
		for n := range 3000 {
			b = append(b, le.record(uint32(n), uint32(f), strings.Repeat("x", 500))...)
		}
		names = append(names, save(t, dir, fmt.Sprint(f), b))
	}
	s, err := Open(names)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var p Packet
	next := func() {
		if err := s.Next(&p); err != nil {
			t.Fatal(err)
		}
	}
	for range 6000 { // until the windows have grown
		next()
	}
	if n := testing.AllocsPerRun(2000, next); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

func TestMergeRefsAndInterfaces(t *testing.T) {
	dir := t.TempDir()
	ng := func(o build, name string, ts uint64) []byte {
		return join(o.section(), o.iface(1, 0, o.option(optInterfaceName, []byte(name))), o.iface(1, 0),
			o.enhanced(0, ts, "A"), o.enhanced(1, ts, "B"))
	}
	names := []string{
		save(t, dir, "a", ng(le, "port1", 2e6)),
		save(t, dir, "b", join(le.pcap(pcapMicros, 1), le.record(1, 0, "C"))),
		save(t, dir, "c", ng(be, "port1", 2e6)),
		save(t, dir, "d", ng(be, "port2", 0)),
	}
	s, err := Open(names)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var where []string
	var p Packet
	for s.Next(&p) == nil {
		where = append(where, p.Ref.String()+" "+s.Interfaces()[p.Interface]+" "+string(p.Data))
	}
	want := []string{"3#1 port2 A", "3#2 #1 B", "1#1  C", "0#1 port1 A", "0#2 #1 B", "2#1 port1 A", "2#2 #1 B"}
	if d := cmp.Diff(want, where); d != "" {
		t.Error(d)
	}
	table := slices.Clone(s.Interfaces())
	slices.Sort(table)
	if d := cmp.Diff([]string{"", "#1", "port1", "port2"}, table); d != "" {
		t.Error(d)
	}
}

// TestManyFiles reads a thousand pieces that all overlap, with few descriptors
// and little memory.
func TestManyFiles(t *testing.T) {
	dir := t.TempDir()
	var names []string
	const files, packets = 1000, 3
	for f := range files {
		b := le.pcap(pcapMicros, 1)
		for n := range packets {
			b = append(b, le.record(uint32(n), uint32(f), strings.Repeat("x", 50))...)
		}
		names = append(names, save(t, dir, fmt.Sprint(f), b))
	}
	s, err := Open(names)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var p Packet
	var heap, last uint64
	for n := 0; ; n++ {
		if err := s.Next(&p); err == io.EOF {
			if n != files*packets {
				t.Errorf("%d packets", n)
			}
			break
		}
		if uint64(p.Time) < last {
			t.Fatalf("time runs backwards at %d", n)
		}
		last = uint64(p.Time)
		if n%500 == 499 {
			open, err := os.ReadDir("/proc/self/fd")
			if err == nil && len(open) > maxOpenFiles+40 {
				t.Fatalf("%d descriptors", len(open))
			}
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			heap = max(heap, m.HeapInuse)
		}
	}
	if heap > 2*maxWindows {
		t.Errorf("%d MiB of heap", heap>>20)
	}
}

func TestOpenFaults(t *testing.T) {
	if _, err := Open(nil); err == nil {
		t.Error("no name is no error")
	}
	if _, err := Open(make([]string, MaxSources+1)); err == nil {
		t.Error("too many names are no error")
	}
	dir := t.TempDir()
	good := save(t, dir, "good", smallPcap())
	missing := filepath.Join(dir, "missing")
	text := save(t, dir, "text", []byte("hello"))
	s, err := Open([]string{missing, dir, good, text})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	all, infos := drain(t, s)
	if len(all) != 3 || !infos[2].Complete {
		t.Errorf("%v, %+v", all, infos[2])
	}
	for i, want := range map[int]string{
		0: missing + " cannot be read: no such file or directory.",
		1: dir + " cannot be read: it is a directory.",
		3: text + ` cannot be read: it is no capture file: it begins with the text "hello".`,
	} {
		if infos[i].Err != want || infos[i].Complete {
			t.Errorf("%+v", infos[i])
		}
	}
}

// TestFileReplaced: a piece of a ring buffer that is overwritten before its
// turn is not passed off as what it was.
func TestFileReplaced(t *testing.T) {
	dir := t.TempDir()
	piece := func(i int) []byte { return join(le.pcap(pcapMicros, 1), le.record(uint32(i), 0, "A")) }
	var names []string
	for i := range maxActive + 4 {
		names = append(names, save(t, dir, fmt.Sprint(i), piece(i)))
	}
	s, err := Open(names)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var p Packet
	if err := s.Next(&p); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(save(t, dir, "new", piece(99)), names[5]); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(names[7]); err != nil {
		t.Fatal(err)
	}
	all, infos := drain(t, s)
	if len(all) != len(names)-3 {
		t.Errorf("%d packets", len(all))
	}
	for i, info := range infos {
		want := map[int]string{
			5: names[5] + " cannot be read: the file was replaced while it was being read.",
			7: names[7] + " cannot be read: no such file or directory.",
		}[i]
		if info.Err != want || info.Complete != (want == "") {
			t.Errorf("%+v", info)
		}
	}
}

// TestPoolReopens: a file that the pool closed goes on where it was.
func TestPoolReopens(t *testing.T) {
	dir := t.TempDir()
	pool := &filePool{max: 2}
	var files []*pooledFile
	for i := range 5 {
		files = append(files, &pooledFile{pool: pool, path: save(t, dir, fmt.Sprint(i), []byte(fmt.Sprint(i, "abcdefgh")))})
	}
	var texts [5]strings.Builder
	b := make([]byte, 2)
	for range 5 {
		for i, f := range files {
			n, err := f.Read(b)
			if err != nil && err != io.EOF {
				t.Fatal(err)
			}
			texts[i].Write(b[:n])
			if len(pool.open) > 2 {
				t.Fatalf("%d files are open", len(pool.open))
			}
		}
	}
	for i := range files {
		if got, want := texts[i].String(), fmt.Sprint(i, "abcdefgh"); got != want {
			t.Errorf("%q, want %q", got, want)
		}
		files[i].Close()
	}
	if len(pool.open) != 0 {
		t.Errorf("%d files are open", len(pool.open))
	}
}

// TestPipe delivers packets as they come, without waiting for more, also from
// standard input.
func TestPipe(t *testing.T) {
	for _, name := range []string{"reader", "stdin"} {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		s := OpenReader(r, "pipe")
		if name == "stdin" {
			stdin := os.Stdin
			os.Stdin = r
			t.Cleanup(func() { os.Stdin = stdin })
			if s, err = Open([]string{"-"}); err != nil {
				t.Fatal(err)
			}
		}
		packets := make(chan string)
		go func() {
			defer close(packets)
			var p Packet
			for s.Next(&p) == nil {
				packets <- string(p.Data)
			}
		}()
		for i, b := range [][]byte{join(le.section(), le.iface(1, 0), le.enhanced(0, 1, "0")), le.enhanced(0, 2, "1"), le.enhanced(0, 3, "2")} {
			if _, err := w.Write(b); err != nil {
				t.Fatal(err)
			}
			select {
			case got := <-packets:
				if got != fmt.Sprint(i) {
					t.Errorf("packet %q", got)
				}
			case <-time.After(10 * time.Second):
				t.Fatalf("packet %d does not come", i)
			}
		}
		w.Close()
		if p, more := <-packets; more {
			t.Errorf("a packet too many: %q", p)
		}
		if info := s.Info()[0]; !info.Complete || info.Packets != 3 {
			t.Errorf("%+v", info)
		}
		if _, total := s.Progress(); total != 0 {
			t.Errorf("a pipe of %d bytes", total)
		}
	}
}

func TestStdinTwice(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	stdin := os.Stdin
	os.Stdin = r
	t.Cleanup(func() { os.Stdin = stdin })
	go func() {
		w.Write(smallPcap())
		w.Close()
	}()
	s, err := Open([]string{"-", "-"})
	if err != nil {
		t.Fatal(err)
	}
	all, infos := drain(t, s)
	if len(all) != 3 || infos[1].Err != "standard input cannot be read: it is named twice, and can be read only once." || infos[1].Complete {
		t.Errorf("%v, %+v", all, infos)
	}
}

func TestClose(t *testing.T) {
	dir := t.TempDir()
	s, err := Open([]string{save(t, dir, "a", smallPcap()), save(t, dir, "b", gz(t, smallPcapng()))})
	if err != nil {
		t.Fatal(err)
	}
	var p Packet
	if err := s.Next(&p); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if err := s.Next(&p); err != io.EOF {
		t.Errorf("Next after Close: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if s.Info()[0].Complete {
		t.Error("an input that was not read to its end is complete")
	}
}

package write

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ikesniff/ikesniff/capture"
	"github.com/ikesniff/ikesniff/internal/testenv"
)

func packet(n int) *capture.Packet {
	return &capture.Packet{
		Time: 1_790_000_000_123_456_789 + int64(n)*int64(time.Second), LinkType: capture.LinkEthernet,
		Data: bytes.Repeat([]byte{byte(n)}, 100), OrigLen: 120, Direction: capture.DirectionOut,
	}
}

func readAll(t *testing.T, name string) (out []capture.Packet, interfaces []string) {
	t.Helper()
	src, err := capture.Open([]string{name})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	var p capture.Packet
	for src.Next(&p) == nil {
		p.Data = bytes.Clone(p.Data)
		out = append(out, p)
	}
	if info := src.Info()[0]; !info.Complete || info.Err != "" || info.CutShort {
		t.Errorf("%s: %+v", name, info)
	}
	return out, src.Interfaces()
}

func TestOneFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "kept.pcapng")
	w, err := New(Options{Name: name, Program: "ikesniff test"})
	if err != nil {
		t.Fatal(err)
	}
	raw := packet(2)
	raw.LinkType, raw.Direction, raw.DropsBefore = capture.LinkRaw, capture.DirectionIn, 3
	for i, p := range []*capture.Packet{packet(1), raw, packet(3)} {
		if err := w.Packet(p, []string{"wan1", "tun0", "wan1"}[i], []string{"tunnel abc"}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	// What was flushed is readable though the file was not ended.
	got, interfaces := readAll(t, name)
	if len(got) != 3 || strings.Join(interfaces, " ") != "wan1 tun0" {
		t.Fatalf("%d packets of %v", len(got), interfaces)
	}
	for i, want := range []*capture.Packet{packet(1), raw, packet(3)} {
		p := got[i]
		if p.Time != want.Time || !bytes.Equal(p.Data, want.Data) || p.OrigLen != 120 || p.LinkType != want.LinkType ||
			p.Direction != want.Direction || p.DropsBefore != want.DropsBefore {
			t.Errorf("packet %d: %+v", i, p)
		}
	}
	if err := w.Close(time.Time{}); err != nil {
		t.Fatal(err)
	}
}

func TestRotation(t *testing.T) {
	tests := map[string]struct {
		set   []string
		files int // that are left
		each  int // packets in each but the last
	}{
		"packets":  {[]string{"packets:4"}, 3, 4},
		"duration": {[]string{"duration:5"}, 2, 5},
		"size":     {[]string{"filesize:1"}, 2, 7},
		"few":      {[]string{"packets:2", "files:2"}, 2, 2},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var r Rotation
			for _, s := range test.set {
				if err := r.Set(s); err != nil {
					t.Fatal(err)
				}
			}
			dir := t.TempDir()
			w, err := New(Options{Name: filepath.Join(dir, "kept.pcapng"), Rotation: r})
			if err != nil {
				t.Fatal(err)
			}
			for i := range 10 {
				if err := w.Packet(packet(i), "eth0", nil); err != nil {
					t.Fatal(err)
				}
				if err := w.Flush(); err != nil {
					t.Fatal(err)
				}
			}
			if err := w.Close(time.Time{}); err != nil {
				t.Fatal(err)
			}
			there, _ := filepath.Glob(filepath.Join(dir, "*"))
			if len(there) != test.files || len(w.Files()) != test.files {
				t.Fatalf("%v are there, %v are known", there, w.Files())
			}
			for i, f := range w.Files() {
				got, _ := readAll(t, f)
				if i < test.files-1 && len(got) != test.each || len(got) == 0 {
					t.Errorf("%s has %d packets", f, len(got))
				}
			}
			if base := filepath.Base(w.Files()[test.files-1]); !strings.HasPrefix(base, "kept_0000") || !strings.Contains(base, "_20260921") {
				t.Errorf("file is named %s", base)
			}
		})
	}
}

// A disk that fills up and is emptied again loses what came meanwhile, and
// nothing else.
func TestFullDisk(t *testing.T) {
	name := filepath.Join(t.TempDir(), "kept.pcapng")
	w, err := New(Options{Name: name})
	if err != nil {
		t.Fatal(err)
	}
	put := func(n int) error {
		if err := w.Packet(packet(n), "eth0", nil); err != nil {
			return err
		}
		return w.Flush()
	}
	if err := put(1); err != nil {
		t.Fatal(err)
	}
	real := w.out.file
	if w.out.file, err = os.OpenFile("/dev/full", os.O_WRONLY, 0); err != nil {
		t.Skip("no /dev/full on this system: ", err)
	}
	for n := range 3 {
		if err := put(n); err == nil {
			t.Error("no error of a full disk")
		}
	}
	w.out.file.Close()
	w.out.file = real
	if err := put(5); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(time.Unix(1_790_000_100, 0)); err != nil {
		t.Fatal(err)
	}
	got, _ := readAll(t, name)
	if len(got) != 2 || w.Lost() != 3 {
		t.Errorf("%d packets are there and %d lost, want 2 and 3", len(got), w.Lost())
	}
}

// The end of the capture is told, and an empty one is a capture.
func TestEndTime(t *testing.T) {
	end := time.Unix(1_790_001_000, 5).UTC()
	for n := range 2 {
		name := filepath.Join(t.TempDir(), "kept.pcapng")
		w, err := New(Options{Name: name})
		if err != nil {
			t.Fatal(err)
		}
		for i := range n {
			_ = w.Packet(packet(i), "eth0", nil)
		}
		if err := w.Close(end); err != nil {
			t.Fatal(err)
		}
		src, err := capture.Open([]string{name})
		if err != nil {
			t.Fatal(err)
		}
		var p capture.Packet
		for src.Next(&p) == nil {
		}
		if info := src.Info()[0]; info.Packets != uint64(n) || !info.Complete || n > 0 && info.EndTime != end.UnixNano() {
			t.Errorf("%d packets: %+v", n, info)
		}
		src.Close()
	}
}

func TestSetRefuses(t *testing.T) {
	for _, s := range []string{"", "filesize", "filesize:x", "files:0", "interval:3", "packets:-1"} {
		if new(Rotation).Set(s) == nil {
			t.Errorf("%q is taken", s)
		}
	}
}

func TestReopen(t *testing.T) {
	name := filepath.Join(t.TempDir(), "kept.pcapng")
	w, err := New(Options{Name: name})
	if err != nil {
		t.Fatal(err)
	}
	_ = w.Packet(packet(0), "eth0", nil)
	if err := w.Reopen(); err != nil { // nobody moved it: it goes on
		t.Fatal(err)
	}
	if got, _ := readAll(t, name); len(got) != 1 {
		t.Errorf("%d packets are there after reopening, want 1", len(got))
	}
	_ = w.Packet(packet(1), "eth0", nil)
	if err := os.Rename(name, name+".1"); err != nil {
		t.Fatal(err)
	}
	if err := w.Reopen(); err != nil {
		t.Fatal(err)
	}
	_ = w.Packet(packet(2), "eth0", nil)
	if err := w.Close(time.Time{}); err != nil {
		t.Fatal(err)
	}
	for f, want := range map[string]int{name: 1, name + ".1": 2} {
		if got, _ := readAll(t, f); len(got) != want {
			t.Errorf("%s has %d packets, want %d", f, len(got), want)
		}
	}
}

// A file that was not moved away goes on, even if it could not be opened at
// first.
func TestReopenInPlace(t *testing.T) {
	name := filepath.Join(t.TempDir(), "kept.pcapng")
	w, err := New(Options{Name: name})
	if err != nil {
		t.Fatal(err)
	}
	_ = w.Packet(packet(1), "eth0", nil)
	if err := w.Reopen(); err != nil {
		t.Fatal(err)
	}
	_ = w.Packet(packet(2), "eth0", nil)
	w.o.Name = filepath.Join(name, "kept.pcapng") // a file is no folder
	if err := w.Reopen(); err == nil {
		t.Error("no error of a file that cannot be opened")
	}
	if err := w.Packet(packet(3), "eth0", nil); err == nil {
		t.Error("no error of a packet without a file")
	}
	w.o.Name = name
	_ = w.Packet(packet(4), "eth0", nil)
	if err := w.Close(time.Time{}); err != nil {
		t.Fatal(err)
	}
	if got, _ := readAll(t, name); len(got) != 3 || w.Lost() != 1 {
		t.Errorf("%d packets are there and %d lost, want 3 and 1", len(got), w.Lost())
	}
}

func TestCannotWrite(t *testing.T) {
	for _, o := range []Options{
		{Name: filepath.Join(t.TempDir(), "no", "kept.pcapng")},
		{Name: filepath.Join(t.TempDir(), "no", "kept.pcapng"), Rotation: Rotation{Packets: 1}},
	} {
		if _, err := New(o); err == nil {
			t.Errorf("%+v: no error", o)
		}
	}
}

// Wireshark reads the files, comments included.
func TestTsharkReads(t *testing.T) {
	tshark := testenv.Program(t, "tshark")
	name := filepath.Join(t.TempDir(), "kept.pcapng")
	w, err := New(Options{Name: name})
	if err != nil {
		t.Fatal(err)
	}
	_ = w.Packet(packet(1), "wan1", []string{"tunnel abc", "esp-loss"})
	if err := w.Close(time.Time{}); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(tshark, "-r", name, "-T", "fields", "-e", "frame.interface_name", "-e", "frame.comment").Output()
	if err != nil || !strings.Contains(string(out), "wan1") || !strings.Contains(string(out), "tunnel abc") || !strings.Contains(string(out), "esp-loss") {
		t.Errorf("tshark reads %q, %v", out, err)
	}
}

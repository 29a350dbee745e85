package capture

import (
	"bytes"
	"io"
	"math/rand/v2"
	"testing"
	"testing/iotest"
)

// large returns a capture of many windows, and what its packets hold.
func large(r *rand.Rand, next bool) (file []byte, data [][]byte) {
	if next {
		file = join(le.section(), le.iface(1, 0))
	} else {
		file = le.pcap(pcapMicros, 1)
	}
	for len(file) < 8*readSize {
		b := make([]byte, r.IntN(3000))
		if r.IntN(200) == 0 {
			b = make([]byte, r.IntN(maxCaptured)) // makes a window grow
		}
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		data = append(data, b)
		if next {
			file = append(file, le.enhanced(0, uint64(len(data)), string(b))...)
		} else {
			file = append(file, le.record(uint32(len(data)), 0, string(b))...)
		}
	}
	return file, data
}

// TestShared holds the buffers of some packets while others are read, as
// workers do that lag behind: what is held stays as it was.
func TestShared(t *testing.T) {
	for _, next := range []bool{false, true} {
		r := rand.New(rand.NewPCG(8, 9))
		file, data := large(r, next)
		for name, stream := range map[string]io.Reader{
			"file":   bytes.NewReader(file),
			"pipe":   iotest.HalfReader(bytes.NewReader(file)),
			"zstd":   bytes.NewReader(zst(t, file)),
			"chunks": reader(func(b []byte) (int, error) { return 0, io.EOF }),
		} {
			if name == "chunks" {
				rest := bytes.NewReader(file)
				stream = reader(func(b []byte) (int, error) { return rest.Read(b[:min(len(b), 1+r.IntN(70000))]) })
			}
			src := OpenReader(stream, name)
			src.(Sharer).Share()
			type held struct {
				Packet
				i int
			}
			var late []held
			check := func(h held) {
				if !bytes.Equal(h.Data, data[h.i]) {
					t.Fatalf("%s: packet %d has changed", name, h.i)
				}
				h.Buffer.Release()
			}
			shared, buffers := 0, map[*Buffer]bool{}
			for i := range data {
				var p Packet
				if err := src.Next(&p); err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(p.Data, data[i]) {
					t.Fatalf("%s: packet %d is wrong", name, i)
				}
				if p.Buffer == nil {
					continue
				}
				shared++
				buffers[p.Buffer] = true
				p.Buffer.Retain()
				late = append(late, held{p, i})
				if len(late) > r.IntN(1000) {
					k := r.IntN(len(late))
					check(late[k])
					late[k] = late[len(late)-1]
					late = late[:len(late)-1]
				}
			}
			for _, h := range late {
				check(h)
			}
			if shared < len(data)/2 {
				t.Errorf("%s: %d of %d packets were shared", name, shared, len(data))
			}
			if err := src.Next(new(Packet)); err != io.EOF {
				t.Errorf("%s: %v at the end", name, err)
			}
		}
	}
}

// TestSharedDoesNotAllocate: buffers that were let go of are used again.
func TestSharedDoesNotAllocate(t *testing.T) {
	file := le.pcap(pcapMicros, 1)
	record := le.record(1, 0, string(make([]byte, 1000)))
	at := len(file)
	endless := reader(func(b []byte) (int, error) {
		n := 0
		for n < len(b) {
			if at < len(file) {
				k := copy(b[n:], file[at:])
				at, n = at+k, n+k
			} else {
				file, at = record, 0
			}
		}
		return n, nil
	})
	at = 0
	src := OpenReader(endless, "x")
	src.(Sharer).Share()
	var p Packet
	step := func() {
		var held *Buffer
		for range 4000 {
			if err := src.Next(&p); err != nil {
				t.Fatal(err)
			}
			if p.Buffer != held && p.Buffer != nil {
				if held != nil {
					held.Release()
				}
				held = p.Buffer
				held.Retain()
			}
		}
		held.Release()
	}
	step()
	if n := testing.AllocsPerRun(10, step); n > 0 {
		t.Errorf("%v allocations for 4000 packets", n)
	}
}

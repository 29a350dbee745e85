package live

import (
	"errors"
	"io"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/ikesniff/ikesniff/capture"
	"github.com/ikesniff/ikesniff/capture/filter"
	"github.com/ikesniff/ikesniff/internal/netlab"
)

// inNamespace runs a test in a network namespace of its own, with a pair of
// interfaces a0 and b0.
func inNamespace(t *testing.T, test func(t *testing.T)) {
	netlab.Run(t, func(t *testing.T) {
		for _, line := range []string{
			"link set a0 mtu 1500", "link set b0 mtu 1500",
			"addr add 192.0.2.1/24 dev a0", "neigh add 192.0.2.2 lladdr 02:00:00:00:00:02 dev a0",
		} {
			netlab.IP(t, line)
		}
		test(t)
	})
}

// sendRaw sends frames from an interface.
func sendRaw(t *testing.T, name string, frames ...[]byte) {
	t.Helper()
	s, err := netlab.NewSender(name)
	if err != nil {
		t.Error(err)
		return
	}
	defer s.Close()
	for _, f := range frames {
		if err := s.Send(f); err != nil {
			t.Error(err)
		}
	}
}

// udpFrame is a frame with a datagram.
func udpFrame(port uint16, n byte) []byte {
	b := []byte{2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0, 0x45, 0, 0, 36, 0, n, 0, 0, 64, 17, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2}
	b = append(b, byte(port>>8), byte(port), byte(port>>8), byte(port), 0, 16, 0, 0)
	return append(b, n, 1, 2, 3, 4, 5, 6, 7)
}

func tag(id uint16, b []byte) []byte {
	return append(append(append([]byte{}, b[:12]...), 0x81, 0, byte(id>>8), byte(id)), b[12:]...)
}

// drain reads until the end.
func drain(t *testing.T, s *Source) (out []capture.Packet) {
	t.Helper()
	s.Stop()
	for {
		var p capture.Packet
		err := s.Next(&p)
		switch {
		case err == nil:
			p.Data = append([]byte(nil), p.Data...)
			out = append(out, p)
		case errors.Is(err, io.EOF):
			return out
		case !errors.Is(err, capture.ErrIdle):
			t.Error(err)
			return out
		}
	}
}

func open(t *testing.T, o Options) *Source {
	t.Helper()
	o.Buffer = 2 << 20
	s, err := Open(o)
	if err != nil {
		t.Error(err)
		runtime.Goexit()
	}
	return s
}

func compileLive(t *testing.T, expression string) filter.Program {
	t.Helper()
	p, err := filter.CompileLive(expression)
	if err != nil {
		t.Error(err)
	}
	return p
}

func TestCapture(t *testing.T) {
	inNamespace(t, func(t *testing.T) {
		s := open(t, Options{Interfaces: []string{"b0"}, Filter: compileLive(t, "udp port 500 or 4500")})
		defer s.Close()
		sendRaw(t, "a0", udpFrame(500, 1), udpFrame(501, 2), udpFrame(4500, 3), tag(42, udpFrame(500, 4)))
		got := drain(t, s)
		if len(got) != 3 {
			t.Errorf("%d packets, want 3", len(got))
			return
		}
		for i, want := range [][]byte{udpFrame(500, 1), udpFrame(4500, 3), tag(42, udpFrame(500, 4))} {
			if string(got[i].Data) != string(want) || got[i].Direction != capture.DirectionIn || got[i].OrigLen != len(want) {
				t.Errorf("packet %d: %x (%d, %v), want %x", i, got[i].Data, got[i].OrigLen, got[i].Direction, want)
			}
			if age := time.Since(time.Unix(0, got[i].Time)); age < 0 || age > time.Minute {
				t.Errorf("packet %d is %v old", i, age)
			}
		}
		if st := s.Stats(); st.Received != 3 || st.Dropped != 0 {
			t.Errorf("%+v", st)
		}
		if info := s.Info()[0]; info.Packets != 3 || info.Name != "b0" || info.Interfaces[0] != "b0" {
			t.Errorf("%+v", info)
		}
	})
}

// Expressions mean in the kernel what they mean in a file, and tags are known
// though they are taken off.
func TestKernelFilters(t *testing.T) {
	inNamespace(t, func(t *testing.T) {
		frames := [][]byte{udpFrame(500, 1), tag(42, udpFrame(500, 2)), tag(7, tag(42, udpFrame(500, 3))), udpFrame(4500, 4), make([]byte, 60)}
		tests := map[string][]byte{ // numbers of the frames that pass
			"":                            {1, 2, 3, 4, 0},
			"udp":                         {1, 2, 4},
			"udp port 500":                {1, 2},
			"vlan":                        {2, 3},
			"vlan 42":                     {2},
			"vlan 42 and udp port 500":    {2},
			"vlan 7 and vlan 42 and udp":  {3},
			"not udp":                     {3, 0},
			"udp[8] = 4":                  {4},
			"ip[4:2] = 1":                 {1},
			"ip[(ip[0] & 0xf) + 4] = 9":   nil,
			"ip[(ip[0] & 0xf) + 4] = 17":  {1, 2, 4},
			"udp[7 + 1] > 1":              {2, 4},
			"src host 192.0.2.1":          {1, 2, 4},
			"dst net 192.0.2.2/32":        {1, 2, 4},
			"ether src 02:00:00:00:00:01": {1, 2, 3, 4},
			"len > 60":                    nil,
		}
		for expression, want := range tests {
			s := open(t, Options{Interfaces: []string{"b0"}, Filter: compileLive(t, expression)})
			sendRaw(t, "a0", frames...)
			var got []byte
			for _, p := range drain(t, s) {
				n := byte(0)
				if len(p.Data) > 50 && p.Data[12] != 0 || len(p.Data) == 50 {
					n = p.Data[len(p.Data)-8]
				}
				got = append(got, n)
			}
			s.Close()
			if string(got) != string(want) {
				t.Errorf("%q: frames %v, want %v", expression, got, want)
			}
		}
	})
}

// What goes to the host itself is seen once, though the interface shows it
// twice.
func TestLoopback(t *testing.T) {
	inNamespace(t, func(t *testing.T) {
		for _, name := range []string{"lo", "any"} {
			s := open(t, Options{Interfaces: []string{name}, Filter: compileLive(t, "udp port 4500")})
			a, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM, 0)
			if err != nil {
				t.Error(err)
				return
			}
			for range 5 {
				_ = unix.Sendto(a, []byte("data"), 0, &unix.SockaddrInet4{Port: 4500, Addr: [4]byte{127, 0, 0, 1}})
			}
			unix.Close(a)
			got := drain(t, s)
			if st := s.Stats(); len(got) != 5 || st.Looped != 5 {
				t.Errorf("%s: %d packets, %+v", name, len(got), st)
			}
			s.Close()
		}
	})
}

func TestSeveralInterfaces(t *testing.T) {
	inNamespace(t, func(t *testing.T) {
		s := open(t, Options{Interfaces: []string{"b0", "lo"}, Filter: compileLive(t, "udp"), Promiscuous: true})
		defer s.Close()
		sendRaw(t, "a0", udpFrame(500, 1)) // a0 itself is not asked for
		got := drain(t, s)
		if len(got) != 1 || s.Interfaces()[got[0].Interface] != "b0" {
			t.Errorf("%d packets of %v", len(got), s.Interfaces())
		}
	})
}

// An interface may go down, and away, and come again.
func TestInterfaceChanges(t *testing.T) {
	inNamespace(t, func(t *testing.T) {
		s := open(t, Options{Interfaces: []string{"b0"}, Filter: compileLive(t, "udp"), Tick: 10 * time.Millisecond})
		defer s.Close()
		var packets int
		var states []string
		until := func(what string, done func() bool) {
			for end := time.Now().Add(10 * time.Second); !done(); {
				if time.Now().After(end) {
					t.Errorf("%s: not within 10 s; states %v, %d packets", what, states, packets)
					runtime.Goexit()
				}
				var p capture.Packet
				if s.Next(&p) == nil {
					packets++
				}
				for _, c := range s.Changes() {
					states = append(states, c.State)
				}
			}
		}
		ip := func(line string) {
			if out, err := exec.Command("ip", strings.Fields(line)...).CombinedOutput(); err != nil {
				t.Errorf("ip %s: %s", line, out)
			}
		}
		saw := func(state string) func() bool {
			return func() bool { return len(states) > 0 && states[len(states)-1] == state }
		}
		sendRaw(t, "a0", udpFrame(500, 1))
		until("first packet", func() bool { return packets == 1 })
		ip("link set b0 down")
		until("down", saw("down"))
		ip("link set b0 up")
		until("up", saw("up"))
		ip("link del a0")
		until("gone", saw("gone"))
		ip("link add a0 type veth peer name b0")
		ip("link set a0 up")
		ip("link set b0 up")
		until("up again", saw("up"))
		sendRaw(t, "a0", udpFrame(500, 2))
		until("second packet", func() bool { return packets == 2 })
	})
}

func TestOpenErrors(t *testing.T) {
	for _, names := range [][]string{nil, {"nosuchinterface"}, {"any", "lo"}} {
		if _, err := Open(Options{Interfaces: names}); err == nil {
			t.Errorf("%v: no error", names)
		}
	}
}

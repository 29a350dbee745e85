package netlab

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/ikesniff/ikesniff/capture"
	"github.com/ikesniff/ikesniff/internal/testenv"
)

// Run runs a test in a network namespace of its own, which has two interfaces
// that are joined, a0 and b0, without addresses. Programs that the test starts
// are in that namespace, too. The test must not call t.FailNow in another
// goroutine than the one it is given.
func Run(t *testing.T, test func(t *testing.T)) {
	t.Helper()
	if _, err := exec.LookPath("ip"); err != nil {
		testenv.Missing(t, "the program ip is not installed")
	}
	var lacks string // why there is no namespace
	done := make(chan struct{})
	go func() {
		defer close(done)
		// The thread is never given back: it ends with the goroutine.
		runtime.LockOSThread()
		if lacks = unshare(); lacks != "" {
			return
		}
		for _, line := range []string{"link set lo up", "link add a0 mtu 9000 type veth peer name b0 mtu 9000", "link set a0 up", "link set b0 up"} {
			if lacks = ip(line); lacks != "" {
				return
			}
		}
		test(t)
	}()
	<-done
	if lacks != "" {
		testenv.Missing(t, lacks)
	}
}

func unshare() string {
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		return "network namespaces need root: " + err.Error()
	}
	// IPv6 speaks up by itself when an interface comes up.
	_ = os.WriteFile("/proc/sys/net/ipv6/conf/all/disable_ipv6", []byte("1"), 0o600)
	_ = os.WriteFile("/proc/sys/net/ipv6/conf/default/disable_ipv6", []byte("1"), 0o600)
	return ""
}

func ip(line string) string {
	if out, err := exec.Command("ip", strings.Fields(line)...).CombinedOutput(); err != nil {
		return fmt.Sprintf("ip %s: %v %s", line, err, out)
	}
	return ""
}

// IP runs the program ip with arguments.
func IP(t *testing.T, line string) {
	t.Helper()
	if text := ip(line); text != "" {
		t.Error(text)
	}
}

// Apart runs a test with a second namespace, to which interface a0 is moved: it
// has 192.0.2.1, and b0 192.0.2.2. The function that the test is given runs
// another one there, and waits for it; sockets that it opens stay there.
func Apart(t *testing.T, test func(there func(func()))) {
	t.Helper()
	tid, calls, ended := make(chan int), make(chan func()), make(chan struct{})
	go func() {
		defer close(ended)
		runtime.LockOSThread()
		if lacks := unshare(); lacks != "" {
			t.Error(lacks)
			close(tid)
			return
		}
		tid <- unix.Gettid()
		for f := range calls {
			f()
		}
	}()
	there := func(f func()) {
		done := make(chan struct{})
		calls <- func() { defer close(done); f() }
		<-done
	}
	if n, ok := <-tid; ok {
		IP(t, fmt.Sprintf("link set a0 netns %d", n))
		IP(t, "addr add 192.0.2.2/24 dev b0")
		there(func() {
			IP(t, "addr add 192.0.2.1/24 dev a0")
			IP(t, "link set lo up")
			IP(t, "link set a0 up")
		})
		test(there)
	}
	close(calls)
	<-ended
}

// Sender sends frames from an interface.
type Sender struct {
	fd, index int
}

// NewSender returns one for the interface called name.
func NewSender(name string) (*Sender, error) {
	i, err := net.InterfaceByName(name)
	if err != nil {
		return nil, err
	}
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW, 0)
	if err != nil {
		return nil, err
	}
	return &Sender{fd, i.Index}, nil
}

// Send sends one frame.
func (s *Sender) Send(frame []byte) error {
	for {
		err := unix.Sendto(s.fd, frame, 0, &unix.SockaddrLinklayer{Ifindex: s.index})
		if !errors.Is(err, unix.ENOBUFS) && !errors.Is(err, unix.EAGAIN) {
			return err
		}
		time.Sleep(time.Millisecond)
	}
}

// Close ends sending.
func (s *Sender) Close() { unix.Close(s.fd) }

// Replay sends the frames of a capture of Ethernet, one after the other without
// their pauses, and returns how many there were. After each pauseEvery packets
// (0: never) it waits a millisecond.
func (s *Sender) Replay(name string, pauseEvery int) (n int, err error) {
	src, err := capture.Open([]string{name})
	if err != nil {
		return 0, err
	}
	defer src.Close()
	var p capture.Packet
	for {
		switch err := src.Next(&p); {
		case errors.Is(err, io.EOF):
			return n, nil
		case err != nil:
			return n, err
		case p.LinkType != capture.LinkEthernet || len(p.Data) < p.OrigLen:
			return n, fmt.Errorf("%s: packet %d cannot be sent", name, n+1)
		}
		if err := s.Send(p.Data); err != nil {
			return n, err
		}
		if n++; pauseEvery > 0 && n%pauseEvery == 0 {
			time.Sleep(time.Millisecond)
		}
	}
}

package main

import (
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/ikesniff/ikesniff/internal/netlab"
	"github.com/ikesniff/ikesniff/internal/testenv"
)

// threads are fields of /proc/PID/status, of each thread of a program.
func threads(t *testing.T, pid int, field string) (values []string) {
	t.Helper()
	list, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/status", pid))
	if err != nil || len(list) == 0 {
		t.Errorf("no threads of %d: %v", pid, err)
	}
	for _, name := range list {
		b, err := os.ReadFile(name)
		if err != nil {
			continue // it has ended
		}
		for line := range strings.Lines(string(b)) {
			if v, ok := strings.CutPrefix(line, field+":"); ok {
				values = append(values, strings.Join(strings.Fields(v), " "))
			}
		}
	}
	return values
}

func checkThreads(t *testing.T, pid int, field, want string) {
	t.Helper()
	values := threads(t, pid, field)
	if len(values) < 2 {
		t.Errorf("%s of %d threads only", field, len(values))
	}
	for _, v := range values {
		if v != want {
			t.Errorf("%s is %q in a thread, want %q", field, v, want)
		}
	}
}

func nobody(t *testing.T) (uid, gid int) {
	t.Helper()
	u, err := user.Lookup("nobody")
	if err != nil {
		testenv.Missing(t, "there is no user nobody")
	}
	uid, _ = strconv.Atoi(u.Uid)
	gid, _ = strconv.Atoi(u.Gid)
	return uid, gid
}

const noCapabilities = "0000000000000000"

// What root may do is given up once the capture is open, by every thread, and
// capturing goes on.
func TestGivesUpCapabilities(t *testing.T) {
	t.Parallel()
	netlab.Run(t, func(t *testing.T) {
		s := sniff(t, nil, "-i", "b0", "-f", "json")
		if s == nil {
			return
		}
		for _, set := range []string{"CapEff", "CapPrm", "CapInh", "CapAmb"} {
			checkThreads(t, s.cmd.Process.Pid, set, noCapabilities)
		}
		checkThreads(t, s.cmd.Process.Pid, "NoNewPrivs", "1")
		replayNoAnswer(t, s)
		if r := parseReport(t, []byte(s.stdout.String())); len(r.Tunnels) != 1 {
			t.Errorf("%d tunnels", len(r.Tunnels))
		}
	})
}

// replayNoAnswer sends a tunnel over the wire, and ends the program.
func replayNoAnswer(t *testing.T, s *sniffer) {
	t.Helper()
	send, err := netlab.NewSender("a0")
	if err != nil {
		t.Error(err)
		return
	}
	defer send.Close()
	if _, err := send.Replay("../../testdata/pcaps/no-answer.pcap", 0); err != nil {
		t.Error(err)
	}
	s.settled(5)
	if status := s.end(os.Interrupt); status != exitDone {
		t.Errorf("exit status %d: %s", status, s.stderr.String())
	}
}

// Root becomes another user, in every thread, and files are that user's.
func TestBecomesUser(t *testing.T) {
	t.Parallel()
	uid, gid := nobody(t)
	netlab.Run(t, func(t *testing.T) {
		dir, closed := openDir(t), filepath.Join(openDir(t), "closed")
		if err := os.Chown(dir, uid, gid); err != nil {
			t.Error(err)
		}
		if err := os.Mkdir(closed, 0o700); err != nil {
			t.Error(err)
		}
		kept, lines, last := filepath.Join(dir, "kept.pcapng"), filepath.Join(dir, "lines.txt"), filepath.Join(dir, "report.json")
		s := sniff(t, nil, "-i", "b0", "--user", "nobody", "-w", kept, "-o", lines, "--report", last)
		if s == nil {
			return
		}
		checkThreads(t, s.cmd.Process.Pid, "Uid", strings.TrimSpace(strings.Repeat(strconv.Itoa(uid)+" ", 4)))
		checkThreads(t, s.cmd.Process.Pid, "Gid", strings.TrimSpace(strings.Repeat(strconv.Itoa(gid)+" ", 4)))
		checkThreads(t, s.cmd.Process.Pid, "Groups", strconv.Itoa(gid))
		checkThreads(t, s.cmd.Process.Pid, "CapEff", noCapabilities)
		replayNoAnswer(t, s)
		for _, name := range []string{kept, lines, last} {
			info, err := os.Stat(name)
			if err != nil {
				t.Error(err)
			} else if got := int(info.Sys().(*syscall.Stat_t).Uid); got != uid || info.Size() == 0 {
				t.Errorf("%s is of user %d, want %d; %d bytes", name, got, uid, info.Size())
			}
		}
		// Where that user may not write, that is said before capturing.
		for _, flag := range []string{"-w", "-o", "--report"} {
			name := filepath.Join(closed, "kept.pcapng")
			if flag != "-w" {
				name = filepath.Join(closed, "report.json")
			}
			if s := start(t, nil, nil, "-i", "b0", "--user", "nobody", flag, name); s != nil {
				s.ends(exitFailed, "ikesniff: cannot write "+name+": permission denied")
			}
		}
		if s := start(t, nil, nil, "-i", "b0", "--user", "nobody-of-that-name"); s != nil {
			s.ends(exitFailed, `there is no user "nobody-of-that-name"`)
		}
	})
}

// openDir is a folder that everybody may enter.
func openDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "ikesniff")
	if err != nil {
		t.Error(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Error(err)
	}
	return dir
}

// asNobody starts a copy of the program as a user who may nothing but what is in
// capabilities.
func asNobody(t *testing.T, uid, gid int, capabilities []uintptr, args ...string) *sniffer {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Error(err)
		return nil
	}
	program := filepath.Join(openDir(t), "ikesniff") // for that user may not see the test's own folder
	b, err := os.ReadFile(exe)
	if err == nil {
		err = os.WriteFile(program, b, 0o755)
	}
	if err != nil {
		t.Error(err)
		return nil
	}
	s := &sniffer{t: t, cmd: exec.Command(program)}
	s.cmd.Dir = "/"
	s.cmd.Args = append([]string{"ikesniff", "sniff"}, args...)
	s.cmd.Stdout, s.cmd.Stderr = &s.stdout, &s.stderr
	s.cmd.SysProcAttr = &syscall.SysProcAttr{
		Credential:  &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)},
		AmbientCaps: capabilities,
	}
	if err := s.cmd.Start(); err != nil {
		t.Error(err)
		return nil
	}
	t.Cleanup(func() { s.cmd.Process.Kill() })
	return s
}

// Who may not capture is told what to do; CAP_NET_RAW alone is enough.
func TestNeedsNetRaw(t *testing.T) {
	t.Parallel()
	uid, gid := nobody(t)
	netlab.Run(t, func(t *testing.T) {
		for _, on := range []string{"b0", "any"} {
			if s := asNobody(t, uid, gid, nil, "-i", on); s != nil {
				s.ends(exitFailed, "sudo setcap cap_net_raw=ep")
			}
		}
		s := asNobody(t, uid, gid, []uintptr{unix.CAP_NET_RAW}, "-i", "b0", "--user", "nobody")
		if s != nil {
			s.ends(exitFailed, "only root can become user")
		}
		s = asNobody(t, uid, gid, []uintptr{unix.CAP_NET_RAW}, "-i", "b0", "-f", "json", "--metrics", "127.0.0.1:9500")
		if s == nil || !s.wait("it captures", func() bool { return strings.Contains(curl("http://127.0.0.1:9500/ready"), "captured") }) {
			return
		}
		checkThreads(t, s.cmd.Process.Pid, "CapEff", noCapabilities)
		checkThreads(t, s.cmd.Process.Pid, "CapPrm", noCapabilities)
		checkThreads(t, s.cmd.Process.Pid, "CapAmb", noCapabilities)
		replayNoAnswer(t, s)
		if r := parseReport(t, []byte(s.stdout.String())); len(r.Tunnels) != 1 {
			t.Errorf("%d tunnels", len(r.Tunnels))
		}
	})
}

package metrics

import (
	"net"
	"strings"
	"testing"
)

func TestListenAddress(t *testing.T) {
	for _, x := range []struct{ in, out string }{
		{":9500", "127.0.0.1:9500"},
		{"9500", "127.0.0.1:9500"},
		{"localhost:9500", "localhost:9500"},
		{"0.0.0.0:9500", "0.0.0.0:9500"},
		{"[::]:9500", "[::]:9500"},
		{"[::1]:0", "[::1]:0"},
		{"192.0.2.1:09500", "192.0.2.1:9500"},
		{"", ""}, {":", ""}, {"localhost", ""}, {"::1", ""}, {":65536", ""}, {":-1", ""}, {":http", ""}, {"http://x:1", ""}, {"[::1]", ""},
	} {
		got, err := ListenAddress(x.in)
		if got != x.out || (err == nil) != (x.out != "") {
			t.Errorf("%q: %q, %v; want %q", x.in, got, err, x.out)
		}
		if err != nil && (!strings.Contains(err.Error(), `"`+x.in+`"`) || !strings.Contains(err.Error(), ":9500")) {
			t.Errorf("%q: %v", x.in, err)
		}
	}
}

func TestListensOnThisMachineOnly(t *testing.T) {
	l, err := Listen(":0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if a := l.Addr().(*net.TCPAddr); !a.IP.IsLoopback() {
		t.Error(a)
	}
	if l, err := Listen("nonsense"); err == nil {
		l.Close()
		t.Error("it listens on nonsense")
	}
}

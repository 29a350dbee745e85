package metrics

import (
	"fmt"
	"net"
	"strconv"
	"strings"
)

// ListenAddress makes an address to listen on of what a user wrote. Without a
// host, as in ":9500" or "9500", it is 127.0.0.1: to be reached from elsewhere,
// "0.0.0.0:9500" or "[::]:9500" has to be written out.
func ListenAddress(s string) (string, error) {
	written := s
	if !strings.Contains(s, ":") {
		s = ":" + s
	}
	host, port, err := net.SplitHostPort(s)
	if err != nil {
		return "", fmt.Errorf("%q is no address to listen on, such as :9500, 192.0.2.1:9500 or [::]:9500", written)
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil {
		return "", fmt.Errorf("%q has no port from 0 to 65535; an address to listen on is, for example, :9500", written)
	} else {
		port = strconv.FormatUint(n, 10)
	}
	if host == "" {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port), nil
}

// Listen listens where ListenAddress says.
func Listen(address string) (net.Listener, error) {
	address, err := ListenAddress(address)
	if err != nil {
		return nil, err
	}
	return net.Listen("tcp", address)
}

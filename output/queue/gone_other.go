//go:build !windows

package queue

import "syscall"

// goneErrors are what the system says instead of EPIPE.
var goneErrors []syscall.Errno

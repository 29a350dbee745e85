package queue

import "syscall"

// goneErrors are what Windows says instead of EPIPE: ERROR_BROKEN_PIPE and
// ERROR_NO_DATA.
var goneErrors = []syscall.Errno{109, 232}

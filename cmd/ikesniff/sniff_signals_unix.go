//go:build unix

package main

import (
	"os"
	"os/signal"
	"syscall"
)

// signalReport asks for a report in between, signalReopen for files anew.
var signalReport, signalReopen os.Signal = syscall.SIGUSR1, syscall.SIGHUP

// ignorePipe lets writing to a pipe that nobody reads be an error, as to any
// output, instead of the end of the program.
func ignorePipe() { signal.Ignore(syscall.SIGPIPE) }

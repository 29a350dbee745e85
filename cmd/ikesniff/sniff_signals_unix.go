//go:build unix

package main

import (
	"os"
	"syscall"
)

// signalReport asks for a report in between, signalReopen for files anew.
var signalReport, signalReopen os.Signal = syscall.SIGUSR1, syscall.SIGHUP

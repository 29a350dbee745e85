//go:build !unix

package main

import "os"

// Other systems have no signals for that.
var signalReport, signalReopen os.Signal

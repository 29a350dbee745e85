// Package soak has tests that run for long: the program on an interface for an
// hour, and a month of tunnels by a clock of their own. What it sends it makes
// in memory, and so it knows what there is to be found.
//
//	go test ./internal/soak                          # scaled down
//	IKESNIFF_SOAK=1h go test -timeout 0 -v ./internal/soak
package soak

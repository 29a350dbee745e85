// Package capgen makes the project's own captures in testdata/pcaps. Each is
// small, and shows one thing: an ordinary tunnel of one kind, an anomaly, what
// looks most like that anomaly but is none, or traffic that is no tunnel at
// all. All bytes come from here: keys, nonces and ciphertext are pseudorandom
// bytes that depend on nothing but the capture's name, addresses are those
// reserved for documentation, or private ones.
//
// Each Scenario knows what a right report says of it, since it was written
// down as the packets were made. The package shares no code with the program's
// parsers.
package capgen

//go:generate go run ./generate ../../testdata/pcaps

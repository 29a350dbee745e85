// Package tcpstream puts the bytes of one direction of a TCP connection in
// order, as a capture shows them.
package tcpstream

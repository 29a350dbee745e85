// Package message writes the messages of a capture one by one: a line each for
// people, with all fields below it if asked, or JSON.
//
// A Lister takes the events of a capture in order. An IKE message becomes a
// line at once:
//
//	1  23:09:00.693  UDP  198.51.100.23:61033 > 203.0.113.5:500  IKE_SA_INIT 0 request,
//	   offers AES-CBC-256/SHA256/ECP256, behind NAT, strongSwan
//
// It says what the bytes say and what can be computed from them, and guesses
// nothing: of what is encrypted it tells the size, and what could have it.
// Earlier messages are remembered, within bounds, to tell that one was sent
// again (sending.go), and what it chooses from or turns down (association.go). ESP, AH and keepalives come in
// the thousands. Packets of one SPI that follow each other make a run, told in
// one line when it ends: with the next IKE message of the same two addresses,
// or when a minute passes without a packet.
//
// Captures are hostile text. All strings out of packets go through output.Safe,
// or are escaped as JSON.
package message

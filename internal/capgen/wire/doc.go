// Package wire writes the bytes of the protocols that test captures hold: IKE,
// ESP, AH, and what carries them. It shares no code with the program's parsers,
// so that a capture made with it is a check of those and not a mirror. All
// fields are in network byte order on the wire; functions return new slices.
package wire

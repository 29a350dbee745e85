// Package file writes capture files: classic pcap and pcapng, with the
// variations that test captures need (byte order, time resolution, sections,
// drop counts). It shares no code with the program's readers.
package file

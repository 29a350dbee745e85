// Package capture reads capture files and streams into Packets.
//
// Open takes any number of inputs and gives one timeline; OpenReader takes one
// stream. What an input is, is found in its content: pcap in both byte orders,
// with microseconds or nanoseconds; pcapng; either of them within gzip or zstd.
// Names play no part, so a pipe can carry all of them.
//
// # What is read when something is wrong
//
// Everything in front of a fault is delivered, and Info names the file, the
// packet and the byte offset of the fault. Offsets count from the start of the
// capture, in uncompressed bytes. Next itself knows no error but io.EOF.
//
//   - A last record that the end of the file cuts short is no fault
//     (SourceInfo.CutShort): a capture that was stopped, or that is still being
//     written, ends so.
//   - A pcap has nothing to find the next record by but the length of this one.
//     A length that cannot be true ends the reading.
//   - A pcapng block tells its length in front and at its end. Where the two
//     agree, reading goes on behind a block whose inside is broken; where they
//     do not, it ends.
//
// Nothing is allocated because a length says so. Each input has a window of 64
// KiB, which doubles, up to 1 MiB, as bytes really arrive. Packets borrow from
// it: reading does not copy and does not allocate.
//
// # pcap
//
// All fields are in the byte order of the machine that wrote the file, which
// the magic number tells. The low 16 bits of the link type field are the link
// type, the upper ones tell the length of a frame check sequence
// (draft-ietf-opsawg-pcap).
//
//	 0                   1                   2                   3
//	 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//	+---------------------------------------------------------------+
//	|  magic: a1b2c3d4 (us), a1b23c4d (ns), a1b2cd34 (us, modified) |
//	+-------------------------------+-------------------------------+
//	|       major version (2)       |       minor version (4)       |
//	+-------------------------------+-------------------------------+
//	|                      time zone (unused)                       |
//	+---------------------------------------------------------------+
//	|                       accuracy (unused)                       |
//	+---------------------------------------------------------------+
//	|                        snapshot length                        |
//	+---------------------------------------------------------------+
//	|   frame check sequence        |           link type           |
//	+===============================+===============================+
//	|                            seconds                            |
//	+---------------------------------------------------------------+
//	|                  microseconds or nanoseconds                  |
//	+---------------------------------------------------------------+
//	|                        captured length                        |
//	+---------------------------------------------------------------+
//	|                      length on the wire                       |
//	+---------------------------------------------------------------+
//	|  modified only: interface index; protocol (16), direction (8) |
//	+---------------------------------------------------------------+
//	|                        captured bytes                         |
//
// # pcapng
//
// A chain of blocks (draft-ietf-opsawg-pcapng). Section headers begin anew:
// byte order, interfaces and their numbers.
//
//	+---------------------------------------------------------------+
//	|                          block type                           |
//	+---------------------------------------------------------------+
//	|              total length, a multiple of four                 |
//	+---------------------------------------------------------------+
//	|                  body, by type; then options                  |
//	+---------------------------------------------------------------+
//	|                      total length, again                      |
//	+---------------------------------------------------------------+
//
// Frame numbers are Wireshark's: every packet block of every section and
// interface counts from 1 on, and so do the blocks of other kinds that
// Wireshark lists as records (custom, systemd journal and sysdig events).
//
// # Why own readers
//
// gopacket's pcapgo was tried first. It was not taken because it gives no byte
// offsets; allocates for every packet that has a flags or drop count option,
// and reads both as little-endian in big-endian sections; takes a resolution of
// whole seconds for microseconds; skips the losses that systems report
// (isb_osdrop) and those of obsolete packet blocks; knows no modified pcap; does
// not mask the link type; and ends a pcapng at the first block with a flaw that
// its chain would let pass. Not copying packets also makes reading 1.6 (pcap)
// to 2.2 (pcapng) times as fast.
package capture

// Package live captures packets from network interfaces of Linux, without cgo
// and without libpcap, through a ring of blocks that kernel and program share
// (TPACKET_V3, packet(7)).
//
// A block is filled by the kernel and read by us:
//
//	| version 4 | to private 4 | status 4 | packets 4 | to first 4 | length 4 | ... 48 in all
//	then for each packet
//	| to next 4 | s 4 | ns 4 | captured 4 | wire length 4 | status 4 | to MAC 2 | to IP 2 |
//	| hash 4 | VLAN TCI 4 | VLAN TPID 2 | ... 48 | sockaddr_ll 20 | ... | virtio_net_hdr 10 | frame |
//
// All numbers are in the byte order of the host. The kernel keeps what a frame
// alone would not tell: the VLAN tag that hardware took off, the direction, the
// size of the segments that offloading has merged, and whether a checksum was
// left to the hardware. The package puts tags back, splits merged datagrams and
// segments and drops the copies that a loopback interface makes, so that what it
// delivers looks like what was on the wire.
//
// Memory is the ring (Options.Buffer) and nothing that grows.
package live

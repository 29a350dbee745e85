// Package write keeps packets in pcapng files, one after the other if wished,
// as dumpcap does with -b.
//
// Every file stands for itself: its own section header, a block for each
// interface that it has packets of, and at its end what was lost. What is in a
// file by a Flush is readable whatever happens to the program afterwards.
package write

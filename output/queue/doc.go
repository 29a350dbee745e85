// Package queue stands between a live run and an output that may be slow: a
// pipe, a terminal, a disk. It is the only place where a live run waits for
// anybody, and it is not the capture that waits.
//
//	capture ─Put─▶ | batch being filled | ─▶ | batch being written | ─▶ sink
//
// Put copies an item and returns; what finds no room is dropped and counted.
// One goroutine writes, in order. When it has written its batch it takes the
// other one, so the slower the sink, the more items share a write.
//
// Every item that was put ends as written or as dropped, and is counted as one
// of them exactly once; until then it waits in the queue. A sink that fails is
// tried again, ever more slowly. A sink whose reader has gone (EPIPE) is given
// up: see Gone.
//
// Memory is at most twice Limits.Bytes, taken as it is needed and kept.
package queue

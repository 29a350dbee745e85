// Package pipeline joins the stages of a run: it reads packets from a source,
// decodes them, puts IP fragments together, hands every datagram to the worker
// that owns its pair of addresses, and merges what the workers found into one
// report.
//
//	capture.Source ─▶ Decoder ─▶ Defragmenter ─┬─▶ Classifier ─▶ Tracker ─┐
//	      (reader: one goroutine)              ├─▶ Classifier ─▶ Tracker ─┼─▶ Merge
//	                                           └─▶ Classifier ─▶ Tracker ─┘
//	                                              (one for each worker)
//
// A pair belongs to one worker and its datagrams reach it in capture order, so
// the report is the same, byte for byte, whatever the number of workers. With
// one worker there are no goroutines and no copies: each stage borrows the
// source's bytes.
//
// With more, they share the work while a share of the packets is IPsec; the rest
// is dismissed faster than it is handed over, and then the reader does all of it
// (shifts). Where they share it, the reader does the least: it reads the headers of a frame of a
// usual kind, which say whose pair it is, and hands on where it lies. The
// worker reads the headers again, and all the rest, on its own core. Whole
// blocks of the file are shared (capture.Buffer) and recycled when all workers
// have done with them. What takes a Decoder is decoded by the reader, which
// copies what the datagram borrows into the arena of a batch. Batches are
// recycled, so that in the steady state no packet allocates.
//
// A run that has no end (Watch) has one worker, in the reader's goroutine. Its
// tunnels are judged again and again (flows.Follower), what changed is published
// (package monitor), and the packets that belong to tunnels can be kept (keeper).
//
// The package knows nothing of its own about IPsec.
package pipeline

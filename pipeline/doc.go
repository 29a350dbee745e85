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
// source's bytes. With more, the reader copies what a datagram borrows into
// the arena of a batch; batches are recycled, so that in the steady state no
// packet allocates.
//
// The package knows nothing of its own about IPsec.
package pipeline

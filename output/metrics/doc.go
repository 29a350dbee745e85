// Package metrics shows a live run to Prometheus.
//
// The capture publishes a snapshot every second or so (Set), which costs it one
// store. A scrape reads the latest one and makes all values of it, so they fit
// together. docs/metrics.md lists them.
//
// No label holds an address, an SPI or a tunnel's id: such labels would make a
// time series of each, and there is no end of them. What they tell is in the
// report and in the events.
//
// The server listens on this machine only, unless its user writes another
// address out; it gives no secrets away, but it has no passwords either.
package metrics

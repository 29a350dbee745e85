// Package flows correlates events into tunnels, in two stages.
//
// Stage 1, the Tracker, keeps the state of pairs of addresses: the paths
// between them, their IKE SAs, and each ESP or AH SPI as it was seen on one
// path at one tap. An event touches the state of its own pair only, so pairs
// can be shared out to any number of trackers.
//
// Stage 2, Merge, is a pure function of the trackers' state in canonical order
// (first time, first Ref, pair): it joins what belongs to one SA across taps,
// paths and pairs, groups SAs into tunnels, and makes one report.Tunnel at a
// time. It does the same work whether there was one tracker or eight.
//
// Time is the capture's; nothing here reads a clock. Every collection is
// bounded, and what a bound costs is counted (Totals.Evicted).
package flows

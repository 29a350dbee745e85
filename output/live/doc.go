// Package live shows what a live run finds while it finds it: on a terminal
// (Screen), as plain lines (Lines) and as NDJSON (Events). It decides nothing:
// what changed, and how grave that is, stands in report.Snapshot and
// report.Change.
//
// None of it may hold up the capture. Screen.Publish only stores what it is
// given; what the screen does not fetch in time is left out and counted. Lines
// and Events append to the caller's buffer and leave it to the caller to write,
// or to drop what a slow reader does not take.
//
// Snapshots and changes are read, never changed, so one may be given to all
// three. Strings out of packets come out through output.Safe, in NDJSON as \u
// escapes.
package live

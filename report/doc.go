// Package report holds the types of ikesniff's report, as its JSON form shows
// them (schema version 1).
//
// Times are UTC with nanoseconds; SPIs are lower-case hexadecimal without 0x,
// 16 digits for IKE and 8 for ESP and AH; durations are seconds; a direction
// pair is an object with to_responder and to_initiator. Counts and lists are
// always there; scalars that are not known are left out.
//
// The package has no logic beyond its own shape and imports nothing of the
// program, so that users can read reports with it.
package report

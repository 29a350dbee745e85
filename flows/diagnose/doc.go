// Package diagnose turns the facts of a finished tunnel into anomalies and a
// verdict. The catalogue holds what is known of each code; one file holds one
// family of rules. Rules are pure functions: they see no packets, keep no
// state, read no clock.
package diagnose

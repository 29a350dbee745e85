// Package output writes reports: a table for people, JSON, NDJSON, CSV and
// Markdown for what comes after. It decides nothing: what is wrong with a
// tunnel, and how sure that is, stands in the report.
//
// All forms read a report.Stream tunnel by tunnel. The table keeps the few
// tunnels that it shows and counters for the rest, so its memory does not grow
// with the number of tunnels; the other forms keep one tunnel.
//
// A capture is hostile text. Names, vendor IDs and addresses may hold control
// sequences that a terminal obeys, formulas that a spreadsheet runs, or markup.
// Table, CSV and Markdown therefore quote every string of a report with Safe
// before they look at it, and JSON writes such characters as \u escapes.
package output

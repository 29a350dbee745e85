// Package monitor tells what changes while tunnels are judged again and again.
//
//	flows.Judgement ─▶ Monitor ─┬─▶ report.Change    what happened, once
//	                            └─▶ report.Row       how each tunnel stands
//
// A tunnel is compared with what it was when it was judged before: it came up,
// fell silent, moved, has an anomaly that it had not. An anomaly that comes and
// goes within half a minute is told once. Rates and losses are of the time
// between judgements.
//
// The package reads no clock; a Monitor belongs to one goroutine, what it hands
// out is not changed any more.
package monitor

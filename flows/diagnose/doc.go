// Package diagnose turns the facts of a finished tunnel into anomalies and a
// verdict. The catalogue holds what is known of each code; one file holds one
// family of rules. Rules are pure functions: they see no packets, keep no
// state, read no clock.
//
// A rule says what was seen (observation, with numbers) and what it means
// (interpretation) in separate sentences, each with a confidence of its own.
// One place of capture cannot tell "not sent" from "lost before here", so the
// words are "not seen here". A false alarm is a defect as grave as a miss:
// every code has facts in the tests in which it fires, and its nearest
// look-alike, in which it does not.
//
// What explains something else is its cause: the explained anomaly stays in
// the list, names the cause in consequence_of, and does not count again. The
// links are
//
//	ike-retransmission  of a first request  ->  no-answer
//	no-answer, ike-retransmission, one-way-esp  ->  icmp-rejected
//
// the latter where the same kind of packet was refused the same way at the
// same time; and about TCP and the ways between transports, in link.go:
//
//	no-answer            ->  udp-tcp-fallback, tcp-fallback-failed, tcp-no-ike-answer, port-owned-by-https
//	tcp-connect-failed   ->  tcp-fallback-failed
//	tcp-no-ike-answer    ->  missing-stream-prefix
//	esp-loss, one-way-esp, repeated-tcp-sequence  ->  fake-tcp-blocked
//	esp-loss, framing-error  ->  stream-gap
//	tcp-reconnect        ->  tcp-reset-midpath
//	address-change       ->  tcp-reconnect
//	transport-changed, stale-sa, ike-retransmission, one-way-esp  ->  one-way-keepalives
//	stale-sa             ->  transport-changed
//
// about messages that get lost after the first, and NAT traversal, in
// family_negotiation.go:
//
//	ike-retransmission   ->  nat-t-port-blocked, fragments-dropped, ike-fragment-loss, dh-group-mismatch
//	child-refused        ->  nat-t-port-blocked
//	fragments-dropped    ->  ike-fragmentation-missing
//	nat-t-port-blocked   ->  udp-tcp-fallback, icmp-rejected
//	one-way-esp, esp-blocked  ->  nat-t-missing
//	nat-t-missing        ->  nat-t-unsupported
//
// about data that does not get through, in family_data.go:
//
//	one-way-esp          ->  ah-through-nat, spi-mismatch, esp-blocked, npu-offload-suspected
//	esp-reordering       ->  esp-outside-window
//	esp-loss             ->  npu-offload-suspected
//	stale-sa             ->  spi-mismatch
//
// and about peers that fall silent, in dpd.go:
//
//	ike-retransmission, no-answer, one-way-esp, one-way-keepalives, transport-changed  ->  dpd-failed
//	dpd-failed           ->  spi-mismatch, nat-timeout, udp-tcp-fallback, tcp-fallback-failed
//	dpd-failed           ->  one-way-keepalives, where the silent side came back on another transport
//	address-change       ->  nat-timeout
//
// The cause is then at least as severe as what it explains; only what the
// capture lost (stream-gap) lowers the effect instead.
package diagnose

package diagnose

// reachability are the codes about who can be reached, over what and where.
var reachability = []*Entry{
	&noAnswer,
	&udpTCPFallback,
	&tcpFallbackFailed,
	&transportChanged,
	&oneWayKeepalives,
	&staleSA,
	&icmpRejected,
	&natTPortBlocked,
	&natTMissing,
	&simultaneousInitiation,
	&addressChange,
	&natDetected,
}

package diagnose

// overTCPCodes are the codes about TCP.
var overTCPCodes = []*Entry{
	&tcpConnectFailed,
	&tcpHalfOpen,
	&tcpNoIKEAnswer,
	&portOwnedByHTTPS,
	&httpsAdminLost,
	&missingStreamPrefix,
	&framingError,
	&streamGap,
	&conflictingOverlap,
	&keepaliveInTCP,
	&repeatedTCPSequence,
	&fakeTCPBlocked,
	&fortinetESPUnderUDP,
	&tcpReconnect,
	&tcpResetMidpath,
	&tcpMeltdown,
	&zeroWindow,
}

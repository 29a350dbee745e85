package diagnose

import (
	"slices"

	"github.com/ikesniff/ikesniff/report"
)

// authentication are the codes about what is said under protection, told by sizes,
// order and silence.
var authentication = []*Entry{
	&pskMismatch,
	&authenticationFailed,
	&eapRejected,
	&eapTimeout,
	&childRefused,
}

// authentications applies the rules about what is said under protection that look at one tunnel.
func authentications(l *look) []*finding {
	return slices.Concat(mismatches(l), authFailures(l), eapRejections(l), eapTimeouts(l), refusedChildren(l))
}

// linkAuthentications finds out what explains what among them and others.
func linkAuthentications(l *look, each linker) {
	// A message that is sent again and again because the peer does not take it is
	// part of that story, and no graver than it where the story ended well.
	for _, cause := range []*Entry{&pskMismatch, &authenticationFailed, &eapTimeout, &childRefused} {
		each(&ikeRetransmission, cause, func(f, c *finding) bool {
			if !partOf(f, c) {
				return false
			}
			if c.Severity == report.SeverityNotice && f.cause == nil {
				f.Severity = c.Severity
			}
			return true
		})
	}
}

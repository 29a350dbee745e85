package diagnose

import "github.com/ikesniff/ikesniff/report"

// Making is an exchange that is to make an SA: CREATE_CHILD_SA of IKEv2, quick
// mode of IKEv1. They are kept apart from the other exchanges, since in the life
// of a tunnel hundreds of liveness checks lie between two of them.
type Making struct {
	Exchange report.Exchange
	ExchangeFacts
}

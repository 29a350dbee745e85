package diagnose

import (
	"fmt"
	"strings"

	"github.com/ikesniff/ikesniff/report"
)

// refusal says how an IKE SA ended if authentication or the first Child SA is
// where it did, as a sentence that may follow a colon; else nothing.
func (l *look) refusal(v *ikeLook, found []*finding) string {
	for _, f := range found {
		if f.cause != nil || !f.tellsOf(v) {
			continue
		}
		sure := fmt.Sprintf(" (%s confidence)", f.Confidence.Cause)
		attempts, _ := f.Evidence["attempts"].(int)
		in := ""
		if attempts > 1 {
			in = fmt.Sprintf(" in %d attempts", attempts)
		}
		switch f.Code {
		case pskMismatch.Code:
			return fmt.Sprintf("main mode of %s stops at message 5%s. Likely cause: another pre-shared key at %s%s.", v.from, in, v.to, sure)
		case authenticationFailed.Code:
			by, other := v.to, v.from
			if f.Evidence["refused_by"] == "initiator" {
				by, other = other, by
			}
			if v.sa.Version == 1 {
				return fmt.Sprintf("%s broke off %s with %s%s by an informational exchange. Likely cause: it refuses the authentication%s.",
					by, f.Evidence["exchange"], other, in, sure)
			}
			if f.Evidence["refused_by"] == "initiator" {
				return fmt.Sprintf("%s ended it%s by a short message right after IKE_AUTH. Likely cause: it refuses the authentication of %s%s.", by, in, other, sure)
			}
			return fmt.Sprintf("%s answered IKE_AUTH of %s%s with a short message, and nothing followed. Likely cause: it refuses the authentication%s.",
				by, other, in, sure)
		case eapRejected.Code:
			return fmt.Sprintf("%v rounds of IKE_AUTH%s ended with a short answer of %s. Likely cause: EAP refused the user%s.", f.Evidence["rounds"], in, v.to, sure)
		case eapTimeout.Code:
			who := v.from
			if f.Evidence["waiting_for"] == "gateway" {
				who = v.to
			}
			return fmt.Sprintf("IKE_AUTH stopped in the middle%s: %s did not go on. Likely cause: EAP waited for somebody in vain%s.", in, who, sure)
		case childRefused.Code:
			return fmt.Sprintf("phase 1 stands, but no Child SA came of it. Likely cause: selectors or proposals of phase 2 that do not fit%s.", sure)
		}
	}
	return ""
}

// lifeNote adds what keeps a tunnel that is up from carrying data, now or soon.
func (l *look) lifeNote(found []*finding) string {
	var s strings.Builder
	for _, f := range found {
		if f.cause != nil || f.Severity.Rank() < report.SeverityWarning.Rank() {
			continue
		}
		sure := fmt.Sprintf(" (%s confidence)", f.Confidence.Cause)
		switch f.Code {
		case childRefused.Code:
			if l.anyData() {
				s.WriteString(" A further Child SA was refused.")
			} else {
				s.WriteString(" No Child SA came up. Likely cause: selectors or proposals of phase 2 that do not fit" + sure + ".")
			}
		case rekeyFailed.Code:
			fmt.Fprintf(&s, " The last rekey failed. Likely cause: PFS or proposals of phase 2 differ%s.", sure)
		case childNotRenewed.Code:
			fmt.Fprintf(&s, " Data stopped at %s, at the end of a usual lifetime. Likely cause: the Child SA ran out and was not renewed%s.", l.clock.at(f.LastSeen), sure)
		}
	}
	return s.String()
}

// stopped tells in place of the state of data that it ended with an SA that
// could not be renewed; nothing if it did not.
func (l *look) stopped(found []*finding) string {
	for _, f := range found {
		if f.Code == rekeyFailed.Code && f.Severity == report.SeverityCritical && f.Evidence["data_ended_before_seconds"] != nil {
			return "the last data packet was seen at " + l.clock.at(l.lastData(f.LastSeen).Time)
		}
	}
	return ""
}

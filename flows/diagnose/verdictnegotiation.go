package diagnose

import (
	"fmt"

	"github.com/ikesniff/ikesniff/report"
)

// hindrance says what keeps an IKE SA from coming about if it is in its clear
// part, in the datagrams or in the ports, as a sentence that may follow a colon;
// else nothing.
func (l *look) hindrance(v *ikeLook, found []*finding) string {
	for _, f := range found {
		if !f.tellsOf(v) || f.cause != nil && f.cause.Code != ikeFragmentationMissing.Code && f.cause.Code != icmpRejected.Code {
			continue
		}
		sure := fmt.Sprintf(" (%s confidence)", f.Confidence.Cause)
		sent, _ := f.Evidence["requests"].(uint64)
		switch f.Code {
		case natTPortBlocked.Code:
			if f.Evidence["exchange"] == nil {
				return fmt.Sprintf("%s answers on UDP %v and finds a NAT; nothing followed here on UDP %v. Likely cause: UDP %v is blocked before here%s.",
					v.to, f.Evidence["answered_port"], f.Evidence["silent_port"], f.Evidence["silent_port"], sure)
			}
			means := fmt.Sprintf("UDP %v is blocked", f.Evidence["silent_port"])
			if f.Confidence.Cause == report.ConfidenceLow {
				means += ", or the pre-shared keys differ"
			}
			return fmt.Sprintf("%s answers on UDP %v; %s to UDP %v was sent %s, and nothing came back from there. Likely cause: %s%s.",
				v.to, f.Evidence["answered_port"], f.Evidence["exchange"], f.Evidence["silent_port"], times(sent), means, sure)
		case fragmentsDropped.Code:
			return l.lostInVerdict(f, sent) + sure + "." + unfragmentedNote(f)
		case ikeFragmentLoss.Code:
			return fmt.Sprintf("of %s in IKE fragments some are missing here in %v of %v sendings. Likely cause: the path drops them%s.",
				f.Evidence["exchange"], f.Evidence["incomplete"], f.Evidence["sendings"], sure)
		case dhGroupMismatch.Code:
			return fmt.Sprintf("%s asked for %s (INVALID_KE_PAYLOAD), and %s did not come back with it. Likely cause: no group in common%s.",
				v.to, groupName(v.RequestedGroupName, v.RequestedGroup), v.from, sure)
		case versionMismatch.Code:
			return fmt.Sprintf("%s does not take %s of %s%s.", v.to, versionName(v.sa.Version), v.from, sure)
		}
	}
	return ""
}

// lostInVerdict tells of a large message that gets lost.
func (l *look) lostInVerdict(f *finding, sent uint64) string {
	const cause = "Likely cause: the path drops IP fragments"
	pieces, _ := f.Evidence["ip_fragments"].(int)
	largest, _ := f.Evidence["largest_datagram"].(int)
	size := grouped(uint64(max(largest, 0)))
	switch {
	case f.Evidence["after_answer"] != nil:
		return fmt.Sprintf("%s was answered with %s bytes, and sent again all the same, %s in all. %s", f.Evidence["exchange"], size, times(sent), cause)
	case f.Evidence["exchange"] == nil:
		return fmt.Sprintf("of %s only the first fragment came here. %s", count(f.Count, "large IKE message"), cause)
	case pieces > 0:
		return fmt.Sprintf("%s left in %s, was sent %s, and no answer was seen here. %s", f.Evidence["exchange"], count(uint64(pieces), "IP fragment"), times(sent), cause)
	}
	return fmt.Sprintf("%s of %s bytes was sent %s, and no answer was seen here. Likely cause: it is too large for the path",
		f.Evidence["exchange"], size, times(sent))
}

// unfragmentedNote adds that IKE fragmentation would have helped.
func unfragmentedNote(f *finding) string {
	if f.cause == nil || f.cause.Code != ikeFragmentationMissing.Code {
		return ""
	}
	return " IKE fragmentation is not agreed on."
}

// encapsulationNote adds to a tunnel that is up what keeps its data back.
func (l *look) encapsulationNote(found []*finding) string {
	for _, f := range found {
		if f.Code == natTMissing.Code && f.Severity.Rank() >= report.SeverityWarning.Rank() {
			return fmt.Sprintf(" Likely cause: ESP is not in UDP though there is a NAT (%s confidence).", f.Confidence.Cause)
		}
	}
	return ""
}

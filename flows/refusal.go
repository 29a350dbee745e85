package flows

import "github.com/ikesniff/ikesniff/dissect/ike"

// eapGoesOn is how long a client may take to go on after a short answer in the
// middle of EAP, which may be EAP-Success.
const eapGoesOn = 5e9

// refused tells whether IKE_AUTH of an IKEv2 SA ended with an answer that is too
// short for the responder's identity and proof: then nothing came of it, whatever
// the answer says (RFC 7296 1.2, 2.21.2). idle is the time since the last message.
func (n *ikeLine) refused(idle int64) bool {
	bare := n.protection.fact().Notify
	if n.version != 2 || !n.began || bare == 0 || n.makings != nil {
		return false
	}
	rounds, short := 0, false
	n.exchanges.newestFirst(func(x *exchange) bool {
		if x.typ != ike.ExchangeAuth {
			return true
		}
		if rounds++; rounds == 1 {
			answer := &x.message[1-x.from]
			short = x.response.set() && answer.total == 0 && answer.encrypted && answer.length > 0 && int(answer.length) <= bare
		}
		return true
	})
	return short && (rounds == 1 || idle >= eapGoesOn)
}

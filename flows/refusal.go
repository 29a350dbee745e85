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

// eapGivesUp is how long a person is waited for in the middle of EAP before what
// comes then is the end of it.
const eapGivesUp = 20e9

// gaveUpEAP tells whether EAP stopped in the middle and one INFORMATIONAL exchange
// ended it: several rounds of IKE_AUTH, none answered by as little as EAP-Success,
// and that exchange is all that came, long after. Then it is a delete, and no proof
// that the SA was up.
func (n *ikeLine) gaveUpEAP() bool {
	bare := n.protection.fact().Notify
	if n.version != 2 || !n.began || bare == 0 || n.makings != nil || len(n.children) > 0 || n.exchanges.total > keep {
		return false
	}
	rounds, ends, short := 0, 0, false
	var end, answered mark
	n.exchanges.newestFirst(func(x *exchange) bool {
		switch x.typ {
		case ike.ExchangeInformational:
			ends++
			end = x.begun()
		case ike.ExchangeAuth:
			rounds++
			short = short || int(x.message[1-x.from].length) <= bare
			answered = later(answered, x.response)
		}
		return true
	})
	return rounds > 1 && ends == 1 && !short && answered.set() && end.time-answered.time >= eapGivesUp
}

// bothSpeak tells whether both sides of an IKEv1 SA sent encrypted informational
// messages well after phase 1, as those that ask whether the peer lives and answer
// that (RFC 3706): neither would take them without the other's keys.
func (n *ikeLine) bothSpeak() bool {
	if !n.authDone.set() {
		return false
	}
	var by [2]bool
	n.exchanges.newestFirst(func(x *exchange) bool {
		if x.typ == ike.ExchangeV1Informational && x.message[x.from].encrypted && x.begun().time-n.authDone.time >= confirmAfter {
			by[x.from] = true
		}
		return !(by[0] && by[1])
	})
	return by[0] && by[1]
}

package flows

import (
	"github.com/ikesniff/ikesniff/dissect/ike"
	"github.com/ikesniff/ikesniff/reassembly"
)

// stepV1 is the answer to the latest message of the side that began an exchange
// of IKEv1: main mode has three of them.
type stepV1 struct {
	digest uint64 // of the other side's last message
	answer mark   // its first message since the latest of the side that began
}

// sentV1 notes a message of the side that began the exchange. A message sent
// again has the same bytes; another one is the exchange's next step.
func (x *exchange) sentV1(now mark, d uint64, m *ike.Message, c *plain, e *reassembly.Event) {
	switch {
	case !x.request.set():
		x.request = now
		x.message[x.from].learn(m, c, e, true)
	case x.digest == d:
		x.again(d, x.lastSent, now)
		if x.step != nil {
			x.answerRepeat(x.step.answer)
		}
	case x.step != nil:
		x.step.answer = mark{}
	}
	x.digest = d
	count1(&x.requests)
	x.lastSent = now
}

// answeredV1 notes a message of the other side. Sending again what it said
// before is no answer to a later step.
func (x *exchange) answeredV1(now mark, d uint64, m *ike.Message, c *plain, e *reassembly.Event) {
	if !x.response.set() {
		x.message[1-x.from].learn(m, c, e, true)
	}
	x.answered(now, true)
	if x.step == nil {
		x.own().step = &stepV1{}
	}
	if x.step.digest != d {
		x.step.digest = d
		x.step.answer = earlier(x.step.answer, now)
		x.answerRepeat(now)
	}
}

// answerRepeat notes the answer to the latest message, if that was repeated.
func (x *exchange) answerRepeat(m mark) {
	if n := len(x.repeats); n > 0 && x.repeats[n-1].digest == x.digest {
		x.repeats[n-1].answered = earlier(x.repeats[n-1].answered, m)
	}
}

// furtherV1 adds a fragment behind the first to the sizes of a side's first
// message, as long as that was sent once.
func (x *exchange) furtherV1(side uint8, m *ike.Message, c *plain, e *reassembly.Event) {
	n := x.requests
	if side != x.from {
		n = x.responses
	}
	if n == 1 {
		x.message[side].learn(m, c, e, true)
	}
}

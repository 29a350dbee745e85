package ike

import "strconv"

// Judge gives what is wrong with a message that takes more than one of its
// payloads to see, or the payload's place: flags, order and number of payloads,
// and key exchange data and nonces against who sends them and what is offered;
// and the key lengths of IKEv1. What is wrong inside one body, Tree says. Severities are those of Finding;
// none stops a receiver from reading the bytes.
func Judge(m *Message) []Finding {
	j := judge{m: m}
	for w := m.Walk(); w.Next(); {
		j.payload(w.Payload())
	}
	return j.found
}

// judge is what Judge has seen so far.
type judge struct {
	m     *Message
	found []Finding
	count [256]uint16 // of payloads, by type
	sa    []byte      // body of the last SA payload of IKEv2
	seen  int         // payloads
}

func (j *judge) add(at int, severity, text string) {
	j.found = append(j.found, Finding{at, severity, text})
}

func (j *judge) payload(p Payload) {
	j.count[p.Type]++
	if j.m.V1() {
		j.order(p)
	} else {
		j.known(p)
		j.once(p)
	}
	j.seen++
	if p.Truncated {
		return
	}
	switch {
	case !j.m.V1():
		j.content(p)
	case p.Type == PayloadV1SA:
		sa, _ := ParseV1SA(p.Body)
		j.found = append(j.found, judgeV1Keys(sa, p.Offset+genericLength)...)
	}
}

// content judges what payloads of IKEv2 say of each other.
func (j *judge) content(p Payload) {
	switch p.Type {
	case PayloadSA:
		j.sa = p.Body
	case PayloadKE:
		if ke, err := ParseKE(p.Body); err == nil {
			j.found = append(j.found, JudgeKE(ke, j.m.IsResponse(), p.Offset+genericLength)...)
		}
	case PayloadNonce:
		j.nonce(p)
	}
}

// known judges the critical flag (RFC 7296 2.5 and 3.2): it is for payloads
// that a receiver may not know, and those the RFC defines must not have it.
func (j *judge) known(p Payload) {
	switch {
	case p.Type >= PayloadSA && p.Type <= PayloadEAP:
		if p.Critical {
			j.add(p.Offset+1, FindingWarning, "critical flag is set on "+p.Type.Name()+", which every receiver knows")
		}
	case p.Type > PayloadEAP && p.Type <= payloadLastAssigned:
		// Of other documents: the sender decides.
	case p.Critical:
		j.add(p.Offset+1, FindingWarning, "payload of unknown type "+strconv.Itoa(int(p.Type))+" is critical: receivers that do not know it refuse the message")
	default:
		j.add(p.Offset, FindingNote, "payload of unknown type "+strconv.Itoa(int(p.Type))+": receivers that do not know it skip it")
	}
}

// once says which payloads of IKEv2 come a second time where the exchanges of
// RFC 7296 have one (1.2 to 1.4, and appendix C).
func (j *judge) once(p Payload) {
	switch p.Type {
	case PayloadSA, PayloadKE, PayloadNonce, PayloadIDi, PayloadIDr, PayloadAuth, PayloadTSi, PayloadTSr, PayloadConfig, PayloadEAP:
		if j.count[p.Type] == 2 {
			j.add(p.Offset, FindingWarning, "second "+p.Type.Name()+" payload in a message")
		}
	}
}

// order judges where IKEv1 prescribes it: in phase 1 the SA payload goes in
// front of all others (RFC 2409 5).
func (j *judge) order(p Payload) {
	if p.Type != PayloadV1SA || j.seen == 0 {
		return
	}
	switch j.m.ExchangeType {
	case ExchangeV1Main, ExchangeV1Aggressive:
		j.add(p.Offset, FindingWarning, "SA payload is not the first")
	}
}

// nonce judges a nonce against the PRFs: it must have at least half the size of
// the key of each that is proposed (RFC 7296 2.10).
func (j *judge) nonce(p Payload) {
	if len(p.Body) < 16 || len(p.Body) >= maxPRFKey/2 {
		return
	}
	sa, _ := ParseSA(j.sa)
	if need := largestPRF(sa) / 2; len(p.Body) < need {
		j.add(p.Offset+genericLength, FindingWarning, "nonce is "+strconv.Itoa(len(p.Body))+
			" bytes, less than the "+strconv.Itoa(need)+" that half the key of a proposed PRF takes")
	}
}

// largestPRF returns the most bytes of key that a PRF of the SA prefers: the
// length of its output (RFC 7296 2.13, RFC 4868 2.6).
func largestPRF(sa SA) int {
	most := 0
	for i := sa.Proposals(); i.Next(); {
		for k := i.Proposal().Transforms(); k.Next(); {
			if t := k.Transform(); t.Type == TransformPRF {
				most = max(most, prfKeyLength(t.ID))
			}
		}
	}
	return most
}

// maxPRFKey is the most that prfKeyLength returns.
const maxPRFKey = 64

func prfKeyLength(id uint16) int {
	switch id {
	case 1, 4, 8: // HMAC-MD5, AES-XCBC, AES-CMAC
		return 16
	case 2: // HMAC-SHA1
		return 20
	case 3: // HMAC-Tiger
		return 24
	case 5:
		return 32
	case 6:
		return 48
	case 7, 9: // HMAC-SHA2-512, HMAC-Streebog-512
		return 64
	}
	return 0
}

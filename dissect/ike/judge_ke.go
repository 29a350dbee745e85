package ike

import "strconv"

// KEDataLength returns how many bytes of key exchange data one side sends for a
// method, and false where that is not known. Only key encapsulation, such as
// ML-KEM, differs by side: the initiator sends a public key, the responder a
// ciphertext. IKEv1 has the same lengths for the groups it shares.
func KEDataLength(group uint16, response bool) (length int, ok bool) {
	i, r := keyExchangeLengths(group)
	if response {
		i = r
	}
	return i, i != 0
}

// JudgeKE judges key exchange data against the side that sends them, where the
// sides differ. The body begins at byte at of the message. Data of a length
// that neither side sends are a matter of the body alone, see Tree.
func JudgeKE(k KE, response bool, at int) []Finding {
	mine, ok := KEDataLength(k.Group, response)
	other, _ := KEDataLength(k.Group, !response)
	if !ok || len(k.Data) == mine || len(k.Data) != other {
		return nil
	}
	side := "initiator"
	if response {
		side = "responder"
	}
	return []Finding{{at + 4, FindingWarning, "key exchange data are " + strconv.Itoa(len(k.Data)) +
		" bytes, but the " + side + " of " + KEGroupName(k.Group) + " sends " + strconv.Itoa(mine)}}
}

// JudgeV1KE judges the body of a KE payload of IKEv1, which begins at byte at of
// the message, against the group that the SA payloads agreed on.
func JudgeV1KE(body []byte, group uint16, at int) []Finding {
	want, ok := KEDataLength(group, false)
	if !ok || group > lastV1Group || len(body) == want {
		return nil
	}
	return []Finding{{at, FindingWarning, "key exchange data are " + strconv.Itoa(len(body)) +
		" bytes, but " + V1GroupName(group) + " has " + strconv.Itoa(want)}}
}

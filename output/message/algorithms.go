package message

import (
	"slices"
	"strconv"
	"strings"

	"github.com/ikesniff/ikesniff/dissect/ike"
)

// algorithms names the algorithms of proposals as people write them:
// "AES-GCM-256/SHA384/ECP384". It remembers the names it made.
type algorithms struct {
	names map[uint64]string // by algorithm.key
	seen  []algorithm       // of the SA payload at hand
	// firstGroup is the key exchange method that appendV2 named, 0 if none.
	firstGroup uint16
	offers     memory[offerWords] // by body of IKEv2
}

// offerWords is what appendV2 said of an SA payload.
type offerWords struct {
	words []byte
	group uint16
}

// algorithm is a transform of IKEv2, or the same made of an attribute of IKEv1.
type algorithm struct {
	kind    ike.TransformType
	id      uint16
	keyBits uint16
	v1      bool
}

// key is all of it in one number, which is quicker to look up.
func (x algorithm) key() uint64 {
	k := uint64(x.kind)<<32 | uint64(x.id)<<16 | uint64(x.keyBits)
	if x.v1 {
		k |= 1 << 63
	}
	return k
}

// maxAlgorithms bounds how many algorithms of one SA payload are told apart,
// and maxNames how many names are remembered.
const (
	maxAlgorithms = 256
	maxNames      = 4096
)

// appendV2 appends the first choice of an SA payload of IKEv2, and how many
// further algorithms and proposals there are.
func (a *algorithms) appendV2(b, body []byte) []byte {
	if o, ok := a.offers.get(body); ok {
		a.firstGroup = o.group
		return append(b, o.words...)
	}
	from := len(b)
	b = a.sayV2(b, body)
	a.offers.put(body, offerWords{slices.Clone(b[from:]), a.firstGroup}, len(b)-from)
	return b
}

func (a *algorithms) sayV2(b, body []byte) []byte {
	sa, err := ike.ParseSA(body)
	a.seen = a.seen[:0]
	var first [5]algorithm // by transform type, 1 to 4; from the first proposal
	proposals := 0
	for p := sa.Proposals(); p.Next(); {
		proposals++
		for t := p.Proposal().Transforms(); t.Next(); {
			x := algorithm{kind: t.Transform().Type, id: t.Transform().ID, keyBits: t.Transform().KeyLength()}
			if x.kind == ike.TransformIntegrity && x.id == 0 {
				continue // NONE, as AEAD ciphers have it
			}
			a.note(x)
			if k := int(x.kind); proposals == 1 && k < len(first) && first[k].kind == 0 {
				first[k] = x
			}
		}
	}
	a.firstGroup = first[ike.TransformKeyExchange].id
	if proposals == 0 {
		if err != nil {
			return append(b, "a broken proposal"...)
		}
		return append(b, "nothing"...)
	}
	shown := 0
	slash := func(name string) {
		if shown > 0 {
			b = append(b, '/')
		}
		b = append(b, name...)
		shown++
	}
	named := 0
	var hash string
	for _, kind := range []ike.TransformType{ike.TransformEncryption, ike.TransformIntegrity, ike.TransformPRF, ike.TransformKeyExchange} {
		x := first[kind]
		if x.kind == 0 {
			continue
		}
		named++
		name := a.name(x)
		switch kind {
		case ike.TransformIntegrity:
			hash = name
		case ike.TransformPRF:
			if name == hash {
				continue // the same hash twice is said once
			}
			if hash != "" {
				name = "PRF-" + name
			}
		}
		slash(name)
	}
	if shown == 0 {
		b = append(b, "no algorithm"...)
	}
	return appendMore(b, len(a.seen)-named, proposals)
}

// note counts an algorithm once.
func (a *algorithms) note(x algorithm) {
	for _, y := range a.seen {
		if x == y {
			return
		}
	}
	if len(a.seen) < maxAlgorithms {
		a.seen = append(a.seen, x)
	}
}

// appendMore appends how much more there is than what was named.
func appendMore(b []byte, more, proposals int) []byte {
	if more <= 0 {
		return b
	}
	b = append(b, " (+"...)
	b = strconv.AppendInt(b, int64(more), 10)
	b = append(b, " more"...)
	if proposals > 1 {
		b = append(b, " in "...)
		b = strconv.AppendInt(b, int64(proposals), 10)
		b = append(b, " proposals"...)
	}
	return append(b, ')')
}

// appendV1 appends the first transform of an SA payload of IKEv1's phase 1, and
// how many further transforms, each an alternative, there are.
func (a *algorithms) appendV1(b, body []byte) []byte {
	sa, err := ike.ParseV1SA(body)
	transforms := 0
	var first ike.V1Phase1
	for p := sa.Proposals(); p.Next(); {
		for t := p.Proposal().Transforms(); t.Next(); {
			if transforms == 0 {
				first = t.Transform().Phase1()
			}
			transforms++
		}
	}
	if transforms == 0 {
		if err != nil {
			return append(b, "a broken proposal"...)
		}
		return append(b, "nothing"...)
	}
	from := len(b)
	slash := func(x algorithm) {
		if x.id == 0 {
			return
		}
		if len(b) > from {
			b = append(b, '/')
		}
		b = append(b, a.name(x)...)
	}
	slash(algorithm{ike.TransformEncryption, first.Encryption, first.KeyLength, true})
	slash(algorithm{ike.TransformIntegrity, first.Hash, 0, true})
	slash(algorithm{ike.TransformKeyExchange, first.Group, 0, true})
	if first.Authentication != 0 {
		if len(b) > from {
			b = append(b, ' ')
		}
		b = append(b, ike.V1AuthenticationName(first.Authentication)...)
	}
	if len(b) == from {
		b = append(b, "no algorithm"...)
	}
	return appendMore(b, transforms-1, 1)
}

// name is how people write an algorithm.
func (a *algorithms) name(x algorithm) string {
	k := x.key()
	if n, ok := a.names[k]; ok {
		return n
	}
	if a.names == nil || len(a.names) >= maxNames {
		a.names = map[uint64]string{}
	}
	n := plainName(x)
	a.names[k] = n
	return n
}

func plainName(x algorithm) string {
	var n string
	switch {
	case !x.v1:
		_, n = ike.TransformName(x.kind, x.id)
	case x.kind == ike.TransformEncryption:
		n = ike.V1EncryptionName(x.id, 0)
	case x.kind == ike.TransformIntegrity:
		n = ike.V1HashName(x.id)
	default:
		n = ike.V1GroupName(x.id)
	}
	if n == strconv.Itoa(int(x.id)) {
		n = x.kind.Name() + " " + n // a number alone would say nothing
	}
	return people(n, x.keyBits)
}

// people turns a short name of the registry into what people write.
func people(n string, keyBits uint16) string {
	n = strings.TrimPrefix(n, "PRF_")
	n = strings.TrimPrefix(n, "HMAC_")
	if rest, ok := strings.CutPrefix(n, "SHA2_"); ok {
		bits, _, _ := strings.Cut(rest, "_") // what follows is how much of it is sent
		return "SHA" + bits
	}
	switch n {
	case "MD5_96", "MD5_128":
		return "MD5"
	case "SHA1_96", "SHA1_160":
		return "SHA1"
	case "3DES_CBC":
		return "3DES"
	case "DES_CBC":
		return "DES"
	case "AES_XCBC_96", "AES128_XCBC":
		return "AES-XCBC"
	case "AES_CMAC_96", "AES128_CMAC":
		return "AES-CMAC"
	}
	for _, family := range []string{"MODP_", "ECP_", "CURVE_"} {
		if rest, ok := strings.CutPrefix(n, family); ok {
			n = family[:len(family)-1] + rest
		}
	}
	if head, ok := strings.CutSuffix(n, "_16"); ok && keyBits != 0 {
		n = head // GCM and CCM with the ICV that everyone uses
	}
	n = strings.ReplaceAll(n, "_", "-")
	if keyBits != 0 {
		n += "-" + strconv.Itoa(int(keyBits))
	}
	return n
}

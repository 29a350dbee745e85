package ike

import (
	"strconv"
	"strings"
)

// Protocols of a proposal in IKEv1 (RFC 2407 4.4.1).
const (
	V1ProtocolISAKMP V1ProtocolID = 1
	V1ProtocolAH     V1ProtocolID = 2
	V1ProtocolESP    V1ProtocolID = 3
	V1ProtocolIPCOMP V1ProtocolID = 4
)

// AppendFields adds the domain of interpretation, the situation with its labels, and
// the proposals with their transforms and attributes. In the GDOI, which has
// none, the payloads of the group's policy stand in their place.
func (s V1SA) AppendFields(to *Tree) {
	to.Findings = append(to.Findings, s.findings(to.at)...)
	to.doi(s.DOI)
	if s.DOI == DOIGDOI {
		s.groupFields(to)
		return
	}
	to.add("situation", 4).str(situationName(s.Situation))
	if len(s.labels) > 0 {
		labels := to.open("labels", len(s.labels))
		labelFields(to, s.labels, s.Situation)
		to.close(labels)
	}
	for i := s.Proposals(); i.Next(); {
		i.Proposal().appendFields(to, i.s.cur)
	}
}

// Name gives the protocol with the number of transforms.
func (p V1Proposal) Name() string {
	n := 0
	for i := p.Transforms(); i.Next(); {
		n++
	}
	if n == 1 {
		return p.Protocol.Name() + ", 1 transform"
	}
	return p.Protocol.Name() + ", " + strconv.Itoa(n) + " transforms"
}

// appendFields adds a proposal; b are its bytes.
func (p V1Proposal) appendFields(to *Tree, b []byte) {
	proposal := to.open("proposal", len(b))
	to.num(uint64(p.Number)).str(" ").str(p.Name())
	to.substructureHead(b)
	to.add("number", 1).num(uint64(p.Number))
	to.add("protocol", 1).enum(namesV1Protocols, uint16(p.Protocol))
	to.add("SPI size", 1).num(uint64(len(p.SPI)))
	to.add("number of transforms", 1).num(uint64(b[7]))
	if len(p.SPI) > 0 {
		to.bytes("SPI", p.SPI).str(spiText(p.SPI))
	}
	for i := p.Transforms(); i.Next(); {
		i.Transform().appendFields(to, p.Protocol, i.s.cur)
	}
	to.close(proposal)
}

// appendFields adds a transform; b are its bytes.
func (t V1Transform) appendFields(to *Tree, p V1ProtocolID, b []byte) {
	transform := to.open("transform", len(b))
	to.num(uint64(t.Number)).str(" ").str(t.Summary(p))
	to.substructureHead(b)
	to.add("number", 1).num(uint64(t.Number))
	name, _ := v1TransformNames(p, uint16(t.ID))
	to.add("transform ID", 1).named(name, uint64(t.ID))
	to.skip(2)
	text := v1IPsecAttribute
	if p == V1ProtocolISAKMP {
		text = v1Phase1Attribute
	}
	to.attributes(t.attributes, text)
	to.close(transform)
}

// Summary gives the algorithms of a transform in the short form of reports,
// such as "AES_CBC_256/SHA2_256/MODP_2048, pre-shared key" in phase 1, or
// "AES_CBC_256/HMAC_SHA2_256, tunnel" in quick mode. The protocol is that of its
// proposal.
func (t V1Transform) Summary(p V1ProtocolID) string {
	var parts []string
	add := func(id uint16, name string) {
		if id != 0 {
			parts = append(parts, name)
		}
	}
	if p == V1ProtocolISAKMP {
		q := t.Phase1()
		add(q.Encryption, V1EncryptionName(q.Encryption, q.KeyLength))
		add(q.Hash, V1HashName(q.Hash))
		add(q.Group, V1GroupName(q.Group))
		s := strings.Join(parts, "/")
		if q.Authentication != 0 {
			s += ", " + V1AuthenticationName(q.Authentication)
		}
		return s
	}
	q := t.Phase2()
	_, short := v1TransformNames(p, uint16(t.ID))
	parts = append(parts, withKeyLength(or(short, uint16(t.ID)), q.KeyLength))
	_, short = namesV1AuthAlgorithms(q.Authentication)
	add(q.Authentication, or(short, q.Authentication))
	add(q.Group, V1GroupName(q.Group))
	if q.ESN {
		parts = append(parts, "ESN")
	}
	s := strings.Join(parts, "/")
	if q.Encapsulation != 0 {
		_, short = namesV1EncapModes(q.Encapsulation)
		s += ", " + or(short, q.Encapsulation)
	}
	return s
}

// findings tells what receivers live with: reserved bytes, and numbers of
// transforms that do not grow (RFC 2408 3.6).
func (s V1SA) findings(at int) []Finding {
	var found []Finding
	warn := func(at int, text string) { found = append(found, Finding{at, FindingWarning, text}) }
	at += 8 + len(s.labels)
	for i := s.Proposals(); i.Next(); {
		from := at + i.s.at - len(i.s.cur)
		if i.s.cur[1] != 0 {
			warn(from+1, "reserved byte of a proposal is not zero")
		}
		from += substructureHead + len(i.Proposal().SPI)
		var last uint8
		for j, n := i.Proposal().Transforms(), 0; j.Next(); n++ {
			c, here := j.s.cur, from+j.s.at-len(j.s.cur)
			if c[1] != 0 || c[6] != 0 || c[7] != 0 {
				warn(here+1, "reserved bytes of a transform are not zero")
			}
			if n > 0 && c[4] <= last {
				warn(here+4, "number of a transform is not larger than that of the one in front")
			}
			last = c[4]
		}
	}
	return found
}

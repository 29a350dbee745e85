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

// Fields gives the domain of interpretation, the situation with its labels, and
// the proposals with their transforms and attributes. In the GDOI, which has
// none, the payloads of the group's policy stand in their place.
func (s V1SA) Fields(at int) []Field {
	l := fieldList{at: at}
	l.add("domain of interpretation", doiName(s.DOI), 4)
	if s.DOI == DOIGDOI {
		group, _ := s.groupFields(l.at)
		return append(l.fields, group...)
	}
	l.add("situation", situationName(s.Situation), 4)
	if len(s.labels) > 0 {
		l.group("labels", "", len(s.labels), labelFields(s.labels, s.Situation, l.at))
	}
	for i := s.Proposals(); i.Next(); {
		c := i.s.cur
		l.group("proposal", strconv.Itoa(int(c[4]))+" "+i.Proposal().Name(), len(c), v1ProposalFields(i.Proposal(), c, l.at))
	}
	return l.fields
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

// v1ProposalFields gives the fields of a proposal; c are its bytes.
func v1ProposalFields(p V1Proposal, c []byte, at int) []Field {
	l := fieldList{at: at}
	l.headFields(c)
	l.add("number", decimal(p.Number), 1)
	l.add("protocol", named(p.Protocol.String(), uint16(p.Protocol)), 1)
	l.add("SPI size", strconv.Itoa(len(p.SPI)), 1)
	l.add("number of transforms", decimal(c[7]), 1)
	if len(p.SPI) > 0 {
		l.bytes("SPI", spiText(p.SPI), p.SPI)
	}
	for i := p.Transforms(); i.Next(); {
		t := i.Transform()
		l.group("transform", strconv.Itoa(int(t.Number))+" "+t.Summary(p.Protocol), len(i.s.cur), v1TransformFields(p.Protocol, t, i.s.cur, l.at))
	}
	return l.fields
}

// v1TransformFields gives the fields of a transform; c are its bytes.
func v1TransformFields(p V1ProtocolID, t V1Transform, c []byte, at int) []Field {
	l := fieldList{at: at}
	l.headFields(c)
	l.add("number", decimal(t.Number), 1)
	l.add("transform ID", named(V1TransformName(p, t.ID), uint16(t.ID)), 1)
	l.skip(2)
	names := v1IPsecAttribute
	if p == V1ProtocolISAKMP {
		names = v1Phase1Attribute
	}
	attributes := attributeFields(t.attributes, l.at, names)
	l.fields = append(l.fields, attributes...)
	return l.fields
}

// headFields adds the first four bytes of a substructure.
func (l *fieldList) headFields(c []byte) {
	l.add("last", lastText(c[0] == 0), 1)
	l.skip(1)
	l.add("length", strconv.Itoa(len(c)), 2)
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
	if s.DOI == DOIGDOI {
		_, found := s.groupFields(at + 4)
		return found
	}
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

package e2e

import (
	"fmt"

	"github.com/ikesniff/ikesniff/dissect/ike"
)

// v1 writes the body of a payload of IKEv1, as v2 does.
func (f *fieldLines) v1(p ike.Payload) error {
	switch p.Type {
	case ike.PayloadV1SA:
		sa, err := ike.ParseV1SA(p.Body)
		f.v1SA(sa)
		return err
	case ike.PayloadV1KE:
		k, err := ike.ParseV1KE(p.Body)
		f.bytes("key_exchange.data", k.Data)
		return err
	case ike.PayloadV1Nonce:
		n, err := ike.ParseV1Nonce(p.Body)
		f.bytes("nonce", n.Data)
		return err
	case ike.PayloadV1ID:
		id, err := ike.ParseV1ID(p.Body)
		f.number("id.type", uint64(id.Type))
		f.number("id.protoid", uint64(id.Protocol))
		f.number("id.port", uint64(id.Port))
		if id.Type != ike.V1IDFQDN {
			return fmt.Errorf("identity of type %d is not compared", id.Type)
		}
		f.text("id.data.fqdn", string(id.Data))
		return err
	case ike.PayloadV1Certificate:
		c, err := ike.ParseV1Certificate(p.Body)
		f.number("cert.encoding", uint64(c.Encoding))
		return err
	case ike.PayloadV1CertRequest:
		c, err := ike.ParseV1CertRequest(p.Body)
		f.number("certreq.type", uint64(c.Encoding))
		return err
	case ike.PayloadV1Hash:
		h, err := ike.ParseV1Hash(p.Body)
		f.bytes("hash", h.Data)
		return err
	case ike.PayloadV1Notify:
		n, err := ike.ParseV1Notify(p.Body)
		f.number("notify.doi", uint64(n.DOI))
		f.notifyParts(uint64(n.Protocol), uint64(n.Type), n.SPI, n.Data)
		return err
	case ike.PayloadV1VendorID:
		v, err := ike.ParseVendorID(p.Body)
		f.bytes("vid_bytes", v.Data)
		return err
	case ike.PayloadV1NATD:
		n, err := ike.ParseV1NATD(p.Body)
		f.bytes("ike.nat_hash", n.Hash)
		return err
	}
	return fmt.Errorf("payload type %d is not compared", p.Type)
}

func (f *fieldLines) v1SA(sa ike.V1SA) {
	f.number("sa.doi", uint64(sa.DOI))
	f.text("sa.situation", fmt.Sprintf("%08x", sa.Situation))
	proposals := sa.Proposals()
	eachAndLast(proposals.Next, proposals.Proposal, func(p ike.V1Proposal, last bool) {
		transforms := p.Transforms()
		count := eachAndLast(transforms.Next, transforms.Transform, func(ike.V1Transform, bool) {})
		f.proposal(last, p.Append(nil, last), uint64(p.Number), uint64(p.Protocol), p.SPI, count)
		transforms = p.Transforms()
		eachAndLast(transforms.Next, transforms.Transform, func(x ike.V1Transform, last bool) {
			f.part(3, last, x.Append(nil, last))
			f.number("trans.number", uint64(x.Number))
			f.number("trans.id", uint64(x.ID))
			f.phase1(x)
		})
	})
}

// phase1 writes the attributes of a transform (RFC 2409 appendix A). What they
// mean is taken from the summary, not from the attribute.
func (f *fieldLines) phase1(x ike.V1Transform) {
	sum := x.Phase1()
	life := uint64(0) // what the next duration counts, 0 if nothing says it
	f.attributes("ike.attr", x.Attributes(), func(a ike.Attribute) {
		switch a.Type {
		case 1:
			f.number("ike.attr.encryption_algorithm", uint64(sum.Encryption))
		case 2:
			f.number("ike.attr.hash_algorithm", uint64(sum.Hash))
		case 3:
			f.number("ike.attr.authentication_method", uint64(sum.Authentication))
		case 4:
			f.number("ike.attr.group_description", uint64(sum.Group))
		case 11:
			life, _ = a.Uint()
			f.number("ike.attr.life_type", life)
		case 12:
			n, _ := a.Uint()
			switch life {
			case 1:
				n = sum.LifetimeSeconds
			case 2:
				n = sum.LifetimeKilobytes
			}
			f.number("ike.attr.life_duration", n)
		case 14:
			f.number("ike.attr.key_length", uint64(sum.KeyLength))
		}
	})
}

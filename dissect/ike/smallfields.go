package ike

// AppendFields adds the fields of the body.
func (k KE) AppendFields(to *Tree) {
	to.Findings = append(to.Findings, k.findings(to.at)...)
	to.add("group", 2).enum(namesKeyExchangeMethods, k.Group)
	to.skip(2)
	to.opaqueBytes("key exchange data", k.Data)
}

func (k KE) findings(at int) []Finding {
	i, r := keyExchangeLengths(k.Group)
	if i == 0 || len(k.Data) == i || len(k.Data) == r {
		return nil
	}
	want := itoa(i)
	if i != r {
		want += " or " + itoa(r)
	}
	return []Finding{{at + 4, FindingWarning, "key exchange data are " + itoa(len(k.Data)) + " bytes, but " +
		KEGroupName(k.Group) + " has " + want}}
}

// keyExchangeLengths returns how many bytes of key exchange data initiator and
// responder send for a method (RFC 7296 3.4, RFC 5903 7, RFC 6954 4.1, RFC 8031
// 3.1, RFC 9385 4.4, FIPS 203 table 3), and 0 where that is not known.
func keyExchangeLengths(group uint16) (initiator, responder int) {
	same := func(n int) (int, int) { return n, n }
	switch group {
	case 1:
		return same(768 / 8)
	case 2, 22:
		return same(1024 / 8)
	case 5:
		return same(1536 / 8)
	case 14, 23, 24:
		return same(2048 / 8)
	case 15:
		return same(3072 / 8)
	case 16:
		return same(4096 / 8)
	case 17:
		return same(6144 / 8)
	case 18:
		return same(8192 / 8)
	case 19, 28:
		return same(2 * 256 / 8)
	case 20, 29:
		return same(2 * 384 / 8)
	case 21:
		return same(2 * 528 / 8)
	case 25:
		return same(2 * 192 / 8)
	case 26, 27:
		return same(2 * 224 / 8)
	case 30:
		return same(2 * 512 / 8)
	case 31:
		return same(32)
	case 32:
		return same(56)
	case 33:
		return same(64)
	case 34:
		return same(128)
	case 35:
		return 800, 768
	case 36:
		return 1184, 1088
	case 37:
		return 1568, 1568
	}
	return 0, 0
}

// AppendFields adds the fields of the body.
func (n Nonce) AppendFields(to *Tree) {
	to.Findings = append(to.Findings, n.findings(to.at)...)
	to.opaqueBytes("nonce", n.Data)
}

func (n Nonce) findings(at int) []Finding {
	if len(n.Data) >= 16 && len(n.Data) <= 256 { // RFC 7296 3.9
		return nil
	}
	return []Finding{{at, FindingWarning, "nonce is " + itoa(len(n.Data)) + " bytes, not 16 to 256"}}
}

// AppendFields adds the fields of the body.
func (d Delete) AppendFields(to *Tree) {
	to.add("protocol", 1).enum(namesProtocols, uint16(d.Protocol))
	to.add("SPI size", 1).num(uint64(d.SPISize))
	to.add("number of SPIs", 2).num(uint64(d.Count))
	for i := range min(int(d.Count), maxListed) {
		spi := d.SPI(i)
		if spi == nil {
			break
		}
		to.opaqueBytes("SPI", spi)
	}
}

// AppendFields adds the fields of the body.
func (f Fragment) AppendFields(to *Tree) {
	to.add("fragment number", 2).num(uint64(f.Number))
	to.add("total fragments", 2).num(uint64(f.Total))
	to.opaqueBytes("encrypted", f.Data)
}

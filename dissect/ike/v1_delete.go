package ike

// AppendFields adds the fields of the body, with
// one for each SPI.
func (d V1Delete) AppendFields(to *Tree) {
	to.doi(d.DOI)
	to.add("protocol", 1).enum(namesV1Protocols, uint16(d.Protocol))
	to.add("SPI size", 1).num(uint64(d.SPISize))
	to.add("number of SPIs", 2).num(uint64(d.Count))
	for i := 0; ; i++ {
		spi := d.SPI(i)
		if spi == nil {
			return
		}
		to.bytes("SPI", spi).str(spiText(spi))
	}
}

// spiText gives an SPI of IKEv1: that of ISAKMP is both cookies.
func spiText(spi []byte) string {
	if len(spi) == 16 {
		return opaqueText(spi[:8]) + " " + opaqueText(spi[8:])
	}
	return opaqueText(spi)
}

// doi adds a domain of interpretation.
func (t *Tree) doi(doi uint32) {
	name := ""
	if doi <= 0xffff {
		name, _ = namesV1DOIs(uint16(doi))
	}
	t.add("domain of interpretation", 4).named(name, uint64(doi))
}

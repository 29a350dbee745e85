package ike

// Fields gives the fields of the body, which begins at the given offset, with
// one for each SPI.
func (d V1Delete) Fields(at int) []Field {
	l := fieldList{at: at}
	l.add("domain of interpretation", doiName(d.DOI), 4)
	l.add("protocol", named(d.Protocol.String(), uint16(d.Protocol)), 1)
	l.add("SPI size", decimal(d.SPISize), 1)
	l.add("number of SPIs", decimal(d.Count), 2)
	for i := 0; ; i++ {
		spi := d.SPI(i)
		if spi == nil {
			return l.fields
		}
		l.bytes("SPI", spiText(spi), spi)
	}
}

// spiText gives an SPI of IKEv1: that of ISAKMP is both cookies.
func spiText(spi []byte) string {
	if len(spi) == 16 {
		return opaqueText(spi[:8]) + " " + opaqueText(spi[8:])
	}
	return opaqueText(spi)
}

// doiName names a domain of interpretation.
func doiName(doi uint32) string {
	if doi > 0xffff {
		return decimal(doi)
	}
	return nameOf(namesV1DOIs, uint16(doi))
}

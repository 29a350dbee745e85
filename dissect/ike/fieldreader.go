package ike

// fieldReader takes fields off the front of a row of bytes and adds them to a
// tree. Where too few bytes are left it takes none and remembers: bad.
type fieldReader struct {
	*Tree
	b      []byte // what is left
	listed int    // how often more said yes
	bad    bool
}

// maxListed bounds how many fields a list gets, since a field takes a hundred
// times the memory of the bytes that it shows. No honest list is that long.
const maxListed = 1000

// more reports whether a list goes on.
func (r *fieldReader) more() bool {
	r.listed++
	return len(r.b) > 0 && !r.bad && r.listed <= maxListed
}

// take gives the next n bytes, or nil.
func (r *fieldReader) take(n int) []byte {
	if r.bad || n > len(r.b) {
		r.bad = true
		return nil
	}
	b := r.b[:n:n]
	r.b = r.b[n:]
	return b
}

// rest takes all that is left.
func (r *fieldReader) rest() []byte { return r.take(len(r.b)) }

// uintN takes a number of n bytes, at most 8, and adds it in decimal.
func (r *fieldReader) uintN(name string, n int) uint64 {
	b := r.take(n)
	if b == nil {
		return 0
	}
	v := bigEndian(b)
	r.add(name, n).num(v)
	return v
}

// secondsN takes a time of n bytes.
func (r *fieldReader) secondsN(name string, n int) {
	if b := r.take(n); b != nil {
		r.add(name, n).num(bigEndian(b)).str(" s")
	}
}

// enumN takes a number of n bytes, at most 2, and adds it by its name.
func (r *fieldReader) enumN(name string, n int, names func(uint16) (string, string)) uint16 {
	b := r.take(n)
	if b == nil {
		return 0
	}
	v := uint16(bigEndian(b))
	r.add(name, n).enum(names, v)
	return v
}

// addressN takes an IPv4 address of 4 bytes, or an IPv6 address of 16.
func (r *fieldReader) addressN(name string, n int) {
	if b := r.take(n); b != nil {
		r.bytes(name, b).address(b)
	}
}

// opaqueN takes n bytes that nothing is known of.
func (r *fieldReader) opaqueN(name string, n int) {
	if b := r.take(n); b != nil {
		r.opaqueBytes(name, b)
	}
}

// textN takes a text of n bytes.
func (r *fieldReader) textN(name string, n int) {
	if b := r.take(n); b != nil {
		r.textBytes(name, b)
	}
}

// skipN goes over n reserved bytes, which get a field only if they are not
// zero.
func (r *fieldReader) skipN(n int) {
	b := r.take(n)
	for _, c := range b {
		if c != 0 {
			r.opaqueBytes("reserved", b)
			return
		}
	}
	r.skip(len(b))
}

// restText takes all that is left as a text, restOpaque as opaque bytes.
func (r *fieldReader) restText(name string)   { r.textN(name, len(r.b)) }
func (r *fieldReader) restOpaque(name string) { r.opaqueN(name, len(r.b)) }

// restPrintable takes all that is left, if there is any, as text where it is
// printable and else as opaque bytes.
func (r *fieldReader) restPrintable(name string) {
	if b := r.rest(); len(b) > 0 {
		r.bytes(name, b).printable(b)
	}
}

// end adds a field for what was not taken, and reports whether all bytes had
// their place.
func (r *fieldReader) end() (ok bool) {
	ok = !r.bad && len(r.b) == 0
	r.opaqueBytes("not read", r.b)
	r.b = nil
	return ok
}

package capture

// options walks over the options of a block. What does not fit ends the walk:
// options add to a block and never make it unreadable.
type options struct {
	order order
	rest  []byte
	code  uint16
	value []byte
}

// next moves to the next option.
//
//	+-------------------------------+-------------------------------+
//	|             code              |            length             |
//	+-------------------------------+-------------------------------+
//	|             value, padded to a multiple of four               |
func (o *options) next() bool {
	if len(o.rest) < 4 {
		return false
	}
	o.code = o.order.u16(o.rest)
	n := int(o.order.u16(o.rest[2:]))
	if o.code == 0 || n > len(o.rest)-4 { // 0: end of options
		o.rest = nil
		return false
	}
	o.value = o.rest[4 : 4+n]
	o.rest = o.rest[min(4+(n+3)&^3, len(o.rest)):]
	return true
}

// u32 and u64 return a number of that length; ok is false at another length.
func (o *options) u32() (v uint32, ok bool) {
	if len(o.value) != 4 {
		return 0, false
	}
	return o.order.u32(o.value), true
}

func (o *options) u64() (v uint64, ok bool) {
	if len(o.value) != 8 {
		return 0, false
	}
	return o.order.u64(o.value), true
}

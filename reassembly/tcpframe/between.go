package tcpframe

// Between tells whether the next byte of the stream begins a frame, as far as
// is known.
func (f *Framer) Between() bool {
	return f.state == stateFrames && f.part.got == 0 || f.state == statePrefix && f.prefix == 0 && !f.midway
}

package message

// memory remembers what was made of bytes that come again and again. It is
// emptied where it would hold more than it may: bytes that never come again
// cost no more than being forgotten.
type memory[V any] struct {
	known map[string]V
	bytes int
}

// Bounds of a memory: how many values, of how many bytes with their keys, and
// how many bytes one may have.
const (
	maxRemembered      = 1024
	maxRememberedBytes = 4 << 20
	maxRememberedOne   = 64 << 10
)

func (m *memory[V]) get(key []byte) (v V, ok bool) {
	v, ok = m.known[string(key)]
	return v, ok
}

// put remembers a value of so many bytes.
func (m *memory[V]) put(key []byte, v V, size int) {
	size += len(key)
	if size > maxRememberedOne {
		return
	}
	if m.known == nil || len(m.known) >= maxRemembered || m.bytes+size > maxRememberedBytes {
		m.known, m.bytes = map[string]V{}, 0
	}
	m.known[string(key)] = v
	m.bytes += size
}

package queue

// batch is a run of items, one behind the other, and of functions to call
// between them.
type batch struct {
	data    []byte
	entries []entry
}

// entry is an item, which ends at end in the batch's data, or a function to
// call. A function that was called already is nil.
type entry struct {
	end    int
	isCall bool
	call   func()
}

// add copies an item. The memory for items never grows beyond limit, which they
// fit into.
func (b *batch) add(item []byte, limit int) {
	if need := len(b.data) + len(item); need > cap(b.data) {
		grown := make([]byte, len(b.data), min(limit, max(2*cap(b.data), need, 4096)))
		copy(grown, b.data)
		b.data = grown
	}
	b.data = append(b.data, item...)
	b.entries = append(b.entries, entry{end: len(b.data)})
}

func (b *batch) addCall(f func()) {
	b.entries = append(b.entries, entry{end: len(b.data), isCall: true, call: f})
}

// calls takes out the functions that were not called yet, from entry i on.
func (b *batch) calls(i int) (list []func()) {
	for ; i < len(b.entries); i++ {
		if e := &b.entries[i]; e.call != nil {
			list = append(list, e.call)
			e.call = nil
		}
	}
	return list
}

// start is where entry i begins.
func (b *batch) start(i int) int {
	if i == 0 {
		return 0
	}
	return b.entries[i-1].end
}

// run tells how far the items go that begin at entry i and may share a write of
// about limit bytes: at least one, up to the next function.
func (b *batch) run(i, limit int) (next int) {
	start := b.start(i)
	next = i + 1
	for next < len(b.entries) && !b.entries[next].isCall && b.entries[next].end-start <= limit {
		next++
	}
	return next
}

// empty makes the batch ready to be filled again, in the same memory.
func (b *batch) empty() {
	clear(b.entries) // functions hold on to what they use
	b.data, b.entries = b.data[:0], b.entries[:0]
}

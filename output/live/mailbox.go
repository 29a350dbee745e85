package live

import (
	"sync"

	"github.com/ikesniff/ikesniff/report"
)

// held is how many changes wait for the screen; more than a terminal has lines.
const held = 256

// mailbox is between the run and the screen: put never waits for a reader, and
// what was not fetched gives way to what is newer.
type mailbox struct {
	mu sync.Mutex
	mail
	start int // of the ring that changes are, once it is full
}

// mail is what take fetches.
type mail struct {
	// before and last are the two newest snapshots, for what counts per second.
	before, last *report.Snapshot
	changes      []report.Change
	left         uint64 // changes that gave way
}

func (m *mailbox) put(s *report.Snapshot, changes []report.Change) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if s != nil {
		m.before, m.last = m.last, s
	}
	if more := len(changes) - held; more > 0 {
		m.left += uint64(more)
		changes = changes[more:]
	}
	for i := range changes {
		if len(m.changes) < held {
			m.changes = append(m.changes, changes[i])
			continue
		}
		m.changes[m.start] = changes[i]
		m.start = (m.start + 1) % held
		m.left++
	}
}

// take fetches what came since it was called last, changes in order. Snapshots
// stay, for they may be looked at again.
func (m *mailbox) take() mail {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := m.mail
	if m.start > 0 {
		out.changes = append(append(make([]report.Change, 0, held), m.changes[m.start:]...), m.changes[:m.start]...)
	}
	m.changes, m.start, m.left = nil, 0, 0
	return out
}

package live

// key does what a key asks for, and tells whether that is to end.
func (m *model) key(name string) (end bool) {
	switch name {
	case "q", "Q", "ctrl+c":
		m.ended = true
		return true
	case "p":
		m.paused = !m.paused
		if !m.paused {
			m.fetch()
		}
		return false
	}
	if m.detail.open {
		m.detail.key(name, m.layout().table)
		return false
	}
	switch name {
	case "s":
		m.sortBy((m.order + 1) % orders)
	case "v":
		m.sortBy(bySeverity)
	case "r":
		m.sortBy(byRate)
	case "l":
		m.sortBy(byLoss)
	case "t":
		m.sortBy(byLastSeen)
	case "a":
		m.sortBy(byAddress)
	case "up", "k":
		m.move(-1)
	case "down", "j":
		m.move(1)
	case "pgup", "b":
		m.move(-m.visible())
	case "pgdown", "f":
		m.move(m.visible())
	case "home", "g":
		m.move(-len(m.rows))
	case "end", "G":
		m.move(len(m.rows))
	case "esc":
		m.chosen, m.cursor, m.top = "", -1, 0
	case "enter", "space":
		if len(m.rows) == 0 {
			break
		}
		if m.cursor < 0 {
			m.move(1)
		}
		m.detail = block{open: true}
		m.detail.show(m, m.row(m.cursor))
	}
	return false
}

func (m *model) sortBy(o order) {
	m.order = o
	m.sort()
	m.top = 0
}

// move moves the cursor by n rows. Where it was on none, a step puts it on the
// first row shown.
func (m *model) move(n int) {
	if len(m.rows) == 0 {
		return
	}
	at := m.cursor + n
	if m.cursor < 0 && (n == 1 || n == -1) {
		at = m.top
	}
	m.cursor = min(max(at, 0), len(m.rows)-1)
	m.chosen = m.row(m.cursor).Tunnel.ID
}

// key moves in the detail of a tunnel, of which page lines are shown.
func (b *block) key(name string, page int) {
	switch name {
	case "up", "k":
		b.top--
	case "down", "j":
		b.top++
	case "pgup", "b":
		b.top -= page
	case "pgdown", "f":
		b.top += page
	case "home", "g":
		b.top = 0
	case "end", "G":
		b.top = 1 << 30
	case "esc", "enter", "space", "backspace", "left":
		*b = block{}
	}
}

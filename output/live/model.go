package live

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"github.com/ikesniff/ikesniff/output"
	"github.com/ikesniff/ikesniff/report"
)

// model is all that a frame depends on. bubbletea calls its methods from one
// goroutine.
type model struct {
	opt output.Options
	box *mailbox

	width, height int
	mail          // as fetched last; changes are in log
	log           []entry
	order         order
	rows          []int  // indexes of last.Rows, in order
	widest        widths // of all rows

	top    int    // of the rows shown
	chosen string // id of the tunnel that the cursor is on, "" while it is on none
	cursor int    // its place among rows, -1 if it is not there

	detail block
	paused bool
	ended  bool // by the user

	frame string // as drawn last, "" if that is no longer right
}

// widths are those of what stands for the peers, in cells.
type widths struct{ initiator, responder, both int }

func newModel(o output.Options, box *mailbox) *model {
	return &model{opt: o, box: box, width: 80, height: 24, cursor: -1}
}

func (m *model) Init() tea.Cmd { return nextTick() }

// View is asked for behind each message, most of which change nothing.
func (m *model) View() tea.View {
	if m.frame == "" {
		m.frame = m.render()
	}
	v := tea.NewView(m.frame)
	v.AltScreen = true
	v.DisableBracketedPasteMode = true
	return v
}

func (m *model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.width, m.height = msg.Width, msg.Height
		m.frame = ""
	case tea.KeyPressMsg:
		m.frame = ""
		if m.key(msg.String()) {
			return m, tea.Quit
		}
	case tick:
		if !m.paused {
			m.fetch()
		}
		return m, nextTick()
	}
	return m, nil
}

// fetch takes what is new.
func (m *model) fetch() {
	news := m.box.take()
	if news.last == m.last && len(news.changes) == 0 {
		return
	}
	m.frame = ""
	m.addLog(&news)
	for i := range news.changes {
		if c := &news.changes[i]; c.Kind == report.ChangeLinked && c.Was == m.chosen && c.Was != "" {
			m.chosen = c.TunnelID
		}
	}
	news.changes = nil
	fresh := news.last != m.last
	m.mail = news
	if fresh {
		m.sort()
		m.detail.refresh(m)
	}
}

// sort orders the rows anew; the cursor stays on its tunnel.
func (m *model) sort() {
	if m.last == nil {
		return
	}
	m.rows = sorted(m.last.Rows, m.order)
	m.widest = widths{}
	for i := range m.last.Rows {
		t := m.last.Rows[i].Tunnel
		a, b := len(t.Initiator), len(t.Responder)
		if m.opt.Names != nil {
			a, b = output.Width(m.opt.Host(t.Initiator)), output.Width(m.opt.Host(t.Responder))
		}
		m.widest = widths{max(m.widest.initiator, a), max(m.widest.responder, b), max(m.widest.both, a+b)}
	}
	m.place()
}

// place finds the cursor's tunnel among the rows.
func (m *model) place() {
	m.cursor = -1
	if m.chosen == "" {
		return
	}
	m.cursor = slices.IndexFunc(m.rows, func(i int) bool { return m.last.Rows[i].Tunnel.ID == m.chosen })
	if m.cursor < 0 {
		m.chosen = "" // it is forgotten
	}
}

// row is the nth row as sorted.
func (m *model) row(n int) *report.Row { return &m.last.Rows[m.rows[n]] }

package message

import "strings"

// appendWrapped appends the words, and further lines if they are too wide.
func (t *textForm) appendWrapped(b []byte, column int) []byte {
	if t.l.opt.Width == 0 {
		b = append(b, t.words...)
		return append(b, '\n')
	}
	room := t.l.opt.Width - column
	if len(t.words) > room && column > wordsAt {
		// No room beside the endpoints: all words go below.
		b = trimmed(b)
		b = append(b, '\n')
		b = append(b, strings.Repeat(" ", wordsAt)...)
		room = t.l.opt.Width - wordsAt
	}
	words := string(t.words)
	for {
		head, rest := breakAt(words, max(room, 20))
		b = append(b, head...)
		b = append(b, '\n')
		if rest == "" {
			return b
		}
		b = append(b, strings.Repeat(" ", wordsAt)...)
		words, room = rest, t.l.opt.Width-wordsAt
	}
}

// trimmed takes blanks off the end of b.
func trimmed(b []byte) []byte {
	for len(b) > 0 && b[len(b)-1] == ' ' {
		b = b[:len(b)-1]
	}
	return b
}

// breakAt splits s at the last blank within max bytes, else behind the last sign
// that separates, else behind max bytes. A character of several bytes is not
// split.
func breakAt(s string, max int) (head, rest string) {
	if len(s) <= max {
		return s, ""
	}
	if i := strings.LastIndexByte(s[:max+1], ' '); i > 0 {
		return s[:i], s[i+1:]
	}
	if i := strings.LastIndexAny(s[:max], ",|;"); i > max/2 {
		return s[:i+1], s[i+1:]
	}
	for max > 1 && s[max]&0xc0 == 0x80 {
		max--
	}
	for max < len(s) && s[max]&0xc0 == 0x80 {
		max++
	}
	return s[:max], s[max:]
}

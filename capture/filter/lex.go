package filter

import (
	"fmt"
	"strings"
)

// token is a word of an expression and where it begins, in bytes.
type token struct {
	text string
	at   int
}

// Error tells what is wrong with an expression and where.
type Error struct {
	Expression string
	At         int // byte offset of the word
	Text       string
}

// Error implements error.
func (e *Error) Error() string {
	if e.At >= len(e.Expression) {
		return fmt.Sprintf("filter: %s at the end of %q", e.Text, e.Expression)
	}
	return fmt.Sprintf("filter: %s at character %d of %q", e.Text, e.At+1, e.Expression)
}

// operators of more than one character come first.
var operators = []string{"&&", "||", "==", "!=", ">=", "<=", "<<", ">>", "(", ")", "[", "]", "!", "=", "<", ">", "+", "-", "*", "/", "%", "&", "|", "^"}

// split cuts an expression into tokens. The colon belongs to words (addresses),
// but not inside brackets; the hyphen and the slash belong to a word that they
// stand in without spaces (500-510, 10.0.0.0/8, tcp-syn), but not inside brackets.
func split(s string) []token {
	var out []token
	depth := 0
	for i := 0; i < len(s); {
		if s[i] == ' ' || s[i] == '\t' || s[i] == '\n' || s[i] == '\r' {
			i++
			continue
		}
		if op := operatorAt(s[i:], depth); op != "" {
			switch op {
			case "[":
				depth++
			case "]":
				depth--
			}
			out = append(out, token{op, i})
			i += len(op)
			continue
		}
		from := i
		for i++; i < len(s) && wordByte(s, i, from, depth); i++ {
		}
		out = append(out, token{s[from:i], from})
	}
	return out
}

func operatorAt(s string, depth int) string {
	if s[0] == ':' && depth > 0 {
		return ":"
	}
	for _, op := range operators {
		if strings.HasPrefix(s, op) {
			return op
		}
	}
	return ""
}

// wordByte tells whether s[i] goes on with the word that began at from.
func wordByte(s string, i, from, depth int) bool {
	c := s[i]
	switch {
	case c == ' ' || c == '\t' || c == '\n' || c == '\r':
		return false
	case c == ':':
		return depth == 0
	case c == '-':
		// Names of flags have hyphens everywhere, ranges outside brackets.
		return i+1 < len(s) && wordStart(s[i+1]) && (depth == 0 || letter(s[from]))
	case c == '/':
		return depth == 0 && i+1 < len(s) && wordStart(s[i+1]) && strings.ContainsAny(s[from:i], ".:")
	}
	return wordStart(c) || c == '.'
}

func letter(c byte) bool    { return c|0x20 >= 'a' && c|0x20 <= 'z' }
func wordStart(c byte) bool { return letter(c) || c >= '0' && c <= '9' || c == '_' || c == '\\' }

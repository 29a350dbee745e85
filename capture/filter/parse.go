package filter

import (
	"fmt"
	"strconv"
	"strings"
)

// maxDepth bounds parentheses and operators within each other.
const maxDepth = 64

// parser reads an expression from the left.
type parser struct {
	text   string
	tokens []token
	next   int
	depth  int
	words  qualifiers // of the last primitive, for those without
	inside inside     // VLAN tags so far
}

// parse reads a whole expression; nil for an empty one.
func parse(text string) (n node, err error) {
	p := &parser{text: text, tokens: split(text)}
	if len(p.tokens) == 0 {
		return nil, nil
	}
	defer func() {
		switch e := recover().(type) {
		case nil:
		case *Error: // thrown by fail
			n, err = nil, e
		default:
			panic(e)
		}
	}()
	n = p.expression()
	if p.next < len(p.tokens) {
		p.fail("unexpected %q", p.peek())
	}
	return n, nil
}

// fail ends parsing with an error at the next token.
func (p *parser) fail(format string, args ...any) {
	at := len(p.text)
	if p.next < len(p.tokens) {
		at = p.tokens[p.next].at
	}
	panic(&Error{p.text, at, fmt.Sprintf(format, args...)})
}

// peek returns the next token, "" at the end.
func (p *parser) peek() string {
	if p.next < len(p.tokens) {
		return p.tokens[p.next].text
	}
	return ""
}

// accept takes the next token if it is one of these.
func (p *parser) accept(words ...string) (string, bool) {
	for _, w := range words {
		if p.next < len(p.tokens) && p.tokens[p.next].text == w {
			p.next++
			return w, true
		}
	}
	return "", false
}

func (p *parser) enter() {
	if p.depth++; p.depth > maxDepth {
		p.fail("nested too deeply")
	}
}

// expression reads terms joined by and and or, which have the same rank.
func (p *parser) expression() node {
	p.enter()
	defer func() { p.depth-- }()
	n := p.term()
	for {
		if _, ok := p.accept("and", "&&"); ok {
			n = andNode{n, p.term()}
		} else if _, ok := p.accept("or", "||"); ok {
			n = orNode{n, p.term()}
		} else {
			return n
		}
	}
}

func (p *parser) term() node {
	p.enter()
	defer func() { p.depth-- }()
	if _, ok := p.accept("not", "!"); ok {
		return notNode{p.term()}
	}
	if p.peek() == "" {
		p.fail("something is missing")
	}
	if n := p.relation(); n != nil {
		return n
	}
	if _, ok := p.accept("("); ok {
		n := p.expression()
		if _, ok := p.accept(")"); !ok {
			p.fail("a ) is missing")
		}
		return n
	}
	return p.primitive()
}

// relation reads a comparison, or returns nil and takes nothing where there is
// none: a number or a parenthesis may begin something else.
func (p *parser) relation() node {
	switch t := p.peek(); {
	case t == "(" || t == "len" || t == "-" || digits(t):
	case p.next+1 < len(p.tokens) && p.tokens[p.next+1].text == "[":
		if !accessible[t] {
			p.fail("no bytes of %q can be named", t)
		}
	default:
		return nil
	}
	from := p.next
	left, ok := p.value(0)
	op, compares := p.accept(">=", "<=", "==", "!=", ">", "<", "=")
	if !ok || !compares {
		bytes := p.next > from && p.tokens[p.next-1].text == "]"
		if ok && bytes && p.peek() != ")" {
			p.fail("a comparison is missing")
		}
		p.next = from
		return nil
	}
	right, ok := p.value(0)
	if !ok {
		p.fail("a number or proto[offset] is missing")
	}
	return relationNode{p.inside, op, left, right}
}

// ranks of arithmetic operators, the weakest first.
var ranks = map[string]int{"|": 1, "^": 1, "&": 2, "<<": 3, ">>": 3, "+": 4, "-": 4, "*": 5, "/": 5, "%": 5}

var aluCodes = map[string]uint16{
	"|": aluOR, "^": aluXOR, "&": aluAND, "<<": aluLSH, ">>": aluRSH,
	"+": aluADD, "-": aluSUB, "*": aluMUL, "/": aluDIV, "%": aluMOD,
}

// value reads an arithmetic expression whose operators rank above rank. It is
// false where none begins.
func (p *parser) value(rank int) (value, bool) {
	p.enter()
	defer func() { p.depth-- }()
	left, ok := p.operand()
	for ok {
		op := p.peek()
		r := ranks[op]
		if r <= rank {
			return left, true
		}
		p.next++
		right, more := p.value(r)
		if !more {
			return nil, false
		}
		if n, is := right.(number); is && n == 0 && (op == "/" || op == "%") {
			p.fail("division by 0")
		}
		left = fold(calculation{aluCodes[op], left, right})
	}
	return nil, false
}

// fold calculates what is known.
func fold(c calculation) value {
	a, ok := c.left.(number)
	b, ok2 := c.right.(number)
	if !ok || !ok2 {
		return c
	}
	v, _ := calculate(c.op, uint32(a), uint32(b))
	return number(v)
}

func (p *parser) operand() (value, bool) {
	t := p.peek()
	switch {
	case t == "(":
		p.next++
		v, ok := p.value(0)
		if !ok {
			return nil, false
		}
		_, ok = p.accept(")")
		return v, ok
	case t == "-":
		p.next++
		v, ok := p.operand()
		if !ok {
			return nil, false
		}
		return fold(calculation{aluSUB, number(0), v}), true
	case t == "len":
		p.next++
		return lengthOf{}, true
	case accessible[t] && p.next+1 < len(p.tokens) && p.tokens[p.next+1].text == "[":
		return p.accessor(), true
	}
	if n, ok := constants[t]; ok {
		p.next++
		return n, true
	}
	if n, ok := parseNumber(t); ok {
		p.next++
		return number(n), true
	}
	return nil, false
}

// accessible are the protocols whose bytes can be named.
var accessible = map[string]bool{
	"ether": true, "ip": true, "ip6": true, "arp": true, "rarp": true,
	"tcp": true, "udp": true, "sctp": true, "icmp": true, "icmp6": true, "igmp": true,
}

// constants that pcap-filter(7) names.
var constants = map[string]number{
	"tcpflags": 13, "tcp-fin": 1, "tcp-syn": 2, "tcp-rst": 4, "tcp-push": 8, "tcp-ack": 16, "tcp-urg": 32, "tcp-ece": 64, "tcp-cwr": 128,
	"icmptype": 0, "icmpcode": 1, "icmp-echoreply": 0, "icmp-unreach": 3, "icmp-redirect": 5, "icmp-echo": 8, "icmp-timxceed": 11,
	"icmp6type": 0, "icmp6code": 1, "icmp6-packettoobig": 2, "icmp6-destinationrunreach": 1, "icmp6-timeexceeded": 3,
}

func (p *parser) accessor() value {
	a := accessor{inside: p.inside, protocol: p.peek(), size: sizeB}
	p.next += 2
	var ok bool
	if a.offset, ok = p.value(0); !ok {
		p.fail("an offset is missing")
	}
	if _, sized := p.accept(":"); sized {
		size, ok := map[string]uint16{"1": sizeB, "2": sizeH, "4": sizeW}[p.peek()]
		if !ok {
			p.fail("a size of 1, 2 or 4 is missing")
		}
		a.size = size
		p.next++
	}
	if _, ok := p.accept("]"); !ok {
		p.fail("a ] is missing")
	}
	return a
}

func digits(s string) bool { return s != "" && s[0] >= '0' && s[0] <= '9' }

// parseNumber reads a number as C writes it.
func parseNumber(s string) (uint32, bool) {
	base, t := 10, s
	switch {
	case strings.HasPrefix(s, "0x") || strings.HasPrefix(s, "0X"):
		base, t = 16, s[2:]
	case len(s) > 1 && s[0] == '0':
		base, t = 8, s[1:]
	}
	n, err := strconv.ParseUint(t, base, 32)
	return uint32(n), err == nil && digits(s)
}

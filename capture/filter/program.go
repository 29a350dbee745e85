package filter

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
)

// Instruction is one of classic BPF, as the kernel's struct sock_filter.
type Instruction struct {
	Code   uint16
	Jt, Jf uint8
	K      uint32
}

// Program is a checked list of instructions.
type Program []Instruction

// maxInstructions is what the Linux kernel takes (BPF_MAXINSNS).
const maxInstructions = 4096

// Instruction codes: class, and what they do.
const (
	classLD, classLDX, classST, classSTX = 0x00, 0x01, 0x02, 0x03
	classALU, classJMP, classRET         = 0x04, 0x05, 0x06
	classMISC                            = 0x07

	sizeW, sizeH, sizeB                                  = 0x00, 0x08, 0x10
	modeIMM, modeABS, modeIND, modeMEM, modeLEN, modeMSH = 0x00, 0x20, 0x40, 0x60, 0x80, 0xa0

	aluADD, aluSUB, aluMUL, aluDIV, aluOR, aluAND        = 0x00, 0x10, 0x20, 0x30, 0x40, 0x50
	aluLSH, aluRSH, aluNEG, aluMOD, aluXOR               = 0x60, 0x70, 0x80, 0x90, 0xa0
	jmpJA, jmpJEQ, jmpJGT, jmpJGE, jmpJSET               = 0x00, 0x10, 0x20, 0x30, 0x40
	srcK, srcX                                           = 0x00, 0x08
	retK, retA                                           = 0x00, 0x10
	miscTAX, miscTXA                                     = 0x00, 0x80
	memoryWords                                          = 16
	acceptLength                                  uint32 = 262144 // tcpdump's snapshot length
)

// ParseProgram reads what "tcpdump -ddd" prints: the number of instructions,
// then one a line as four decimal numbers.
func ParseProgram(text string) (Program, error) {
	var n int
	lines := strings.FieldsFunc(strings.TrimSpace(text), func(r rune) bool { return r == '\n' || r == ',' })
	if len(lines) == 0 {
		return nil, errors.New("filter program is empty")
	}
	if _, err := fmt.Sscanf(lines[0], "%d", &n); err != nil || n != len(lines)-1 {
		return nil, fmt.Errorf("filter program: line 1 has to be the number of instructions, %d lines follow", len(lines)-1)
	}
	p := make(Program, 0, min(n, maxInstructions))
	for i, line := range lines[1:] {
		var in Instruction
		var rest string
		if k, _ := fmt.Sscanf(line, "%d %d %d %d %s", &in.Code, &in.Jt, &in.Jf, &in.K, &rest); k != 4 {
			return nil, fmt.Errorf("filter program: line %d is no instruction of four numbers", i+2)
		}
		p = append(p, in)
	}
	return p, p.Check()
}

// Check tells whether the program is one that cannot fail: known instructions,
// jumps inside, memory inside, a return at the end.
func (p Program) Check() error {
	if len(p) == 0 || len(p) > maxInstructions {
		return fmt.Errorf("filter program: %d instructions, 1 to %d are possible", len(p), maxInstructions)
	}
	for i, in := range p {
		if err := in.check(len(p) - 1 - i); err != nil {
			return fmt.Errorf("filter program: instruction %d %w", i, err)
		}
	}
	if p[len(p)-1].Code&7 != classRET {
		return errors.New("filter program: the last instruction does not return")
	}
	return nil
}

// check checks one instruction that has so many behind it.
func (in Instruction) check(behind int) error {
	known := false
	switch in.Code & 7 {
	case classLD, classLDX:
		switch mode, size := in.Code&0xe0, in.Code&0x18; {
		case in.Code == classLDX|sizeB|modeMSH:
			known = true
		case mode == modeABS || mode == modeIND:
			known = in.Code&7 == classLD && size <= sizeB
		case mode == modeMEM:
			if in.K >= memoryWords {
				return fmt.Errorf("uses memory word %d of %d", in.K, memoryWords)
			}
			known = size == sizeW
		case mode == modeIMM || mode == modeLEN:
			known = size == sizeW
		}
	case classST, classSTX:
		if in.K >= memoryWords {
			return fmt.Errorf("uses memory word %d of %d", in.K, memoryWords)
		}
		known = in.Code <= classSTX
	case classALU:
		op := in.Code & 0xf0
		if (op == aluDIV || op == aluMOD) && in.Code&srcX == 0 && in.K == 0 {
			return errors.New("divides by 0")
		}
		known = op <= aluXOR && in.Code <= 0xff
	case classJMP:
		to := max(int64(in.Jt), int64(in.Jf))
		if in.Code&0xf0 == jmpJA {
			to = int64(in.K)
		}
		if to >= int64(behind) {
			return errors.New("jumps out of the program")
		}
		known = in.Code&0xf0 <= jmpJSET && in.Code <= 0xff
	case classRET:
		known = in.Code == classRET|retK || in.Code == classRET|retA
	case classMISC:
		known = in.Code == classMISC|miscTAX || in.Code == classMISC|miscTXA
	}
	if !known {
		return fmt.Errorf("has the unknown code %#x", in.Code)
	}
	return nil
}

// Match runs a checked program on a packet of which b was captured and length
// bytes were on the wire. It does not allocate.
func (p Program) Match(b []byte, length int) bool {
	var a, x uint32
	var memory [memoryWords]uint32
	for pc := 0; pc < len(p); pc++ {
		in := &p[pc]
		switch in.Code & 7 {
		case classLD, classLDX:
			var v uint32
			ok := true
			switch in.Code & 0xe0 {
			case modeIMM:
				v = in.K
			case modeABS:
				v, ok = load(b, uint64(in.K), in.Code&0x18)
			case modeIND:
				v, ok = load(b, uint64(x)+uint64(in.K), in.Code&0x18)
			case modeMEM:
				v = memory[in.K]
			case modeLEN:
				v = uint32(length)
			case modeMSH:
				v, ok = load(b, uint64(in.K), sizeB)
				v = v & 0xf * 4
			}
			if !ok {
				return false
			}
			if in.Code&7 == classLD {
				a = v
			} else {
				x = v
			}
		case classST:
			memory[in.K] = a
		case classSTX:
			memory[in.K] = x
		case classALU:
			v := in.K
			if in.Code&srcX != 0 {
				v = x
			}
			var ok bool
			if a, ok = calculate(in.Code&0xf0, a, v); !ok {
				return false
			}
		case classJMP:
			if in.Code&0xf0 == jmpJA {
				pc += int(in.K)
				continue
			}
			v := in.K
			if in.Code&srcX != 0 {
				v = x
			}
			if holds(in.Code&0xf0, a, v) {
				pc += int(in.Jt)
			} else {
				pc += int(in.Jf)
			}
		case classRET:
			if in.Code == classRET|retA {
				return a != 0
			}
			return in.K != 0
		case classMISC:
			if in.Code&0xf8 == miscTXA {
				a = x
			} else {
				x = a
			}
		}
	}
	return false
}

func load(b []byte, at uint64, size uint16) (uint32, bool) {
	n := uint64(len(b))
	switch {
	case size == sizeW && at+4 <= n:
		return binary.BigEndian.Uint32(b[at:]), true
	case size == sizeH && at+2 <= n:
		return uint32(binary.BigEndian.Uint16(b[at:])), true
	case size == sizeB && at < n:
		return uint32(b[at]), true
	}
	return 0, false
}

// calculate is false for a division by zero, which rejects the packet.
func calculate(op uint16, a, v uint32) (uint32, bool) {
	switch op {
	case aluADD:
		return a + v, true
	case aluSUB:
		return a - v, true
	case aluMUL:
		return a * v, true
	case aluOR:
		return a | v, true
	case aluAND:
		return a & v, true
	case aluXOR:
		return a ^ v, true
	case aluLSH:
		return a << v, true
	case aluRSH:
		return a >> v, true
	case aluNEG:
		return -a, true
	case aluDIV:
		if v == 0 {
			return 0, false
		}
		return a / v, true
	case aluMOD:
		if v == 0 {
			return 0, false
		}
		return a % v, true
	}
	return a, true
}

func holds(op uint16, a, v uint32) bool {
	switch op {
	case jmpJEQ:
		return a == v
	case jmpJGT:
		return a > v
	case jmpJGE:
		return a >= v
	}
	return a&v != 0 // JSET
}

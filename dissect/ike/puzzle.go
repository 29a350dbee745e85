package ike

// PuzzleSolution is the body of a puzzle solution payload (RFC 8019 8.2): four
// keys of the same length for the PRF that the puzzle named.
type PuzzleSolution struct{ Data []byte } // borrowed

const puzzleKeys = 4

// ParsePuzzleSolution reads the body of a puzzle solution payload.
func ParsePuzzleSolution(body []byte) (PuzzleSolution, error) {
	const part = "puzzle solution"
	p := PuzzleSolution{Data: body}
	if len(body) == 0 {
		return p, short(part, body)
	}
	if len(body)%puzzleKeys != 0 {
		return p, &SyntaxError{Part: part, Offset: len(body), Problem: "length is not that of four keys"}
	}
	return p, nil
}

// Key returns the i-th key, counted from 0, or nil if there is none.
func (p PuzzleSolution) Key(i int) []byte {
	n := len(p.Data) / puzzleKeys
	if i < 0 || i >= puzzleKeys || n == 0 {
		return nil
	}
	return p.Data[i*n : i*n+n : i*n+n]
}

// Append appends the body to b.
func (p PuzzleSolution) Append(b []byte) []byte { return append(b, p.Data...) }

// AppendFields adds the fields of the body.
func (p PuzzleSolution) AppendFields(to *Tree) {
	for i := range puzzleKeys {
		to.opaqueBytes("key "+itoa(i+1), p.Key(i))
	}
}

package ike

import "strconv"

// SyntaxError says where the bytes of a message break the rules of the format.
type SyntaxError struct {
	// Part of the message, such as "header" or "notify payload".
	Part string
	// Offset of the offending field in bytes from the beginning of what was
	// parsed: the message for the header and the walk over payloads, the body
	// for a payload.
	Offset int
	// Problem in a few constant words.
	Problem string
}

func (e *SyntaxError) Error() string {
	return "ike: " + e.Part + ": at byte " + strconv.Itoa(e.Offset) + ": " + e.Problem
}

const endsEarly = "ends early"

// short makes the error for a part that ends before it is complete.
func short(part string, b []byte) error {
	return &SyntaxError{Part: part, Offset: len(b), Problem: endsEarly}
}

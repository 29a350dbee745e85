// Package e2e holds tests of the whole program, from capture files to reports:
// the golden reports of testdata/pcaps, what internal/capgen knows to be in its
// captures, the law that no way of splitting the input changes the report, and
// agreement with captures that others labelled.
package e2e

// Package netlab gives tests networks of their own: namespaces of Linux with
// interfaces between them, and captures that are sent over them again.
package netlab

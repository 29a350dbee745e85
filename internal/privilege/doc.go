// Package privilege gives up what a program no longer needs once its packet
// socket is open.
package privilege

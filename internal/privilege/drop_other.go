//go:build !linux

package privilege

import "errors"

// Drop gives up privileges. Here nothing needs any.
func Drop(name string) error {
	if name != "" {
		return errors.New("--user works on Linux only; leave it out")
	}
	return nil
}

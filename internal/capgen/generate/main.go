// Command generate writes the captures of package capgen into a folder. It is
// run by go generate, in the folder of that package.
package main

import (
	"fmt"
	"os"

	"github.com/ikesniff/ikesniff/internal/capgen"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: go run ./generate FOLDER, in internal/capgen")
		os.Exit(2)
	}
	if err := capgen.Write(os.Args[1], "."); err != nil {
		fmt.Fprintln(os.Stderr, "capgen:", err)
		os.Exit(1)
	}
}

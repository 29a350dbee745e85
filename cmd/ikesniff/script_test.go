package main

import (
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain makes the program a command of the scripts: this test binary, run
// under another name.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"ikesniff": main,
		"fetch":    fetch,
	})
}

// fetch prints the page of a URL.
func fetch() {
	client := http.Client{Timeout: 5 * time.Second}
	if resp, err := client.Get(os.Args[1]); err == nil {
		io.Copy(os.Stdout, resp.Body)
		resp.Body.Close()
	}
}

// TestScripts runs testdata/script/*.txtar. In them PCAPS is the folder of the
// project's captures.
func TestScripts(t *testing.T) {
	pcaps, err := filepath.Abs("../../testdata/pcaps")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			e.Setenv("PCAPS", pcaps)
			e.Setenv("TZ", "UTC")
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"status": status,
		},
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
	})
}

// status runs a program and compares its exit status:
//
//	status 2 ikesniff --wrong
//
// The commands stdout and stderr then look at what it wrote.
func status(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status number program [argument...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit status %d, want %d", got, want)
	}
}

package live

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"testing"
	"time"

	"golang.org/x/term"

	"github.com/ikesniff/ikesniff/output"
)

var demo = flag.Int("demo", 0, "show so many invented tunnels on the terminal, instead of testing:\n"+
	"go test -c -o demo ./output/live && ./demo -demo 40")

func TestMain(m *testing.M) {
	flag.Parse()
	if *demo > 0 {
		if err := runDemo(*demo); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// runDemo feeds a Screen once a second until the user ends it.
func runDemo(n int) error {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	in := io.Reader(os.Stdin)
	if !term.IsTerminal(int(os.Stdin.Fd())) {
		in = nil
	}
	s := NewScreen(in, os.Stdout, output.Options{Color: os.Getenv("NO_COLOR") == ""})
	go func() {
		changes := sampleChanges()
		for i := 0; ctx.Err() == nil; i++ {
			now := after(time.Hour + time.Duration(i)*time.Second)
			c := changes[i%len(changes)]
			c.Time = now
			batch := append(changes[:0:0], c)
			if i == 0 {
				batch = changes
			}
			s.Publish(sampleSnapshot(n, now), batch)
			time.Sleep(time.Second)
		}
	}()
	err := s.Run(ctx)
	fmt.Println("the summary comes here")
	return err
}
